// Package certder reads the DER of certificates as OpenSSL reads it: it refuses what
// cannot be parsed, and checks nothing else. Packages trust and certobject share it,
// so that both see the same certificate even where crypto/x509 refuses it.
package certder

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Certificate is the outer structure of an X.509 certificate (RFC 5280,
// section 4.1). All slices alias the input.
type Certificate struct {
	Raw, TBS []byte
	// Version is the value on the wire: 0 is v1, 2 is v3.
	Version int
	// Serial is the INTEGER's contents, big-endian two's complement.
	Serial []byte
	// InnerAlgorithm and Algorithm are the signature's AlgorithmIdentifier, inside
	// and outside the signed part, each with its header.
	InnerAlgorithm, Algorithm []byte
	// Issuer and Subject are Names with their headers.
	Issuer, Subject     []byte
	NotBefore, NotAfter Time
	// SPKI is the SubjectPublicKeyInfo with its header.
	SPKI       []byte
	Extensions []Extension
	Signature  []byte
}

// Extension is one Extension of a certificate, in the order of the wire.
type Extension struct {
	ID       string // dotted
	Critical bool
	Value    []byte // contents of extnValue
}

// Time is a Time as encoded.
type Time struct {
	Generalized bool // GeneralizedTime, not UTCTime
	Text        string
}

var errCertificate = errors.New("certificate: not an X.509 certificate")

func malformed(field string) error {
	return fmt.Errorf("certificate: %s: malformed", field)
}

// Parse reads one certificate from the front of der and returns what follows
// it.
func Parse(der []byte) (*Certificate, []byte, error) {
	rest := cryptobyte.String(der)
	var raw, body, tbs cryptobyte.String
	if !rest.ReadASN1Element(&raw, cbasn1.SEQUENCE) {
		return nil, nil, errCertificate
	}
	c := &Certificate{Raw: raw}
	if !raw.ReadASN1(&body, cbasn1.SEQUENCE) || !body.ReadASN1Element(&tbs, cbasn1.SEQUENCE) {
		return nil, nil, errCertificate
	}
	c.TBS = tbs
	if err := c.parseTBS(tbs); err != nil {
		return nil, nil, err
	}
	switch {
	case !readElement(&body, &c.Algorithm, cbasn1.SEQUENCE):
		return nil, nil, malformed("signatureAlgorithm")
	case !readBits(&body, &c.Signature), !body.Empty():
		return nil, nil, malformed("signatureValue")
	}
	return c, rest, nil
}

func (c *Certificate) parseTBS(element cryptobyte.String) error {
	var tbs, validity cryptobyte.String
	if !element.ReadASN1(&tbs, cbasn1.SEQUENCE) {
		return errCertificate
	}
	switch {
	case !readVersion(&tbs, &c.Version):
		return malformed("version")
	case !readInteger(&tbs, &c.Serial):
		return malformed("serialNumber")
	case !readElement(&tbs, &c.InnerAlgorithm, cbasn1.SEQUENCE):
		return malformed("signature")
	case !readElement(&tbs, &c.Issuer, cbasn1.SEQUENCE):
		return malformed("issuer")
	case !tbs.ReadASN1(&validity, cbasn1.SEQUENCE),
		!readTime(&validity, &c.NotBefore), !readTime(&validity, &c.NotAfter), !validity.Empty():
		return malformed("validity")
	case !readElement(&tbs, &c.Subject, cbasn1.SEQUENCE):
		return malformed("subject")
	case !readElement(&tbs, &c.SPKI, cbasn1.SEQUENCE):
		return malformed("subjectPublicKeyInfo")
	case !tbs.SkipOptionalASN1(cbasn1.Tag(1).ContextSpecific()):
		return malformed("issuerUniqueID")
	case !tbs.SkipOptionalASN1(cbasn1.Tag(2).ContextSpecific()):
		return malformed("subjectUniqueID")
	}
	if err := c.parseExtensions(&tbs); err != nil {
		return err
	}
	if !tbs.Empty() {
		return malformed("tbsCertificate")
	}
	return nil
}

func (c *Certificate) parseExtensions(tbs *cryptobyte.String) error {
	var wrapped, list cryptobyte.String
	var present bool
	if !tbs.ReadOptionalASN1(&wrapped, &present, cbasn1.Tag(3).ContextSpecific().Constructed()) {
		return malformed("extensions")
	}
	if !present {
		return nil
	}
	if !wrapped.ReadASN1(&list, cbasn1.SEQUENCE) || !wrapped.Empty() {
		return malformed("extensions")
	}
	var ok bool
	c.Extensions, ok = ParseExtensions(list)
	if !ok {
		return malformed("extensions")
	}
	return nil
}

// ParseExtensions reads the contents of an Extensions sequence.
func ParseExtensions(list []byte) ([]Extension, bool) {
	s := cryptobyte.String(list)
	var exts []Extension
	for !s.Empty() {
		var ext, critical, value cryptobyte.String
		var id string
		var present bool
		if !s.ReadASN1(&ext, cbasn1.SEQUENCE) ||
			!ReadOID(&ext, &id) ||
			!ext.ReadOptionalASN1(&critical, &present, cbasn1.BOOLEAN) ||
			present && len(critical) != 1 ||
			!ext.ReadASN1(&value, cbasn1.OCTET_STRING) || !ext.Empty() {
			return nil, false
		}
		exts = append(exts, Extension{
			ID:       id,
			Critical: present && critical[0] != 0, // OpenSSL reads any octet but 0 as TRUE
			Value:    value,
		})
	}
	return exts, true
}

// Find returns the value of the extension id. Of several it returns none, and count
// is their number, as in X509_get_ext_d2i.
func (c *Certificate) Find(id string) (value []byte, count int) {
	for _, ext := range c.Extensions {
		if ext.ID == id {
			value, count = ext.Value, count+1
		}
	}
	if count != 1 {
		return nil, count
	}
	return value, 1
}

func readVersion(s *cryptobyte.String, version *int) bool {
	var wrapped cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&wrapped, &present, cbasn1.Tag(0).ContextSpecific().Constructed()) {
		return false
	}
	*version = 0
	return !present || wrapped.ReadASN1Integer(version) && wrapped.Empty()
}

