// Package sessionstore keeps the sessions of a server, so that clients resume them:
// its interface, a store in memory, and a register that detects replayed early data.
// Package redisstore keeps them in Redis or Valkey, for a fleet.
//
// A session is what Node's 'newSession' and 'resumeSession' events exchange:
// OpenSSL's SSL_SESSION in DER. It holds the secrets of its connection. Who can
// read a store can impersonate the clients in it; who can write one can invent
// clients.
package sessionstore

import (
	"context"
	"time"
)

// Store keeps sessions by identifier. Its methods are called by any number of
// goroutines at once, and handshakes wait for them: a store must bound their time
// itself.
//
// A session that a store does not give back costs a full handshake and nothing else.
// Servers treat an error as a miss, so a store reports its errors to its own log.
type Store interface {
	// Put keeps a session under an identifier of 1 to [MaxID] bytes for ttl, in
	// place of what was there. It may remove it at any time.
	Put(ctx context.Context, id, session []byte, ttl time.Duration) error
	// Get returns a session that the caller may change, nil without an error if
	// there is none.
	Get(ctx context.Context, id []byte) ([]byte, error)
	// Take is Get and Delete in one: of any number of callers, on all servers
	// that share the store, one at most is given the session. Early data may be
	// accepted on a session only if it was taken (RFC 8446, section 8.1).
	Take(ctx context.Context, id []byte) ([]byte, error)
	// Delete forgets a session; that there is none is no error.
	Delete(ctx context.Context, id []byte) error
}

// MaxID is the length of the longest identifier in bytes: OpenSSL's
// SSL_MAX_SSL_SESSION_ID_LENGTH.
const MaxID = 32
