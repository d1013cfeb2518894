package sessionstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	_   Store = (*Memory)(nil)
	ctx       = context.Background()
)

// clock is a time that tests move.
type clock struct{ now time.Time }

func newClock() *clock                    { return &clock{time.Unix(1_700_000_000, 0)} }
func (c *clock) Now() time.Time           { return c.now }
func (c *clock) advance(by time.Duration) { c.now = c.now.Add(by) }

func id(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

func (m *Memory) mustHold(t *testing.T, key []byte, want string) {
	t.Helper()
	got, err := m.Get(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want || (got == nil) != (want == "") {
		t.Fatalf("session %x: got %q, want %q", key, got, want)
	}
}

func TestMemoryReturnsWhatWasPut(t *testing.T) {
	m := NewMemory(MemoryOptions{})
	key, session := id(1), []byte("first")
	m.Put(ctx, key, session, time.Hour)
	copy(session, "XXXXX")
	copy(key, "XXXXXXXX")
	m.mustHold(t, id(1), "first")
	m.mustHold(t, id(2), "")
	got, _ := m.Get(ctx, id(1))
	copy(got, "YYYYY")
	m.mustHold(t, id(1), "first")
	m.Put(ctx, id(1), []byte("second"), time.Hour)
	m.mustHold(t, id(1), "second")
	if m.Len() != 1 {
		t.Errorf("%d sessions, want 1", m.Len())
	}
	m.Delete(ctx, id(1))
	m.Delete(ctx, id(1))
	m.mustHold(t, id(1), "")
}

func TestMemoryTakesOnce(t *testing.T) {
	m := NewMemory(MemoryOptions{})
	m.Put(ctx, id(1), []byte("once"), time.Hour)
	var taken atomic.Int32
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if got, _ := m.Take(ctx, id(1)); got != nil {
				taken.Add(1)
			}
		})
	}
	group.Wait()
	if taken.Load() != 1 {
		t.Fatalf("taken %d times, want once", taken.Load())
	}
	m.mustHold(t, id(1), "")
}

func TestMemoryBoundsTime(t *testing.T) {
	c := newClock()
	m := NewMemory(MemoryOptions{Now: c.Now, MaxAge: time.Hour})
	m.Put(ctx, id(1), []byte("minute"), time.Minute)
	m.Put(ctx, id(2), []byte("year"), 365*24*time.Hour)
	m.Put(ctx, id(3), []byte("never"), 0)
	m.mustHold(t, id(3), "")
	c.advance(time.Minute - 1)
	m.mustHold(t, id(1), "minute")
	c.advance(1)
	m.mustHold(t, id(1), "")
	c.advance(time.Hour - time.Minute - 1)
	m.mustHold(t, id(2), "year")
	c.advance(1)
	if got, _ := m.Take(ctx, id(2)); got != nil {
		t.Fatalf("took %q after MaxAge", got)
	}
	if m.Len() != 0 || m.bytes != 0 {
		t.Fatalf("%d sessions of %d bytes are left", m.Len(), m.bytes)
	}
}

func TestMemoryForgetsOldestFirst(t *testing.T) {
	for _, test := range []struct {
		name   string
		limits MemoryOptions
	}{
		{"entries", MemoryOptions{Entries: 3}},
		{"bytes", MemoryOptions{Bytes: 3*(8+5) + 12}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := NewMemory(test.limits)
			for i := range 5 {
				m.Put(ctx, id(i), fmt.Appendf(nil, "five%d", i), time.Hour)
			}
			m.Put(ctx, id(2), []byte("anew2"), time.Hour) // is the newest now
			m.Put(ctx, id(5), []byte("five5"), time.Hour)
			for i, want := range []string{"", "", "anew2", "", "five4", "five5"} {
				m.mustHold(t, id(i), want)
			}
		})
	}
}

