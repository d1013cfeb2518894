package polytls_test

import (
	"testing"

	"polytls"
	"polytls/sessionstore"
)

// TestLevel3KeepsNoTickets up to TLS 1.2, where a ticket's key gives away what
// was said: neither end sends, offers or takes one. Sessions that the server
// keeps are resumed, and TLS 1.3 goes on as ever, as with OpenSSL.
func TestLevel3KeepsNoTickets(t *testing.T) {
	const at3 = "DEFAULT:@SECLEVEL=3"
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		old := version == "TLSv1.2"
		so, co := resumable(version)
		ticket := sessionOf(t, so, co)
		for end, o := range map[string]*polytls.ContextOptions{"server": &so.ContextOptions, "client": &co.ContextOptions} {
			o.Ciphers = at3
			server, client := pair(t, so, co)
			exchange(t, server, client, "x")
			if (client.TLSTicket() == nil) != old {
				t.Errorf("%s, level 3 at the %s: ticket %x", version, end, client.TLSTicket())
			}
			co.Session = ticket
			wantReused(t, version+", a ticket of level 2, level 3 at the "+end, so, co, !old)
			o.Ciphers, co.Session = "", nil
		}
		so.Ciphers, co.Ciphers = at3, at3
		so.SessionStore = sessionstore.NewMemory(sessionstore.MemoryOptions{})
		co.Session = sessionOf(t, so, co)
		wantReused(t, version+", from the store", so, co, true)
	}
}
