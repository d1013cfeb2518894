package polytls

import (
	"container/list"
	"sync"

	"polytls/internal/session"
	"polytls/internal/suite"
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
	mu      sync.Mutex
	limit   int       // 0 for defaultServers
	recent  list.List // of *sessionEntry, the most recent first
	entries map[sessionKey]*list.Element
}

// defaultServers is for how many servers sessions are kept.
const defaultServers = 256

// ticketsPerServer is how many TLS 1.3 tickets are kept for one server.
const ticketsPerServer = 4

type sessionKey struct {
	context *SecureContext
	name    string // server name and address
	// How the server was verified.
	identity                     string
	allowUnauthorized, ownChecks bool
}

type sessionEntry struct {
	key      sessionKey
	sessions []*session.Session // the most recent last
}

// NewClientSessions returns a store for the sessions of limit servers; the least
// recently used are dropped first. A limit below 1 is 256.
func NewClientSessions(limit int) *ClientSessions {
	return &ClientSessions{limit: max(limit, 0)}
}

// Len returns for how many servers sessions are kept.
func (c *ClientSessions) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recent.Len()
}

// put remembers a session.
func (c *ClientSessions) put(key sessionKey, s *session.Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		if c.entries == nil {
			c.entries = map[sessionKey]*list.Element{}
		}
		e = c.recent.PushFront(&sessionEntry{key: key})
		c.entries[key] = e
	}
	c.recent.MoveToFront(e)
	entry := e.Value.(*sessionEntry)
	entry.sessions = append(entry.sessions, s)
	if len(entry.sessions) > ticketsPerServer {
		entry.sessions = entry.sessions[1:]
	}
	limit := c.limit
	if limit == 0 {
		limit = defaultServers
	}
	for c.recent.Len() > limit {
		oldest := c.recent.Back()
		delete(c.entries, oldest.Value.(*sessionEntry).key)
		c.recent.Remove(oldest)
	}
}

// take returns the last session of a server, nil without one, and forgets it
// if it is to be used once.
func (c *ClientSessions) take(key sessionKey) *session.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		return nil
	}
	entry := e.Value.(*sessionEntry)
	last := entry.sessions[len(entry.sessions)-1]
	if last.Version < suite.TLS13 {
		c.recent.MoveToFront(e)
		return last
	}
	entry.sessions = entry.sessions[:len(entry.sessions)-1]
	if len(entry.sessions) == 0 {
		delete(c.entries, key)
		c.recent.Remove(e)
	}
	return last
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
