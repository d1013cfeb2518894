package servername

import (
	"strings"
	"testing"

	"polytls/internal/trust"
	"polytls/internal/trust/certtest"
)

// TestFindFoldsASCII finds a value by names that differ in the case of ASCII letters, and
// in a dot at the end; by a name alone and beside a star.
func TestFindFoldsASCII(t *testing.T) {
	for _, n := range certtest.HostNames {
		pattern := trust.LowerASCII(n.A)
		want := n.Same || strings.TrimSuffix(n.B, ".") == n.A
		for before, pattern := range map[string]string{"": pattern, "x.": "*." + pattern, "x.y.": "*.*." + pattern} {
			var names Index[bool]
			if err := names.Add(pattern, true); err != nil {
				t.Fatal(err)
			}
			if got := names.Find(before + n.B); got != want {
				t.Errorf("%q for %q: %t", pattern, before+n.B, got)
			}
		}
	}
}
