package certder

import (
	"crypto/x509"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Kind is the choice of a GeneralName (RFC 5280, section 4.2.1.6).
type Kind uint8

// The choices, by their tag numbers.
const (
	OtherName     Kind = 0
	Email         Kind = 1
	DNS           Kind = 2
	X400          Kind = 3
	DirectoryName Kind = 4
	EDIParty      Kind = 5
	URI           Kind = 6
	IPAddress     Kind = 7
	RegisteredID  Kind = 8
)

// GeneralName is one name. Value is the contents of its choice; of a
// directoryName it is the Name with its header, of a registeredID the
// contents of the OID.
type GeneralName struct {
	Kind  Kind
	Value []byte
	// Canonical is the result of the function Canonical for a directoryName.
	Canonical string
	// TypeID and Other are an otherName's type-id, dotted, and its value with
	// the value's own header.
	TypeID string
	Other  []byte
}

// ParseGeneralNames reads a GeneralNames sequence with its header.
func ParseGeneralNames(der []byte) ([]GeneralName, bool) {
	s := cryptobyte.String(der)
	var seq cryptobyte.String
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !s.Empty() {
		return nil, false
	}
	return ParseGeneralNameList(seq)
}

// ParseGeneralNameList reads the contents of a GeneralNames sequence.
func ParseGeneralNameList(list []byte) ([]GeneralName, bool) {
	s := cryptobyte.String(list)
	names := make([]GeneralName, 0, countElements(s))
	for !s.Empty() {
		name, ok := ReadGeneralName(&s)
		if !ok {
			return nil, false
		}
		names = append(names, name)
	}
	return names, true
}

// countElements counts the elements at the front of s that are whole.
func countElements(s cryptobyte.String) (n int) {
	var element cryptobyte.String
	var tag cbasn1.Tag
	for s.ReadAnyASN1Element(&element, &tag) {
		n++
	}
	return n
}

// ReadGeneralName reads one GeneralName from the front of s.
func ReadGeneralName(s *cryptobyte.String) (GeneralName, bool) {
	var value cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadAnyASN1(&value, &tag) {
		return GeneralName{}, false
	}
	const classMask, constructed, number = 0xc0, 0x20, 0x1f
	n := GeneralName{Kind: Kind(tag & number), Value: value}
	if tag&classMask != 0x80 || n.Kind > RegisteredID {
		return GeneralName{}, false
	}
	switch n.Kind {
	case OtherName:
		return n, tag&constructed != 0 && n.parseOther(value)
	case DirectoryName:
		var ok bool
		n.Canonical, ok = Canonical(value)
		return n, tag&constructed != 0 && ok
	case X400, EDIParty:
		return n, tag&constructed != 0
	case RegisteredID:
		_, ok := DottedOID(value)
		return n, tag&constructed == 0 && ok
	}
	return n, tag&constructed == 0
}

func (n *GeneralName) parseOther(s cryptobyte.String) bool {
	var value cryptobyte.String
	if !ReadOID(&s, &n.TypeID) ||
		!s.ReadASN1(&value, cbasn1.Tag(0).ContextSpecific().Constructed()) || !s.Empty() {
		return false
	}
	n.Other = value
	return true
}

// maxOID bounds the octets of an OBJECT IDENTIFIER: the time to write one in
// decimal grows with the square of its arcs' lengths. OpenSSL stops at 586.
const maxOID = 128

// DottedOID formats the contents of an OBJECT IDENTIFIER of at most 128 octets in
// dotted notation.
func DottedOID(contents []byte) (string, bool) {
	var id x509.OID
	if len(contents) > maxOID || id.UnmarshalBinary(contents) != nil {
		return "", false
	}
	return id.String(), true
}

// ReadOID reads an OBJECT IDENTIFIER from the front of s, and sets id to its dotted
// notation.
func ReadOID(s *cryptobyte.String, id *string) bool {
	var contents cryptobyte.String
	if !s.ReadASN1(&contents, cbasn1.OBJECT_IDENTIFIER) {
		return false
	}
	var ok bool
	*id, ok = DottedOID(contents)
	return ok
}

// Names reads the certificate's subjectAltName; It reports false if there is none
// that can be read.
func (c *Certificate) Names() ([]GeneralName, bool) {
	value, n := c.Find(SubjectAltName)
	if n != 1 {
		return nil, false
	}
	return ParseGeneralNames(value)
}

// The extensions that other packages look up.
const (
	SubjectKeyID       = "2.5.29.14"
	KeyUsage           = "2.5.29.15"
	SubjectAltName     = "2.5.29.17"
	BasicConstraints   = "2.5.29.19"
	NameConstraints    = "2.5.29.30"
	CRLDistribution    = "2.5.29.31"
	AuthorityKeyID     = "2.5.29.35"
	ExtKeyUsage        = "2.5.29.37"
	AuthorityInfo      = "1.3.6.1.5.5.7.1.1"
	ProxyCertInfo      = "1.3.6.1.5.5.7.1.14"
	NetscapeCertType   = "2.16.840.1.113730.1.1"
	CertificatePolicy  = "2.5.29.32"
	PolicyMappings     = "2.5.29.33"
	PolicyConstraints  = "2.5.29.36"
	InhibitAnyPolicy   = "2.5.29.54"
	IssuerAltName      = "2.5.29.18"
	CRLNumber          = "2.5.29.20"
	DeltaCRL           = "2.5.29.27"
	IssuingDistPoint   = "2.5.29.28"
	CertificateIssuer  = "2.5.29.29"
	OCSPNoCheck        = "1.3.6.1.5.5.7.48.1.5"
	AddressBlocks      = "1.3.6.1.5.5.7.1.7"
	AutonomousSystemID = "1.3.6.1.5.5.7.1.8"
)
