// Package issue creates keys, certificates, requests and revocation lists for
// development and tests.
package issue

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"

	"filippo.io/mldsa"

	"polytls/internal/keyfile"
	"polytls/internal/sign"
	"polytls/internal/suite"
)

// Algorithms are the names that NewKey accepts, the default first.
var Algorithms = []string{"ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "ed25519", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87"}

// NewKey makes a key of one of Algorithms, and the contents of its file: PKCS #8,
// encrypted if there is a passphrase.
func NewKey(algorithm, passphrase string) (key crypto.Signer, file []byte, err error) {
	if key, err = generate(algorithm); err != nil {
		return nil, nil, err
	}
	if passphrase == "" {
		file, err = keyfile.MarshalPrivateKey(key)
	} else {
		file, err = keyfile.MarshalEncryptedPrivateKey(rand.Reader, key, []byte(passphrase))
	}
	return key, file, err
}

func generate(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case "ecdsa-p256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ecdsa-p384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "rsa-2048":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "rsa-3072":
		return rsa.GenerateKey(rand.Reader, 3072)
	case "ed25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	case "ml-dsa-44":
		return sign.GenerateMLDSAKey(suite.MLDSA44), nil
	case "ml-dsa-65":
		return sign.GenerateMLDSAKey(suite.MLDSA65), nil
	case "ml-dsa-87":
		return sign.GenerateMLDSAKey(suite.MLDSA87), nil
	}
	return nil, fmt.Errorf("unknown key algorithm %q", algorithm)
}

// AlgorithmOf returns the one of Algorithms by which keys like another are made, the
// default for keys of other types.
func AlgorithmOf(public crypto.PublicKey) string {
	switch public := public.(type) {
	case *ecdsa.PublicKey:
		if public.Curve == elliptic.P384() {
			return "ecdsa-p384"
		}
	case *rsa.PublicKey:
		if public.Size() >= 3072/8 {
			return "rsa-3072"
		}
		return "rsa-2048"
	case ed25519.PublicKey:
		return "ed25519"
	case *mldsa.PublicKey:
		return strings.Replace(sign.MLDSAScheme(public).String(), "mldsa", "ml-dsa-", 1)
	}
	return Algorithms[0]
}

// Authority is a CA with its key.
type Authority struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Usage is the end that a certificate is for.
type Usage uint8

// The ends of a connection.
const (
	Server Usage = iota + 1
	Client
)

// Request is the contents of a certificate to be issued.
type Request struct {
	Name  string // common name
	Names Names  // alternative names
	Usage Usage
	Days  int
}

// skew is how long before its issue a certificate becomes valid, to allow for slow
// clocks.
const skew = time.Hour

// validity returns the validity of a certificate from now on.
func validity(days int) (from, to time.Time) {
	now := time.Now()
	return now.Add(-skew).Truncate(time.Second), now.AddDate(0, 0, days).Truncate(time.Second)
}

// NewAuthority makes a CA with a self-signed certificate. bounds limits for what it can
// issue certificates; nil means no limit.
func NewAuthority(name string, key crypto.Signer, days int, bounds *Bounds) (*Authority, error) {
	t := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true, // it issues no CA certificates
	}
	if bounds != nil {
		bounds.constrain(t)
	}
	t.NotBefore, t.NotAfter = validity(days)
	der, err := createCertificate(t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &Authority{cert, key}, err
}

// PEM returns the authority's certificate.
func (a *Authority) PEM() []byte { return CertificatePEM(a.Certificate.Raw) }

// Issue makes a certificate for a public key and returns it in PEM.
func (a *Authority) Issue(r Request, public crypto.PublicKey) ([]byte, error) {
	t := &x509.Certificate{
		Subject:               pkix.Name{CommonName: r.Name},
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		DNSNames:              r.Names.DNS,
		IPAddresses:           r.Names.IPs,
		EmailAddresses:        r.Names.Emails,
		URIs:                  r.Names.URIs,
	}
	if _, isRSA := public.(*rsa.PublicKey); isRSA {
		t.KeyUsage |= x509.KeyUsageKeyEncipherment // for RSA key exchange up to TLS 1.2
	}
	switch r.Usage {
	case Server:
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	case Client:
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	t.NotBefore, t.NotAfter = validity(r.Days)
	if t.NotAfter.After(a.Certificate.NotAfter) {
		t.NotAfter = a.Certificate.NotAfter // the chain expires with its CA
	}
	der, err := createCertificate(t, a.Certificate, public, a.Key)
	return CertificatePEM(der), err
}

// Revoke makes a revocation list in PEM: the entries of old (nil for none), and the
// serial numbers.
func (a *Authority) Revoke(old *x509.RevocationList, serials []*big.Int, days int) ([]byte, error) {
	number := big.NewInt(1)
	var entries []x509.RevocationListEntry
	if old != nil {
		entries = old.RevokedCertificateEntries
		if old.Number != nil {
			number.Add(old.Number, number)
		}
	}
	for _, serial := range serials {
		if !holds(entries, serial) {
			entries = append(entries, x509.RevocationListEntry{SerialNumber: serial, RevocationTime: time.Now().UTC().Truncate(time.Second)})
		}
	}
	t := &x509.RevocationList{Number: number, RevokedCertificateEntries: entries}
	t.ThisUpdate, t.NextUpdate = validity(days)
	der, err := createRevocationList(t, a.Certificate, a.Key)
	return encode("X509 CRL", der), err
}

func holds(entries []x509.RevocationListEntry, serial *big.Int) bool {
	for _, e := range entries {
		if e.SerialNumber.Cmp(serial) == 0 {
			return true
		}
	}
	return false
}

// NewRequest makes a certificate signing request in PEM.
func NewRequest(name string, names Names, key crypto.Signer) ([]byte, error) {
	der, err := createRequest(&x509.CertificateRequest{
		Subject:        pkix.Name{CommonName: name},
		DNSNames:       names.DNS,
		IPAddresses:    names.IPs,
		EmailAddresses: names.Emails,
		URIs:           names.URIs,
	}, key)
	return encode(RequestLabel, der), err
}

// RequestLabel is the label of a request's PEM block.
const RequestLabel = "CERTIFICATE REQUEST"

// CertificatePEM returns a certificate in a PEM block.
func CertificatePEM(der []byte) []byte { return encode("CERTIFICATE", der) }

func encode(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}