func TestMemoryRefusesWhatCannotFit(t *testing.T) {
	m := NewMemory(MemoryOptions{Bytes: 100})
	m.Put(ctx, id(1), []byte("stays"), time.Hour)
	m.Put(ctx, id(2), make([]byte, 93), time.Hour)
	m.Put(ctx, nil, []byte("no identifier"), time.Hour)
	m.Put(ctx, make([]byte, MaxID+1), []byte("long"), time.Hour)
	m.mustHold(t, id(1), "stays")
	if m.Len() != 1 {
		t.Errorf("%d sessions, want 1", m.Len())
	}
	// What replaces a session and does not fit still ends the old one.
	m.Put(ctx, id(1), make([]byte, 93), time.Hour)
	m.mustHold(t, id(1), "")
	none := NewMemory(MemoryOptions{Entries: -1})
	none.Put(ctx, id(1), []byte("x"), time.Hour)
	none.mustHold(t, id(1), "")
}

// TestMemoryAgreesWithModel compares many operations with a plain map.
func TestMemoryAgreesWithModel(t *testing.T) {
	m := NewMemory(MemoryOptions{})
	model := map[int][]byte{}
	state := uint32(1)
	for step := range 50_000 {
		state = state*1664525 + 1013904223
		n, session := int(state>>16)%9000, fmt.Appendf(nil, "session %d", step)
		switch state >> 30 {
		case 0, 1:
			m.Put(ctx, id(n), session, time.Hour)
			model[n] = session
		case 2:
			got, _ := m.Take(ctx, id(n))
			if !bytes.Equal(got, model[n]) {
				t.Fatalf("step %d: took %q, want %q", step, got, model[n])
			}
			delete(model, n)
		case 3:
			got, _ := m.Get(ctx, id(n))
			if !bytes.Equal(got, model[n]) {
				t.Fatalf("step %d: got %q, want %q", step, got, model[n])
			}
		}
	}
	var size int
	for n, session := range model {
		m.mustHold(t, id(n), string(session))
		size += len(id(n)) + len(session)
	}
	if m.Len() != len(model) || m.bytes != size {
		t.Fatalf("%d sessions of %d bytes, want %d of %d", m.Len(), m.bytes, len(model), size)
	}
	for n := range model {
		m.Delete(ctx, id(n))
	}
	if m.Len() != 0 || m.bytes != 0 || m.edge.next != &m.edge || m.maximum >= smallMap {
		t.Fatalf("after deleting all: %d sessions of %d bytes, maximum %d", m.Len(), m.bytes, m.maximum)
	}
}

func TestMemoryServesManyAtOnce(t *testing.T) {
	m := NewMemory(MemoryOptions{Entries: 50})
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 500 {
				key := id((i*7 + worker) % 100)
				m.Put(ctx, key, key, time.Hour)
				if got, _ := m.Get(ctx, key); got != nil && !bytes.Equal(got, key) {
					t.Errorf("%x: got %x", key, got)
				}
				m.Take(ctx, id((i*3+worker)%100))
				m.Delete(ctx, id(i%100))
			}
		})
	}
	group.Wait()
	if m.Len() > 50 {
		t.Errorf("%d sessions, want 50 at most", m.Len())
	}
}

// sessionSize is about what a TLS 1.3 session without a client certificate
// takes in DER.
const sessionSize = 160

// BenchmarkMemoryMillion reports what a session costs among a million, and how
// long one takes to find.
func BenchmarkMemoryMillion(b *testing.B) {
	const million = 1_000_000
	key := func(n int) []byte { return append(make([]byte, MaxID-8), id(n)...) }
	session := make([]byte, sessionSize)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m := NewMemory(MemoryOptions{Entries: million, Bytes: 1 << 30})
	for i := range million {
		m.Put(ctx, key(i), session, time.Hour)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		if got, _ := m.Get(ctx, key(i*7919%million)); got == nil {
			b.Fatal("a session is missing")
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/million, "B/session")
	b.ReportMetric(sessionSize+MaxID, "B/payload")
	runtime.KeepAlive(m)
}
