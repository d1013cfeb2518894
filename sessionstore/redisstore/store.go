// Package redisstore keeps sessions in Redis or Valkey, so that the servers of
// a fleet resume each other's clients: a single server, Sentinel or Cluster,
// over TCP, TLS or a Unix socket, with ACLs. It needs Redis 6.2 or any Valkey
// and the commands GET, SET, GETDEL and DEL on keys with its prefix; a
// [KeyStore] needs GET and SET.
//
//	store, err := redisstore.Open("rediss://polytls:secret@cache.example:6379/0", redisstore.Options{})
//
// Sessions are sealed before they leave: Redis, its disk and its network see
// neither keys nor secrets of connections, and what they change is a miss. The
// keys come from the server's ticket keys, so that servers which share those
// share the store and need no further secret.
//
// A Redis that is slow or dead costs full handshakes, never a connection: each call
// has a deadline, and after a few failures a breaker answers in its place until Redis
// is back. No method returns an error; Options configure where to log and measure.
package redisstore

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"polytls/sessionstore"
)

// Options are the options of a [Store]. The zero value of each is its default.
type Options struct {
	// TicketKeys are the 48-byte ticket keys from which the sealing keys are
	// derived: the first seals, the others still open. nil or empty waits for
	// SetTicketKeys, until when every call is a miss.
	TicketKeys [][]byte
	// PlainDER stores sessions as they are, for sharing with Node servers whose
	// 'newSession' handler writes the data under Prefix and the identifier in
	// hexadecimal. Who can read Redis can then impersonate clients, and who can
	// write it can invent them.
	PlainDER bool
	// Prefix begins every key in Redis; "" is "polytls:". The rest is the
	// session's identifier in lower-case hexadecimal.
	Prefix string

	// Deadline bounds each call: 0 for 100 ms. A handshake waits no longer.
	Deadline time.Duration
	// Failures is the number of failures in a row after which Redis is left
	// alone: 0 for 5.
	Failures int
	// Pause is how long Redis is left alone before one call tries again: 0 for
	// 1 s.
	Pause time.Duration

	// Metrics are called for every call.
	Metrics Metrics
	// Log receives failures, at most one record in 10 s, and recovery; nil for
	// slog.Default().
	Log *slog.Logger
	// Now is the clock of the breaker and of latencies, nil for time.Now.
	Now func() time.Time
}

// Defaults of Options.
const (
	defaultPrefix   = "polytls:"
	defaultDeadline = 100 * time.Millisecond
	defaultFailures = 5
	defaultPause    = time.Second
)

// maxSession is the longest session that is stored, in bytes. A session with a
// client's certificate in it has some 2 KiB.
const maxSession = 64 << 10

// Store is a sessionstore.Store in Redis. Its methods may be called by any
// number of goroutines. Their error is always nil.
type Store struct {
	options Options
	client  redis.UniversalClient
	owned   bool // Close closes the client
	keys    keyring
	calls   limiter
	breaker breaker
	log     throttle
}

var _ sessionstore.Store = (*Store)(nil)

