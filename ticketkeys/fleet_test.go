package ticketkeys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"polytls/internal/session"
	"polytls/internal/suite"
)

var ctx = context.Background()

// morning is in the middle of a slot of 12 hours.
var morning = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)

// memoryStore is a Store with a clock of its own and a switch to turn it off.
type memoryStore struct {
	mu     sync.Mutex
	now    time.Time
	down   bool
	values map[string]storedValue
	made   int // values created
}

type storedValue struct {
	value   []byte
	expires time.Time
}

var errDown = errors.New("the store is down")

func newMemoryStore() *memoryStore { return &memoryStore{values: map[string]storedValue{}} }

func (m *memoryStore) Get(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return nil, errDown
	}
	v := m.values[name]
	if !m.now.Before(v.expires) {
		return nil, nil
	}
	return bytes.Clone(v.value), nil
}

func (m *memoryStore) Create(ctx context.Context, name string, value []byte, ttl time.Duration) (bool, error) {
	if old, err := m.Get(ctx, name); old != nil || err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[name] = storedValue{bytes.Clone(value), m.now.Add(ttl)}
	m.made++
	return true, nil
}

// node is a server of a fleet whose clock is wrong by skew.
type node struct {
	t      *testing.T
	source Source
	skew   time.Duration
	ring   *session.Ring
	asked  time.Time // when to ask the source again, by the node's clock
}

// at brings the node to a moment. As Rotation does, it asks its source only
// when that said to.
func (n *node) at(now time.Time) {
	now = now.Add(n.skew)
	if n.ring != nil && now.Before(n.asked) {
		return
	}
	keys, next, err := n.source.Keys(ctx, now)
	if err != nil && !errors.Is(err, errDown) {
		n.t.Fatalf("at %v: %v", now, err)
	}
	if !next.After(now) {
		n.t.Fatalf("at %v: to be asked again at %v", now, next)
	}
	n.ring, n.asked = ringOf(n.t, keys), next
}

func ringOf(t *testing.T, keys [][]byte) *session.Ring {
	t.Helper()
	var parsed []*session.TicketKey
	for _, key := range keys {
		if len(key) != Size {
			t.Fatalf("a key has %d bytes", len(key))
		}
		k, err := session.ParseTicketKeys(key)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, k)
	}
	return session.NewRing(parsed...)
}

// ticket is a session that was sealed.
type ticket struct {
	bytes  []byte
	sealed time.Time
}

func (n *node) seal(now time.Time, life time.Duration) ticket {
	s := &session.Session{
		Version: suite.TLS13, Suite: 0x1301, Master: make([]byte, 32),
		Created: now.Add(n.skew), Timeout: life,
	}
	sealed, err := n.ring.Seal(s)
	if err != nil {
		n.t.Fatal(err)
	}
	return ticket{sealed, now}
}

// resumes reports whether the node opens a ticket, and whether its session has
// not expired either.
func (n *node) resumes(k ticket, now time.Time) (opens, resumes bool) {
	s, _, err := n.ring.Open(k.bytes)
	return err == nil, err == nil && !s.Expired(now.Add(n.skew))
}

// TestFleetResumes seals at all moments of four days on three nodes whose
// clocks differ by as much as they may. Each session must resume on each node
// for its life, and its key must open no more when all durations are over.
func TestFleetResumes(t *testing.T) {
	o := Options{Every: 12 * time.Hour, Keep: 24 * time.Hour, Skew: 5 * time.Minute}
	secret := bytes.Repeat([]byte{7}, 32)
	store := newMemoryStore()
	for name, source := range map[string]func() (Source, error){
		"secret": func() (Source, error) { return FromSecret(secret, o) },
		"store":  func() (Source, error) { return FromStore(store, secret, o) },
	} {
		t.Run(name, func(t *testing.T) {
			var fleet []*node
			for _, skew := range []time.Duration{-150 * time.Second, 0, 150 * time.Second} {
				s, err := source()
				if err != nil {
					t.Fatal(err)
				}
				fleet = append(fleet, &node{t: t, source: s, skew: skew})
			}
			checkFleet(t, fleet, o, func(now time.Time) { store.now = now })
		})
	}
}

