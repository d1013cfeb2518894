package wire

import (
	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/suite"
)

// SignatureAlgorithms is signature_algorithms (RFC 8446, section 4.2.3).
type SignatureAlgorithms struct {
	Schemes []suite.Scheme // most preferred first
}

// Extension returns ExtSignatureAlgorithms.
func (*SignatureAlgorithms) Extension() ExtensionType { return ExtSignatureAlgorithms }

func (x *SignatureAlgorithms) parse(s *cryptobyte.String) error { return readSchemes(s, &x.Schemes) }

func (x *SignatureAlgorithms) appendTo(b *builder) { addSchemes(b, x.Schemes) }

// SignatureAlgorithmsCert is signature_algorithms_cert (RFC 8446, section
// 4.2.3): the schemes for signatures in certificates.
type SignatureAlgorithmsCert struct {
	Schemes []suite.Scheme // most preferred first
}

// Extension returns ExtSignatureAlgorithmsCert.
func (*SignatureAlgorithmsCert) Extension() ExtensionType { return ExtSignatureAlgorithmsCert }

func (x *SignatureAlgorithmsCert) parse(s *cryptobyte.String) error {
	return readSchemes(s, &x.Schemes)
}

func (x *SignatureAlgorithmsCert) appendTo(b *builder) { addSchemes(b, x.Schemes) }

// DelegatedCredential is the delegated_credential of a ClientHello or a
// CertificateRequest (RFC 9345, section 4.1): the schemes with which a delegated
// key may sign.
type DelegatedCredential struct {
	Schemes []suite.Scheme // most preferred first
}

// Extension returns ExtDelegatedCredential.
func (*DelegatedCredential) Extension() ExtensionType { return ExtDelegatedCredential }

func (x *DelegatedCredential) parse(s *cryptobyte.String) error { return readSchemes(s, &x.Schemes) }

func (x *DelegatedCredential) appendTo(b *builder) { addSchemes(b, x.Schemes) }

// SignedCredential is the delegated_credential of a certificate entry (RFC 9345,
// section 4): the structure DelegatedCredential.
type SignedCredential struct {
	Credential Credential
	Scheme     suite.Scheme // that of Signature, by the certificate's key
	Signature  []byte
}

// Credential is what the holder of a certificate signs: the structure
// Credential of RFC 9345, section 4.
type Credential struct {
	ValidTime    uint32       // seconds after the certificate's notBefore
	VerifyScheme suite.Scheme // that of the CertificateVerify
	PublicKey    []byte       // SubjectPublicKeyInfo, DER
}

// Extension returns ExtDelegatedCredential.
func (*SignedCredential) Extension() ExtensionType { return ExtDelegatedCredential }

func (x *SignedCredential) parse(s *cryptobyte.String) error {
	switch c := &x.Credential; {
	case !s.ReadUint32(&c.ValidTime):
		return malformed("valid_time")
	case !s.ReadUint16((*uint16)(&c.VerifyScheme)):
		return malformed("dc_cert_verify_algorithm")
	case !readVector24(s, &c.PublicKey), len(c.PublicKey) == 0:
		return malformed("ASN1_subjectPublicKeyInfo")
	case !s.ReadUint16((*uint16)(&x.Scheme)):
		return malformed("algorithm")
	case !readVector16(s, &x.Signature), len(x.Signature) == 0:
		return malformed("signature")
	}
	return nil
}

func (x *SignedCredential) appendTo(b *builder) {
	x.Credential.appendTo(b)
	b.AddUint16(uint16(x.Scheme))
	addVector16(b, x.Signature)
}

// Marshal returns the bytes that the signature covers, with the certificate
// before and the scheme after them (RFC 9345, section 4). It fails only if the
// key does not fit its vector.
func (c *Credential) Marshal() ([]byte, error) {
	var b builder
	c.appendTo(&b)
	return b.Bytes()
}

func (c *Credential) appendTo(b *builder) {
	b.AddUint32(c.ValidTime)
	b.AddUint16(uint16(c.VerifyScheme))
	addVector24(b, c.PublicKey)
}

func readSchemes(s *cryptobyte.String, out *[]suite.Scheme) error {
	if !readNumbers(s, vector16, out) {
		return malformed("supported_signature_algorithms")
	}
	return nil
}

func addSchemes(b *builder, schemes []suite.Scheme) {
	b.AddUint16LengthPrefixed(func(b *builder) { addNumbers(b, schemes) })
}
