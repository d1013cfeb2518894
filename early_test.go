package polytls_test

import (
	"io"
	"net"
	"strconv"
	"sync"
	"testing"

	"polytls"
	"polytls/sessionstore"
)

// earlyServer answers each connection with what came as early data, and counts
// what it was given.
type earlyServer struct {
	*polytls.Server
	port int
	mu   sync.Mutex
	got  map[string]int
}

func newEarlyServer(t *testing.T, o polytls.ServerOptions) *earlyServer {
	t.Helper()
	s := &earlyServer{got: map[string]int{}}
	o.Cert, o.Key = [][]byte{localhost.PEM()}, keys(localhost.KeyPEM())
	if o.MaxEarlyData == 0 {
		o.MaxEarlyData = 1000
	}
	srv, err := polytls.NewServer(o, func(c *polytls.Socket) {
		defer c.Close()
		for {
			buf := make([]byte, 100)
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			s.mu.Lock()
			s.got[string(buf[:n])]++
			s.mu.Unlock()
			c.Write(buf[:n])
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	s.Server, s.port = srv, addr.(*net.TCPAddr).Port
	return s
}

func (s *earlyServer) count(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got[text]
}

// session makes a session that allows early data.
func (s *earlyServer) session(t *testing.T) []byte {
	t.Helper()
	c, err := polytls.Connect(t.Context(), s.options())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	flows(t, c, "warm up")
	return c.Session()
}

func (s *earlyServer) options() polytls.ConnectOptions {
	o := trusting(ca)
	o.Host, o.Port = "localhost", s.port
	return o
}

func TestEarlyDataIsAnsweredAtOnce(t *testing.T) {
	for name, o := range map[string]polytls.ServerOptions{
		"strike register":   {},
		"single-use ticket": {SingleUseTickets: true, SessionStore: sessionstore.NewMemory(sessionstore.MemoryOptions{})},
	} {
		t.Run(name, func(t *testing.T) {
			s := newEarlyServer(t, o)
			co := s.options()
			co.Session, co.EarlyData = s.session(t), []byte("early")
			c, err := polytls.Connect(t.Context(), co)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if !c.EarlyDataAccepted() {
				t.Fatal("early data was refused")
			}
			got := make([]byte, 5)
			if _, err := io.ReadFull(c, got); err != nil || string(got) != "early" {
				t.Fatalf("%q, %v", got, err)
			}
			flows(t, c, "later")
			if s.count("early") != 1 {
				t.Errorf("early data was read %d times", s.count("early"))
			}
		})
	}
}

func TestRefusedEarlyDataIsResentOnDemandOnly(t *testing.T) {
	s := newEarlyServer(t, polytls.ServerOptions{})
	other := newEarlyServer(t, polytls.ServerOptions{}) // with ticket keys of its own
	for _, resend := range []bool{false, true} {
		co := other.options()
		co.Session, co.EarlyData, co.ResendEarlyData = s.session(t), []byte("early"), resend
		c, err := polytls.Connect(t.Context(), co)
		if err != nil {
			t.Fatal(err)
		}
		if c.EarlyDataAccepted() || c.SessionReused() {
			t.Error("a foreign ticket was taken")
		}
		if resend {
			io.ReadFull(c, make([]byte, 5))
		}
		flows(t, c, "later")
		c.Close()
	}
	if n := other.count("early"); n != 1 {
		t.Errorf("the data arrived %d times, want once: when it was asked for", n)
	}
}

// TestRefusedEarlyDataOfAnotherServer: a ticket that another server gave allows
// what it likes, up to 16,384 bytes of which every server skips.
func TestRefusedEarlyDataOfAnotherServer(t *testing.T) {
	const allowed = 16384
	first := newEarlyServer(t, polytls.ServerOptions{MaxEarlyData: allowed})
	session := first.session(t)
	for _, most := range []uint32{0, 1, 1000, allowed, 1 << 20} {
		for _, curve := range []string{"", "P-521"} { // the latter by a HelloRetryRequest
			so := serving(localhost)
			so.MaxEarlyData, so.ECDHCurve = most, curve
			_, co := listening(t, so, echo)
			co.Session, co.EarlyData, co.ECDHCurve = session, make([]byte, allowed), "X25519:P-521:P-256"
			c, err := polytls.Connect(t.Context(), co)
			if err != nil {
				t.Errorf("MaxEarlyData %d, curve %q: %v", most, curve, err)
				continue
			}
			if c.EarlyDataAccepted() {
				t.Error("a foreign ticket was taken")
			}
			flows(t, c, "later")
			c.Close()
		}
	}
}

// recording keeps what is written to a connection.
type recording struct {
	net.Conn
	mu   sync.Mutex
	sent []byte
}

func (r *recording) Write(p []byte) (int, error) {
	r.mu.Lock()
	r.sent = append(r.sent, p...)
	r.mu.Unlock()
	return r.Conn.Write(p)
}

func TestReplayedFirstFlightIsRefused(t *testing.T) {
	store := sessionstore.NewMemory(sessionstore.MemoryOptions{})
	ticketKeys := make([]byte, 48)
	for name, servers := range map[string][2]*earlyServer{
		"to the same server, strike register": func() [2]*earlyServer {
			s := newEarlyServer(t, polytls.ServerOptions{})
			return [2]*earlyServer{s, s}
		}(),
		"to another server that shares the store": {
			newEarlyServer(t, polytls.ServerOptions{SingleUseTickets: true, SessionStore: store, TicketKeys: ticketKeys}),
			newEarlyServer(t, polytls.ServerOptions{SingleUseTickets: true, SessionStore: store, TicketKeys: ticketKeys}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", itoa(servers[0].port)))
			if err != nil {
				t.Fatal(err)
			}
			tap := &recording{Conn: raw}
			co := servers[0].options()
			co.Session, co.EarlyData = servers[0].session(t), []byte("pay once")
			c, err := polytls.Client(t.Context(), tap, co)
			if err != nil {
				t.Fatal(err)
			}
			if !c.EarlyDataAccepted() {
				t.Fatal("early data was refused the first time")
			}
			io.ReadFull(c, make([]byte, len("pay once")))
			c.Close()

			again, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", itoa(servers[1].port)))
			if err != nil {
				t.Fatal(err)
			}
			tap.mu.Lock()
			again.Write(tap.sent)
			tap.mu.Unlock()
			again.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, again) // until the server gives up
			again.Close()
			if n := servers[0].count("pay once") + func() int {
				if servers[0] == servers[1] {
					return 0
				}
				return servers[1].count("pay once")
			}(); n != 1 {
				t.Errorf("the data was taken %d times", n)
			}
		})
	}
}

func itoa(port int) string { return strconv.Itoa(port) }
