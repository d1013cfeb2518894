package polytls_test

import (
	"testing"

	"polytls"
)

// version is a type of a program's own: the constants are untyped.
type version string

// TestVersionConstants: each constant is both what MinVersion takes and what
// Protocol returns, and Node's spelling.
func TestVersionConstants(t *testing.T) {
	for _, v := range []struct {
		constant version
		node     string
	}{
		{polytls.TLS10, "TLSv1"},
		{polytls.TLS11, "TLSv1.1"},
		{polytls.TLS12, "TLSv1.2"},
		{polytls.TLS13, "TLSv1.3"},
	} {
		server, client := pairAt(t, string(v.constant))
		if string(v.constant) != v.node || server.Protocol() != v.node || client.Protocol() != v.node {
			t.Errorf("the constant is %q; the server says %q, the client %q; want %q", v.constant, server.Protocol(), client.Protocol(), v.node)
		}
	}
	if polytls.DefaultMinVersion() != polytls.TLS12 || polytls.DefaultMaxVersion() != polytls.TLS13 {
		t.Errorf("the defaults are %q and %q", polytls.DefaultMinVersion(), polytls.DefaultMaxVersion())
	}
}
