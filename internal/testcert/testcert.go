// Package testcert makes certificates for tests: authorities, servers, clients
// and their revocation lists, with keys of any type. What it makes is valid in
// the years around now unless a Template says otherwise.
//
// It panics where making fails: that is a fault of the test that asked, or of
// the machine, and never of what is tested.
package testcert

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/ocsp"
	"software.sslmate.com/src/go-pkcs12"

	"polytls/internal/keyfile"
	"polytls/internal/sign"
	"polytls/internal/trust/certtest"
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
	AnyUse     bool               // no extension restricts the use

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

// build signs a template with the issuer's key, its own if there is none.
func build(t Template, issuer *Cert) *Cert {
	c := &Cert{Signer: t.Signer, Issuer: issuer}
	if c.Signer == nil {
		c.Signer = NewKey(t.Kind)
	}
	key := certtest.KeyOf(c.Signer)
	template := certtest.Template{
		Serial: 0x1000 + serial.Add(1), Subject: t.subject(), Key: key, Extensions: t.extensions(),
		Validity: validity(orElse(t.NotBefore, time.Now().Add(-time.Hour)), orElse(t.NotAfter, time.Now().AddDate(10, 0, 0))),
	}
	id := sha1.Sum(key.SPKI)
	template.Extensions = append(template.Extensions, certtest.SubjectKeyID(string(id[:])))
	if issuer == nil {
		c.Issuer, template.Issuer, template.Signer = c, template.Subject, key
	} else {
		template.Issuer, template.Signer = issuer.RawSubject, certtest.KeyOf(issuer.Signer)
		if !bytes.Equal(template.Issuer, template.Subject) {
			template.Extensions = append(template.Extensions, certtest.AuthorityKeyID(string(issuer.SubjectKeyId)))
		}
	}
	if t.SHA1 {
		template.Hash = crypto.SHA1
	}
	c.Certificate = parse(template)
	return c
}

// parse signs a template. crypto/x509 refuses keys on Brainpool curves: the certificate
// is then that of another key, with the Raw fields and the key of the right one.
func parse(t certtest.Template) *x509.Certificate {
	der, spki := t.Sign(), t.Key.SPKI
	public, ok := t.Key.Signer.Public().(*ecdsa.PublicKey)
	if !ok || !sign.IsVariableTime(public.Curve) {
		return must(x509.ParseCertificate(der))
	}
	t.Key = certtest.Keys("p256")
	c := must(x509.ParseCertificate(t.Sign()))
	c.Raw, c.RawSubjectPublicKeyInfo, c.PublicKey = der, spki, public
	return c
}

func (t *Template) subject() []byte {
	if t.CommonName == "" {
		return certtest.Name("O=polytls")
	}
	return certtest.Name("O=polytls", "CN="+t.CommonName)
}

// extensions are those that do not depend on keys.
func (t *Template) extensions() (list [][]byte) {
	var names [][]byte
	for _, name := range t.DNS {
		names = append(names, certtest.DNS(name))
	}
	for _, ip := range t.IPs {
		if four := ip.To4(); four != nil {
			ip = four
		}
		names = append(names, certtest.GeneralName(7, ip))
	}
	if names != nil {
		list = append(list, certtest.AltNames(names...))
	}
	switch {
	case t.AnyUse:
		return list
	case t.CA:
		length := t.MaxPathLen
		switch {
		case length == 0:
			length = -1
		case length < 0:
			length = 0
		}
		return append(list, certtest.BasicConstraints(true, length), certtest.KeyUsage(certtest.KeyCertSign|certtest.CRLSign))
	}
	var usages []string
	for _, usage := range t.Usage {
		usages = append(usages, usage.OID().String())
	}
	if t.Usage == nil {
		usages = []string{certtest.ServerAuth, certtest.ClientAuth}
	}
	if len(usages) > 0 {
		list = append(list, certtest.ExtKeyUsage(usages...))
	}
	return append(list, certtest.BasicConstraints(false, -1), certtest.KeyUsage(certtest.DigitalSignature|certtest.KeyEncipherment))
}

// validity is the contents of a Validity (RFC 5280, section 4.1.2.5).
func validity(from, to time.Time) []byte {
	var b cryptobyte.Builder
	for _, at := range []time.Time{from.UTC(), to.UTC()} {
		if at.Year() < 2050 {
			b.AddASN1UTCTime(at)
		} else {
			b.AddASN1GeneralizedTime(at)
		}
	}
	return b.BytesOrPanic()
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
