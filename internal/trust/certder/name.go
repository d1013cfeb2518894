package certder

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Attribute is an AttributeTypeAndValue.
type Attribute struct {
	ID    string // dotted
	RDN   int    // which relative distinguished name it belongs to
	Tag   cbasn1.Tag
	Value []byte // contents
}

// ParseName reads the attributes of a Name, given with its header, in order.
func ParseName(name []byte) ([]Attribute, bool) {
	s := cryptobyte.String(name)
	var seq cryptobyte.String
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !s.Empty() {
		return nil, false
	}
	var attrs []Attribute
	for n := 0; !seq.Empty(); n++ {
		var set cryptobyte.String
		if !seq.ReadASN1(&set, cbasn1.SET) {
			return nil, false
		}
		for !set.Empty() {
			a := Attribute{RDN: n}
			if !a.parse(&set) {
				return nil, false
			}
			attrs = append(attrs, a)
		}
	}
	return attrs, true
}

func (a *Attribute) parse(set *cryptobyte.String) bool {
	var pair cryptobyte.String
	return set.ReadASN1(&pair, cbasn1.SEQUENCE) && ReadOID(&pair, &a.ID) &&
		pair.ReadAnyASN1((*cryptobyte.String)(&a.Value), &a.Tag) && pair.Empty()
}

// Canonical returns the form of a Name by which OpenSSL compares names (RFC 5280,
// section 7.1, nearly): strings as UTF-8, ASCII letters in lower case, runs of
// blanks reduced to one space. If a name begins with another, so does its canonical
// form. False means that OpenSSL would not read the name.
func Canonical(name []byte) (string, bool) {
	attrs, ok := ParseName(name)
	if !ok {
		return "", false
	}
	var b []byte
	for len(attrs) > 0 {
		n := 1
		for n < len(attrs) && attrs[n].RDN == attrs[0].RDN {
			n++
		}
		if b, ok = appendCanonicalRDN(b, attrs[:n]); !ok {
			return "", false
		}
		attrs = attrs[n:]
	}
	return string(b), true
}

func appendCanonicalRDN(b []byte, rdn []Attribute) ([]byte, bool) {
	encoded := make([][]byte, 0, len(rdn))
	for _, a := range rdn {
		tag, value := a.Tag, a.Value
		if isCanonicalType(a.Tag) {
			text, ok := Text(a.Tag, a.Value)
			if !ok {
				return nil, false
			}
			tag, value = cbasn1.UTF8String, []byte(squeeze(text))
		}
		e := cryptobyte.NewBuilder(nil)
		e.AddASN1(cbasn1.SEQUENCE, func(e *cryptobyte.Builder) {
			e.AddBytes(append([]byte(a.ID), 0)) // an unambiguous stand-in for the OID's DER
			e.AddASN1(tag, func(e *cryptobyte.Builder) { e.AddBytes(value) })
		})
		encoded = append(encoded, e.BytesOrPanic())
	}
	slices.SortFunc(encoded, bytes.Compare)
	set := cryptobyte.NewBuilder(b)
	set.AddASN1(cbasn1.SET, func(set *cryptobyte.Builder) { set.AddBytes(bytes.Join(encoded, nil)) })
	out, err := set.Bytes()
	return out, err == nil
}

// JoinNames joins attributes that write has formatted. It separates those of one
// relative distinguished name by within, the others by between.
func JoinNames(attrs []Attribute, between, within string, write func(Attribute) string) string {
	var b strings.Builder
	for i, a := range attrs {
		switch {
		case i == 0:
		case a.RDN == attrs[i-1].RDN:
			b.WriteString(within)
		default:
			b.WriteString(between)
		}
		b.WriteString(write(a))
	}
	return b.String()
}

// Hex returns the value's DER in the form of RFC 2253, section 2.4: "#" and
// upper-case hexadecimal digits.
func (a *Attribute) Hex() string {
	var b cryptobyte.Builder
	b.AddASN1(a.Tag, func(b *cryptobyte.Builder) { b.AddBytes(a.Value) })
	der, err := b.Bytes()
	if err != nil {
		return "#"
	}
	return "#" + strings.ToUpper(hex.EncodeToString(der))
}

// isCanonicalType is OpenSSL's ASN1_MASK_CANON.
func isCanonicalType(tag cbasn1.Tag) bool {
	switch tag {
	case cbasn1.UTF8String, cbasn1.PrintableString, cbasn1.T61String, cbasn1.IA5String,
		tagVisibleString, tagUniversalString, tagBMPString:
		return true
	}
	return false
}

// squeeze converts ASCII letters to lower case, strips blanks at the ends and
// replaces each run of blanks by one space.
func squeeze(s string) string {
	const blanks = " \t\n\v\f\r"
	var b strings.Builder
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(blanks, r) }) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, word))
	}
	return b.String()
}

const (
	tagNumericString   cbasn1.Tag = 18
	tagVisibleString   cbasn1.Tag = 26
	tagUniversalString cbasn1.Tag = 28
	tagBMPString       cbasn1.Tag = 30
)

// Text converts a character string to UTF-8 as ASN1_STRING_to_UTF8 does:
// one-octet types are Latin-1.
func Text(tag cbasn1.Tag, value []byte) (string, bool) {
	switch tag {
	case cbasn1.UTF8String:
		return string(value), utf8.Valid(value)
	case cbasn1.PrintableString, cbasn1.T61String, cbasn1.IA5String, tagNumericString, tagVisibleString,
		cbasn1.UTCTime, cbasn1.GeneralizedTime:
		return Latin1(value), true
	case tagBMPString:
		return fixedWidth(value, 2)
	case tagUniversalString:
		return fixedWidth(value, 4)
	}
	return "", false
}

// Latin1 reads each octet as the code point of its value.
func Latin1(value []byte) string {
	runes := make([]rune, len(value))
	for i, c := range value {
		runes[i] = rune(c)
	}
	return string(runes)
}

func fixedWidth(value []byte, width int) (string, bool) {
	if len(value)%width != 0 {
		return "", false
	}
	var b strings.Builder
	for ; len(value) > 0; value = value[width:] {
		var r uint32
		for _, c := range value[:width] {
			r = r<<8 | uint32(c)
		}
		if r > utf8.MaxRune || utf16.IsSurrogate(rune(r)) {
			return "", false
		}
		b.WriteRune(rune(r))
	}
	return b.String(), true
}

// CanonicalRDN returns the canonical form of a relative distinguished name, given
// as the contents of its SET. Appended to the canonical form of a name, it gives
// that of the longer name.
func CanonicalRDN(rdn []byte) (string, bool) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(rdn) })
	})
	name, err := b.Bytes()
	if err != nil {
		return "", false
	}
	return Canonical(name)
}
