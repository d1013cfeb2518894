package sessions

import (
	"testing"

	"polytls/internal/session"
	"polytls/internal/suite"
)

// TestClientKeepsTheLast uses a ticket of TLS 1.3 once, the most recent first, and
// a session of TLS 1.2 repeatedly.
func TestClientKeepsTheLast(t *testing.T) {
	c := NewClient[string](1)
	var all []*session.Session
	for range ticketsPerServer + 1 {
		all = append(all, &session.Session{Version: suite.TLS13})
		c.Put("a", all[len(all)-1])
	}
	for i := range ticketsPerServer {
		if got := c.Take("a"); got != all[len(all)-1-i] {
			t.Errorf("%d: not the most recent ticket", i)
		}
	}
	if got := c.Take("a"); got != nil || c.Len() != 0 {
		t.Errorf("a ticket too many, of %d servers", c.Len())
	}
	c.Put("a", &session.Session{Version: suite.TLS12})
	for range 2 {
		if c.Take("a") == nil {
			t.Error("a session of TLS 1.2 was forgotten when it was used")
		}
	}
	c.Put("b", &session.Session{Version: suite.TLS12})
	if c.Take("a") != nil || c.Take("b") == nil {
		t.Error("the least recently used server was not dropped")
	}
}
