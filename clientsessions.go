package polytls

import (
	"cmp"
	"sync"

	"polytls/internal/sessions"
)

// ClientSessions is a SessionCache in memory. A session is resumed only with the same
// context.
//
// The zero value is ready to use and stores the sessions of 256 servers. It may be
// used by any number of goroutines.
type ClientSessions struct {
	limit int // 0 for defaultServers
	once  sync.Once
	kept  *sessions.Client[SessionKey]
}

// defaultServers is the number of servers whose sessions are stored by default.
const defaultServers = 256

// NewClientSessions returns a store for the sessions of limit servers; the least
// recently used are dropped first. A limit below 1 means 256.
func NewClientSessions(limit int) *ClientSessions {
	return &ClientSessions{limit: max(limit, 0)}
}

// Put implements SessionCache.
func (c *ClientSessions) Put(key SessionKey, s ClientSession) {
	if c != nil && s.session != nil {
		c.store().Put(key, s.session)
	}
}

// Take implements SessionCache.
func (c *ClientSessions) Take(key SessionKey) (ClientSession, bool) {
	if c == nil {
		return ClientSession{}, false
	}
	s := c.store().Take(key)
	return ClientSession{s}, s != nil
}

// Len returns the number of servers whose sessions are stored.
func (c *ClientSessions) Len() int {
	if c == nil {
		return 0
	}
	return c.store().Len()
}

// store returns the store, which the first call creates.
func (c *ClientSessions) store() *sessions.Client[SessionKey] {
	c.once.Do(func() { c.kept = sessions.NewClient[SessionKey](cmp.Or(c.limit, defaultServers)) })
	return c.kept
}
