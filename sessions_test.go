package polytls_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"polytls"
	"polytls/sessionstore"
)

const opNoTicket = 1 << 14

// dialTwice connects, echoes a line so that tickets arrive, and connects again
// with the session; it reports whether the second handshake resumed.
func dialTwice(t *testing.T, srv *polytls.Server, version string) bool {
	t.Helper()
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	var last []byte
	for i := range 2 {
		s, err := polytls.Connect(t.Context(), polytls.ConnectOptions{
			ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}, MinVersion: version, MaxVersion: version},
			Host:           "localhost",
			Port:           addr.(*net.TCPAddr).Port,
			Session:        last,
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(s, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		last = s.Session()
		reused := s.SessionReused()
		s.Close()
		if i == 1 {
			return reused
		}
	}
	panic("unreachable")
}

func echo(s *polytls.Socket) {
	defer s.Close()
	io.Copy(s, s)
}

func storeServer(t *testing.T, o polytls.ServerOptions) *polytls.Server {
	t.Helper()
	o.Cert, o.Key = [][]byte{localhost.PEM()}, keys(localhost.KeyPEM())
	srv, err := polytls.NewServer(o, echo)
	if err != nil {
		t.Fatal(err)
	}
	return srv
}

func TestSessionStore(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		for name, o := range map[string]polytls.ServerOptions{
			"NO_TICKET":  {ContextOptions: polytls.ContextOptions{SecureOptions: opNoTicket}},
			"single use": {SingleUseTickets: true},
		} {
			t.Run(version+" "+name, func(t *testing.T) {
				o.SessionStore = sessionstore.NewMemory(sessionstore.MemoryOptions{})
				if !dialTwice(t, storeServer(t, o), version) {
					t.Error("a stored session was not resumed")
				}
			})
		}
	}
}

// failingStore is a store whose server is down.
type failingStore struct{ sessionstore.Store }

var errDown = errors.New("the store is down")

func (failingStore) Get(context.Context, []byte) ([]byte, error)  { return nil, errDown }
func (failingStore) Take(context.Context, []byte) ([]byte, error) { return nil, errDown }

func TestFailingStoreCostsFullHandshakeOnly(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		store := failingStore{sessionstore.NewMemory(sessionstore.MemoryOptions{})}
		o := polytls.ServerOptions{SessionStore: store, ContextOptions: polytls.ContextOptions{SecureOptions: opNoTicket}}
		if dialTwice(t, storeServer(t, o), version) {
			t.Errorf("%s: resumed without a store", version)
		}
	}
}

func TestSessionHandlers(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		kept := sessionstore.NewMemory(sessionstore.MemoryOptions{})
		srv := storeServer(t, polytls.ServerOptions{ContextOptions: polytls.ContextOptions{SecureOptions: opNoTicket}})
		srv.OnNewSession(func(ctx context.Context, id, session []byte) error { return kept.Put(ctx, id, session, 1e9*60) })
		srv.OnResumeSession(kept.Get)
		if !dialTwice(t, srv, version) {
			t.Errorf("%s: the handlers' session was not resumed", version)
		}
	}
}

func TestClientSessions(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		srv := storeServer(t, polytls.ServerOptions{})
		addr, err := srv.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { srv.Close() })
		context, err := polytls.NewSecureContext(polytls.ContextOptions{CA: [][]byte{ca.PEM()}, MinVersion: version, MaxVersion: version})
		if err != nil {
			t.Fatal(err)
		}
		var memory polytls.ClientSessions // the zero value is ready
		for i := range 3 {
			s, err := polytls.Connect(t.Context(), polytls.ConnectOptions{
				SecureContext: context, Sessions: &memory, Host: "localhost", Port: addr.(*net.TCPAddr).Port,
			})
			if err != nil {
				t.Fatal(err)
			}
			s.Write([]byte("x"))
			io.ReadFull(s, make([]byte, 1))
			if reused := s.SessionReused(); reused != (i > 0) {
				t.Errorf("%s: connection %d: reused %v", version, i, reused)
			}
			s.Close()
		}
		if memory.Len() != 1 {
			t.Errorf("%s: sessions of %d servers, want 1", version, memory.Len())
		}
	}
}

// TestClientSessionsForgets keeps the sessions of as many servers as it was
// told, the most recent ones.
func TestClientSessionsForgets(t *testing.T) {
	context, err := polytls.NewSecureContext(polytls.ContextOptions{CA: [][]byte{ca.PEM()}})
	if err != nil {
		t.Fatal(err)
	}
	so, co := serving(localhost), polytls.ConnectOptions{SecureContext: context, Host: "localhost"}
	memory := polytls.NewClientSessions(2)
	co.Sessions = memory
	for _, tt := range []struct {
		port   int
		reused bool
	}{{1, false}, {2, false}, {1, true}, {3, false}, {1, true}, {2, false}} {
		co.Port = tt.port // what is remembered goes by it
		so.TicketKeys = ticketKeys
		server, client := pair(t, so, co)
		exchange(t, server, client, "x")
		if client.SessionReused() != tt.reused {
			t.Errorf("port %d: reused %v, want %v", tt.port, client.SessionReused(), tt.reused)
		}
	}
	if memory.Len() != 2 {
		t.Errorf("sessions of %d servers, want 2", memory.Len())
	}
}
