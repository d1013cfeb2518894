package sessionstore

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestStrikeRegisterSeesReplays(t *testing.T) {
	c := newClock()
	r := NewStrikeRegister(StrikeOptions{Window: 10 * time.Second})
	for _, step := range []struct {
		after time.Duration
		id    string
		seen  bool
	}{
		{0, "a", false},
		{0, "a", true},
		{time.Second, "b", false},
		{9*time.Second - 1, "a", true},
		{0, "b", true},
		{1, "a", false}, // its window is over: freshness must refuse it now
		{0, "a", true},
		{time.Second, "b", false},
		{-time.Hour, "b", true}, // the clock was set back
		{0, "c", true},
		{time.Hour - time.Second, "c", false}, // it has caught up, but for the disorder of callers
		{0, "c", true},
		{2 * time.Hour, "c", false},
	} {
		c.advance(step.after)
		if got := r.Seen([]byte(step.id), c.now); got != step.seen {
			t.Fatalf("at %v, %s: seen %v, want %v", c.now, step.id, got, step.seen)
		}
	}
}

func TestStrikeRegisterRefusesWhenFull(t *testing.T) {
	const size = 1000
	c := newClock()
	r := NewStrikeRegister(StrikeOptions{Window: time.Minute, Entries: size})
	for round := range 3 {
		for i := range size {
			if r.Seen(id(round*size+i), c.now) {
				t.Fatalf("round %d: %d of %d is refused", round, i, size)
			}
		}
		if !r.Seen([]byte("one more"), c.now) {
			t.Fatal("a full register accepts")
		}
		if r.Len() != size {
			t.Fatalf("%d identifiers, want %d", r.Len(), size)
		}
		c.advance(time.Minute)
	}
	if r.Seen([]byte("later"), c.now) || r.Len() != 1 {
		t.Fatalf("after the window: %d identifiers, want 1", r.Len())
	}
}

// TestStrikeRegisterRollsOver lets the ring wrap while it grows.
func TestStrikeRegisterRollsOver(t *testing.T) {
	c := newClock()
	r := NewStrikeRegister(StrikeOptions{Window: 100 * time.Second, Entries: 500})
	for i := range 2000 {
		if i < 900 || i%2 == 0 {
			c.advance(time.Second)
		}
		if r.Seen(id(i), c.now) {
			t.Fatalf("%d is refused", i)
		}
		if back := i - 99; back >= 0 && i < 900 && !r.Seen(id(back), c.now) {
			t.Fatalf("%d is forgotten within the window", back)
		}
		if r.Len() > 201 {
			t.Fatalf("%d identifiers at %d", r.Len(), i)
		}
	}
}

func TestStrikeRegisterRefusesAfterStart(t *testing.T) {
	c := newClock()
	r := NewStrikeRegister(StrikeOptions{Window: 10 * time.Second, Start: c.now})
	if !r.Seen([]byte("a"), c.now) {
		t.Error("accepts at its start")
	}
	c.advance(10*time.Second - 1)
	if !r.Seen([]byte("b"), c.now) {
		t.Error("accepts before its first window ends")
	}
	c.advance(1)
	if r.Seen([]byte("c"), c.now) {
		t.Error("refuses after its first window")
	}
	if !r.Seen([]byte("b"), c.now) {
		t.Error("did not record while it refused")
	}
}

func TestStrikeRegisterAcceptsOnceOfMany(t *testing.T) {
	c := newClock()
	r := NewStrikeRegister(StrikeOptions{})
	var accepted atomic.Int32
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for i := range 100 {
				if !r.Seen(id(i), c.now) {
					accepted.Add(1)
				}
			}
		})
	}
	group.Wait()
	if accepted.Load() != 100 {
		t.Errorf("accepted %d times, want 100", accepted.Load())
	}
}

func TestStrikeRegisterRefusesNegativeBounds(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	NewStrikeRegister(StrikeOptions{Window: -1})
}

func BenchmarkStrikeRegister(b *testing.B) {
	c := newClock()
	r := NewStrikeRegister(StrikeOptions{})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.now = c.now.Add(time.Millisecond)
		r.Seen(id(i), c.now)
	}
}
