package polytls

import (
	"slices"
	"strings"
	"sync"

	"polytls/failure"
)

// contextNames are the contexts of AddContext. However many there are, a name is
// looked up in two maps: most patterns are a name, or have their star in the
// first label.
type contextNames struct {
	mu     sync.RWMutex
	added  int
	exact  map[string]namedContext
	below  map[string][]namedContext // by the labels after the first
	others []namedContext            // with a star further on
}

// namedContext is a context with its pattern, and when it was added: the last one
// that matches counts.
type namedContext struct {
	added   int
	pattern string
	context *SecureContext
}

// AddContext adds a context for clients that ask for a server name. A '*'
// matches any run without a dot; among several that match the last added
// wins. The context gives certificates, the trust in those of clients, and, if it
// has one, SessionIDContext; the rest stays the server's.
func (srv *Server) AddContext(serverName string, c *SecureContext) error {
	if serverName == "" {
		return failure.RequiredServerName.Local(`"servername" is required parameter for Server.addContext`)
	}
	if err := c.errUninitialized(); err != nil {
		return err
	}
	srv.names.add(strings.ToLower(serverName), c)
	return nil
}

// add adds a context, in place of the one that the pattern had: that can match no
// more, and those who renew certificates replace often.
func (n *contextNames) add(pattern string, c *SecureContext) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.exact == nil {
		n.exact, n.below = map[string]namedContext{}, map[string][]namedContext{}
	}
	n.added++
	added := namedContext{n.added, pattern, c}
	first, rest, _ := strings.Cut(pattern, ".")
	switch {
	case strings.Contains(rest, "*"):
		n.others = replace(n.others, added)
	case strings.Contains(first, "*"):
		n.below[rest] = replace(n.below[rest], added)
	default:
		n.exact[pattern] = added
	}
}

func replace(list []namedContext, added namedContext) []namedContext {
	list = slices.DeleteFunc(list, func(old namedContext) bool { return old.pattern == added.pattern })
	return append(list, added)
}

// any reports whether there is any.
func (n *contextNames) any() bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.added > 0
}

// find returns the context of a name, nil if there is none.
func (n *contextNames) find(name string) *SecureContext {
	n.mu.RLock()
	defer n.mu.RUnlock()
	name = strings.ToLower(name)
	found := n.exact[name]
	_, rest, _ := strings.Cut(name, ".")
	for _, list := range [][]namedContext{n.below[rest], n.others} {
		for _, c := range slices.Backward(list) {
			if c.added > found.added && matchName(c.pattern, name) {
				found = c
				break
			}
		}
	}
	return found.context
}

// matchName matches a whole name, label by label; '*' is any run without a dot.
// The work is bounded by the product of their lengths.
func matchName(pattern, name string) bool {
	for {
		p, patterns, more := strings.Cut(pattern, ".")
		n, names, longer := strings.Cut(name, ".")
		switch {
		case more != longer, !matchLabel(p, n):
			return false
		case !more:
			return true
		}
		pattern, name = patterns, names
	}
}

// matchLabel matches one label greedily: each literal between two stars at its
// first place.
func matchLabel(pattern, label string) bool {
	part, pattern, star := strings.Cut(pattern, "*")
	if !star {
		return part == label
	}
	label, ok := strings.CutPrefix(label, part)
	for ok {
		if part, pattern, star = strings.Cut(pattern, "*"); !star {
			return strings.HasSuffix(label, part)
		}
		_, label, ok = strings.Cut(label, part)
	}
	return false
}
