package visible_test

import (
	"bytes"
	"strings"
	"testing"

	"polytls/internal/visible"
	"polytls/internal/visible/visibletest"
)

// notPlain is a letter that is shown, and that makes a text take the way of those that
// have something to escape.
const notPlain = "é"

// FuzzPlain: a text that has nothing to escape is returned or written as it is, and only
// such a text: the result is that of escaping.
func FuzzPlain(f *testing.F) {
	for _, text := range visibletest.Runes {
		f.Add(text)
	}
	for _, text := range []string{"", "\n", "a\n", "a\n\n", "a\nb\n", "~", "\x7f", "\x1f", " ", "\r\n", `{"a":"b"}` + "\n"} {
		f.Add(text)
	}
	for c := range 256 {
		b := string([]byte{byte(c)})
		f.Add(b)
		f.Add("ab" + b + "ab\n")
	}
	f.Fuzz(func(t *testing.T, text string) {
		escaped := func(text string) string { return strings.TrimPrefix(visible.Text(notPlain+text), notPlain) }
		if got := visible.Text(text); got != escaped(text) {
			t.Errorf("%q became %q, want %q", text, got, escaped(text))
		}
		line, end := strings.CutSuffix(text, "\n")
		want := escaped(line)
		if end {
			want += "\n"
		}
		var lines, objects bytes.Buffer
		if n, err := (visible.Lines{Writer: &lines}).Write([]byte(text)); n != len(text) || err != nil || lines.String() != want {
			t.Errorf("%q became the line %q, %d, %v; want %q", text, &lines, n, err, want)
		}
		if n, err := (visible.Objects{Writer: &objects}).Write([]byte(text)); n != len(text) || err != nil || objects.String() != string(visible.JSON([]byte(text))) {
			t.Errorf("%q became the object %q, %d, %v", text, &objects, n, err)
		}
	})
}