// moments are four days by the hour, with a closer look around each end of a
// slot.
func moments(o Options) (times []time.Time) {
	for now := morning; now.Before(morning.Add(96 * time.Hour)); now = now.Add(time.Hour) {
		if now.Sub(morning)%(o.Every/2) != 0 {
			times = append(times, now)
			continue
		}
		for _, d := range []time.Duration{-o.Skew - 1, -o.Skew, -o.Skew / 2, -1, 0, 1, o.Skew / 2, o.Skew, o.Skew + 1} {
			times = append(times, now.Add(d))
		}
	}
	return times
}

func checkFleet(t *testing.T, fleet []*node, o Options, tick func(time.Time)) {
	var tickets []ticket
	end := o.Every + o.Keep + 2*o.Skew
	for _, now := range moments(o) {
		tick(now)
		for _, n := range fleet {
			n.at(now)
		}
		for _, n := range fleet {
			tickets = append(tickets, n.seal(now, o.Keep))
		}
		for len(tickets) > 0 && now.Sub(tickets[0].sealed) > end+2*time.Hour {
			tickets = tickets[1:]
		}
		for _, k := range tickets {
			age := now.Sub(k.sealed)
			for _, n := range fleet {
				opens, resumes := n.resumes(k, now)
				switch {
				case age <= o.Keep && !opens:
					t.Fatalf("at %v: a ticket %v old does not open on the node %v off", now, age, n.skew)
				case age > end && opens:
					t.Fatalf("at %v: a ticket %v old opens", now, age)
				// The session's own time is told by the clock of who made it.
				case age <= o.Keep-o.Skew && !resumes:
					t.Fatalf("at %v: a session %v old does not resume on the node %v off", now, age, n.skew)
				case age > o.Keep+o.Skew+time.Second && resumes:
					t.Fatalf("at %v: a session %v old resumes", now, age)
				}
			}
		}
	}
}

func TestAloneResumes(t *testing.T) {
	o := Options{Every: 12 * time.Hour, Keep: 24 * time.Hour, Skew: time.Minute}
	source, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	fleet := []*node{{t: t, source: source}}
	checkFleet(t, fleet, o, func(time.Time) {})
}

