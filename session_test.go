package polytls_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"polytls"
	"polytls/internal/session"
	"polytls/internal/testcert"
)

var ticketKeys = bytes.Repeat([]byte{0x5A}, 48)

// resumable are options whose sessions can be resumed by later servers: these
// share their ticket keys.
func resumable(version string) (polytls.ServerOptions, polytls.ConnectOptions) {
	so, co := serving(localhost), trusting(ca)
	so.TicketKeys = ticketKeys
	only(&so.ContextOptions, version)
	only(&co.ContextOptions, version)
	return so, co
}

// sessionOf returns the session of a new connection, read on so that it can be
// resumed.
func sessionOf(t testing.TB, so polytls.ServerOptions, co polytls.ConnectOptions) []byte {
	t.Helper()
	server, client := pair(t, so, co)
	exchange(t, server, client, "x")
	s := client.Session()
	if s == nil {
		t.Fatal("no session")
	}
	return s
}

// bare strips Node's envelope.
func bare(t testing.TB, data []byte) []byte {
	t.Helper()
	s, _, enveloped, err := session.Open(data)
	if err != nil || !enveloped {
		t.Fatalf("a client's session is not in an envelope: %v", err)
	}
	return s.Marshal()
}

// wantReused resumes a session and fails unless both ends say that it was
// resumed, or was not.
func wantReused(t testing.TB, what string, so polytls.ServerOptions, co polytls.ConnectOptions, want bool) (server, client *polytls.Socket) {
	t.Helper()
	server, client = pair(t, so, co)
	if server.SessionReused() != want || client.SessionReused() != want {
		t.Errorf("%s: resumed at the server %v, at the client %v, want %v", what, server.SessionReused(), client.SessionReused(), want)
	}
	exchange(t, client, server, "ping")
	return server, client
}

// TestResumption resumes at each version, in both forms, more than once.
func TestResumption(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			so, co := resumable(version)
			full := sessionOf(t, so, co)
			for what, s := range map[string][]byte{"envelope": full, "bare": bare(t, full), "envelope again": full} {
				co.Session = s
				_, client := wantReused(t, what, so, co, true)
				if !client.Authorized() || client.Protocol() != version || !client.ConnectionState().DidResume {
					t.Errorf("%s: authorized %v, %s", what, client.Authorized(), client.Protocol())
				}
			}
		})
	}
}

// TestResumptionKeepsTheClientsCertificate leaves a client authorized that was.
func TestResumptionKeepsTheClientsCertificate(t *testing.T) {
	cert := ca.Client("client")
	for _, version := range versions {
		so, co := resumable(version)
		so.RequestCert, so.CA = true, [][]byte{ca.PEM()}
		id := identity(cert)
		co.Cert, co.Key = id.Cert, id.Key
		co.Session = sessionOf(t, so, co)
		server, _ := wantReused(t, version, so, co, true)
		if !server.Authorized() || server.PeerCertificate(false) == nil {
			t.Errorf("%s: the client is not authorized: %v", version, server.AuthorizationError())
		}
	}
}

// TestWhatIsNotResumed costs a full handshake and nothing more.
func TestWhatIsNotResumed(t *testing.T) {
	manyNames := serving(ca.Server("localhost", "other", "127.0.0.1"))
	tests := []struct {
		name   string
		change func(t *testing.T, so *polytls.ServerOptions, co *polytls.ConnectOptions)
	}{
		{"garbage", func(_ *testing.T, _ *polytls.ServerOptions, co *polytls.ConnectOptions) {
			co.Session = []byte("garbage")
		}},
		{"cut", func(_ *testing.T, _ *polytls.ServerOptions, co *polytls.ConnectOptions) {
			co.Session = co.Session[:len(co.Session)-1]
		}},
		{"other ticket keys", func(_ *testing.T, so *polytls.ServerOptions, _ *polytls.ConnectOptions) {
			so.TicketKeys = bytes.Repeat([]byte{1}, 48)
		}},
		{"other session id context", func(_ *testing.T, so *polytls.ServerOptions, _ *polytls.ConnectOptions) {
			so.SessionIDContext = "other"
		}},
		{"other server name", func(_ *testing.T, so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.Cert, so.Key = manyNames.Cert, manyNames.Key
			co.ServerName = "other"
		}},
		{"bare, with a certificate of another host", func(t *testing.T, so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.Cert, so.Key = manyNames.Cert, manyNames.Key
			co.Session, co.ServerName = bare(t, co.Session), "other"
		}},
		{"bare, with a certificate of another host, unauthorized allowed", func(t *testing.T, so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.Cert, so.Key = manyNames.Cert, manyNames.Key
			co.Session, co.ServerName, co.AllowUnauthorized = bare(t, co.Session), "other", true
		}},
	}
	for _, version := range versions {
		for _, tt := range tests {
			t.Run(tt.name+"/"+version, func(t *testing.T) {
				so, co := resumable(version)
				co.Session = sessionOf(t, so, co)
				tt.change(t, &so, &co)
				wantReused(t, tt.name, so, co, false)
			})
		}
	}
}

