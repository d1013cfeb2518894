package certobject

import (
	"encoding/hex"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/oid"
	"polytls/internal/trust/certder"
)

// rfc2253 writes a Name as X509_NAME_print_ex does with Node's flags: last
// attribute first, commas between and plus signs within relative names, control
// characters and UTF-8 as they are.
func rfc2253(name []byte) string {
	attrs, _ := certder.ParseName(name) // a GeneralName's was read before
	slices.Reverse(attrs)
	var b strings.Builder
	for i, a := range attrs {
		switch {
		case i == 0:
		case a.RDN == attrs[i-1].RDN:
			b.WriteByte('+')
		default:
			b.WriteByte(',')
		}
		key, known := oid.ShortName(a.ID)
		text, isText := certder.Text(a.Tag, a.Value)
		b.WriteString(key + "=")
		if known && isText {
			b.WriteString(escape2253(text))
		} else {
			b.WriteString(dump(a))
		}
	}
	return b.String()
}

// escape2253 is RFC 2253, section 2.4, but for a value that is # alone.
func escape2253(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		last := i == len(text)-1
		edge := i == 0 && c == '#' && !last || (i == 0 || last) && c == ' '
		if edge || strings.IndexByte(`,+"\<>;`, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// dump writes the DER of a value that is no text or of an unknown attribute.
func dump(a certder.Attribute) string {
	var b cryptobyte.Builder
	b.AddASN1(a.Tag, func(b *cryptobyte.Builder) { b.AddBytes(a.Value) })
	der, err := b.Bytes()
	if err != nil {
		return "#"
	}
	return "#" + strings.ToUpper(hex.EncodeToString(der))
}
