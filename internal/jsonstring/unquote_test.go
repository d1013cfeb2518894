package jsonstring

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzUnquote compares with encoding/json.
func FuzzUnquote(f *testing.F) {
	for _, seed := range []string{
		`"a\"\\\/\b\f\n\r\tz", DNS:b`, `"\u00e9\ud83d\ude00\ud83d\u0041\ud83dx\ude00\ud83d"`, `"`, `"\`, `"\u12"`, `"\u+123"`, `"\ud83d\u12"`,
		"\"\x01\"", "\"\xff\u00e9\"", `"\x"`, `a`, ``, `"" ""`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain, rest, ok := Unquote(text)
		var want json.RawMessage
		d := json.NewDecoder(strings.NewReader(text))
		wantOK := strings.HasPrefix(text, `"`) && d.Decode(&want) == nil
		var wantPlain string
		if wantOK {
			if err := json.Unmarshal(want, &wantPlain); err != nil {
				t.Fatal(err)
			}
		}
		switch {
		case ok != wantOK, plain != wantPlain:
			t.Errorf("%q is %q, %v, want %q, %v", text, plain, ok, wantPlain, wantOK)
		case ok && rest != text[d.InputOffset():]:
			t.Errorf("%q is left of %q, want %q", rest, text, text[d.InputOffset():])
		}
	})
}
