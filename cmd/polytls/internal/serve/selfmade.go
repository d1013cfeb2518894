package serve

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"polytls"
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

// check returns the error of a server that would use a certificate, and its CA.
type check func(m *selfmade, ca *issue.Authority) error

// checkIdentity is the check of a server with options: its security level and its
// policy may not allow the keys.
func checkIdentity(o polytls.ContextOptions) check {
	return func(m *selfmade, ca *issue.Authority) error {
		o.Cert, o.Key = [][]byte{slices.Concat(m.cert, ca.PEM())}, []polytls.Key{{PEM: m.key}}
		_, err := polytls.NewSecureContext(o)
		if e, ok := errors.AsType[*polytls.Error](err); ok && e.Option == "Cert" {
			return err
		}
		return nil // the error of another option is reported later
	}
}

// makeIdentity makes the CA and the certificate in memory, or in the directory of
// --state, where they are kept. host is the host that the server listens on.
func makeIdentity(dir, host string, fits check) (*selfmade, error) {
	names := issue.LocalNames()
	if ip := net.ParseIP(host); host != "" && host != "localhost" && (ip == nil || !ip.IsUnspecified() && !ip.IsLoopback()) {
		if err := names.Add(host); err != nil {
			return nil, flags.Wrong("--listen", "%v", err)
		}
	}
	if dir != "" {
		return keptIdentity(dir, names, fits)
	}
	ca, _, m, err := newIdentity(names, fits)
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

// newIdentity makes a CA and a certificate, with keys of the first algorithm that fits.
// The CA can be trusted safely: it can issue certificates only for private names and
// addresses, and for names.
func newIdentity(names issue.Names, fits check) (ca *issue.Authority, caKey []byte, m *selfmade, err error) {
	for _, algorithm := range issue.Algorithms {
		var key crypto.Signer
		if key, caKey, err = issue.NewKey(algorithm, ""); err != nil {
			return nil, nil, nil, err
		}
		if ca, err = issue.NewAuthority(madeCAName, key, madeCADays, issue.PrivateBounds(names)); err != nil {
			return nil, nil, nil, err
		}
		if m, err = certify(ca, names); err != nil {
			return nil, nil, nil, err
		}
		if err = fits(m, ca); err == nil {
			return ca, caKey, m, nil
		}
	}
	return nil, nil, nil, err
}

// certify makes the server's certificate and key, which is of the type of the CA's.
func certify(ca *issue.Authority, names issue.Names) (*selfmade, error) {
	key, secret, err := issue.NewKey(issue.AlgorithmOf(ca.Key.Public()), "")
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
// that are missing, do not fit or soon expire.
func keptIdentity(dir string, names issue.Names, fits check) (*selfmade, error) {
	if err := os.MkdirAll(dir, files.DirMode); err != nil {
		return nil, explain.At("--state", err)
	}
	caPath, caKeyPath := keptCA(dir), filepath.Join(dir, keptCAKey)
	certPath, keyPath := filepath.Join(dir, "server-cert.pem"), filepath.Join(dir, "server-key.pem")
	if isMissing(caPath) && isMissing(caKeyPath) { // if only one is missing, clients may trust the CA
		ca, caKey, m, err := newIdentity(names, fits)
		if err != nil {
			return nil, err
		}
		if err := writePair(caKeyPath, caKey, caPath, ca.PEM(), false); err != nil {
			return nil, err
		}
		m.caFile = caPath
		return m, writePair(keyPath, m.key, certPath, m.cert, true)
	}
	ca, err := files.Authority(caPath, caKeyPath, "")
	if err != nil {
		return nil, err
	}
	m := readKept(certPath, keyPath, ca, names)
	if m == nil || fits(m, ca) != nil {
		if m, err = reissue(dir, ca, names, fits); err == nil {
			err = writePair(keyPath, m.key, certPath, m.cert, true)
		}
		if err != nil {
			return nil, err
		}
	}
	m.caFile = caPath
	return m, nil
}

// reissue makes a certificate of the CA in a directory.
func reissue(dir string, ca *issue.Authority, names issue.Names, fits check) (*selfmade, error) {
	m, err := certify(ca, names)
	if err != nil {
		return nil, err
	}
	if !permits(ca, m.cert) {
		return nil, flags.Wrong("--listen", "the CA in %s is for other names and addresses only; give another --state", dir)
	}
	if err := fits(m, ca); err != nil {
		return nil, explain.New(explain.Of(err).Code, "give another directory, where a CA with other keys can be made", "--state: %s: %s", dir, explain.Unnamed(err))
	}
	return m, nil
}

func isMissing(path string) bool {
	_, err := os.Lstat(path)
	return err != nil
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
