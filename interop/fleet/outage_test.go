package fleet

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"polytls"
	"polytls/internal/peertest"
	"polytls/sessionstore/redisstore"
)

var handshakes = flag.Int("handshakes", 2000, "`NUMBER` of handshakes while Redis is killed and started again")

const (
	noTicket = 0x4000 // SSL_OP_NO_TICKET
	workers  = 8
	outages  = 10
)

// outcomes counts the results of a store's calls.
type outcomes struct {
	failed chan struct{} // has one when a call failed

	mu    sync.Mutex
	count map[redisstore.Outcome]int
}

func (o *outcomes) add(_ redisstore.Op, outcome redisstore.Outcome, _ time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count[outcome]++
	if outcome == redisstore.Failed {
		select {
		case o.failed <- struct{}{}:
		default:
		}
	}
}

// notice returns when a call has failed, or there are no more calls.
func (o *outcomes) notice(finished <-chan struct{}) {
	select {
	case <-o.failed: // of an outage before
	default:
	}
	select {
	case <-o.failed:
	case <-finished:
	}
}

func (o *outcomes) of(outcome redisstore.Outcome) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.count[outcome]
}

// openStore opens a store that tries a dead Redis again soon.
func openStore(t testing.TB, socket string, deadline time.Duration) (*redisstore.Store, *outcomes) {
	t.Helper()
	told := &outcomes{failed: make(chan struct{}, 1), count: map[redisstore.Outcome]int{}}
	store, err := redisstore.Open("unix://"+socket, redisstore.Options{
		TicketKeys: [][]byte{fleetKey}, Deadline: deadline, Pause: 10 * time.Millisecond,
		Log: slog.New(slog.DiscardHandler), Metrics: redisstore.Metrics{Call: told.add},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store, told
}

// storing are the options of a server that gives no tickets.
func storing(version string, store *redisstore.Store) polytls.ServerOptions {
	o := polytls.ServerOptions{ContextOptions: serverContext(version), SessionStore: store}
	o.SecureOptions = noTicket
	return o
}

// caller is a client that resumes the session before.
type caller struct {
	port    int
	context *polytls.SecureContext
	session []byte
}

func newCaller(t testing.TB, port int, version string) *caller {
	t.Helper()
	c, err := polytls.NewSecureContext(clientContext(version))
	if err != nil {
		t.Fatal(err)
	}
	return &caller{port: port, context: c}
}

// call makes a connection that must work, and reports whether it resumed.
func (c *caller) call() (reused bool, err error) {
	next := c.session
	s, err := dial(c.port, polytls.ConnectOptions{
		SecureContext: c.context, Session: c.session, OnSession: func(b []byte) { next = b },
	})
	if err != nil {
		return false, err
	}
	defer s.Close()
	if err := exchange(s, "hello", "hello"); err != nil {
		return false, err
	}
	c.session = next
	return s.SessionReused(), nil
}

// TestRedisDiesDuringHandshakes kills Redis and starts it again while clients
// connect: no connection fails, and sessions are resumed whenever Redis is running.
func TestRedisDiesDuringHandshakes(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		t.Run(version, func(t *testing.T) {
			redis := peertest.StartRedis(t)
			store, told := openStore(t, redis.Socket, time.Second)
			port := serve(t, storing(version, store), nil)
			var next, resumed, full atomic.Int64
			total := int64(*handshakes) / 2
			outage := make(chan struct{}, outages)
			var group sync.WaitGroup
			for range workers {
				c := newCaller(t, port, version)
				group.Go(func() {
					for n := next.Add(1); n <= total; n = next.Add(1) {
						if n%(total/outages) == 0 {
							outage <- struct{}{}
						}
						reused, err := c.call()
						switch {
						case err != nil:
							t.Errorf("handshake %d: %v", n, err)
						case reused:
							resumed.Add(1)
						default:
							full.Add(1)
						}
					}
				})
			}
			finished := make(chan struct{})
			go func() {
				group.Wait()
				close(finished)
			}()
			for range outages {
				<-outage
				redis.Kill()
				told.notice(finished)
				redis.Start()
			}
			<-finished
			t.Logf("%d resumed, %d full; the store: %v", resumed.Load(), full.Load(), told.count)
			if resumed.Load() == 0 || full.Load() <= workers || told.of(redisstore.Failed) == 0 {
				t.Error("no outage happened, or nothing was ever resumed")
			}
			mustResume(t, newCaller(t, port, version))
		})
	}
}

// mustResume connects until a session is resumed.
func mustResume(t testing.TB, c *caller) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		reused, err := c.call()
		if err != nil {
			t.Fatal(err)
		}
		if reused {
			return
		}
	}
	t.Fatal("no session is resumed any more")
}

