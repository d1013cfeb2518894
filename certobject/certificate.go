// Package certobject makes Node's certificate objects: what
// getPeerCertificate and X509Certificate's toLegacyObject return, equal to
// Node 26's field by field as JSON.
package certobject

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/oid"
	"polytls/internal/trust/certder"
)

// Certificate is Node's object. What is nil, or "" where no such value exists,
// is undefined in Node.
type Certificate struct {
	Subject, Issuer Name
	// SubjectAltName is Node's subjectaltname: "DNS:a.example, IP Address:..."
	SubjectAltName *string
	InfoAccess     InfoAccess
	CA             bool
	// Modulus is upper-case hex, Exponent "0x10001": RSA keys only.
	Modulus, Exponent string
	// PubKey is an RSA key's SubjectPublicKeyInfo or an EC key's point.
	PubKey []byte
	Bits   int
	// ValidFrom and ValidTo look like "Nov 23 09:00:02 2026 GMT".
	ValidFrom, ValidTo                          string
	Fingerprint, Fingerprint256, Fingerprint512 string
	ExtKeyUsage                                 []string // dotted
	SerialNumber                                string   // upper-case hex
	Raw                                         []byte
	// ASN1Curve is OpenSSL's name of the curve, NISTCurve NIST's if it has one.
	ASN1Curve, NISTCurve string
	// IssuerCertificate is set in detailed objects; a root's is itself.
	IssuerCertificate *Certificate
}

// Attribute is a key with its values in order.
type Attribute struct {
	Key    string
	Values []string
}

// Name is a distinguished name: OpenSSL's short names, or dotted identifiers,
// in the order of their first appearance.
type Name []Attribute

// Get returns the values of a key such as "CN".
func (n Name) Get(key string) []string { return get(n, key) }

// String returns the name in one line: "CN=localhost, O=node.js".
func (n Name) String() string {
	var parts []string
	for _, a := range n {
		for _, v := range a.Values {
			parts = append(parts, a.Key+"="+v)
		}
	}
	return strings.Join(parts, ", ")
}

// InfoAccess is the authority information access: keys such as "OCSP - URI".
type InfoAccess []Attribute

// Get returns the values of a key such as "CA Issuers - URI".
func (a InfoAccess) Get(key string) []string { return get(a, key) }

func get(list []Attribute, key string) []string {
	for _, a := range list {
		if a.Key == key {
			return a.Values
		}
	}
	return nil
}

// list collects attributes by key, in the order in which the keys come first.
type list struct {
	attributes []Attribute
	index      map[string]int
}

func newList(size int) *list {
	return &list{attributes: []Attribute{}, index: make(map[string]int, size)}
}

func (l *list) add(key, value string) {
	i, ok := l.index[key]
	if !ok {
		i = len(l.attributes)
		l.index[key] = i
		l.attributes = append(l.attributes, Attribute{Key: key})
	}
	l.attributes[i].Values = append(l.attributes[i].Values, value)
}

// New makes the object of one certificate in DER. It fails where OpenSSL could
// not read the certificate.
func New(der []byte) (*Certificate, error) {
	parsed, _, err := certder.Parse(der)
	if err != nil {
		return nil, err
	}
	sum1, sum256, sum512 := sha1.Sum(parsed.Raw), sha256.Sum256(parsed.Raw), sha512.Sum512(parsed.Raw)
	c := &Certificate{
		Subject:        ParseName(parsed.Subject),
		Issuer:         ParseName(parsed.Issuer),
		SubjectAltName: altNames(parsed),
		InfoAccess:     infoAccess(parsed),
		CA:             isCA(parsed),
		ValidFrom:      date(parsed.NotBefore),
		ValidTo:        date(parsed.NotAfter),
		Fingerprint:    colons(sum1[:]),
		Fingerprint256: colons(sum256[:]),
		Fingerprint512: colons(sum512[:]),
		ExtKeyUsage:    extKeyUsage(parsed),
		SerialNumber:   serial(parsed.Serial),
		Raw:            parsed.Raw,
	}
	c.setKey(parsed.SPKI)
	return c, nil
}

// Chain makes the detailed object: each certificate's issuer is the next one,
// and a self-issued last one is its own. What cannot be read ends the chain;
// of nothing it is nil.
func Chain(ders [][]byte) *Certificate {
	var leaf, last *Certificate
	var lastDER *certder.Certificate
	for _, der := range ders {
		c, err := New(der)
		if err != nil {
			break
		}
		if last == nil {
			leaf = c
		} else {
			last.IssuerCertificate = c
		}
		last = c
		lastDER, _, _ = certder.Parse(der)
	}
	if last != nil && isSelfIssued(lastDER) {
		last.IssuerCertificate = last
	}
	return leaf
}

func isSelfIssued(c *certder.Certificate) bool {
	subject, okSubject := certder.Canonical(c.Subject)
	issuer, okIssuer := certder.Canonical(c.Issuer)
	return okSubject && okIssuer && subject == issuer
}

// ParseName reads a Name, given in DER with its header. One that cannot be read
// is nil.
func ParseName(der []byte) Name {
	attrs, ok := certder.ParseName(der)
	if !ok {
		return nil
	}
	name := newList(len(attrs))
	for _, a := range attrs {
		if text, ok := certder.Text(a.Tag, a.Value); ok { // Node, too, leaves out what is not text
			key, _ := oid.ShortName(a.ID)
			name.add(key, text)
		}
	}
	return name.attributes
}

// isCA is X509_check_ca(x) == 1.
func isCA(c *certder.Certificate) bool {
	value, n := c.Find(certder.BasicConstraints)
	s := cryptobyte.String(value)
	var seq, ca cryptobyte.String
	if n != 1 || !s.ReadASN1(&seq, cbasn1.SEQUENCE) ||
		!seq.ReadASN1(&ca, cbasn1.BOOLEAN) || len(ca) != 1 || ca[0] == 0 {
		return false
	}
	usage, n := c.Find(certder.KeyUsage)
	if n == 0 {
		return true
	}
	const keyCertSign = 0x04 // in the first octet
	s = usage
	var bits cryptobyte.String
	return n == 1 && s.ReadASN1(&bits, cbasn1.BIT_STRING) && len(bits) > 1 && bits[1]&keyCertSign != 0
}

func extKeyUsage(c *certder.Certificate) []string {
	value, n := c.Find(certder.ExtKeyUsage)
	s := cryptobyte.String(value)
	var seq cryptobyte.String
	if n != 1 || !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !s.Empty() {
		return nil
	}
	usages := []string{}
	for !seq.Empty() {
		var id string
		if !certder.ReadOID(&seq, &id) {
			return nil
		}
		usages = append(usages, id)
	}
	return usages
}

// serial is BN_bn2hex: whole octets, a sign before negative numbers.
func serial(contents []byte) string {
	n := new(big.Int).SetBytes(contents)
	if len(contents) > 0 && contents[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(contents))*8))
	}
	text := upperHex(n)
	if n.Sign() < 0 {
		return "-" + text
	}
	return text
}

func upperHex(n *big.Int) string {
	if n.Sign() == 0 {
		return "0"
	}
	return strings.ToUpper(hex.EncodeToString(n.Bytes()))
}

// colons writes octets as fingerprints are written, "AB:CD".
func colons(sum []byte) string {
	var b strings.Builder
	for i, c := range sum {
		if i > 0 {
			b.WriteByte(':')
		}
		const digits = "0123456789ABCDEF"
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}
