package polytls_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"polytls"
	"polytls/sessionstore"
)

// TestSessionOrder tells what OnSession comes before: up to TLS 1.2 the return of
// Connect, in TLS 1.3 that of the first Read. No lock guards what it writes.
func TestSessionOrder(t *testing.T) {
	for _, version := range versions {
		want := []string{"session", "connected", "read"}
		if version == polytls.TLS13 {
			want = []string{"connected", "session", "session", "read"}
		}
		t.Run(version, func(t *testing.T) {
			so, co := resumable(version)
			t.Run("full", func(t *testing.T) { wantOrder(t, so, co, want...) })
			resumed := co
			resumed.Session = sessionOf(t, so, co)
			t.Run("resumed", func(t *testing.T) {
				if version == polytls.TLS13 {
					wantOrder(t, so, resumed, "connected", "session", "read")
				} else {
					wantOrder(t, so, resumed, "connected", "read")
				}
			})
			t.Run("refused", func(t *testing.T) {
				strange := co
				strange.CA = [][]byte{}
				wantOrder(t, so, strange)
			})
			noTicket := so
			noTicket.SecureOptions, noTicket.SessionStore = secureOption(t, "SSL_OP_NO_TICKET"), sessionstore.NewMemory(sessionstore.MemoryOptions{})
			t.Run("by identifier", func(t *testing.T) { wantOrder(t, noTicket, co, want...) })
		})
	}
}

// wantOrder connects and compares what happens at the client, which OnSession,
// Connect and the first Read tell.
func wantOrder(t *testing.T, so polytls.ServerOptions, co polytls.ConnectOptions, want ...string) {
	t.Helper()
	srv, err := polytls.NewServer(so, func(s *polytls.Socket) {
		fmt.Fprint(s, "x")
		s.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	var got []string
	co.OnSession = func([]byte) { got = append(got, "session") }
	ours, theirs := overTCP(t)
	srv.Inject(theirs)
	client, err := polytls.Client(context.Background(), ours, co)
	if err == nil {
		defer client.Close()
		got = append(got, "connected")
		if _, err := client.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		got = append(got, "read")
	}
	if !slices.Equal(got, want) {
		t.Errorf("happened %q, want %q", got, want)
	}
}

// TestSessionOfRenegotiation: the session of a renegotiation comes before the
// Read in which that runs returns.
func TestSessionOfRenegotiation(t *testing.T) {
	so, co := resumable(polytls.TLS12)
	so.SecureOptions = secureOption(t, "SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION")
	var sessions [][]byte
	co.OnSession = func(s []byte) { sessions = append(sessions, s) }
	server, client := pair(t, so, co)
	read := drainOnce(client)
	if err := server.Renegotiate(context.Background(), polytls.RenegotiateOptions{}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(server, "x")
	if err := <-read; err != nil {
		t.Fatal(err)
	}
	if len(sessions) != 2 || string(sessions[1]) != string(client.Session()) {
		t.Errorf("%d sessions, want 2, and the last as Session returns it", len(sessions))
	}
}

// secureOption is the value of an SSL_OP_* flag.
func secureOption(t *testing.T, name string) uint64 {
	t.Helper()
	bits, err := polytls.ParseSecureOptions(name)
	if err != nil {
		t.Fatal(err)
	}
	return bits
}

// drainOnce reads one byte.
func drainOnce(s *polytls.Socket) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := s.Read(make([]byte, 1))
		done <- err
	}()
	return done
}

// TestSessionOfRenewedTicket: a ticket under an older key is renewed up to TLS
// 1.2, before Connect returns.
func TestSessionOfRenewedTicket(t *testing.T) {
	so, co := resumable(polytls.TLS12)
	co.Session = sessionOf(t, so, co)
	srv, err := polytls.NewServer(so, func(s *polytls.Socket) { s.Close() })
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if err := srv.SetTicketKeys(make([]byte, 48), ticketKeys); err != nil {
		t.Fatal(err)
	}
	n := 0
	co.OnSession = func([]byte) { n++ }
	ours, theirs := overTCP(t)
	srv.Inject(theirs)
	client, err := polytls.Client(context.Background(), ours, co)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if n != 1 || !client.SessionReused() {
		t.Errorf("%d sessions before the return, resumed: %v; want one of a resumption", n, client.SessionReused())
	}
}
