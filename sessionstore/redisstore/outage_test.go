package redisstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// journal records what a store tells, and is its clock.
type journal struct {
	mu     sync.Mutex
	now    time.Time
	calls  []string
	states []State
	log    bytes.Buffer
}

func newJournal() *journal { return &journal{now: time.Unix(1_700_000_000, 0)} }

func (j *journal) options(deadline time.Duration) Options {
	return Options{
		TicketKeys: [][]byte{keyA},
		Deadline:   deadline,
		Failures:   3,
		Pause:      time.Second,
		Now:        j.clock,
		Log:        slog.New(slog.NewTextHandler(j, nil)),
		Metrics: Metrics{
			Call: func(op Op, outcome Outcome, _ time.Duration) {
				j.mu.Lock()
				defer j.mu.Unlock()
				j.calls = append(j.calls, fmt.Sprintf("%s %s", op, outcome))
			},
			Breaker: func(s State) {
				j.mu.Lock()
				defer j.mu.Unlock()
				j.states = append(j.states, s)
			},
		},
	}
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log.Write(p)
}

func (j *journal) clock() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.now
}

func (j *journal) advance(by time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.now = j.now.Add(by)
}

// take returns what was recorded since the last take.
func (j *journal) take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := strings.Join(j.calls, ", ")
	for _, s := range j.states {
		out += "; " + string(s)
	}
	j.calls, j.states = nil, nil
	return out
}

func (j *journal) mustTell(t *testing.T, want string) {
	t.Helper()
	if got := j.take(); got != want {
		t.Fatalf("the store told\n%s\nwant\n%s", got, want)
	}
}

// TestServerDiesDuringUse: what is seen of it are misses.
func TestServerDiesDuringUse(t *testing.T) {
	server := newServer(t)
	j := newJournal()
	s := mustOpen(t, server.URL(), j.options(time.Minute))
	mustPut(t, s, id1, der)
	mustHold(t, s, id1, der)
	mustHold(t, s, id2, nil)
	j.mustTell(t, "put done, get hit, get miss")

	server.Kill()
	mustHold(t, s, id1, nil)
	mustPut(t, s, id1, der)
	mustTake(t, s, id1, nil)
	j.mustTell(t, "get failed, put failed, take failed; open")
	for range 100 {
		mustHold(t, s, id1, nil)
	}
	j.mustTell(t, strings.TrimPrefix(strings.Repeat(", get skipped", 100), ", "))

	j.advance(time.Second)
	mustHold(t, s, id1, nil) // tries
	if err := s.Delete(ctx, id1); err != nil {
		t.Error(err)
	}
	j.mustTell(t, "get failed, delete skipped; half-open; open")

	server.Start()
	j.advance(time.Second)
	mustHold(t, s, id1, nil) // Redis forgot it
	mustPut(t, s, id1, der)
	mustHold(t, s, id1, der)
	j.mustTell(t, "get miss, put done, get hit; half-open; closed")
	text := j.log.String()
	if strings.Count(text, "\n") != 2 || !strings.Contains(text, "is back") {
		t.Errorf("log:\n%s", text)
	}
	if strings.Contains(text, string(der[4:])) || strings.Contains(text, string(keyA)) {
		t.Errorf("a secret is in the log:\n%s", text)
	}
}

// gate is a proxy in front of a server that can hold back what it says.
type gate struct {
	listener net.Listener
	mu       sync.Mutex
	open     *sync.Cond
	shut     bool
}

func newGate(t *testing.T, server *server) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{listener: l}
	g.open = sync.NewCond(&g.mu)
	t.Cleanup(func() {
		l.Close()
		g.set(false)
	})
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			upstream, err := net.Dial("unix", server.Socket)
			if err != nil {
				client.Close()
				continue
			}
			go g.copy(upstream, client, false)
			go g.copy(client, upstream, true)
		}
	}()
	return g
}

// copy copies one direction; replies wait while the gate is shut.
func (g *gate) copy(to, from net.Conn, replies bool) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		g.mu.Lock()
		for replies && g.shut {
			g.open.Wait()
		}
		g.mu.Unlock()
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
	g.open.Broadcast()
}

