package certobject

import "strings"

// quote writes octets as a JSON string without a comma.
func quote(label string, value []byte, utf8 bool) string {
	var b strings.Builder
	b.WriteString(`"` + label)
	for _, c := range value {
		switch {
		case c == '\\' || c == '"':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c >= ' ' && c <= '~' && c != ',', utf8 && c >= 0x80:
			b.WriteByte(c)
		default:
			const digits = "0123456789abcdef"
			b.WriteString(`\u00`)
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	b.WriteByte('"')
	return b.String()
}
