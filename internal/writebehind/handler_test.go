package writebehind

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// lazy is a value that tells when it is resolved.
type lazy struct{ resolved *atomic.Int64 }

func (l lazy) LogValue() slog.Value { return slog.Int64Value(l.resolved.Add(1)) }

// large is one that holds much.
type large struct{ lazy }

func (large) Size() int { return mostHeld/2 + 1 }

// file is a buffer for several goroutines.
type file struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (f *file) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.Write(b)
}

// take returns what was written since the last call.
func (f *file) take() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.text.Reset()
	return f.text.String()
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// logTo returns a logger of which one in the middle is a Handler.
func logTo(out *file) (*slog.Logger, *Handler) {
	h := NewHandler(slog.NewTextHandler(out, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	return slog.New(h), h
}

// TestHandlerGathers passes the first record on at once, and those that follow it
// together: after the pause, or when they are too many.
func TestHandlerGathers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out file
		log, _ := logTo(&out)
		var resolved atomic.Int64
		record := func() { log.Info("x", "n", lazy{&resolved}) }
		want := func(lines int) {
			t.Helper()
			if n := strings.Count(out.take(), "\n"); n != lines || int(resolved.Swap(0)) != n {
				t.Errorf("%d lines, want %d", n, lines)
			}
		}
		record()
		synctest.Wait()
		want(1)
		record()
		record()
		synctest.Wait()
		want(0)
		time.Sleep(gather)
		synctest.Wait()
		want(2)
		for range mostRecords - 1 {
			record()
		}
		want(0)
		record()
		want(mostRecords)
		log.Info("x", "n", large{lazy{&resolved}})
		want(0)
		log.Info("x", "n", large{lazy{&resolved}})
		want(2)
		time.Sleep(2 * gather) // the goroutine ends
		record()
		synctest.Wait()
		want(1)
		time.Sleep(2 * gather)
	})
}

// TestHandlerKeepsOrder has loggers with attributes and groups of their own, records with
// many attributes, goroutines that log at once, and Flush.
func TestHandlerKeepsOrder(t *testing.T) {
	var out file
	log, h := logTo(&out)
	log.With("a", 1).WithGroup("g").Info("first", "b", 2)
	log.Debug("none")
	log.Warn("second", "1", 1, "2", 2, "3", 3, "4", 4, "5", 5, "6", 6, "7", 7)
	h.Flush()
	const want = "level=INFO msg=first a=1 g.b=2\nlevel=WARN msg=second 1=1 2=2 3=3 4=4 5=5 6=6 7=7\n"
	if got := out.take(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	const loggers, records = 4, 500
	var all sync.WaitGroup
	for logger := range loggers {
		all.Go(func() {
			for n := range records {
				log.Info(fmt.Sprint(logger), "n", n)
			}
		})
	}
	all.Wait()
	h.Flush()
	var next [loggers]int
	for line := range strings.Lines(out.take()) {
		var logger, n int
		if _, err := fmt.Sscanf(line, "level=INFO msg=%d n=%d", &logger, &n); err != nil || n != next[logger] {
			t.Fatalf("%q (%v), want record %d", line, err, next[logger])
		}
		next[logger]++
	}
	if next != [loggers]int{records, records, records, records} {
		t.Errorf("%v records", next)
	}
}
