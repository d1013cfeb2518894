package visible_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"polytls/internal/visible"
	"polytls/internal/visible/visibletest"
)

// TestVisible checks all runes, and each class of runes.
func TestVisible(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		got := visible.Text(string(r))
		if got == string(r) && utf8.ValidRune(r) {
			if !unicode.IsPrint(r) {
				t.Errorf("%U stays", r)
			}
			continue
		}
		visibletest.Want(t, string(r), got)
	}
	for class, text := range visibletest.Runes {
		got := visible.Text("a" + text + "z")
		if visibletest.Want(t, class, got); !strings.HasPrefix(got, `a\`) && class != visibletest.NotUTF8 || !strings.HasSuffix(got, "z") {
			t.Errorf("%s: %q", class, got)
		}
	}
	if got := visible.Text("a\n\u202e\xffé漢\U0010ffff"); got != `a\n\u202e\xffé漢\U0010ffff` {
		t.Error(got)
	}
}

// TestBounded counts runes, not what they become.
func TestBounded(t *testing.T) {
	for text, want := range map[string]string{"": "", "ab": "ab", "漢\n": `漢\n`, "漢\nc": `漢\n…`, "\xff\xffc": `\xff\xff…`} {
		if got := visible.Bounded(text, 2); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// TestVisibleJSON expects the same value from the escaped text.
func TestVisibleJSON(t *testing.T) {
	for class, text := range visibletest.Runes {
		data, err := json.Marshal(map[string]string{class: text})
		if err != nil {
			t.Fatal(err)
		}
		var before, after map[string]string
		escaped := visible.JSON(data)
		if json.Unmarshal(data, &before) != nil || json.Unmarshal(escaped, &after) != nil || before[class] != after[class] {
			t.Errorf("%s: %s is %q, want %q", class, escaped, after[class], before[class])
		}
		visibletest.Want(t, class, string(escaped))
	}
}
