package sessionstore

import (
	"hash/maphash"
	"sync"
	"time"
)

// StrikeOptions are the bounds of a [StrikeRegister].
type StrikeOptions struct {
	// Window is how long an identifier is remembered: 0 for 10 s. It must not
	// be shorter than the time within which the server takes a ClientHello for
	// fresh (RFC 8446, section 8.3), both ways together.
	Window time.Duration
	// Entries is the largest number of identifiers in a window: 0 for 65,536.
	Entries int
	// Start is when the server began to accept early data under keys that were
	// in use before, for instance after a restart. It does not know what was sent
	// before, so within the first window everything counts as seen. The zero time
	// skips this, which is right for new keys.
	Start time.Time
}

// Defaults of StrikeOptions.
const (
	defaultWindow  = 10 * time.Second
	defaultStrikes = 1 << 16
)

// disorder is how far callers may be out of order.
const disorder = time.Second

// StrikeRegister remembers which ClientHellos offered early data, so that none
// is accepted twice (RFC 8446, section 8.2). Its memory is that of one process:
// servers that share ticket keys need [Store.Take] of a shared store, or accept
// early data of their own tickets alone, as polytls does.
//
// It errs on the safe side: what is not certainly new counts as seen, and the early
// data is refused, which costs a round trip. So does everything when the register is
// full.
type StrikeRegister struct {
	window  time.Duration
	entries int

	mu     sync.Mutex
	seed   maphash.Seed
	seen   map[uint64]struct{}
	queue  []strike // a ring in order of time
	oldest int      // the ring's first
	latest time.Time
	refuse time.Time // everything counts as seen until then
}

// strike is an identifier's hash. The seed is secret, so that an attacker cannot make
// others' identifiers collide; the same identifier has the same hash, so that no
// replay passes.
type strike struct {
	hash    uint64
	expires int64 // Unix time in nanoseconds
}

// NewStrikeRegister returns an empty register. It panics if a bound is
// negative.
func NewStrikeRegister(o StrikeOptions) *StrikeRegister {
	if o.Window < 0 || o.Entries < 0 {
		panic("sessionstore: StrikeOptions: a bound is negative")
	}
	if o.Window == 0 {
		o.Window = defaultWindow
	}
	if o.Entries == 0 {
		o.Entries = defaultStrikes
	}
	r := &StrikeRegister{
		window:  o.Window,
		entries: o.Entries,
		seed:    maphash.MakeSeed(),
		seen:    map[uint64]struct{}{},
	}
	if !o.Start.IsZero() {
		r.refuse = o.Start.Add(o.Window)
	}
	return r
}

// Seen records an identifier at now and reports whether early data that came with it
// must be refused: it was there within the window, or that is unknown, as long as the
// clock, which was set back, has not caught up. Callers may be out of order by a
// second. Good identifiers are a ClientHello's PSK binder or the session identifier
// of a single-use ticket, once the binder is known to be right: strangers must not be
// able to fill the register.
func (r *StrikeRegister) Seen(id []byte, now time.Time) bool {
	hash := maphash.Bytes(r.seed, id)
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.latest.Add(-disorder)) {
		return true // what was seen at this time may be forgotten
	}
	if now.Before(r.latest) {
		now = r.latest // the queue is in order
	}
	r.latest = now
	r.expire(now)
	if _, found := r.seen[hash]; found || len(r.seen) >= r.entries {
		return true
	}
	r.seen[hash] = struct{}{}
	r.push(strike{hash, now.Add(r.window).UnixNano()})
	return now.Before(r.refuse)
}

// Len returns the number of identifiers that are remembered.
func (r *StrikeRegister) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen)
}

// expire removes what is older than the window. The lock is held.
func (r *StrikeRegister) expire(now time.Time) {
	for len(r.seen) > 0 && now.UnixNano() >= r.queue[r.oldest].expires {
		delete(r.seen, r.queue[r.oldest].hash)
		r.oldest = (r.oldest + 1) % len(r.queue)
	}
}

// push appends to the ring, which grows up to the register's bound. The lock is
// held.
func (r *StrikeRegister) push(s strike) {
	count := len(r.seen) - 1 // s is in there
	if count == len(r.queue) {
		grown := make([]strike, min(r.entries, max(64, 2*count)))
		n := copy(grown, r.queue[r.oldest:])
		copy(grown[n:], r.queue[:r.oldest])
		r.queue, r.oldest = grown, 0
	}
	r.queue[(r.oldest+count)%len(r.queue)] = s
}
