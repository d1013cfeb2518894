package ticketkeys

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// New returns a source of random keys for a server alone: a new one after each
// Every, each kept for Keep after it has sealed last.
func New(o Options) (Source, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	return &alone{options: o}, nil
}

// alone has the keys of one process.
type alone struct {
	options Options

	mu      sync.Mutex
	current []byte
	until   time.Time // when current is to be replaced
	retired []retiredKey
}

type retiredKey struct {
	key []byte
	// until counts from when the key really was replaced: on a machine that
	// was suspended that is later than it was due.
	until time.Time
}

// Keys implements [Source].
func (a *alone) Keys(_ context.Context, now time.Time) ([][]byte, time.Time, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current == nil || !now.Before(a.until) || a.setBack(now) {
		a.rotate(now)
	}
	a.forget(now)
	keys, next := [][]byte{a.current}, a.until
	for _, r := range a.retired {
		keys = append(keys, r.key)
		if r.until.Before(next) {
			next = r.until
		}
	}
	return keys, next, nil
}

// setBack reports whether the current key is newer than the clock, which was set back.
// Otherwise the key would be used until the clock has caught up.
func (a *alone) setBack(now time.Time) bool {
	return now.Before(a.until.Add(-a.options.Every))
}

// rotate makes a new key the current one.
func (a *alone) rotate(now time.Time) {
	if a.current != nil {
		old := retiredKey{a.current, now.Add(a.options.Keep)}
		a.retired = append([]retiredKey{old}, a.retired...)
	}
	a.current = newKey()
	a.until = now.Add(a.options.Every)
}

// forget drops the keys that have expired.
func (a *alone) forget(now time.Time) {
	n := 0
	for _, r := range a.retired {
		if latest := now.Add(a.options.Keep); latest.Before(r.until) {
			r.until = latest // the clock was set back
		}
		if now.Before(r.until) {
			a.retired[n] = r
			n++
		}
	}
	clear(a.retired[n:]) // so that the keys leave memory
	a.retired = a.retired[:n]
}

func newKey() []byte {
	key := make([]byte, Size)
	rand.Read(key) // never fails
	return key
}