// TestUnverifiedSessionIsNotTrusted takes sessions from connections that were
// let through although their server had not proved who it was.
func TestUnverifiedSessionIsNotTrusted(t *testing.T) {
	for _, version := range versions {
		for what, change := range map[string]func(*polytls.ConnectOptions){
			"unknown CA":     func(co *polytls.ConnectOptions) { co.CA = trusting(testcert.CA("other")).CA },
			"another's name": func(co *polytls.ConnectOptions) { co.ServerName = "other" },
			"refused by the caller's check": func(co *polytls.ConnectOptions) {
				co.CheckServerIdentity = func(context.Context, string, *polytls.Certificate) error { return errors.New("no") }
			},
		} {
			t.Run(what+"/"+version, func(t *testing.T) {
				so, co := resumable(version)
				change(&co)
				co.AllowUnauthorized = true
				co.Session = sessionOf(t, so, co)
				_, client := wantReused(t, "unauthorized still allowed", so, co, true)
				if client.Authorized() || client.AuthorizationError() == nil {
					t.Error("resuming made the server authorized")
				}
				co.AllowUnauthorized = false
				o := handshake(t, so, co)
				if o.clientErr == nil {
					t.Error("resuming got past the verification")
				}
			})
		}
	}
}

// TestNamelessSessionIsBoundToItsHost takes a session from a host that is an
// address, for which no server name is sent, to another.
func TestNamelessSessionIsBoundToItsHost(t *testing.T) {
	for _, version := range versions {
		so, co := resumable(version)
		co.ServerName, co.Host = "", "127.0.0.1"
		co.Session = sessionOf(t, so, co)
		wantReused(t, version+", the same host", so, co, true)
		co.Host = "127.0.0.2"
		if o := handshake(t, so, co); !errors.Is(o.clientErr, polytls.ErrCertificateIdentity) {
			t.Errorf("%s: another address: %v, want a failed identity check", version, o.clientErr)
		}
		co.Host, co.OmitServerName = "other", true
		if o := handshake(t, so, co); !errors.Is(o.clientErr, polytls.ErrCertificateIdentity) {
			t.Errorf("%s: another name that is not sent: %v, want a failed identity check", version, o.clientErr)
		}
	}
}

// TestSessionEvents counts what OnSession is told, and compares it with what
// the socket tells.
func TestSessionEvents(t *testing.T) {
	for version, want := range map[string]int{"TLSv1": 1, "TLSv1.2": 1, "TLSv1.3": 2} {
		so, co := resumable(version)
		var told [][]byte
		co.OnSession = func(s []byte) { told = append(told, s) }
		server, client := pair(t, so, co)
		exchange(t, server, client, "x")
		if len(told) != want {
			t.Errorf("%s: OnSession was called %d times, want %d", version, len(told), want)
			continue
		}
		last := told[want-1]
		if !bytes.Equal(last, client.Session()) {
			t.Errorf("%s: Session is not what OnSession gave last", version)
		}
		if len(client.TLSTicket()) == 0 || server.TLSTicket() != nil {
			t.Errorf("%s: tickets: client %d bytes, server %v", version, len(client.TLSTicket()), server.TLSTicket())
		}
		if s, name, enveloped, err := session.Open(last); err != nil || !enveloped || name != "localhost" || !bytes.Equal(s.Ticket, client.TLSTicket()) {
			t.Errorf("%s: envelope %v for %q: %v", version, enveloped, name, err)
		}
		if version != "TLSv1.3" {
			if _, err := session.Parse(server.Session()); err != nil {
				t.Errorf("%s: a server's session is not bare DER: %v", version, err)
			}
		}
	}
}

// TestSessionTimeout holds what tickets say of their lifetime, and what is sealed
// in them, to Node 26: up to TLS 1.2 the option as it is, in TLS 1.3 seven days
// at most.
func TestSessionTimeout(t *testing.T) {
	const hour, week = 3600, 7 * 24 * 3600
	key, err := session.ParseTicketKeys(ticketKeys)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		version   string
		set, want int // seconds
	}{
		{"TLSv1.2", 0, 2 * hour}, {"TLSv1.2", 300, 300}, {"TLSv1.2", 30 * 24 * hour, 30 * 24 * hour}, {"TLSv1.2", math.MaxInt32, math.MaxInt32},
		{"TLSv1.3", 0, 2 * hour}, {"TLSv1.3", 300, 300}, {"TLSv1.3", week, week}, {"TLSv1.3", 30 * 24 * hour, week}, {"TLSv1.3", math.MaxInt32, week},
	} {
		so, co := resumable(tt.version)
		so.SessionTimeout = time.Duration(tt.set) * time.Second
		s, _, _, err := session.Open(sessionOf(t, so, co))
		if err != nil {
			t.Fatal(err)
		}
		if int(s.TicketLifetimeHint) != tt.want {
			t.Errorf("%s, %d s: the ticket says %d s, want %d", tt.version, tt.set, s.TicketLifetimeHint, tt.want)
		}
		sealed, _, err := session.NewRing(key).Open(s.Ticket)
		if err != nil {
			t.Fatal(err)
		}
		if sealed.Timeout != time.Duration(tt.want)*time.Second {
			t.Errorf("%s, %d s: the ticket lives %v, want %d s", tt.version, tt.set, sealed.Timeout, tt.want)
		}
	}
}

