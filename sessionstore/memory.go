package sessionstore

import (
	"context"
	"sync"
	"time"
)

// MemoryOptions are the bounds of a store in memory. The zero value of each is
// its default.
type MemoryOptions struct {
	// Entries is the largest number of sessions: 0 for 100,000.
	Entries int
	// Bytes is the largest sum of the lengths of sessions and identifiers: 0
	// for 64 MiB. About 120 bytes of overhead for each are not
	// counted.
	Bytes int
	// MaxAge bounds the ttl of each session: 0 for 24 hours.
	MaxAge time.Duration
	// Now is the clock, nil for time.Now.
	Now func() time.Time
}

// Defaults of MemoryOptions.
const (
	defaultEntries = 100_000
	defaultBytes   = 64 << 20
	defaultMaxAge  = 24 * time.Hour
)

// Memory is a [Store] in memory. When it is full, the session that was put in
// first is removed. It needs no goroutine: expired sessions are removed when they are
// looked up, or as the oldest. It never returns an error.
type Memory struct {
	limits MemoryOptions

	mu      sync.Mutex
	byID    map[string]*entry
	edge    entry // the list's ends: edge.next is the oldest, edge.prev the newest
	bytes   int
	maximum int // entries since the last rebuild of byID
}

// entry is a session in the list of Memory.
type entry struct {
	prev, next *entry
	expires    int64 // Unix time in nanoseconds
	// held is the identifier and then the session: one allocation serves both,
	// and the map's key is its beginning.
	held   string
	idSize uint8
}

func (e *entry) id() string { return e.held[:e.idSize] }

// NewMemory returns an empty store. Negative bounds make one that keeps
// nothing.
func NewMemory(o MemoryOptions) *Memory {
	if o.Entries == 0 {
		o.Entries = defaultEntries
	}
	if o.Bytes == 0 {
		o.Bytes = defaultBytes
	}
	if o.MaxAge == 0 {
		o.MaxAge = defaultMaxAge
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Memory{limits: o, byID: map[string]*entry{}}
	m.edge.prev, m.edge.next = &m.edge, &m.edge
	return m
}

// Put implements [Store]. A session that alone exceeds the store's bytes, and
// an identifier of a wrong length, are not kept.
func (m *Memory) Put(_ context.Context, id, session []byte, ttl time.Duration) error {
	now := m.limits.Now()
	ttl = min(ttl, m.limits.MaxAge)
	size := len(id) + len(session)
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.byID[string(id)]; e != nil {
		m.remove(e)
	}
	if len(id) == 0 || len(id) > MaxID || ttl <= 0 || size > m.limits.Bytes || m.limits.Entries < 1 {
		return nil
	}
	m.makeRoom(size, now)
	held := make([]byte, 0, size)
	held = append(append(held, id...), session...)
	m.insert(&entry{held: string(held), idSize: uint8(len(id)), expires: now.Add(ttl).UnixNano()})
	return nil
}

// Get implements [Store].
func (m *Memory) Get(_ context.Context, id []byte) ([]byte, error) {
	now := m.limits.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.find(id, now).session(), nil
}

// Take implements [Store].
func (m *Memory) Take(_ context.Context, id []byte) ([]byte, error) {
	now := m.limits.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.find(id, now)
	if e != nil {
		m.remove(e)
	}
	return e.session(), nil
}

// Delete implements [Store].
func (m *Memory) Delete(_ context.Context, id []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.byID[string(id)]; e != nil {
		m.remove(e)
	}
	return nil
}

// Len returns the number of sessions, expired ones that are still there
// included.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.byID)
}

// session returns a copy of an entry's session, nil for no entry.
func (e *entry) session() []byte {
	if e == nil {
		return nil
	}
	return []byte(e.held[e.idSize:])
}

// find returns an entry that has not expired, nil if there is none. The lock is
// held.
func (m *Memory) find(id []byte, now time.Time) *entry {
	e := m.byID[string(id)]
	if e != nil && e.expired(now) {
		m.remove(e)
		return nil
	}
	return e
}

func (e *entry) expired(now time.Time) bool { return now.UnixNano() >= e.expires }

// makeRoom removes the oldest entries until another of size bytes fits, and
// those that have expired. The lock is held.
func (m *Memory) makeRoom(size int, now time.Time) {
	for e := m.edge.next; e != &m.edge; e = m.edge.next {
		if len(m.byID) < m.limits.Entries && m.bytes <= m.limits.Bytes-size && !e.expired(now) {
			return
		}
		m.remove(e)
	}
}

// insert makes e the newest entry. The lock is held.
func (m *Memory) insert(e *entry) {
	e.prev, e.next = m.edge.prev, &m.edge
	e.prev.next, e.next.prev = e, e
	m.byID[e.id()] = e
	m.bytes += len(e.held)
	m.maximum = max(m.maximum, len(m.byID))
}

// remove removes an entry. The lock is held.
func (m *Memory) remove(e *entry) {
	e.prev.next, e.next.prev = e.next, e.prev
	delete(m.byID, e.id())
	m.bytes -= len(e.held)
	m.shrink()
}

// shrink rebuilds the map when a quarter of its largest number of entries is
// left, since maps never release memory. The lock is held.
func (m *Memory) shrink() {
	if m.maximum < smallMap || len(m.byID) > m.maximum/4 {
		return
	}
	byID := make(map[string]*entry, len(m.byID))
	for id, e := range m.byID {
		byID[id] = e
	}
	m.byID, m.maximum = byID, len(byID)
}

// smallMap is a number of entries below which the map is left as it is.
const smallMap = 4096
