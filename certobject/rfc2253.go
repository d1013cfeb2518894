package certobject

import (
	"slices"
	"strings"

	"polytls/internal/oid"
	"polytls/internal/trust/certder"
)

// rfc2253 writes a Name as X509_NAME_print_ex does with Node's flags: last
// attribute first, commas between and plus signs within relative names, control
// characters and UTF-8 as they are.
func rfc2253(name []byte) string {
	attrs, _ := certder.ParseName(name) // a GeneralName's was read before
	slices.Reverse(attrs)
	return certder.JoinNames(attrs, ",", "+", func(a certder.Attribute) string {
		key, known := oid.ShortName(a.ID)
		text, isText := certder.Text(a.Tag, a.Value)
		if known && isText {
			return key + "=" + escape2253(text)
		}
		return key + "=" + a.Hex()
	})
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