// TestTicketCount gives out as many tickets of TLS 1.3 as the option says.
func TestTicketCount(t *testing.T) {
	for option, want := range map[int]int{0: 2, -1: 0, 1: 1, 5: 5} {
		so, co := resumable("TLSv1.3")
		so.Tickets = option
		n := 0
		co.OnSession = func([]byte) { n++ }
		server, client := pair(t, so, co)
		exchange(t, server, client, "x")
		if n != want {
			t.Errorf("Tickets %d: %d came, want %d", option, n, want)
		}
	}
}

// TestTicketKeysRotate resumes under the older of two keys, and not after it is
// gone.
func TestTicketKeysRotate(t *testing.T) {
	for _, version := range versions {
		so, co := resumable(version)
		srv, err := polytls.NewServer(so, nil)
		if err != nil {
			t.Fatal(err)
		}
		connect := socketsOf(t, srv)
		reused := func() bool {
			client, server := connect(t, co)
			exchange(t, server, client, "x")
			if client.SessionReused() != server.SessionReused() {
				t.Errorf("%s: the ends do not agree", version)
			}
			if co.Session == nil {
				co.Session = client.Session()
			}
			return client.SessionReused()
		}
		first, renewed := reused(), reused()
		srv.SetTicketKeys(bytes.Repeat([]byte{1}, 48), ticketKeys)
		rotated := reused()
		srv.SetTicketKeys(bytes.Repeat([]byte{1}, 48))
		dropped := reused()
		if first || !renewed || !rotated || dropped {
			t.Errorf("%s: resumed at first %v, with the key %v, with it in second place %v, without it %v", version, first, renewed, rotated, dropped)
		}
	}
}

// TestTicketKeysSurviveAnotherContext resumes what was begun under a context
// that has been replaced.
func TestTicketKeysSurviveAnotherContext(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), nil)
	if err != nil {
		t.Fatal(err)
	}
	connect := socketsOf(t, srv)
	co := trusting(ca)
	client, server := connect(t, co)
	exchange(t, server, client, "x")
	co.Session = client.Session()
	c, err := polytls.NewSecureContext(identity(ca.Server("localhost")))
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.SetSecureContext(c); err != nil {
		t.Fatal(err)
	}
	if client, _ = connect(t, co); !client.SessionReused() {
		t.Error("a new context made new ticket keys")
	}
}

// TestServerSessionAsItsTicket: what a server's Socket.Session makes again says
// what the ticket said, also under a context that the server name chose, which has
// a SessionIDContext or leaves it to the server, and no say about the timeout.
func TestServerSessionAsItsTicket(t *testing.T) {
	key, err := session.ParseTicketKeys(ticketKeys)
	if err != nil {
		t.Fatal(err)
	}
	for name, idContext := range map[string]string{"localhost": "shop", "a.test": "a", "b.test": "shop"} {
		so, co := resumable("TLSv1.2")
		so.SessionTimeout, so.SessionIDContext = 100*time.Second, "shop"
		id := identity(localhost)
		so.Cert, so.Key = id.Cert, id.Key
		co.ServerName = name
		srv, err := polytls.NewServer(so, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, idContext := range map[string]string{"a.test": "a", "b.test": ""} {
			o := identity(ca.Server(name))
			o.SessionIDContext, o.SessionTimeout = idContext, 7*time.Second
			c, err := polytls.NewSecureContext(o)
			if err != nil {
				t.Fatal(err)
			}
			srv.AddContext(name, c)
		}
		client, server := socketsOf(t, srv)(t, co)
		got, err := session.Parse(server.Session())
		if err != nil {
			t.Fatal(err)
		}
		ticket, _, err := session.NewRing(key).Open(client.TLSTicket())
		if err != nil {
			t.Fatal(err)
		}
		if string(ticket.IDContext) != idContext || ticket.Timeout != so.SessionTimeout || ticket.ServerName != name {
			t.Errorf("%s: the ticket has context %q, timeout %v, server name %q", name, ticket.IDContext, ticket.Timeout, ticket.ServerName)
		}
		if ticket.ID = got.ID; !bytes.Equal(got.Marshal(), ticket.Marshal()) {
			t.Errorf("%s: timeout %v, context %q, server name %q, %d bytes of a master secret; not as in the ticket", name, got.Timeout, got.IDContext, got.ServerName, len(got.Master))
		}
	}
}