// readInteger accepts the integers that DER allows, negative ones too.
func readInteger(s *cryptobyte.String, out *[]byte) bool {
	var v cryptobyte.String
	if !s.ReadASN1(&v, cbasn1.INTEGER) || len(v) == 0 {
		return false
	}
	if len(v) > 1 && (v[0] == 0 && v[1] < 0x80 || v[0] == 0xff && v[1] >= 0x80) {
		return false
	}
	*out = v
	return true
}

func readElement(s *cryptobyte.String, out *[]byte, tag cbasn1.Tag) bool {
	return s.ReadASN1Element((*cryptobyte.String)(out), tag)
}

// readBits reads a BIT STRING whose length is whole octets, as signatures are.
func readBits(s *cryptobyte.String, out *[]byte) bool {
	var v cryptobyte.String
	if !s.ReadASN1(&v, cbasn1.BIT_STRING) || len(v) == 0 || v[0] > 7 || v[0] != 0 && len(v) == 1 {
		return false
	}
	*out = v[1:]
	return true
}

// readTime refuses a time that is too short for seconds and a zone, as OpenSSL 3
// does.
func readTime(s *cryptobyte.String, out *Time) bool {
	var v cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadAnyASN1(&v, &tag) ||
		!(tag == cbasn1.UTCTime && len(v) >= len(utcLayout) ||
			tag == cbasn1.GeneralizedTime && len(v) >= len(generalizedLayout)) {
		return false
	}
	*out = Time{Generalized: tag == cbasn1.GeneralizedTime, Text: string(v)}
	return true
}

// First returns the value of the first extension id.
func (c *Certificate) First(id string) ([]byte, bool) {
	for _, ext := range c.Extensions {
		if ext.ID == id {
			return ext.Value, true
		}
	}
	return nil, false
}
