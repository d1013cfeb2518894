package bench

import (
	"os"
	"path/filepath"

	"polytls/internal/testcert"
)

// Identities is a directory with a CA and the certificates for localhost that
// it has issued, each as NAME.crt and NAME.key in PEM.
type Identities string

// CA, Cert and Key are the names of the files.
func (d Identities) CA() string { return filepath.Join(string(d), "ca.crt") }

// Cert is the file of a Spec's certificate.
func (d Identities) Cert(name string) string { return filepath.Join(string(d), name+".crt") }

// Key is the file of a Spec's key.
func (d Identities) Key(name string) string { return filepath.Join(string(d), name+".key") }

// MakeIdentities fills an existing directory.
func MakeIdentities(dir string) (Identities, error) {
	d := Identities(dir)
	ca := testcert.CA("bench CA")
	server := testcert.Template{CommonName: "localhost", DNS: []string{"localhost"}} // a client shows it, too
	certs := map[string]*testcert.Cert{"ca": ca, withECDSA: ca.Issue(server)}
	server.Kind = testcert.RSA2048
	certs[withRSA] = ca.Issue(server)
	server.Kind = testcert.MLDSA65
	certs[withMLDSA] = ca.Issue(server)
	for name, cert := range certs {
		const ownerOnly = 0o600
		if err := os.WriteFile(d.Key(name), cert.KeyPEM(), ownerOnly); err != nil {
			return "", err
		}
		if err := os.WriteFile(d.Cert(name), cert.PEM(), ownerOnly); err != nil {
			return "", err
		}
	}
	return d, nil
}
