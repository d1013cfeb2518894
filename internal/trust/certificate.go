package trust

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"net"
	"strconv"
	"strings"

	"filippo.io/mldsa"

	"polytls/failure"
	"polytls/internal/sign"
	"polytls/internal/trust/certder"
)

// Certificate is a parsed certificate. The embedded certificate is parsed by
// crypto/x509. Where crypto/x509 refuses what OpenSSL reads, byHand fills in names,
// validity, key and raw parts, but not every extension.
type Certificate struct {
	*x509.Certificate
	// Raw is the certificate's DER.
	Raw []byte
	// Public is the key as package sign represents it, nil if sign does not support
	// it. Ed448 and RSASSA-PSS keys are in Public and not in PublicKey.
	Public crypto.PublicKey

	der                *certder.Certificate
	issuer, subject    string     // canonical
	inner, outer       *algorithm // of the signature, inside and outside the signed part; nil if unknown
	notBefore, expires instant
	facts              facts
	auxiliary          certder.Auxiliary // of trusted certificates only
	distrust           func([]*x509.Certificate) error
	names              names
}

// ParseCertificate reads one certificate as OpenSSL reads it. Its errors carry
// bad_certificate.
func ParseCertificate(der []byte) (*Certificate, error) {
	c, rest, err := parse(der)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, refused("certificate: %d octets follow it", len(rest))
	}
	return c, nil
}

func refused(format string, args ...any) *failure.Error {
	return failure.Decode.With(failure.AlertBadCertificate, format, args...)
}

func parse(der []byte) (*Certificate, []byte, error) {
	raw, rest, err := certder.Parse(der)
	if err != nil {
		return nil, nil, refused("%v", err)
	}
	c := &Certificate{Raw: raw.Raw, der: raw}
	var okIssuer, okSubject bool
	c.issuer, okIssuer = certder.Canonical(raw.Issuer)
	c.subject, okSubject = certder.Canonical(raw.Subject)
	if !okIssuer || !okSubject {
		return nil, nil, refused("certificate: issuer or subject: malformed")
	}
	c.inner, c.outer = parseAlgorithm(raw.InnerAlgorithm), parseAlgorithm(raw.Algorithm)
	c.notBefore, c.expires = newInstant(raw.NotBefore), newInstant(raw.NotAfter)
	if c.Public, err = sign.ParsePublicKey(raw.SPKI); err != nil {
		c.Public = nil
	}
	c.facts = c.readFacts()
	if c.Certificate, err = x509.ParseCertificate(raw.Raw); err != nil {
		c.Certificate = byHand(c)
	}
	if pub, ok := c.Public.(*mldsa.PublicKey); ok { // crypto/x509 supports it from Go 1.27 on
		c.Certificate.PublicKey = pub
	}
	return c, rest, nil
}

// KeyFault says why Public is nil.
func (c *Certificate) KeyFault() string {
	_, err := sign.ParsePublicKey(c.der.SPKI)
	if own, ok := errors.AsType[*failure.Error](err); ok {
		return own.Message()
	}
	return "public key: there is none"
}

// byHand fills in the fields that can be parsed without crypto/x509.
func byHand(c *Certificate) *x509.Certificate {
	raw := c.der
	x := &x509.Certificate{
		Raw: raw.Raw, RawTBSCertificate: raw.TBS, RawSubjectPublicKeyInfo: raw.SPKI,
		RawSubject: raw.Subject, RawIssuer: raw.Issuer,
		Signature: raw.Signature, SignatureAlgorithm: x509.UnknownSignatureAlgorithm,
		PublicKey: c.Public, Version: raw.Version + 1,
		SerialNumber: twosComplement(raw.Serial),
		Issuer:       pkixName(raw.Issuer), Subject: pkixName(raw.Subject),
		NotBefore: c.notBefore.Time, NotAfter: c.expires.Time,
		KeyUsage:              x509.KeyUsage(c.facts.keyUsage),
		BasicConstraintsValid: c.facts.hasBasicConstraints, IsCA: c.facts.ca,
		MaxPathLen:     c.facts.pathLength,
		MaxPathLenZero: c.facts.pathLength == 0,
		SubjectKeyId:   c.facts.subjectKeyID,
	}
	for _, ext := range raw.Extensions {
		if id, ok := objectID(ext.ID); ok {
			x.Extensions = append(x.Extensions, pkix.Extension{Id: id, Critical: ext.Critical, Value: ext.Value})
		}
	}
	for _, n := range c.facts.names {
		switch n.Kind {
		case certder.DNS:
			x.DNSNames = append(x.DNSNames, string(n.Value))
		case certder.Email:
			x.EmailAddresses = append(x.EmailAddresses, string(n.Value))
		case certder.IPAddress:
			x.IPAddresses = append(x.IPAddresses, net.IP(n.Value))
		}
	}
	return x
}

func pkixName(der []byte) (name pkix.Name) {
	var seq pkix.RDNSequence
	if _, err := asn1.Unmarshal(der, &seq); err == nil {
		name.FillFromRDNSequence(&seq)
	}
	return name
}

// objectID is false for arcs that encoding/asn1 cannot represent.
func objectID(dotted string) (id asn1.ObjectIdentifier, ok bool) {
	for arc := range strings.SplitSeq(dotted, ".") {
		n, err := strconv.ParseInt(arc, 10, 32)
		if err != nil {
			return nil, false
		}
		id = append(id, int(n))
	}
	return id, true
}

func twosComplement(contents []byte) *big.Int {
	n := new(big.Int).SetBytes(contents)
	if len(contents) > 0 && contents[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(contents))*8))
	}
	return n
}

// same reports whether two certificates are the same octets (X509_cmp).
func (c *Certificate) same(d *Certificate) bool { return string(c.Raw) == string(d.Raw) }
