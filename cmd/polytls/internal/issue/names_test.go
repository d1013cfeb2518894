package issue

import (
	"strings"
	"testing"
)

func FuzzNames(f *testing.F) {
	for _, seed := range []string{"a.example", "IP:::1", "URI:urn:a", "email:a@b", "*.a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, err := ParseNames([]string{text})
		if err == nil && names.Empty() {
			t.Errorf("%q gives no name and no error", text)
		}
	})
}

func TestNames(t *testing.T) {
	for _, good := range []string{"a.example", "*.a.example", "IP:::1", "10.0.0.1", "DNS:x", "URI:urn:a", "email:a@b", "a@b", "https://x/"} {
		if _, err := ParseNames([]string{good}); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a b", "a..b", "IP:x", "a.*.b", "DNS:", strings.Repeat("a", 64)} {
		if _, err := ParseNames([]string{bad}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
