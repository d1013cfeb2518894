package ticketkeys

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Store is what a fleet shares to agree on keys. Package redisstore has one in
// Redis; it has to bound the time of its calls.
type Store interface {
	// Get returns the value of a name, nil without an error if there is none.
	Get(ctx context.Context, name string) ([]byte, error)
	// Create sets the value of a name for ttl, unless it has one. Of any number of
	// concurrent callers it returns true to at most one.
	Create(ctx context.Context, name string, value []byte, ttl time.Duration) (created bool, err error)
}

// FromStore returns a source of random keys that a fleet shares through a store.
// Whichever server comes first creates the key of a slot, one slot ahead of its time;
// the store lets one succeed and the others use that key. Keys are stored sealed
// under a secret, at least 32 random bytes, that all servers hold and the
// store does not; it drops them when they have expired.
//
// While the store fails, servers use the keys that they have, which last for a slot at
// least, and after that each its own keys, which it offers to the others once the store
// works again.
func FromStore(store Store, secret []byte, o Options) (Source, error) {
	if store == nil {
		return nil, errors.New("ticketkeys: no store is given")
	}
	if err := checkSecret(secret); err != nil {
		return nil, err
	}
	if err := o.complete(); err != nil {
		return nil, err
	}
	seal, err := newAtRest(secret)
	if err != nil {
		return nil, err
	}
	return &shared{options: o, store: store, seal: seal, held: map[int64][][]byte{}}, nil
}

// shared holds what is known of a fleet's keys.
type shared struct {
	options Options
	store   Store
	seal    *atRest

	mu sync.Mutex // held during calls to the store: only Rotation waits for it
	// held are each slot's keys. The first is the fleet's; one of our own, made
	// while the store was away, may follow.
	held map[int64][][]byte
}

// Keys implements [Source]. Its errors are those of the store.
func (s *shared) Keys(ctx context.Context, now time.Time) (keys [][]byte, next time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(now)
	current := s.options.slot(now)
	var errs []error
	for _, slot := range s.options.slots(now) {
		if len(errs) == 0 { // a store that failed once would cost its time-out for each slot
			errs = appendError(errs, s.sync(ctx, slot, current, now))
		}
		if s.held[slot] == nil && slot >= current {
			s.held[slot] = [][]byte{newKey()}
		}
		keys = append(keys, s.held[slot]...)
	}
	next = s.options.change(now)
	if poll := now.Add(s.options.Poll); poll.Before(next) {
		next = poll
	}
	return keys, next, errors.Join(errs...)
}

func appendError(errs []error, err error) []error {
	if err == nil {
		return errs
	}
	return append(errs, err)
}

// forget drops the keys of slots that are over.
func (s *shared) forget(now time.Time) {
	for slot := range s.held {
		if slot < s.options.oldest(now) {
			delete(s.held, slot)
		}
	}
}

// sync agrees with the store on a slot's key. If it has none, it is given ours;
// for the current and the next slot one is made.
func (s *shared) sync(ctx context.Context, slot, current int64, now time.Time) error {
	name := s.name(slot)
	sealed, err := s.store.Get(ctx, name)
	if err != nil {
		return s.failed(slot, err)
	}
	if sealed == nil {
		ours := newKey()
		switch held := s.held[slot]; {
		case held != nil:
			ours = held[0]
		case slot < current:
			return nil
		}
		created, err := s.store.Create(ctx, name, s.seal.seal(name, ours), s.options.dead(slot).Sub(now))
		if err != nil {
			return s.failed(slot, err)
		}
		if created {
			s.adopt(slot, ours)
			return nil
		}
		if sealed, err = s.store.Get(ctx, name); err != nil {
			return s.failed(slot, err)
		}
	}
	key, err := s.seal.open(name, sealed)
	if err != nil {
		return s.failed(slot, err)
	}
	s.adopt(slot, key)
	return nil
}

func (s *shared) failed(slot int64, err error) error {
	return fmt.Errorf("ticketkeys: store: key of slot %d: %w", slot, err)
}

// adopt makes key the first of its slot. What we sealed with until now still
// opens, but no more than one such key is kept: the fleet's key
// changes only if the store loses its contents.
func (s *shared) adopt(slot int64, key []byte) {
	held := s.held[slot]
	if len(held) > 0 && string(held[0]) == string(key) {
		return
	}
	s.held[slot] = append([][]byte{key}, held[:min(1, len(held))]...)
}

// name is a slot's name in the store. Fleets with another Every use others.
func (s *shared) name(slot int64) string {
	return fmt.Sprintf("%d:%d", s.options.Every/time.Second, slot)
}

// atRest seals keys for the store: nonce 12 | AES-256-GCM(key) | tag 16, with
// the name as associated data, under
//
//	HKDF-SHA256(secret, no salt, info = "polytls ticket key at rest v1", 32 bytes)
type atRest struct{ aead cipher.AEAD }

func newAtRest(secret []byte) (*atRest, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "polytls ticket key at rest v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &atRest{aead}, err
}

func (a *atRest) seal(name string, key []byte) []byte {
	return a.aead.Seal(nil, nil, key, []byte(name))
}

func (a *atRest) open(name string, sealed []byte) ([]byte, error) {
	key, err := a.aead.Open(nil, nil, sealed, []byte(name))
	if err != nil || len(key) != Size {
		return nil, errors.New("was sealed under another secret, or changed")
	}
	return key, nil
}