func (g *gate) url() string { return "redis://" + g.listener.Addr().String() }

// TestServerHangs: the deadline ends each call, and after three of them nothing
// waits. Were a call to wait for the reply, the test would never end.
func TestServerHangs(t *testing.T) {
	server := newServer(t)
	g := newGate(t, server)
	j := newJournal()
	slow := j.options(20 * time.Millisecond)
	quick := patient()
	mustPut(t, mustOpen(t, g.url(), quick), id1, der)
	s := mustOpen(t, g.url(), slow)

	g.set(true)
	mustHold(t, s, id1, nil)
	mustPut(t, s, id2, der)
	mustHold(t, s, id1, nil)
	mustHold(t, s, id1, nil)
	j.mustTell(t, "get failed, put failed, get failed, get skipped; open")
	j.advance(time.Second)
	mustHold(t, s, id1, nil)
	mustHold(t, s, id1, nil)
	j.mustTell(t, "get failed, get skipped; half-open; open")

	g.set(false)
	for tries := 0; ; tries++ { // on a busy machine 20 ms may be short
		j.advance(time.Second)
		if got, _ := s.Get(ctx, id1); bytes.Equal(got, der) {
			break
		}
		if tries == 500 {
			t.Fatalf("the session is never found again: %s", j.take())
		}
	}
	if told := j.take(); !strings.HasSuffix(told, "closed") {
		t.Errorf("the store told %s", told)
	}
}

// TestForeignClientThatHangs: the deadline holds without the client's help.
func TestForeignClientThatHangs(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	client := redis.NewClient(&redis.Options{
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			<-release
			return nil, net.ErrClosed
		},
	})
	j := newJournal()
	s := mustNew(t, client, j.options(20*time.Millisecond))
	for range 4 {
		mustHold(t, s, id1, nil)
	}
	j.mustTell(t, "get failed, get failed, get failed, get skipped; open")
}

// TestCallerThatGivesUp: it is let go at once, and Redis is not blamed.
func TestCallerThatGivesUp(t *testing.T) {
	g := newGate(t, newServer(t))
	j := newJournal()
	s := mustOpen(t, g.url(), j.options(time.Minute))
	g.set(true)
	for range 10 {
		gone, cancel := context.WithCancelCause(ctx)
		go cancel(errors.New("the client is gone"))
		if got, err := s.Get(gone, id1); got != nil || err != nil {
			t.Fatalf("got %q, error %v", got, err)
		}
	}
	j.mustTell(t, strings.TrimPrefix(strings.Repeat(", get skipped", 10), ", "))
	if j.log.Len() != 0 {
		t.Errorf("log:\n%s", &j.log)
	}
}

// TestTooManyCalls: calls that hang do not pile up.
func TestTooManyCalls(t *testing.T) {
	l := newLimiter(2)
	release := make(chan struct{})
	hang := func(context.Context) ([]byte, error) {
		<-release
		return nil, nil
	}
	for range 2 {
		if _, err := l.within(ctx, time.Nanosecond, hang); !errors.Is(err, errDeadline) {
			t.Fatalf("error %v, want %v", err, errDeadline)
		}
	}
	if _, err := l.within(ctx, time.Minute, hang); !errors.Is(err, errTooMany) {
		t.Errorf("error %v, want %v", err, errTooMany)
	}
	close(release)
	for {
		_, err := l.within(ctx, time.Minute, func(context.Context) ([]byte, error) { return nil, nil })
		if err == nil {
			return
		}
	}
}

// BenchmarkSkipped is what a handshake pays while Redis is dead.
func BenchmarkSkipped(b *testing.B) {
	j := newJournal()
	o := j.options(time.Minute)
	o.Metrics = Metrics{}
	s, err := Open("unix:///nowhere", o)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for range o.Failures {
		s.Get(ctx, id1)
	}
	for b.Loop() {
		s.Get(ctx, id1)
	}
}
