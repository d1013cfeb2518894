// Package jsonstring reads JSON strings without encoding/json, which would
// otherwise be linked into every client.
package jsonstring

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Unquote reads the JSON string (RFC 8259, section 7) that a text begins with, as
// encoding/json does, and returns what follows it.
func Unquote(text string) (plain, rest string, ok bool) {
	rest, ok = strings.CutPrefix(text, `"`)
	var b []byte
	for ok {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case size == 0, r < ' ':
			return "", "", false
		case r == '"':
			return string(b), rest[size:], true
		case r == '\\':
			r, rest, ok = unescape(rest[size:])
		default:
			rest = rest[size:]
		}
		b = utf8.AppendRune(b, r)
	}
	return "", "", false
}

// unescape reads what follows a backslash. Half of a surrogate pair is U+FFFD.
func unescape(text string) (r rune, rest string, ok bool) {
	if text == "" {
		return 0, "", false
	}
	if i := strings.IndexByte(`"\/bfnrt`, text[0]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), text[1:], true
	}
	r, rest, ok = hexRune(text)
	if !utf16.IsSurrogate(r) {
		return r, rest, ok
	}
	if escape, found := strings.CutPrefix(rest, `\`); found {
		if low, after, ok := hexRune(escape); ok {
			if pair := utf16.DecodeRune(r, low); pair != unicode.ReplacementChar {
				return pair, after, true
			}
		}
	}
	return unicode.ReplacementChar, rest, true
}

// hexRune reads u and four hex digits.
func hexRune(text string) (r rune, rest string, ok bool) {
	const size = len("u0000")
	if len(text) < size || text[0] != 'u' {
		return 0, "", false
	}
	n, err := strconv.ParseUint(text[1:size], 16, 16)
	return rune(n), text[size:], err == nil
}
