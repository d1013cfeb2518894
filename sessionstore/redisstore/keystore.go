package redisstore

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// KeyStore keeps the rotating ticket keys of a fleet: it is a ticketkeys.Store,
// which seals them before they come here. It has no breaker, since no handshake
// waits for it, and it does return errors.
type KeyStore struct {
	client redis.UniversalClient
	prefix string
	calls  limiter
}

// NewKeyStore returns a store that uses client, which stays the caller's, and
// keys in Redis that begin with prefix; "" is "polytls:ticketkey:".
func NewKeyStore(client redis.UniversalClient, prefix string) *KeyStore {
	if prefix == "" {
		prefix = defaultPrefix + keyInfix
	}
	return &KeyStore{client: client, prefix: prefix, calls: newLimiter(maxCalls)}
}

// KeyStore returns a store of ticket keys on the same connections. Its keys in
// Redis begin with the sessions' prefix and "ticketkey:", which no identifier
// in hexadecimal is.
func (s *Store) KeyStore() *KeyStore {
	return &KeyStore{client: s.client, prefix: s.options.Prefix + keyInfix, calls: newLimiter(maxCalls)}
}

const keyInfix = "ticketkey:"

// Get returns the value of a name, nil without an error if there is none.
func (k *KeyStore) Get(ctx context.Context, name string) ([]byte, error) {
	value, err := k.calls.within(ctx, patience, func(ctx context.Context) ([]byte, error) {
		return k.client.Get(ctx, k.prefix+name).Bytes()
	})
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return value, err
}

// Create sets the value of a name for ttl, unless it has one: of all servers
// that try, one succeeds.
func (k *KeyStore) Create(ctx context.Context, name string, value []byte, ttl time.Duration) (created bool, err error) {
	_, err = k.calls.within(ctx, patience, func(ctx context.Context) ([]byte, error) {
		options := redis.SetArgs{Mode: "NX", TTL: max(ttl, time.Millisecond)}
		return nil, k.client.SetArgs(ctx, k.prefix+name, value, options).Err()
	})
	if errors.Is(err, redis.Nil) { // SET NX answers so if there is a value
		return false, nil
	}
	return err == nil, err
}
