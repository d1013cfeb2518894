package x509text

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/oid"
	"polytls/internal/trace/release"
	"polytls/internal/trust/certder"
)

// Name writes a Name, given in DER with its header, on one line as
// X509_NAME_print_ex does under XN_FLAG_ONELINE; false if OpenSSL cannot read it.
func Name(der []byte) (string, bool) {
	attrs, ok := readName(der)
	if !ok {
		return "", false
	}
	return certder.JoinNames(attrs, ", ", " + ", func(a certder.Attribute) string {
		name, _ := oid.ShortName(a.ID)
		return name + " = " + attribute(a)
	}), true
}

// readName reads a Name. It fails if a string in it cannot be read, because OpenSSL
// converts names to a canonical form when it reads them.
func readName(der []byte) ([]certder.Attribute, bool) {
	if _, ok := certder.Canonical(der); !ok {
		return nil, false
	}
	attrs, ok := certder.ParseName(der)
	return attrs, ok && !slices.ContainsFunc(attrs, func(a certder.Attribute) bool { return !valueTypes[a.Tag] })
}

// valueTypes are the types of values that OpenSSL reads in names: strings, and
// types that it does not know.
var valueTypes = map[cbasn1.Tag]bool{
	cbasn1.BIT_STRING: true, 7: true, 8: true, 9: true, cbasn1.ENUM: true, 11: true, cbasn1.UTF8String: true, 13: true,
	14: true, 15: true, cbasn1.SEQUENCE: true, 18: true, cbasn1.PrintableString: true, cbasn1.T61String: true,
	cbasn1.IA5String: true, 28: true, 29: true, 30: true,
}

// attribute formats a value: as text, in quotes if a character needs them, or else
// as its DER.
func attribute(a certder.Attribute) string {
	text, ok := certder.Text(a.Tag, a.Value)
	if !ok {
		return a.Hex()
	}
	var b strings.Builder
	quoted := false
	for i := range len(text) {
		c := text[i]
		first, last := i == 0, i == len(text)-1
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
		case strings.IndexByte("+,;<>", c) >= 0, c == '#' && first, c == ' ' && (first || last):
			quoted = true
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\%02X`, c)
			continue
		}
		b.WriteByte(c)
	}
	if quoted {
		return `"` + b.String() + `"`
	}
	return b.String()
}

// slashName formats a Name in the older form of X509_NAME_oneline: /C=UK/CN=name.
// Since 3.0 the separators are escaped inside values.
func (p *printer) slashName(der []byte) string {
	attrs, _ := readName(der)
	var b strings.Builder
	for i, a := range attrs {
		separator := "/"
		if i > 0 && a.RDN == attrs[i-1].RDN && p.release >= release.OpenSSL30 {
			separator = "+"
		}
		name, _ := oid.ShortName(a.ID)
		b.WriteString(separator + name + "=")
		for _, c := range a.Value {
			switch {
			case c < ' ' || c > '~':
				fmt.Fprintf(&b, `\x%02X`, c)
				continue
			case (c == '/' || c == '+') && p.release >= release.OpenSSL30:
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Escape escapes the characters in a peer's text that control a terminal, which
// OpenSSL prints: each byte becomes \x and two digits.
func Escape(text []byte) string {
	var b strings.Builder
	for _, c := range text {
		if c < ' ' || c == 0x7f {
			fmt.Fprintf(&b, `\x%02X`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// cString is Escape of the text before the first NUL, where C's printf stops.
func cString(text []byte) string {
	text, _, _ = bytes.Cut(text, []byte{0})
	return Escape(text)
}
