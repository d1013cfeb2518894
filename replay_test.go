package polytls_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"polytls"
	"polytls/sessionstore"
	"polytls/ticketkeys"
)

// supply is a way in which the servers of a fleet come to know each other's
// tickets.
type supply struct {
	options func(*polytls.ServerOptions)
	// start is called for each server, also after a restart.
	start func(*testing.T, *polytls.Server)
	// later is called for each server when the ticket is out.
	later func(*testing.T, *polytls.Server)
	// anywhere says that another server may take the early data, too.
	anywhere bool
}

// supplies are all of them. Each call makes a fleet of its own.
var supplies = map[string]func(*testing.T) supply{
	"option": func(*testing.T) supply {
		return supply{options: func(o *polytls.ServerOptions) { o.TicketKeys = ticketKeys }}
	},
	"SetTicketKeys": func(*testing.T) supply {
		return supply{start: func(t *testing.T, srv *polytls.Server) { setKeys(t, srv, ticketKeys) }}
	},
	"rotation": func(*testing.T) supply {
		return supply{
			start: func(t *testing.T, srv *polytls.Server) { setKeys(t, srv, ticketKeys) },
			later: func(t *testing.T, srv *polytls.Server) { setKeys(t, srv, bytes.Repeat([]byte{2}, 48), ticketKeys) },
		}
	},
	"secret of a fleet": func(t *testing.T) supply {
		return supply{start: func(t *testing.T, srv *polytls.Server) {
			source, err := ticketkeys.FromSecret(make([]byte, 32), ticketkeys.Options{})
			if err != nil {
				t.Fatal(err)
			}
			rotation := ticketkeys.Rotation{Source: source}
			if _, err := rotation.Step(t.Context(), srv); err != nil {
				t.Fatal(err)
			}
		}}
	},
	"store": func(*testing.T) supply {
		store := sessionstore.NewMemory(sessionstore.MemoryOptions{})
		return supply{options: func(o *polytls.ServerOptions) { o.SessionStore, o.SecureOptions = store, opNoTicket }}
	},
	"store beside tickets": func(*testing.T) supply {
		store := sessionstore.NewMemory(sessionstore.MemoryOptions{})
		return supply{options: func(o *polytls.ServerOptions) { o.SessionStore, o.TicketKeys = store, ticketKeys }}
	},
	"handlers": func(*testing.T) supply {
		store := sessionstore.NewMemory(sessionstore.MemoryOptions{})
		return supply{
			options: func(o *polytls.ServerOptions) { o.SecureOptions = opNoTicket },
			start:   func(_ *testing.T, srv *polytls.Server) { keepBy(srv, store) },
		}
	},
	"single use": func(*testing.T) supply {
		store := sessionstore.NewMemory(sessionstore.MemoryOptions{})
		return supply{
			options:  func(o *polytls.ServerOptions) { o.SessionStore, o.SingleUseTickets = store, true },
			anywhere: true,
		}
	},
	"single use beside handlers": func(*testing.T) supply {
		store := sessionstore.NewMemory(sessionstore.MemoryOptions{})
		handed := sessionstore.NewMemory(sessionstore.MemoryOptions{})
		return supply{
			options:  func(o *polytls.ServerOptions) { o.SessionStore, o.SingleUseTickets = store, true },
			start:    func(_ *testing.T, srv *polytls.Server) { keepBy(srv, handed) },
			anywhere: true,
		}
	},
}

func setKeys(t *testing.T, srv *polytls.Server, keys ...[]byte) {
	t.Helper()
	if err := srv.SetTicketKeys(keys...); err != nil {
		t.Fatal(err)
	}
}

// keepBy has the handlers keep sessions.
func keepBy(srv *polytls.Server, store sessionstore.Store) {
	srv.OnNewSession(func(ctx context.Context, id, session []byte) error { return store.Put(ctx, id, session, time.Hour) })
	srv.OnResumeSession(store.Get)
}

func (u supply) server(t *testing.T) *earlyServer {
	t.Helper()
	var o polytls.ServerOptions
	if u.options != nil {
		u.options(&o)
	}
	s := newEarlyServer(t, o)
	if u.start != nil {
		u.start(t, s.Server)
	}
	return s
}

// firstFlight connects with early data and returns what the client wrote. It does
// not arrive if lost.
func firstFlight(t *testing.T, s *earlyServer, session []byte, text string, lost bool) (flight []byte, accepted bool) {
	t.Helper()
	raw, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", itoa(s.port)))
	if err != nil {
		t.Fatal(err)
	}
	tap := &recording{Conn: raw}
	if lost {
		tap.Conn = &muffled{Conn: raw}
	}
	co := s.options()
	co.Session, co.EarlyData = session, []byte(text)
	c, err := polytls.Client(t.Context(), tap, co)
	switch {
	case lost && err == nil:
		t.Fatal("the handshake needs no first flight")
	case !lost && err != nil:
		t.Fatal(err)
	case !lost:
		accepted = c.EarlyDataAccepted()
		if accepted {
			io.ReadFull(c, make([]byte, len(text)))
		}
		c.Close()
	}
	tap.mu.Lock()
	defer tap.mu.Unlock()
	return tap.sent, accepted
}

