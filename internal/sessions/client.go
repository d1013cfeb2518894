// Package sessions stores sessions for resumption: those of a client by server, in
// memory or in a directory, those of a server in the user's store or through the user's
// functions.
package sessions

import (
	"slices"
	"sync"

	"polytls/internal/lru"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// Client stores the sessions of a client under keys that identify their servers. A
// ticket of TLS 1.3 is used once, so that an observer cannot link two connections of
// one client (RFC 8446, appendix C.4). NewClient makes one. Any number of goroutines
// may use it.
type Client[K comparable] struct {
	mu      sync.Mutex // held while a list is read and replaced
	servers *lru.Map[K, []*session.Session]
}

// ticketsPerServer is how many sessions are stored for one server.
const ticketsPerServer = 4

// NewClient returns a store for the sessions of limit servers; the least recently used
// are dropped first.
func NewClient[K comparable](limit int) *Client[K] {
	return &Client[K]{servers: lru.New[K, []*session.Session](limit)}
}

// Len returns the number of servers whose sessions are stored.
func (c *Client[K]) Len() int { return c.servers.Len() }

// Put stores a session, and drops the oldest of the server beyond ticketsPerServer.
func (c *Client[K]) Put(server K, s *session.Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, _ := c.servers.Get(server)
	kept = append(slices.Clip(kept), s)
	c.keep(server, kept[max(0, len(kept)-ticketsPerServer):])
}

// Take returns the last session of a server, nil without one, and removes it if it may
// be used only once.
func (c *Client[K]) Take(server K) *session.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.servers.Get(server)
	if !ok {
		return nil
	}
	last := kept[len(kept)-1]
	if last.Version >= suite.TLS13 {
		c.keep(server, kept[:len(kept)-1])
	}
	return last
}

// Open parses a serialized session for the server serverName. It returns nil if the
// session cannot be used or belongs to another name. The session's server is verified
// before the session is offered.
func Open(data []byte, serverName string) *session.Session {
	if len(data) == 0 {
		return nil
	}
	s, name, enveloped, err := session.Open(data)
	if err != nil || enveloped && name != serverName {
		return nil
	}
	return ForName(s, serverName)
}

// ForName returns s, or nil if it belongs to another server name; s may be nil.
func ForName(s *session.Session, serverName string) *session.Session {
	if s == nil || s.ServerName != "" && !trust.EqualASCII(s.ServerName, serverName) {
		return nil
	}
	return s
}

// keep replaces the sessions of a server, the most recent last. The caller holds the
// lock.
func (c *Client[K]) keep(server K, kept []*session.Session) {
	if len(kept) == 0 {
		c.servers.Delete(server)
		return
	}
	c.servers.Put(server, kept, 1)
}
