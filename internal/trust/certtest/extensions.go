package certtest

import (
	"crypto"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Name makes a Name of attributes such as "CN=a" and "OU=b", each a UTF8String in a
// relative distinguished name of its own. Types are CN, O, OU, C, emailAddress or
// dotted identifiers.
func Name(attributes ...string) []byte {
	ids := map[string]string{"CN": "2.5.4.3", "O": "2.5.4.10", "OU": "2.5.4.11", "C": "2.5.4.6", "emailAddress": "1.2.840.113549.1.9.1"}
	rdns := make([][]Attribute, len(attributes))
	for i, a := range attributes {
		key, value, _ := strings.Cut(a, "=")
		id, ok := ids[key]
		if !ok {
			id = key
		}
		tag := cbasn1.UTF8String
		if key == "emailAddress" {
			tag = cbasn1.IA5String
		}
		rdns[i] = []Attribute{{id, tag, []byte(value)}}
	}
	return NameOf(rdns...)
}

// Attribute is one attribute of a name.
type Attribute struct {
	ID    string
	Tag   cbasn1.Tag
	Value []byte
}

// NameOf makes a Name of relative distinguished names.
func NameOf(rdns ...[]Attribute) []byte {
	return sequence(func(b *cryptobyte.Builder) {
		for _, rdn := range rdns {
			b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
				for _, a := range rdn {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1ObjectIdentifier(OID(a.ID))
						b.AddASN1(a.Tag, func(b *cryptobyte.Builder) { b.AddBytes(a.Value) })
					})
				}
			})
		}
	})
}

// Extension makes an Extension; "!" before the identifier marks it critical.
func Extension(id string, value []byte) []byte {
	id, critical := strings.CutPrefix(id, "!")
	return sequence(func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(OID(id))
		if critical {
			b.AddASN1Boolean(true)
		}
		b.AddASN1OctetString(value)
	})
}

// BasicConstraints makes the extension; a pathLength of -1 is left out.
func BasicConstraints(ca bool, pathLength int) []byte {
	return Extension("!2.5.29.19", sequence(func(b *cryptobyte.Builder) {
		if ca {
			b.AddASN1Boolean(true)
		}
		if pathLength >= 0 {
			b.AddASN1Int64(int64(pathLength))
		}
	}))
}

// The bits of KeyUsage.
const (
	DigitalSignature = 0x80
	KeyEncipherment  = 0x20
	KeyCertSign      = 0x04
	CRLSign          = 0x02
)

// KeyUsage makes the extension of the first octet of its bits.
func KeyUsage(bits byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1BitString([]byte{bits})
	return Extension("!2.5.29.15", b.BytesOrPanic())
}

// The usages of ExtKeyUsage.
const (
	ServerAuth = "1.3.6.1.5.5.7.3.1"
	ClientAuth = "1.3.6.1.5.5.7.3.2"
	AnyUsage   = "2.5.29.37.0"
)

// ExtKeyUsage makes the extension.
func ExtKeyUsage(ids ...string) []byte {
	return Extension("2.5.29.37", sequence(func(b *cryptobyte.Builder) {
		for _, id := range ids {
			b.AddASN1ObjectIdentifier(OID(id))
		}
	}))
}

// SubjectKeyID makes the extension.
func SubjectKeyID(id string) []byte {
	var b cryptobyte.Builder
	b.AddASN1OctetString([]byte(id))
	return Extension("2.5.29.14", b.BytesOrPanic())
}

// AuthorityKeyID makes the extension with only a key identifier.
func AuthorityKeyID(id string) []byte {
	return Extension("2.5.29.35", sequence(func(b *cryptobyte.Builder) {
		b.AddASN1(context(0, false), func(b *cryptobyte.Builder) { b.AddBytes([]byte(id)) })
	}))
}

// GeneralName makes a primitive GeneralName with the tag of its kind: 1 is an
// email address, 2 a DNS name, 6 a URI, 7 an address, 8 an identifier.
func GeneralName(kind uint8, value []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(context(kind, false), func(b *cryptobyte.Builder) { b.AddBytes(value) })
	return b.BytesOrPanic()
}

// Directory makes a directoryName.
func Directory(name []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(context(4, true), func(b *cryptobyte.Builder) { b.AddBytes(name) })
	return b.BytesOrPanic()
}

// OtherName makes an otherName.
func OtherName(id string, tag cbasn1.Tag, value string) []byte {
	var b cryptobyte.Builder
	b.AddASN1(context(0, true), func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(OID(id))
		b.AddASN1(context(0, true), func(b *cryptobyte.Builder) {
			b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(value)) })
		})
	})
	return b.BytesOrPanic()
}

// DNS makes a DNS name.
func DNS(name string) []byte { return GeneralName(2, []byte(name)) }

// AltNames makes the subjectAltName extension.
func AltNames(names ...[]byte) []byte {
	return Extension("2.5.29.17", Sequence(names...))
}

// NameConstraints makes the extension of permitted and excluded names.
func NameConstraints(permitted, excluded [][]byte) []byte {
	return Extension("!2.5.29.30", sequence(func(b *cryptobyte.Builder) {
		for i, names := range [][][]byte{permitted, excluded} {
			if len(names) == 0 {
				continue
			}
			b.AddASN1(context(uint8(i), true), func(b *cryptobyte.Builder) {
				for _, name := range names {
					b.AddBytes(Sequence(name))
				}
			})
		}
	}))
}

// Sequence wraps elements.
func Sequence(elements ...[]byte) []byte {
	return sequence(func(b *cryptobyte.Builder) {
		for _, e := range elements {
			b.AddBytes(e)
		}
	})
}

// CRL describes a revocation list.
type CRL struct {
	Issuer                 []byte
	Signer                 *Key
	ThisUpdate, NextUpdate time.Time
	Revoked                []int64
	Extensions             [][]byte
	BreakSignature         bool
}

// Sign makes the revocation list.
func (c *CRL) Sign() []byte {
	algorithm, signature := c.Signer.algorithm(crypto.SHA256)
	tbs := sequence(func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddBytes(algorithm)
		b.AddBytes(c.Issuer)
		b.AddASN1UTCTime(c.ThisUpdate.UTC())
		b.AddASN1UTCTime(c.NextUpdate.UTC())
		if len(c.Revoked) > 0 {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, serial := range c.Revoked {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1Int64(serial)
						b.AddASN1UTCTime(c.ThisUpdate.UTC())
					})
				}
			})
		}
		if len(c.Extensions) > 0 {
			b.AddASN1(context(0, true), func(b *cryptobyte.Builder) { b.AddBytes(Sequence(c.Extensions...)) })
		}
	})
	return envelope(tbs, algorithm, signature(tbs), c.BreakSignature)
}
