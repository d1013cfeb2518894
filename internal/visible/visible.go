// Package visible escapes text that a peer chooses: of its certificate, its hello and
// its plain text, what a terminal or a page would obey, reorder or hide. Text does so
// in plain text, JSON in JSON, where the value stays the same.
package visible

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// IsShown reports whether a rune is shown as itself: letters, marks, numbers,
// punctuation, symbols and the space. Controls, formats (bidirectional ones, too),
// separators of lines, private use and what is unassigned are not.
func IsShown(r rune) bool {
	if r < unicode.MaxASCII {
		return r >= ' '
	}
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Text returns a text as one line, its other runes escaped as in Go.
func Text(text string) string {
	if isPlain(text) || strings.IndexFunc(text, isEscaped) < 0 {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1: // a byte that is not UTF-8
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case IsShown(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		text = text[size:]
	}
	return b.String()
}

// Bounded is Text of a text that is cut, with an ellipsis, after as many runes as given.
func Bounded(text string, runes int) string {
	for i := range text {
		if runes--; runes < 0 {
			return Text(text[:i]) + "…"
		}
	}
	return Text(text)
}

// longest is how many runes a text usually has at most.
const longest = 300

// Short is Text of a text that is cut if it is longer than usual: a peer may choose long
// ones.
func Short(text string) string { return Bounded(text, longest) }

// isEscaped reports whether Text may have to change a rune. U+FFFD is for bytes
// that are not UTF-8.
func isEscaped(r rune) bool { return r == utf8.RuneError || !IsShown(r) }

// JSON escapes what an encoder of JSON leaves as it is. Outside of strings
// JSON has none of these runes but the ends of lines, which stay.
func JSON(text []byte) []byte {
	b := make([]byte, 0, len(text))
	for _, r := range string(text) {
		switch {
		case r == '\n', IsShown(r):
			b = utf8.AppendRune(b, r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			b = fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return b
}

// Lines passes on what is written, each write being one line of text.
type Lines struct{ io.Writer }

func (w Lines) Write(p []byte) (int, error) {
	if isPlainLine(p) {
		return w.Writer.Write(p)
	}
	line, end := strings.CutSuffix(string(p), "\n")
	text := Text(line)
	if end {
		text += "\n"
	}
	return passOn(w.Writer, []byte(text), len(p))
}

// Objects passes on what is written, each write being whole JSON.
type Objects struct{ io.Writer }

func (w Objects) Write(p []byte) (int, error) {
	if isPlainLine(p) {
		return w.Writer.Write(p)
	}
	return passOn(w.Writer, JSON(p), len(p))
}

// isPlain reports whether a text is ASCII without controls, so that there is nothing to
// escape.
func isPlain[T string | []byte](text T) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= unicode.MaxASCII {
			return false
		}
	}
	return true
}

// isPlainLine is isPlain of a line, which may have its end.
func isPlainLine(line []byte) bool {
	line, _ = bytes.CutSuffix(line, []byte("\n"))
	return isPlain(line)
}

// passOn writes what n bytes have become.
func passOn(w io.Writer, text []byte, n int) (int, error) {
	if _, err := w.Write(text); err != nil {
		return 0, err
	}
	return n, nil
}
