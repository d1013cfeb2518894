package flags

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzSplitFields splits what has no quotes as strings.Split does.
func FuzzSplitFields(f *testing.F) {
	f.Add(`--a "b c" d`)
	f.Add(`"\"`)
	f.Add("  a  b ")
	f.Fuzz(func(t *testing.T, text string) {
		fields, err := splitFields(text)
		if err != nil || strings.Contains(text, `"`) || !utf8.ValidString(text) {
			return
		}
		want := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' })
		if !slices.Equal(fields, want) {
			t.Errorf("%q becomes %q, want %q", text, fields, want)
		}
	})
}

func TestSplitFields(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"", nil},
		{"  --a   --b=c ", []string{"--a", "--b=c"}},
		{`--a "b c" d"e f"`, []string{"--a", "b c", "de f"}},
		{`"\"\\" ""`, []string{`"\`, ""}},
	}
	for _, test := range tests {
		if got, err := splitFields(test.text); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: %q, %v, want %q", test.text, got, err, test.want)
		}
	}
	if _, err := splitFields(`--a "b`); err == nil {
		t.Error("an open quote is accepted")
	}
}