// muffled is a connection on which nothing gets through.
type muffled struct{ net.Conn }

func (m *muffled) Write(p []byte) (int, error) { return len(p), nil }

func (m *muffled) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// replay plays a flight to a server and waits until that gives up.
func replay(t *testing.T, s *earlyServer, flight []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", itoa(s.port)))
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	conn.Write(flight)
	conn.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, conn)
}

// TestEarlyDataIsAcceptedOnce plays a recorded flight again to the server that has
// taken it, to one that was started anew, and to a second one; and one that was
// caught on its way to all of them at once.
func TestEarlyDataIsAcceptedOnce(t *testing.T) {
	for name, make := range supplies {
		t.Run(name, func(t *testing.T) {
			u := make(t)
			first, second := u.server(t), u.server(t)
			sessions := [][]byte{first.session(t), first.session(t), first.session(t)}
			if u.later != nil {
				u.later(t, first.Server)
				u.later(t, second.Server)
			}
			servers := []*earlyServer{first, second, u.server(t)}
			flight, accepted := firstFlight(t, first, sessions[0], "pay once", false)
			if !accepted {
				t.Error("the server that gave the ticket refuses its early data")
			}
			for _, s := range servers {
				for range 2 {
					replay(t, s, flight)
				}
			}
			total(t, servers, "pay once", 1)

			flight, _ = firstFlight(t, first, sessions[1], "caught", true)
			var all sync.WaitGroup
			for range 3 {
				for _, s := range servers {
					all.Go(func() { replay(t, s, flight) })
				}
			}
			all.Wait()
			total(t, servers, "caught", 1)

			_, accepted = firstFlight(t, second, sessions[2], "elsewhere", false)
			if accepted != u.anywhere {
				t.Errorf("at another server: accepted %v, want %v", accepted, u.anywhere)
			}
		})
	}
}

// total fails unless all servers together have acted on a text so often.
func total(t *testing.T, servers []*earlyServer, text string, want int) {
	t.Helper()
	n := 0
	for _, s := range servers {
		n += s.count(text)
	}
	if n != want {
		t.Errorf("%q was acted on %d times, want %d", text, n, want)
	}
}

// TestSingleUseTicket serves one resumption: it is not used up by who cannot prove
// that he has its secret, nor by a hello that takes a second one, and who comes
// second gets a full handshake.
func TestSingleUseTicket(t *testing.T) {
	o := polytls.ServerOptions{SessionStore: sessionstore.NewMemory(sessionstore.MemoryOptions{}), SingleUseTickets: true}
	o.ECDHCurve = "P-256"
	s := newEarlyServer(t, o)
	session := s.session(t)
	flight, _ := firstFlight(t, s, session, "", true)
	broken := bytes.Clone(flight)
	broken[5+4+2] ^= 1 // in the client's random: the binder is wrong then
	replay(t, s, broken)

	co := s.options()
	co.Session = session
	co.ECDHCurve = "X25519:P-256" // the first of which the server has not
	for _, reused := range []bool{true, false} {
		c, err := polytls.Connect(t.Context(), co)
		if err != nil {
			t.Fatal(err)
		}
		if c.SessionReused() != reused || !c.Parameters().HelloRetry {
			t.Errorf("resumed %v, want %v; a second hello: %v", c.SessionReused(), reused, c.Parameters().HelloRetry)
		}
		flows(t, c, "hello")
		c.Close()
	}
}

// TestSingleUseTicketOfManyAtOnce resumes at one of the connections that come at
// the same moment; the others go on by full handshakes.
func TestSingleUseTicketOfManyAtOnce(t *testing.T) {
	store := &meetingPlace{Store: sessionstore.NewMemory(sessionstore.MemoryOptions{})}
	s := newEarlyServer(t, polytls.ServerOptions{SessionStore: store, SingleUseTickets: true})
	co := s.options()
	co.Session = s.session(t)
	const many = 4
	store.wait.Add(many)
	store.on = true
	var all sync.WaitGroup
	reused := make(chan bool, many)
	for range many {
		all.Go(func() {
			c, err := polytls.Connect(t.Context(), co)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			reused <- c.SessionReused()
			flows(t, c, "hello")
		})
	}
	all.Wait()
	close(reused)
	n := 0
	for r := range reused {
		if r {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of %d connections resumed with one ticket", n, many)
	}
}

// meetingPlace is a store whose Get returns to all callers when the last of them
// has come.
type meetingPlace struct {
	sessionstore.Store
	on   bool
	wait sync.WaitGroup
}

func (m *meetingPlace) Get(ctx context.Context, id []byte) ([]byte, error) {
	data, err := m.Store.Get(ctx, id)
	if m.on {
		m.wait.Done()
		m.wait.Wait()
	}
	return data, err
}