// TestSlowRedis connects through a Redis that does not answer: the store's deadline
// ends each call, and full handshakes follow. When Redis answers again, sessions
// are resumed again.
func TestSlowRedis(t *testing.T) {
	redis := peertest.StartRedis(t)
	p := startProxy(t, redis.Socket)
	store, told := openStore(t, p.socket, 100*time.Millisecond)
	port := serve(t, storing("TLSv1.2", store), nil)
	c := newCaller(t, port, "TLSv1.2")
	mustResume(t, c)

	p.hold.Lock()
	for range 20 {
		if reused, err := c.call(); err != nil || reused {
			t.Fatalf("Redis does not answer: reused %t, %v", reused, err)
		}
	}
	if told.of(redisstore.Failed) == 0 {
		t.Errorf("the store reported %v", told.count)
	}
	p.hold.Unlock()
	mustResume(t, c)
}

// TestRedisThatTakesItsTime: an answer that arrives within the deadline is used.
// The test delays each answer, and the handshake waits for it.
func TestRedisThatTakesItsTime(t *testing.T) {
	redis := peertest.StartRedis(t)
	p := startProxy(t, redis.Socket)
	store, told := openStore(t, p.socket, patience)
	port := serve(t, storing("TLSv1.2", store), nil)
	c := newCaller(t, port, "TLSv1.2")
	for i := range 5 {
		done := make(chan error, 1)
		p.hold.Lock()
		p.forget()
		go func() {
			reused, err := c.call()
			if err == nil && reused != (i > 0) {
				err = fmt.Errorf("reused is %t", reused)
			}
			done <- err
		}()
		select {
		case <-p.held:
		case err := <-done:
			t.Fatalf("connection %d did not wait for Redis: %v", i, err)
		}
		p.hold.Unlock()
		for waiting := true; waiting; {
			select {
			case <-p.held:
			case err := <-done:
				if waiting = false; err != nil {
					t.Fatalf("connection %d: %v", i, err)
				}
			}
		}
	}
	if told.of(redisstore.Failed)+told.of(redisstore.Skipped) != 0 {
		t.Errorf("the store reported %v", told.count)
	}
}

// proxy is in front of a Redis and delays its answers.
type proxy struct {
	socket string
	hold   sync.Mutex    // who has it stops all answers
	held   chan struct{} // has one when there was an answer to be let through
}

func startProxy(t testing.TB, to string) *proxy {
	t.Helper()
	p := &proxy{socket: filepath.Join(filepath.Dir(to), "p"), held: make(chan struct{}, 1)}
	l, err := net.Listen("unix", p.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", to)
			if err != nil {
				client.Close()
				continue
			}
			go func() { io.Copy(server, client); server.Close() }()
			go p.answer(client, server)
		}
	}()
	return p
}

func (p *proxy) answer(client, server net.Conn) {
	defer client.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		select {
		case p.held <- struct{}{}:
		default:
		}
		p.pass()
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

// forget empties held.
func (p *proxy) forget() {
	select {
	case <-p.held:
	default:
	}
}

// pass returns when the answers are not delayed.
func (p *proxy) pass() {
	p.hold.Lock()
	defer p.hold.Unlock()
}
