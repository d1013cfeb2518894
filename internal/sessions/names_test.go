package sessions

import (
	"testing"

	"polytls/internal/session"
	"polytls/internal/trust/certtest"
)

// TestForName offers a session to its server only. One without a name is of any.
func TestForName(t *testing.T) {
	for _, n := range certtest.HostNames {
		s := &session.Session{ServerName: n.A}
		if offered := ForName(s, n.B) == s; offered != (n.Same || n.A == "") {
			t.Errorf("a session of %q for %q: %t", n.A, n.B, offered)
		}
	}
	if ForName(nil, "a.example") != nil {
		t.Error("no session became one")
	}
}
