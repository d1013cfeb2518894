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
	"polytls/internal/keyfile"
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
	ca, _, err := makeAuthority(names)
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

// makeAuthority makes a CA that can be trusted safely: it can issue certificates only
// for private names and addresses, and for names.
func makeAuthority(names issue.Names) (ca *issue.Authority, keyPEM []byte, err error) {
	key, keyPEM, err := issue.NewKey(issue.Algorithms[0], "")
	if err == nil {
		ca, err = issue.NewAuthority(madeCAName, key, madeCADays, issue.PrivateBounds(names))
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

// keptCAKey is the file of the CA's key in the directory of --state.
const keptCAKey = "ca-key.pem"

// keptCA returns the file of the CA's certificate in the directory of --state.
func keptCA(dir string) string { return filepath.Join(dir, "ca-cert.pem") }

// permits reports whether a certificate is within the name constraints of its CA.
func permits(ca *issue.Authority, certPEM []byte) bool {
	ders, err := keyfile.ParseCertificates(certPEM)
	if err != nil {
		return false
	}
	cert, err := x509.ParseCertificate(ders[0])
	if err != nil {
		return false
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.Certificate)
	_, err = cert.Verify(x509.VerifyOptions{Roots: roots})
	var invalid x509.CertificateInvalidError
	return !errors.As(err, &invalid) || invalid.Reason != x509.CANotAuthorizedForThisName
}

// keptIdentity reads the CA and the certificate from a directory, and makes those
// that are missing or soon expire.
func keptIdentity(dir string, names issue.Names) (*selfmade, error) {
	if err := os.MkdirAll(dir, files.DirMode); err != nil {
		return nil, explain.At("--state", err)
	}
	caPath, certPath, keyPath := keptCA(dir), filepath.Join(dir, "server-cert.pem"), filepath.Join(dir, "server-key.pem")
	ca, err := keptAuthority(caPath, filepath.Join(dir, keptCAKey), names)
	if err != nil {
		return nil, err
	}
	m := readKept(certPath, keyPath, ca, names)
	if m == nil {
		if m, err = certify(ca, names); err == nil && !permits(ca, m.cert) {
			return nil, flags.Wrong("--listen", "the CA in %s is for other names and addresses only; give another --state", dir)
		}
		if err == nil {
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
func keptAuthority(certPath, keyPath string, names issue.Names) (*issue.Authority, error) {
	_, noCert := os.Lstat(certPath)
	_, noKey := os.Lstat(keyPath)
	if noCert == nil || noKey == nil {
		return files.Authority(certPath, keyPath, "")
	}
	ca, secret, err := makeAuthority(names)
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
