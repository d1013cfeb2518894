package polytls

import (
	"cmp"
	"sync"

	"polytls/internal/sessions"
)

// ClientSessions stores the sessions of a client's connections and resumes them: give
// the same one to every Connect. A session is resumed only with the same server name,
// host, port, context and AllowUnauthorized, and only if both connections have a
// CheckServerIdentity or neither has; it is called again. A ticket of TLS 1.3 is used
// once, so that an observer cannot link two connections of one client (RFC 8446,
// appendix C.4).
//
// The zero value is ready to use and stores the sessions of 256 servers. It may be
// used by any number of goroutines.
type ClientSessions struct {
	limit int // 0 for defaultServers
	once  sync.Once
	kept  *sessions.Client[sessionKey]
}

// defaultServers is the number of servers whose sessions are stored by default.
const defaultServers = 256

// NewClientSessions returns a store for the sessions of limit servers; the least
// recently used are dropped first. A limit below 1 means 256.
func NewClientSessions(limit int) *ClientSessions {
	return &ClientSessions{limit: max(limit, 0)}
}

// Len returns the number of servers whose sessions are stored.
func (c *ClientSessions) Len() int { return c.store().Len() }

// store returns the store, which the first call creates.
func (c *ClientSessions) store() *sessions.Client[sessionKey] {
	c.once.Do(func() { c.kept = sessions.NewClient[sessionKey](cmp.Or(c.limit, defaultServers)) })
	return c.kept
}

// sessionKey is the key under which a session is stored.
type sessionKey struct {
	context *SecureContext
	name    string // server name and address
	// How the server was verified.
	identity                     string
	allowUnauthorized, ownChecks bool
}

// sessionKey returns the key under which the sessions of the options are stored.
func (c *client) sessionKey() sessionKey {
	network, address, err := c.address()
	if err != nil { // no Port: Client was given the connection
		address = c.Host
	}
	name := c.serverName() + "\n" + network + "\n" + address
	return sessionKey{c.context, name, c.identity(), c.AllowUnauthorized, c.CheckServerIdentity != nil}
}