func TestFleetAgreesThroughStore(t *testing.T) {
	store := newMemoryStore()
	store.now = morning
	secret := bytes.Repeat([]byte{7}, 32)
	var lists []string
	var group sync.WaitGroup
	var mu sync.Mutex
	for range 5 {
		group.Go(func() {
			source, err := FromStore(store, secret, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			// Servers that come up at once may each be the first to create.
			if _, _, err := source.Keys(ctx, morning); err != nil {
				t.Error(err)
			}
			keys, _, err := source.Keys(ctx, morning.Add(time.Minute))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			lists = append(lists, fmt.Sprintf("%x", keys))
		})
	}
	group.Wait()
	for _, list := range lists {
		if list != lists[0] {
			t.Fatalf("the fleet has\n%s\nand\n%s", lists[0], list)
		}
	}
	for name, v := range store.values {
		if bytes.Contains(v.value, []byte(name)) || len(v.value) != Size+12+16 {
			t.Errorf("%s: %d bytes are stored", name, len(v.value))
		}
	}
}

// keysAt returns a source's keys, which must be some, and its error.
func keysAt(t *testing.T, s Source, now time.Time) ([][]byte, error) {
	t.Helper()
	keys, _, err := s.Keys(ctx, now)
	if len(keys) == 0 {
		t.Fatalf("at %v: no keys", now)
	}
	return keys, err
}

func mustKeys(t *testing.T, s Source, now time.Time) [][]byte {
	t.Helper()
	keys, err := keysAt(t, s, now)
	if err != nil {
		t.Fatalf("at %v: %v", now, err)
	}
	return keys
}

func contains(keys [][]byte, key []byte) bool {
	for _, k := range keys {
		if bytes.Equal(k, key) {
			return true
		}
	}
	return false
}

// TestStoreGoesAway follows two servers through an outage longer than the keys
// that were there.
func TestStoreGoesAway(t *testing.T) {
	store, secret, now := newMemoryStore(), bytes.Repeat([]byte{7}, 32), morning
	store.now = now
	a, _ := FromStore(store, secret, Options{})
	b, _ := FromStore(store, secret, Options{})
	first := mustKeys(t, a, now)
	mustKeys(t, b, now)

	store.down = true
	now = now.Add(12 * time.Hour)
	keysA, err := keysAt(t, a, now)
	keysB, _ := keysAt(t, b, now)
	if !errors.Is(err, errDown) {
		t.Errorf("error %v, want %v", err, errDown)
	}
	if !bytes.Equal(keysA[0], first[1]) || !bytes.Equal(keysB[0], first[1]) {
		t.Fatal("the next key was not there ahead of its time")
	}

	now = now.Add(12 * time.Hour)
	keysA, _ = keysAt(t, a, now)
	keysB, _ = keysAt(t, b, now)
	if bytes.Equal(keysA[0], keysB[0]) || bytes.Equal(keysA[0], first[1]) {
		t.Fatal("servers without a store do not make keys of their own")
	}

	store.down, store.now = false, now
	now = now.Add(time.Minute)
	again := mustKeys(t, a, now)
	if !bytes.Equal(again[0], keysA[0]) {
		t.Error("the first server that is back does not give its key to the fleet")
	}
	adopted := mustKeys(t, b, now)
	if !bytes.Equal(adopted[0], keysA[0]) || !contains(adopted, keysB[0]) {
		t.Error("the second server does not take the fleet's key, or drops its own")
	}
	if keys := mustKeys(t, b, now.Add(40*time.Hour)); contains(keys, keysB[0]) {
		t.Error("a key of one's own is never dropped")
	}
}

func TestStoreThatStartsDown(t *testing.T) {
	store := newMemoryStore()
	store.now, store.down = morning, true
	source, _ := FromStore(store, make([]byte, 32), Options{})
	keys, err := keysAt(t, source, morning)
	if !errors.Is(err, errDown) || len(keys) != 2 {
		t.Fatalf("%d keys and error %v", len(keys), err)
	}
	store.down = false
	if again := mustKeys(t, source, morning.Add(time.Minute)); !bytes.Equal(again[0], keys[0]) {
		t.Error("the key changes without need")
	}
}

func TestStoreThatLostItsKeysGetsThemBack(t *testing.T) {
	store, secret := newMemoryStore(), make([]byte, 32)
	store.now = morning
	a, _ := FromStore(store, secret, Options{})
	before := mustKeys(t, a, morning)
	clear(store.values)
	after := mustKeys(t, a, morning.Add(time.Minute))
	b, _ := FromStore(store, secret, Options{})
	other := mustKeys(t, b, morning.Add(time.Minute))
	for i := range before {
		if !bytes.Equal(before[i], after[i]) || !bytes.Equal(before[i], other[i]) {
			t.Fatalf("key %d is another one", i)
		}
	}
}

func TestStoreOfAnotherSecretIsRefused(t *testing.T) {
	store := newMemoryStore()
	store.now = morning
	ours, _ := FromStore(store, bytes.Repeat([]byte{1}, 32), Options{})
	theirs, _ := FromStore(store, bytes.Repeat([]byte{2}, 32), Options{})
	keys := mustKeys(t, theirs, morning)
	own, err := keysAt(t, ours, morning)
	if err == nil || contains(own, keys[0]) {
		t.Fatalf("error %v", err)
	}
}

func TestStoreCannotMoveKeys(t *testing.T) {
	store, secret := newMemoryStore(), make([]byte, 32)
	store.now = morning
	source, _ := FromStore(store, secret, Options{})
	s := source.(*shared)
	mustKeys(t, source, morning)
	slot := s.options.slot(morning)
	store.values[s.name(slot)] = store.values[s.name(slot+1)]
	fresh, _ := FromStore(store, secret, Options{})
	if _, err := keysAt(t, fresh, morning); err == nil {
		t.Fatal("a key of another slot is taken")
	}
}

// TestStoreDropsKeysWhenTheyOpenNoMore: from then on there is forward secrecy.
func TestStoreDropsKeysWhenTheyOpenNoMore(t *testing.T) {
	store := newMemoryStore()
	store.now = morning
	source, _ := FromStore(store, make([]byte, 32), Options{})
	mustKeys(t, source, morning)
	s := source.(*shared)
	for slot := s.options.slot(morning); slot <= s.options.slot(morning)+1; slot++ {
		if got, want := store.values[s.name(slot)].expires, s.options.dead(slot); !got.Equal(want) {
			t.Errorf("slot %d: is dropped at %v, want %v", slot, got, want)
		}
	}
}
