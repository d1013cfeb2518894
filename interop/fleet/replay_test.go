package fleet

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"polytls/internal/peertest"

	"polytls"
)

// tap keeps what is written to a connection.
type tap struct {
	net.Conn
	mu   sync.Mutex
	sent []byte
}

func (c *tap) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.sent = append(c.sent, p...)
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// TestReplayIsRefusedAcrossServers replays a first flight whose early data a server
// has accepted, to that server and to another one with the same ticket keys and
// Redis: neither accepts the data again.
func TestReplayIsRefusedAcrossServers(t *testing.T) {
	redis := peertest.StartRedis(t)
	taken := make(chan string, 10)
	var ports [2]int
	for i := range ports {
		store, _ := openStore(t, redis.Socket, patience)
		o := polytls.ServerOptions{
			ContextOptions: serverContext("TLSv1.3"), TicketKeys: fleetKey,
			SessionStore: store, SingleUseTickets: true, MaxEarlyData: 1000,
		}
		ports[i] = serve(t, o, func(s *polytls.Socket) {
			line := make([]byte, 100)
			for {
				n, err := s.Read(line)
				if err != nil {
					return
				}
				if s.EarlyData() > 0 {
					taken <- string(line[:n])
				}
				s.Write(line[:n])
			}
		})
	}
	first := newCaller(t, ports[0], "TLSv1.3")
	if _, err := first.call(); err != nil {
		t.Fatal(err)
	}
	raw, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ports[0]))
	if err != nil {
		t.Fatal(err)
	}
	wire := &tap{Conn: raw}
	s, err := polytls.Client(context.Background(), wire, polytls.ConnectOptions{
		SecureContext: first.context, ServerName: "localhost", Session: first.session, EarlyData: []byte(earlyText),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !s.EarlyDataAccepted() {
		t.Fatal("early data was refused the first time")
	}
	if _, err := io.ReadFull(s, make([]byte, len(earlyText))); err != nil {
		t.Fatal(err)
	}
	s.Close()
	for _, port := range []int{ports[1], ports[0]} {
		again, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		again.SetDeadline(time.Now().Add(patience))
		again.Write(wire.sent)
		again.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, again) // until the server gives up
		again.Close()
	}
	var got []string
	for len(taken) > 0 {
		got = append(got, <-taken)
	}
	if len(got) != 1 || got[0] != earlyText {
		t.Errorf("early data was taken as %q, want once %q", got, earlyText)
	}
}
