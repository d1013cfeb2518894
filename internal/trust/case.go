package trust

import "strings"

// This file compares host names as DNS does (RFC 4343): the case of ASCII letters has no
// meaning, and other bytes are as they are. Package strings would also take ſ for s, the
// Kelvin sign for k, and any two bytes that are not UTF-8 for the same.

// LowerASCII converts only ASCII letters to lower case.
func LowerASCII(s string) string {
	if !strings.ContainsFunc(s, isUpper) {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}

// EqualASCII reports whether two texts are equal but for the case of ASCII letters.
func EqualASCII(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if isUpper(rune(c)) {
		return c + 'a' - 'A'
	}
	return c
}

func isUpper(c rune) bool { return 'A' <= c && c <= 'Z' }
