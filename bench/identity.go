package bench

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"time"
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
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	ca := template(1)
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign
	ca.Subject.CommonName = "bench CA"
	if err := d.write("ca", ca, ca, caKey, caKey); err != nil {
		return "", err
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	if err := d.write(withECDSA, template(2), ca, ecKey, caKey); err != nil {
		return "", err
	}
	return d, d.write(withRSA, template(3), ca, rsaKey, caKey)
}

func template(serial int64) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: "localhost"},
		DNSNames:     []string{"localhost"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
}

func (d Identities) write(name string, cert, issuer *x509.Certificate, key, issuerKey crypto.Signer) error {
	der, err := x509.CreateCertificate(rand.Reader, cert, issuer, key.Public(), issuerKey)
	if err != nil {
		return err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	const ownerOnly = 0o600
	if err := os.WriteFile(d.Key(name), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), ownerOnly); err != nil {
		return err
	}
	return os.WriteFile(d.Cert(name), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), ownerOnly)
}
