package inspect

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"polytls"
	"polytls/internal/testcert"
)

// stuck is a reader that takes nothing until it is released.
type stuck struct {
	*httptest.ResponseRecorder
	released chan struct{}
}

func (s *stuck) Write(b []byte) (int, error) {
	<-s.released
	return s.ResponseRecorder.Write(b)
}

// TestFeedStaysSmall has as many handshakes as a page may see that is open for a day,
// with readers that take nothing meanwhile: only the last handshakes are held. The
// readers hold none, but the text that they were about to get; then they get the last
// handshakes, and miss the others.
func TestFeedStaysSmall(t *testing.T) {
	const day, readers = 100_000, 5
	synctest.Test(t, func(t *testing.T) {
		p := &Page{feed: newFeed()}
		var added []weak.Pointer[entry]
		add := func(n int) {
			for range n {
				r := emptyEntry()
				p.feed.add(r, func() {})
				added = append(added, weak.Make(r))
			}
		}
		add(feedSize)
		released := make(chan struct{})
		var all []*stuck
		var running sync.WaitGroup
		for range readers {
			w := &stuck{httptest.NewRecorder(), released}
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/events", nil)
			r.Header.Set("Last-Event-ID", p.feed.mark(0))
			running.Go(func() { p.sendEvents(w, r) })
			all = append(all, w)
		}
		synctest.Wait()
		add(day - feedSize)
		if held := reachable(added); held > feedSize {
			t.Errorf("%d handshakes are held, want the last %d", held, feedSize)
		}
		close(released)
		p.feed.close()
		running.Wait()
		for _, w := range all {
			text := w.Body.Bytes()
			if rows := bytes.Count(text, []byte(`{}`)); rows != 2*feedSize || !bytes.Contains(text, []byte("id: "+p.feed.mark(day)+"\n")) {
				t.Errorf("a reader gets %d rows, which end %.300q", rows, text[max(0, len(text)-300):])
			}
		}
	})
}

// reachable returns how many values are in memory.
func reachable[T any](all []weak.Pointer[T]) (n int) {
	runtime.GC()
	for _, r := range all {
		if r.Value() != nil {
			n++
		}
	}
	return n
}

// heap returns how many bytes are in use.
func heap() int {
	runtime.GC()
	runtime.GC() // which empties pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestEntriesAreSmall has clients with long hellos, which become longer on the page: of
// names that are escaped. An entry that nobody has read holds the hello, unless that is
// larger than what it becomes.
func TestEntriesAreSmall(t *testing.T) {
	for _, tt := range []struct {
		name        string
		protocols   int
		read        bool
		least, most int
	}{
		{"not read", 120, false, 30 << 10, 70 << 10},
		{"read", 120, true, 100 << 10, 300 << 10},
		{"too large to be held", 250, false, 100 << 10, 300 << 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if size := entrySize(t, tt.protocols, tt.read); size < tt.least || size > tt.most {
				t.Errorf("the feed holds %d bytes for a handshake, want %d to %d", size, tt.least, tt.most)
			}
		})
	}
}

// entrySize returns how many bytes the feed holds for a client that offers a number of
// protocols.
func entrySize(t *testing.T, protocols int, read bool) int {
	const handshakes = 20
	p := trialServer(t)
	p.feed.timed = true // nothing is computed meanwhile
	offered := slices.Repeat([]string{strings.Repeat("\x01", 255)}, protocols)
	for i := range handshakes {
		conn, err := p.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s, err := polytls.Client(t.Context(), conn, polytls.ConnectOptions{AllowUnauthorized: true, ALPNProtocols: offered})
		if err != nil {
			t.Fatal(err)
		}
		if e := last(t, p, i); read {
			e.shown()
		}
		s.Close()
	}
	before := heap()
	p.feed.last = nil
	return (before - heap()) / handshakes
}

// TestUnreadEntriesAreComputed: after a while the feed does what no reader did, for the
// entries that it still holds.
func TestUnreadEntriesAreComputed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFeed()
		var computed atomic.Int32
		add := func(n int) {
			for range n {
				e := emptyEntry()
				show := e.shown
				e.shown = sync.OnceValue(func() *shown { computed.Add(1); return show() })
				f.add(e, func() {})
			}
		}
		for range 2 {
			add(feedSize + 5)
			time.Sleep(mostUnread - 1)
			synctest.Wait()
			if n := computed.Load(); n != 0 {
				t.Fatalf("%d are computed early", n)
			}
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			if n := computed.Swap(0); n != feedSize {
				t.Fatalf("%d are computed, want the last %d", n, feedSize)
			}
		}
	})
}

// clock is one of which a test sees whether it is still in use.
type clock struct{ _ [64]byte }

func (*clock) now() time.Time { return time.Now() }

// TestComputedEntriesHoldNoContext replaces the server's context before each handshake, as
// on a reload.
func TestComputedEntriesHoldNoContext(t *testing.T) {
	p := trialServer(t)
	p.feed.timed = true
	cert := testcert.CA("root").Server("localhost")
	var clocks []weak.Pointer[clock]
	const handshakes = 3
	for i := range handshakes {
		c := new(clock)
		clocks = append(clocks, weak.Make(c))
		context, err := polytls.NewSecureContext(polytls.ContextOptions{
			Cert: [][]byte{cert.ChainPEM()}, Key: []polytls.Key{{PEM: cert.KeyPEM()}}, Time: c.now,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.server.SetSecureContext(context); err != nil {
			t.Fatal(err)
		}
		conn, err := p.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s, err := polytls.Client(t.Context(), conn, polytls.ConnectOptions{AllowUnauthorized: true})
		if err != nil {
			t.Fatal(err)
		}
		last(t, p, i)
		s.Close()
	}
	p.feed.computeAll()
	replaced := clocks[:handshakes-1]
	for start := time.Now(); reachable(replaced) > 0; { // the server may still close the connections
		if time.Since(start) > time.Minute {
			t.Fatalf("%d of %d contexts that were replaced are held", reachable(replaced), len(replaced))
		}
	}
	if len(p.feed.last) != handshakes {
		t.Errorf("%d entries", len(p.feed.last))
	}
}

// TestAddAllocatesLittle: what a handshake costs a page that nobody reads.
func TestAddAllocatesLittle(t *testing.T) {
	p := trialServer(t)
	conn, err := p.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := polytls.Client(t.Context(), conn, polytls.ConnectOptions{AllowUnauthorized: true, RecordHandshake: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const most = 15
	if n := testing.AllocsPerRun(100, func() { p.add(s, nil) }); n > most {
		t.Errorf("%v allocations, want at most %d", n, most)
	}
}

// TestStreamsAreBounded: beyond the limit a page is refused, until another is closed.
func TestStreamsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Page{feed: newFeed()}
		var running sync.WaitGroup
		open := func(ctx context.Context) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			running.Go(func() { p.sendEvents(w, httptest.NewRequestWithContext(ctx, "GET", "/events", nil)) })
			synctest.Wait()
			return w
		}
		first, closeFirst := context.WithCancel(t.Context())
		for i := range mostStreams {
			ctx := t.Context()
			if i == 0 {
				ctx = first
			}
			if w := open(ctx); w.Code != http.StatusOK {
				t.Fatalf("stream %d: %d", i, w.Code)
			}
		}
		if w := open(t.Context()); w.Code != http.StatusServiceUnavailable {
			t.Errorf("one stream more: %d", w.Code)
		}
		closeFirst()
		synctest.Wait()
		if w := open(t.Context()); w.Code != http.StatusOK {
			t.Errorf("after one was closed: %d", w.Code)
		}
		p.feed.close()
		running.Wait()
	})
}
