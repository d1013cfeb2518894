package polytls

import (
	"cmp"
	"sync"

	"polytls/internal/sessions"
)

// ClientSessions stores the sessions of a client's connections and resumes them: use
// the same one for every Connect. A session is used for the same server name, host,
// port and context only, where AllowUnauthorized is the same and both or neither have
// a CheckServerIdentity, which is called again. A ticket of TLS 1.3 is used once, so
// that an observer cannot link two connections of one client (RFC 8446, appendix
// C.4).
//
// The zero value is ready to use and stores the sessions of 256 servers. It may be
// used by any number of goroutines.
type ClientSessions struct {
	limit int // 0 for defaultServers
	once  sync.Once
	kept  *sessions.Client[sessionKey]
}

// defaultServers is for how many servers sessions are kept.
const defaultServers = 256

// NewClientSessions returns a store for the sessions of limit servers; the least
// recently used are dropped first. A limit below 1 is 256.
func NewClientSessions(limit int) *ClientSessions {
	return &ClientSessions{limit: max(limit, 0)}
}

// Len returns for how many servers sessions are kept.
func (c *ClientSessions) Len() int { return c.store().Len() }

// store returns what keeps them, made at the first use.
func (c *ClientSessions) store() *sessions.Client[sessionKey] {
	c.once.Do(func() { c.kept = sessions.NewClient[sessionKey](cmp.Or(c.limit, defaultServers)) })
	return c.kept
}

// sessionKey is what sessions are kept under.
type sessionKey struct {
	context *SecureContext
	name    string // server name and address
	// How the server was verified.
	identity                     string
	allowUnauthorized, ownChecks bool
}

// sessionKey is what the options' sessions are kept under.
func (c *client) sessionKey() sessionKey {
	network, address, err := c.address()
	if err != nil { // no Port: Client was given the connection
		address = c.Host
	}
	name := c.serverName() + "\n" + network + "\n" + address
	return sessionKey{c.context, name, c.identity(), c.AllowUnauthorized, c.CheckServerIdentity != nil}
}
