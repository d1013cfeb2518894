// Package issue makes keys, certificates, requests and revocation lists for
// machines that one person looks after: a development host, a test, a home.
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
	"time"
)

// Algorithms are the names that NewKey knows, the default first.
var Algorithms = []string{"ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "ed25519"}

// NewKey makes a key of one of Algorithms.
func NewKey(algorithm string) (crypto.Signer, error) {
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
	}
	return nil, fmt.Errorf("unknown key algorithm %q", algorithm)
}

// Authority is a CA with its key.
type Authority struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Usage is what a certificate is for.
type Usage uint8

// The ends of a connection.
const (
	Server Usage = iota + 1
	Client
)

// Request is what a certificate shall say.
type Request struct {
	Name  string // common name
	Names Names  // alternative names
	Usage Usage
	Days  int
	Now   time.Time
}

// skew is how far back certificates are valid, for clocks that are slow.
const skew = time.Hour

// validity is the time in which a certificate of so many days is valid.
func validity(now time.Time, days int) (from, to time.Time) {
	return now.Add(-skew).Truncate(time.Second), now.AddDate(0, 0, days).Truncate(time.Second)
}

// NewAuthority makes a CA that signs itself.
func NewAuthority(name string, key crypto.Signer, days int, now time.Time) (*Authority, error) {
	t := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true, // it signs leaves only
	}
	t.NotBefore, t.NotAfter = validity(now, days)
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &Authority{cert, key}, err
}

// Issue makes a certificate for a public key and returns it in DER.
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
	t.NotBefore, t.NotAfter = validity(r.Now, r.Days)
	if t.NotAfter.After(a.Certificate.NotAfter) {
		t.NotAfter = a.Certificate.NotAfter // a chain is as good as its shortest link
	}
	return x509.CreateCertificate(rand.Reader, t, a.Certificate, public, a.Key)
}

// Revoke makes a revocation list in DER: what old holds (nil for none), and
// the serial numbers besides.
func (a *Authority) Revoke(old *x509.RevocationList, serials []*big.Int, days int, now time.Time) ([]byte, error) {
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
			entries = append(entries, x509.RevocationListEntry{SerialNumber: serial, RevocationTime: now.UTC().Truncate(time.Second)})
		}
	}
	t := &x509.RevocationList{Number: number, RevokedCertificateEntries: entries}
	t.ThisUpdate, t.NextUpdate = validity(now, days)
	return x509.CreateRevocationList(rand.Reader, t, a.Certificate, a.Key)
}

func holds(entries []x509.RevocationListEntry, serial *big.Int) bool {
	for _, e := range entries {
		if e.SerialNumber.Cmp(serial) == 0 {
			return true
		}
	}
	return false
}

// NewRequest makes a certificate signing request in DER.
func NewRequest(name string, names Names, key crypto.Signer) ([]byte, error) {
	return x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject:        pkix.Name{CommonName: name},
		DNSNames:       names.DNS,
		IPAddresses:    names.IPs,
		EmailAddresses: names.Emails,
		URIs:           names.URIs,
	}, key)
}

// PEM returns DER in a PEM block.
func PEM(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}
