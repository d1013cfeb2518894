// Package visibletest has text that must not be shown as it is, for tests.
package visibletest

import (
	"maps"
	"slices"
	"testing"
	"unicode/utf8"

	"polytls/internal/visible"
)

// Runes has a text of each class that is not shown as itself.
var Runes = map[string]string{
	"C0":                  "\x1b]0;\x07\b\r\n\t",
	"DEL":                 "\x7f",
	"C1":                  "\u009b\u0085",
	"bidi embedding":      "\u202a\u202b\u202c\u202d\u202e",
	"bidi isolate":        "\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
	"format":              "\u00ad\u200b\u200d\ufeff\U000e0041",
	"line separator":      "\u2028",
	"paragraph separator": "\u2029",
	"other spaces":        "\u00a0\u3000",
	"private use":         "\ue000\U00100000",
	"unassigned":          "\u0378\uffff\U0010ffff",
	"invisible":           "\u3164\u115f\u034f\ufe0f\U000e0100",
	NotUTF8:               "\xff\xc3(\xed\xa0\x80",
}

const NotUTF8 = "bytes that are not UTF-8"

// Text is all of them, letters between.
var Text = func() string {
	text := "a"
	for _, class := range slices.Sorted(maps.Keys(Runes)) {
		text += Runes[class] + "b"
	}
	return text + "é漢z"
}()

// Want fails if a rune of a text is not shown as itself, or a byte is no
// rune. Ends of lines are the command's own.
func Want(t *testing.T, what, text string) {
	t.Helper()
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		if r != '\n' && !visible.IsShown(r) || r == utf8.RuneError && size == 1 {
			t.Errorf("%s: %U at byte %d of %q", what, r, i, text)
			return
		}
	}
}
