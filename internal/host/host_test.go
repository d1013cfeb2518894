package host

import (
	"errors"
	"testing"

	"polytls/failure"
)

// TestParse reads hosts of each kind, as they are dialed, verified and named.
func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, dialed, verified, name string }{
		{"A.Example", "A.Example", "A.Example", "A.Example"},
		{"a.example.", "a.example.", "a.example", "a.example"},
		{"bücher。example。", "xn--bcher-kva.example.", "xn--bcher-kva.example", "xn--bcher-kva.example"},
		{"127.0.0.1.", "127.0.0.1", "127.0.0.1", ""},
		{"[::1]", "::1", "::1", ""},
		{"fe80::1%lo", "fe80::1%lo", "fe80::1", ""},
	} {
		h, err := Parse(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if h.Dialed() != tt.dialed || h.Verified() != tt.verified || h.Name() != tt.name || h.IsAddress() != (tt.name == "") {
			t.Errorf("%s: dialed %q, verified %q, name %q", tt.text, h.Dialed(), h.Verified(), h.Name())
		}
	}
	for _, text := range []string{"", ".", "a..b", "a b", "127.1", "a.example:443", "[a.example]", "\xff.example"} {
		if h, err := Parse(text); !errors.Is(err, failure.InvalidArgValue) {
			t.Errorf("%q: %+v, %v", text, h, err)
		}
	}
}
