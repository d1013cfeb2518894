package trust

import (
	"strings"
	"testing"

	"polytls/internal/trust/certtest"
)

// TestASCIICase: only the case of ASCII letters has no meaning.
func TestASCIICase(t *testing.T) {
	for _, n := range certtest.HostNames {
		if EqualASCII(n.A, n.B) != n.Same || EqualASCII(n.B, n.A) != n.Same || (LowerASCII(n.A) == LowerASCII(n.B)) != n.Same {
			t.Errorf("%q and %q: want %t", n.A, n.B, n.Same)
		}
	}
	for r := range rune(0x20000) {
		text := string(r)
		want := text
		if r < 0x80 {
			want = strings.ToLower(text)
		}
		if got := LowerASCII(text); got != want || !EqualASCII(text, want) {
			t.Errorf("%q in lower case: %q", text, got)
		}
	}
}
