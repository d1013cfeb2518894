// Package testcert makes certificates for tests: authorities, servers, clients
// and their revocation lists, with keys of any type. What it makes is valid in
// the years around now unless a Template says otherwise.
//
// It panics where making fails: that is a fault of the test that asked, or of
// the machine, and never of what is tested.
package testcert

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ocsp"
	"software.sslmate.com/src/go-pkcs12"

	"polytls/internal/keyfile"
	"polytls/internal/sign"
)

// Template says what a certificate shall be. The zero value is a leaf without
// names, with a P-256 key, for servers and clients both.
type Template struct {
	CommonName string
	DNS        []string
	IPs        []net.IP
	Kind       Kind          // of a new key, P256 if it is empty
	Signer     crypto.Signer // a key that is there already, in place of Kind

	CA         bool
	MaxPathLen int                // of a CA; 0 for no limit, -1 for zero
	Usage      []x509.ExtKeyUsage // nil for serverAuth and clientAuth, none at a CA

	NotBefore, NotAfter time.Time // zero for an hour ago and ten years from now
	SHA1                bool      // sign with SHA-1, where the issuer's key can
}

// Cert is a certificate with its key and its issuer.
type Cert struct {
	*x509.Certificate // PublicKey is nil for Ed448 and RSA-PSS keys
	Signer            crypto.Signer
	Issuer            *Cert // itself if it is self-signed
}

// CA returns a root with a P-256 key.
func CA(commonName string) *Cert {
	return SelfSigned(Template{CommonName: commonName, CA: true})
}

// SelfSigned returns a certificate that is its own issuer.
func SelfSigned(t Template) *Cert { return build(t, nil) }

// Issue returns a certificate signed by ca.
func (ca *Cert) Issue(t Template) *Cert { return build(t, ca) }

// Server returns a leaf for host names with a P-256 key, and one for IP
// addresses where a name is one.
func (ca *Cert) Server(names ...string) *Cert { return ca.Issue(ServerTemplate(names...)) }

// ServerTemplate is the template of Server.
func ServerTemplate(names ...string) Template {
	t := Template{Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			t.IPs = append(t.IPs, ip)
		} else {
			t.DNS = append(t.DNS, name)
		}
	}
	if len(names) > 0 {
		t.CommonName = names[0]
	}
	return t
}

// Client returns a client's leaf with a P-256 key.
func (ca *Cert) Client(commonName string) *Cert {
	return ca.Issue(Template{CommonName: commonName, Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

// serial numbers the certificates of a process, so that no two of an issuer
// share one.
var serial atomic.Int64

// build is crypto/x509's certificate with another key and another signature put
// in: that package knows neither Ed448 nor RSA-PSS keys, and no SHA-1.
func build(t Template, issuer *Cert) *Cert {
	c := &Cert{Signer: t.Signer, Issuer: issuer}
	if c.Signer == nil {
		c.Signer = NewKey(t.Kind)
	}
	spki := must(sign.MarshalPublicKey(c.Signer.Public()))
	template := t.x509()
	id := sha1.Sum(spki)
	template.SubjectKeyId = id[:]
	parent := template
	if issuer == nil {
		c.Issuer = c
	} else {
		copied := *issuer.Certificate
		copied.PublicKey = nil
		parent = &copied
	}
	public, placeholder, err := ed25519.GenerateKey(rand.Reader)
	must(public, err)
	der := must(x509.CreateCertificate(rand.Reader, template, parent, public, placeholder))
	der = resign(der, spki, c.Issuer.Signer, t.SHA1)
	c.Certificate = must(x509.ParseCertificate(der))
	return c
}

func (t *Template) x509() *x509.Certificate {
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(0x1000 + serial.Add(1)),
		Subject:               pkix.Name{CommonName: t.CommonName, Organization: []string{"polytls"}},
		NotBefore:             orElse(t.NotBefore, time.Now().Add(-time.Hour)),
		NotAfter:              orElse(t.NotAfter, time.Now().AddDate(10, 0, 0)),
		DNSNames:              t.DNS,
		IPAddresses:           t.IPs,
		BasicConstraintsValid: true,
		ExtKeyUsage:           t.Usage,
	}
	if t.CA {
		template.IsCA = true
		template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
		template.MaxPathLen, template.MaxPathLenZero = max(t.MaxPathLen, 0), t.MaxPathLen < 0
		return template
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	if t.Usage == nil {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	}
	return template
}

func orElse(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}

// PEM returns the certificate.
func (c *Cert) PEM() []byte { return encode("CERTIFICATE", c.Raw) }

// ChainPEM returns the certificate and its issuers but for the root.
func (c *Cert) ChainPEM() []byte {
	out := c.PEM()
	for c = c.Issuer; c != c.Issuer; c = c.Issuer {
		out = append(out, c.PEM()...)
	}
	return out
}

// KeyPEM returns the key in PKCS #8.
func (c *Cert) KeyPEM() []byte { return must(keyfile.MarshalPrivateKey(c.Signer)) }

// EncryptedKeyPEM returns the key under a passphrase, in OpenSSL's traditional
// form: opening PKCS #8 takes seconds under the race detector. The key must be
// one of crypto/x509's.
func (c *Cert) EncryptedKeyPEM(passphrase string) []byte {
	der := must(x509.MarshalPKCS8PrivateKey(c.Signer))
	//lint:ignore SA1019 the form is weak; what is made with it is a test's
	block := must(x509.EncryptPEMBlock(rand.Reader, "PRIVATE KEY", der, []byte(passphrase), x509.PEMCipherAES256))
	return pem.EncodeToMemory(block)
}

// PFX returns the key, the certificate and its issuers as PKCS #12. The key must
// be one of crypto/x509's.
func (c *Cert) PFX(passphrase string) []byte {
	var issuers []*x509.Certificate
	for up := c.Issuer; up != up.Issuer; up = up.Issuer {
		issuers = append(issuers, up.Certificate)
	}
	return must(pkcs12.Modern.Encode(c.Signer, c.Certificate, issuers, passphrase))
}

// CRL returns a list of revoked certificates in PEM, valid until nextUpdate,
// or for a year if that is zero. The issuer's key must be one of crypto/x509's.
func (ca *Cert) CRL(nextUpdate time.Time, revoked ...*Cert) []byte {
	list := &x509.RevocationList{
		Number:     big.NewInt(serial.Add(1)),
		ThisUpdate: time.Now().Add(-48 * time.Hour),
		NextUpdate: orElse(nextUpdate, time.Now().AddDate(1, 0, 0)),
	}
	for _, c := range revoked {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{
			SerialNumber: c.SerialNumber, RevocationTime: time.Now().Add(-24 * time.Hour),
		})
	}
	return encode("X509 CRL", must(x509.CreateRevocationList(rand.Reader, list, ca.Certificate, ca.Signer)))
}

// OCSPResponse returns the issuer's response in DER that the certificate is good.
// The issuer's key must be one of crypto/x509's.
func (c *Cert) OCSPResponse() []byte {
	now := time.Now()
	return must(ocsp.CreateResponse(c.Issuer.Certificate, c.Issuer.Certificate, ocsp.Response{
		Status: ocsp.Good, SerialNumber: c.SerialNumber, ThisUpdate: now, NextUpdate: now.Add(time.Hour),
	}, c.Issuer.Signer))
}

func encode(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("testcert: %v", err))
	}
	return x
}
