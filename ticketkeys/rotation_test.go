package ticketkeys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// recorder is a Server that remembers what it is given.
type recorder struct {
	mu   sync.Mutex
	keys [][][]byte
	err  error
}

func (r *recorder) SetTicketKeys(keys ...[]byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = append(r.keys, keys)
	return r.err
}

// told returns how often the server was given keys, and those of the last time.
func (r *recorder) told() (calls int, last [][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.keys) == 0 {
		return 0, nil
	}
	return len(r.keys), r.keys[len(r.keys)-1]
}

// listed is a Source that a test fills.
type listed struct {
	mu   sync.Mutex
	keys [][]byte
	next time.Time
	err  error
}

func (l *listed) Keys(context.Context, time.Time) ([][]byte, time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.keys, l.next, l.err
}

func (l *listed) set(keys [][]byte, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keys, l.err = keys, err
}

func TestStepReportsChanges(t *testing.T) {
	one, two := bytes.Repeat([]byte{1}, Size), bytes.Repeat([]byte{2}, Size)
	source := &listed{keys: [][]byte{one}, next: morning}
	a, b := &recorder{}, &recorder{}
	r := &Rotation{Source: source, Now: func() time.Time { return morning }}
	for i, step := range []struct {
		keys  [][]byte
		err   error
		calls int // of SetTicketKeys in all
	}{
		{nil, errDown, 0},
		{[][]byte{one}, nil, 1},
		{[][]byte{bytes.Clone(one)}, nil, 1},
		{[][]byte{two, one}, errDown, 2},
		{nil, errDown, 2},
		{[][]byte{two, one}, nil, 2},
		{[][]byte{one, two}, nil, 3},
	} {
		source.set(step.keys, step.err)
		if _, err := r.Step(ctx, a, b); !errors.Is(err, step.err) {
			t.Errorf("step %d: error %v, want %v", i, err, step.err)
		}
		if len(a.keys) != step.calls || len(b.keys) != step.calls {
			t.Fatalf("step %d: servers were told %d and %d times, want %d", i, len(a.keys), len(b.keys), step.calls)
		}
	}
	// A server that refuses is told again.
	a.err = errors.New("no")
	source.set([][]byte{two}, nil)
	for range 2 {
		if _, err := r.Step(ctx, a, b); !errors.Is(err, a.err) {
			t.Errorf("error %v, want %v", err, a.err)
		}
	}
	if len(a.keys) != 5 {
		t.Errorf("told %d times, want 5", len(a.keys))
	}
}

func TestRunRotates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, err := New(Options{Every: time.Hour, Keep: 90 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		server := &recorder{}
		start := time.Now()
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		r := &Rotation{Source: source}
		go func() { ended <- r.Run(ctx, server) }()
		for _, want := range []struct {
			at            time.Duration
			calls, opened int
		}{
			{0, 1, 1},
			{59 * time.Minute, 1, 1},
			{60 * time.Minute, 2, 2},
			{120 * time.Minute, 3, 3},
			{149 * time.Minute, 3, 3},
			{150 * time.Minute, 4, 2},
		} {
			time.Sleep(time.Until(start.Add(want.at))) // the bubble's time
			synctest.Wait()
			if calls, keys := server.told(); calls != want.calls || len(keys) != want.opened {
				t.Fatalf("after %v: told %d times, %d keys; want %d, %d", want.at, calls, len(keys), want.calls, want.opened)
			}
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run returned %v", err)
		}
	})
}

// TestRunOutlivesFailures: a source that fails is asked again, logged without
// its keys, and at most once a second.
func TestRunOutlivesFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := bytes.Repeat([]byte{0xA7}, Size)
		source := &listed{err: errDown, next: time.Now().Add(-time.Hour)}
		server, log := &recorder{}, &strings.Builder{}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		r := &Rotation{Source: source, Log: slog.New(slog.NewTextHandler(log, nil))}
		go func() { ended <- r.Run(ctx, server) }()
		time.Sleep(10*time.Second + 1) // the bubble's time
		synctest.Wait()
		if n := strings.Count(log.String(), errDown.Error()); n != 11 {
			t.Errorf("%d records, want 11", n)
		}
		source.set([][]byte{key}, nil)
		time.Sleep(time.Second)
		cancel()
		<-ended
		if len(server.keys) != 1 || !bytes.Equal(server.keys[0][0], key) {
			t.Errorf("told %d times", len(server.keys))
		}
		if strings.Contains(log.String(), fmt.Sprintf("%x", key[:8])) {
			t.Error("a key is in the log")
		}
	})
}
