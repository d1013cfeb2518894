package serve

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"time"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/cmd/polytls/internal/issue"
	"polytls/internal/keyfile"
)

// selfmade is an authority and a server's certificate that serve makes when it
// is given none.
type selfmade struct {
	cert, key []byte // PEM
	caFile    string
	temporary bool // caFile goes with the process
}

// forget removes what was only for this process.
func (m *selfmade) forget() {
	if m.temporary {
		os.Remove(m.caFile)
	}
}

const (
	madeCAName   = "polytls serve CA"
	madeCADays   = 3650
	madeCertDays = 365
	// renewBefore is how long before its end a certificate in --state is made
	// anew.
	renewBefore = 30 * 24 * time.Hour
)

// makeIdentity makes both in memory, or in dir, where they last. host is what
// the server listens on.
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
	file, err := os.CreateTemp("", "polytls-ca-*.pem") // for clients to trust
	if err != nil {
		return nil, explain.Of(err)
	}
	_, err = file.Write(ca.PEM())
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, explain.Of(err)
	}
	m, err := certify(ca, names)
	if err != nil {
		return nil, err
	}
	m.caFile, m.temporary = file.Name(), true
	return m, nil
}

func makeAuthority() (ca *issue.Authority, keyPEM []byte, err error) {
	key, keyPEM, err := issue.NewKey(issue.Algorithms[0], "")
	if err == nil {
		ca, err = issue.NewAuthority(madeCAName, key, madeCADays)
	}
	if err != nil {
		return nil, nil, explain.Of(err)
	}
	return ca, keyPEM, nil
}

// certify makes the server's certificate and key.
func certify(ca *issue.Authority, names issue.Names) (*selfmade, error) {
	key, secret, err := issue.NewKey(issue.Algorithms[0], "")
	if err != nil {
		return nil, explain.Of(err)
	}
	cert, err := ca.Issue(issue.Request{Name: names.DNS[0], Names: names, Usage: issue.Server, Days: madeCertDays}, key.Public())
	if err != nil {
		return nil, explain.Of(err)
	}
	return &selfmade{cert: cert, key: secret}, nil
}

// keptIdentity reads both from dir, and makes what is missing or about to end.
func keptIdentity(dir string, names issue.Names) (*selfmade, error) {
	if err := os.MkdirAll(dir, files.DirMode); err != nil {
		return nil, explain.At("--state", err)
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	ca, err := keptAuthority(path("ca-cert.pem"), path("ca-key.pem"))
	if err != nil {
		return nil, err
	}
	m := readKept(path("server-cert.pem"), path("server-key.pem"), ca, names)
	if m == nil {
		if m, err = certify(ca, names); err != nil {
			return nil, err
		}
		if err := files.Write(path("server-key.pem"), m.key, files.SecretMode, true); err != nil {
			return nil, err
		}
		if err := files.Write(path("server-cert.pem"), m.cert, files.PublicMode, true); err != nil {
			return nil, err
		}
	}
	m.caFile = path("ca-cert.pem")
	return m, nil
}

// keptAuthority reads an authority, and makes one where there is none. Half of
// one is not replaced: someone may trust it.
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
	if err := files.Write(keyPath, secret, files.SecretMode, false); err != nil {
		return nil, err
	}
	if err := files.Write(certPath, ca.PEM(), files.PublicMode, false); err != nil {
		return nil, err
	}
	return ca, nil
}

// readKept reads the server's certificate, nil if it cannot be used any longer.
func readKept(certPath, keyPath string, ca *issue.Authority, names issue.Names) *selfmade {
	certPEM, err := os.ReadFile(certPath)
	if err != nil {
		return nil
	}
	keyPEM, err := os.ReadFile(keyPath)
	if err != nil {
		return nil
	}
	block, _ := pem.Decode(certPEM)
	if block == nil {
		return nil
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil || cert.CheckSignatureFrom(ca.Certificate) != nil || time.Until(cert.NotAfter) < renewBefore {
		return nil
	}
	key, err := keyfile.ParsePrivateKey(keyPEM, nil)
	if err != nil || keyfile.Matches(cert.Raw, key) != nil || !covers(cert, names) {
		return nil
	}
	return &selfmade{cert: certPEM, key: keyPEM}
}

// covers reports whether a certificate has all names.
func covers(cert *x509.Certificate, names issue.Names) bool {
	for _, name := range names.DNS {
		if cert.VerifyHostname(name) != nil {
			return false
		}
	}
	for _, ip := range names.IPs {
		if cert.VerifyHostname(ip.String()) != nil {
			return false
		}
	}
	return true
}
