package polytls_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"polytls"
	"polytls/internal/testcert"
	"polytls/sessionstore"
)

// TestWhyNotResumed offers a session after a change at one of the ends, and reads there
// why it was not resumed, or not offered.
func TestWhyNotResumed(t *testing.T) {
	own := ca.Issue(testcert.Template{CommonName: "client"})
	later := func() time.Time { return time.Now().Add(24 * time.Hour) }
	for _, tt := range []struct {
		name     string
		change   func(so *polytls.ServerOptions, co *polytls.ConnectOptions)
		atServer string
		atClient string
	}{
		{"other keys", func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) {
			so.TicketKeys = bytes.Repeat([]byte{7}, len(ticketKeys))
		}, "the server does not know it", "the server does not accept it"},
		{"expired", func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) { so.Time = later }, "it has expired", "the server does not accept it"},
		{"expired at the client", func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { co.Time = later }, "the client offers none", "it has expired"},
		{"another context", func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) { so.SessionIDContext = "other" }, "it is of another SessionIDContext", "the server does not accept it"},
		{"a certificate is required now", func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.RequestCert, so.CA = true, [][]byte{ca.PEM()}
			co.Cert, co.Key = [][]byte{own.ChainPEM()}, []polytls.Key{{PEM: own.KeyPEM()}}
		}, "a full handshake would not accept its peer now", "the server does not accept it"},
		{"the server is not trusted now", func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) {
			co.CA, co.AllowUnauthorized = [][]byte{}, true
		}, "the client offers none", "a full handshake would not accept its peer now"},
		{"another fragment length", func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { co.MaxFragmentLength = 512 },
			"it has another maximum length of fragments", "the server does not accept it"},
	} {
		for _, version := range []string{polytls.TLS12, polytls.TLS13} {
			so, co := resumable(version)
			co.Session = sessionOf(t, so, co)
			tt.change(&so, &co)
			server, client := recordedPair(t, so, co)
			for end, x := range map[string]struct {
				s    *polytls.Socket
				want string
			}{"server": {server, tt.atServer}, "client": {client, tt.atClient}} {
				if got := chosenOf(x.s)["resumption"]; got.Chosen != "" || len(got.Obstacles) != 1 || !strings.HasPrefix(got.Obstacles[0].Reason, x.want) {
					t.Errorf("%s, %s, %s: %+v, want %q", tt.name, version, end, got, x.want)
				}
			}
			client.Close()
			server.Close()
		}
	}
}

// TestWhyNotResumedTwice has a ticket that may be used once.
func TestWhyNotResumedTwice(t *testing.T) {
	so, co := resumable(polytls.TLS13)
	so.SessionStore, so.SingleUseTickets = sessionstore.NewMemory(sessionstore.MemoryOptions{}), true
	co.Session = sessionOf(t, so, co)
	first, _ := recordedPair(t, so, co)
	again, _ := recordedPair(t, so, co)
	if got := chosenOf(first)["resumption"]; got.Chosen != "session" {
		t.Errorf("%+v", got)
	}
	if got := chosenOf(again)["resumption"]; len(got.Obstacles) != 1 || !strings.HasPrefix(got.Obstacles[0].Reason, "the server does not know it") {
		t.Errorf("%+v", got)
	}
}
