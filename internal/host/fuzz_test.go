package host

import (
	"net/netip"
	"testing"
)

// FuzzParse: each form of a host is read as the same host, and a server name has only
// characters that may be sent.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"localhost", "example.com.", "bücher.example", "[::1]", "fe80::1%eth0", "127.0.0.1", "127.1", "a..b", "host:443", "xn--bcher-kva.example", "[fe80::1%25]", "::%..", "ſ", "K", "[::]#\xbf", "a/ü", "ü%41"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := Parse(text)
		if err != nil {
			return
		}
		if h.IsAddress() == (h.Name() != "") {
			t.Fatalf("%q: address %v, name %q", text, h.IsAddress(), h.Name())
		}
		if again, err := Parse(h.Dialed()); err != nil || again != h {
			t.Errorf("%q is dialed as %q, which is read as %+v, %v", text, h.Dialed(), again, err)
		}
		if h.IsAddress() {
			if _, err := netip.ParseAddr(h.Verified()); err != nil {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if name := h.Name(); len(name) > maxHostName || !isASCII(name) || h.Verified() != name {
			t.Errorf("%q: name %q, verified as %q", text, name, h.Verified())
		}
	})
}