// New returns a store that uses client, which stays the caller's. It does not
// connect. The client's own time-outs should be no longer than a few seconds:
// until then it works on calls that the store has given up.
func New(client redis.UniversalClient, o Options) (*Store, error) {
	if client == nil {
		return nil, errors.New("redisstore: no client is given")
	}
	if err := o.complete(); err != nil {
		return nil, err
	}
	s := &Store{options: o, client: client, calls: newLimiter(maxCalls)}
	s.log.logger = o.Log
	s.breaker = breaker{state: BreakerClosed, limit: o.Failures, pause: o.Pause, onChange: s.stateChanged}
	if len(o.TicketKeys) > 0 {
		if err := s.SetTicketKeys(o.TicketKeys...); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// complete checks options and sets the defaults.
func (o *Options) complete() error {
	if o.Deadline < 0 || o.Failures < 0 || o.Pause < 0 {
		return errors.New("redisstore: options: Deadline, Failures or Pause is negative")
	}
	if o.Prefix == "" {
		o.Prefix = defaultPrefix
	}
	if o.Deadline == 0 {
		o.Deadline = defaultDeadline
	}
	if o.Failures == 0 {
		o.Failures = defaultFailures
	}
	if o.Pause == 0 {
		o.Pause = defaultPause
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}

// SetTicketKeys replaces the keys from which the sealing keys are derived, as
// the method of the same name does for a server: each is 48 bytes, the first
// seals, the others still open what they sealed. Without any key every call is
// a miss. With PlainDER it does nothing.
func (s *Store) SetTicketKeys(keys ...[]byte) error {
	if s.options.PlainDER {
		return nil
	}
	return s.keys.set(keys)
}

// Close closes the connections to Redis, if [Open] made them.
func (s *Store) Close() error {
	if !s.owned {
		return nil
	}
	return s.client.Close()
}

// Put implements sessionstore.Store.
func (s *Store) Put(ctx context.Context, id, session []byte, ttl time.Duration) error {
	if !validID(id) || ttl <= 0 || len(session) > maxSession || !s.hasKeys(Put) {
		return nil
	}
	key := s.key(id)
	value := session
	if !s.options.PlainDER {
		value = s.keys.seal(key, session)
	}
	ttl = max(ttl, time.Millisecond) // Redis knows nothing shorter
	s.change(ctx, Put, func(ctx context.Context) ([]byte, error) {
		return nil, s.client.Set(ctx, key, value, ttl).Err()
	})
	return nil
}

// Get implements sessionstore.Store.
func (s *Store) Get(ctx context.Context, id []byte) ([]byte, error) {
	return s.fetch(ctx, Get, id, s.client.Get), nil
}

// Take implements sessionstore.Store with GETDEL.
func (s *Store) Take(ctx context.Context, id []byte) ([]byte, error) {
	return s.fetch(ctx, Take, id, s.client.GetDel), nil
}

// Delete implements sessionstore.Store.
func (s *Store) Delete(ctx context.Context, id []byte) error {
	if !validID(id) {
		return nil
	}
	s.change(ctx, Delete, func(ctx context.Context) ([]byte, error) {
		return nil, s.client.Del(ctx, s.key(id)).Err()
	})
	return nil
}

// change sends a command whose reply does not matter.
func (s *Store) change(ctx context.Context, op Op, send command) {
	_, outcome, took := s.do(ctx, op, send)
	if outcome == Hit {
		outcome = Done
	}
	s.options.Metrics.call(op, outcome, took)
}

// fetch returns a session that the given command reads, nil if there is none.
func (s *Store) fetch(ctx context.Context, op Op, id []byte, read func(context.Context, string) *redis.StringCmd) []byte {
	if !validID(id) || !s.hasKeys(op) {
		return nil
	}
	key := s.key(id)
	value, outcome, took := s.do(ctx, op, func(ctx context.Context) ([]byte, error) {
		return read(ctx, key).Bytes()
	})
	var session []byte
	if outcome == Hit {
		if session = s.open(key, value); session == nil {
			outcome = Rejected
		}
	}
	s.options.Metrics.call(op, outcome, took)
	return session
}

// hasKeys reports whether a call has a point, and complains if it has none.
func (s *Store) hasKeys(op Op) bool {
	if s.options.PlainDER || s.keys.ready() {
		return true
	}
	s.log.warn(s.options.Now(), op, errNoKeys)
	s.options.Metrics.call(op, Skipped, 0)
	return false
}

func (s *Store) key(id []byte) string { return s.options.Prefix + hex.EncodeToString(id) }

func validID(id []byte) bool { return len(id) > 0 && len(id) <= sessionstore.MaxID }

// open returns the session in a value from Redis, nil if there is none.
func (s *Store) open(key string, value []byte) []byte {
	switch {
	case len(value) > maxSession+overhead:
		return nil
	case !s.options.PlainDER:
		return s.keys.open(key, value)
	case !bytes.HasPrefix(value, []byte{derSequence}):
		return nil
	}
	return value
}

// derSequence is the first byte of every session in DER.
const derSequence = 0x30
