package serve

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/cmd/polytls/internal/issue"
)

// selfmade is a server's certificate and the CA that issued it, which serve makes
// if no flag gives it an identity.
type selfmade struct {
	cert, key []byte // PEM
	caFile    string
	temporary bool // caFile is removed at the end
}

// remove removes the file that was made only for this process.
func (m *selfmade) remove() {
	if m.temporary {
		os.Remove(m.caFile)
	}
}

const (
	madeCAName   = "polytls serve CA"
	madeCADays   = 3650
	madeCertDays = 365
	// renewBefore is the time before its expiry in which a certificate in --state
	// is replaced.
	renewBefore = 30 * 24 * time.Hour
)

// makeIdentity makes the CA and the certificate in memory, or in the directory of
// --state, where they are kept. host is the host that the server listens on.
func makeIdentity(dir, host string) (*selfmade, error) {
	names := issue.LocalNames()
	if ip := net.ParseIP(host); host != "" && host != "localhost" && (ip == nil || !ip.IsUnspecified() && !ip.IsLoopback()) {
		if err := names.Add(host); err != nil {
			return nil, flags.Wrong("--listen", "%v", err)
		}
	}
	if dir != "" {
		return keptIdentity(dir, names)
	}
	ca, _, err := makeAuthority()
	if err != nil {
		return nil, err
	}
	m, err := certify(ca, names)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "polytls-ca-*.pem") // for clients to trust
	if err != nil {
		return nil, err
	}
	_, err = file.Write(ca.PEM())
	m.caFile, m.temporary = file.Name(), true
	return m, errors.Join(err, file.Close())
}

func makeAuthority() (ca *issue.Authority, keyPEM []byte, err error) {
	key, keyPEM, err := issue.NewKey(issue.Algorithms[0], "")
	if err == nil {
		ca, err = issue.NewAuthority(madeCAName, key, madeCADays)
	}
	return ca, keyPEM, err
}

// certify makes the server's certificate and key.
func certify(ca *issue.Authority, names issue.Names) (*selfmade, error) {
	key, secret, err := issue.NewKey(issue.Algorithms[0], "")
	if err != nil {
		return nil, err
	}
	cert, err := ca.Issue(issue.Request{Name: names.DNS[0], Names: names, Usage: issue.Server, Days: madeCertDays}, key.Public())
	return &selfmade{cert: cert, key: secret}, err
}

// keptIdentity reads the CA and the certificate from a directory, and makes those
// that are missing or soon expire.
func keptIdentity(dir string, names issue.Names) (*selfmade, error) {
	if err := os.MkdirAll(dir, files.DirMode); err != nil {
		return nil, explain.At("--state", err)
	}
	caPath, certPath, keyPath := filepath.Join(dir, "ca-cert.pem"), filepath.Join(dir, "server-cert.pem"), filepath.Join(dir, "server-key.pem")
	ca, err := keptAuthority(caPath, filepath.Join(dir, "ca-key.pem"))
	if err != nil {
		return nil, err
	}
	m := readKept(certPath, keyPath, ca, names)
	if m == nil {
		if m, err = certify(ca, names); err == nil {
			err = writePair(keyPath, m.key, certPath, m.cert, true)
		}
		if err != nil {
			return nil, err
		}
	}
	m.caFile = caPath
	return m, nil
}

// keptAuthority reads the CA, and makes one if there is none. If only one of its
// files is missing, the CA is not replaced: clients may trust it.
func keptAuthority(certPath, keyPath string) (*issue.Authority, error) {
	_, noCert := os.Lstat(certPath)
	_, noKey := os.Lstat(keyPath)
	if noCert == nil || noKey == nil {
		return files.Authority(certPath, keyPath, "")
	}
	ca, secret, err := makeAuthority()
	if err != nil {
		return nil, err
	}
	return ca, writePair(keyPath, secret, certPath, ca.PEM(), false)
}

// writePair writes a key, then its certificate.
func writePair(keyPath string, key []byte, certPath string, cert []byte, replace bool) error {
	if err := files.Write(keyPath, key, files.SecretMode, replace); err != nil {
		return err
	}
	return files.Write(certPath, cert, files.PublicMode, replace)
}

// readKept reads the server's certificate, nil if it can no longer be used.
func readKept(certPath, keyPath string, ca *issue.Authority, names issue.Names) *selfmade {
	m := &selfmade{}
	m.cert, _ = os.ReadFile(certPath) // a missing certificate is treated like an unreadable one
	m.key, _ = os.ReadFile(keyPath)
	pair, err := tls.X509KeyPair(m.cert, m.key)
	if err != nil || pair.Leaf.CheckSignatureFrom(ca.Certificate) != nil || time.Until(pair.Leaf.NotAfter) < renewBefore || !covers(pair.Leaf, names) {
		return nil
	}
	return m
}

// covers reports whether a certificate has all names.
func covers(cert *x509.Certificate, names issue.Names) bool {
	hosts := slices.Clone(names.DNS)
	for _, ip := range names.IPs {
		hosts = append(hosts, ip.String())
	}
	return !slices.ContainsFunc(hosts, func(host string) bool { return cert.VerifyHostname(host) != nil })
}
