package polytls

import (
	"math/bits"
	"slices"
	"strings"
	"sync"

	"polytls/failure"
	"polytls/internal/trust"
)

// contextNames are the contexts of AddContext. However many there are, a name is
// looked up in maps: most patterns are a name, or have one star, in the first
// label.
type contextNames struct {
	mu     sync.RWMutex
	added  int
	exact  map[string]namedContext
	stars  map[starName]namedContext
	shapes map[string]shape // of stars, by their tails
	others []namedContext   // other patterns, at most maxOthers
}

// maxOthers bounds the patterns that are looked through one by one, which takes
// 3 ns each.
const maxOthers = 1000

// namedContext is a context with its pattern, and when it was added: the last one
// that matches counts.
type namedContext struct {
	added   int
	pattern string
	context *SecureContext
}

// starName is a pattern with one star, in the first label. The tail starts with a
// dot, or is empty.
type starName struct{ prefix, suffix, tail string }

// shape has a bit for each length of the prefixes and suffixes of the patterns with a
// tail.
type shape struct{ prefixes, suffixes uint64 }

// maxLabel is the length of a label of DNS (RFC 1035, section 2.3.4).
const maxLabel = 63

// AddContext adds a context for a server name, which may be in Unicode and have a
// trailing dot. A '*' matches any run without a dot; of several matches the last one
// added is used. There may be 1,000 names with more than one '*', or with one after
// the first dot, and any number of others; one too many is ERR_OUT_OF_RANGE. The
// certificates, the trust in client certificates and the SessionIDContext, if set,
// are those of the context; everything else is the server's.
func (srv *Server) AddContext(serverName string, c *SecureContext) error {
	if serverName == "" {
		return failure.RequiredServerName.Local(`"servername" is required parameter for Server.addContext`)
	}
	if err := c.errUninitialized(); err != nil {
		return err
	}
	pattern, err := patternToASCII(serverName)
	if err != nil {
		return err
	}
	return srv.names.add(pattern, c)
}

// patternToASCII is a pattern as names on the wire are written: in lower case and
// ASCII, without a trailing dot.
func patternToASCII(serverName string) (string, error) {
	labels := strings.Split(strings.TrimSuffix(serverName, "."), ".")
	for i, label := range labels {
		if isASCII(label) {
			continue
		}
		if labels[i] = trust.DomainToASCII(label); labels[i] == "" || strings.Contains(label, "*") {
			return "", failure.InvalidArgValue.Local("AddContext: %q: its label %q has no form in ASCII", serverName, label)
		}
	}
	return strings.ToLower(strings.Join(labels, ".")), nil
}

// add adds a context, in place of the one that the pattern had: that can match no
// more, and those who renew certificates replace often.
func (n *contextNames) add(pattern string, c *SecureContext) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.exact == nil {
		n.exact, n.stars, n.shapes = map[string]namedContext{}, map[starName]namedContext{}, map[string]shape{}
	}
	added := namedContext{n.added + 1, pattern, c}
	switch star, one := oneStar(pattern); {
	case !strings.Contains(pattern, "*"):
		n.exact[pattern] = added
	case one:
		n.stars[star] = added
		s := n.shapes[star.tail]
		n.shapes[star.tail] = shape{s.prefixes | 1<<len(star.prefix), s.suffixes | 1<<len(star.suffix)}
	default:
		others := slices.DeleteFunc(n.others, func(old namedContext) bool { return old.pattern == pattern })
		if len(others) == maxOthers {
			return failure.OutOfRange.Local("AddContext: %q: there are %d names with more than one '*' or with one after the first dot", pattern, maxOthers)
		}
		n.others = append(others, added)
	}
	n.added++
	return nil
}

// oneStar takes a pattern apart that has one star, in the first label, and room
// for it there.
func oneStar(pattern string) (starName, bool) {
	first, tail := cutLabel(pattern)
	prefix, suffix, star := strings.Cut(first, "*")
	one := star && len(prefix)+len(suffix) <= maxLabel && !strings.Contains(suffix, "*") && !strings.Contains(tail, "*")
	return starName{prefix, suffix, tail}, one
}

// cutLabel splits a name before its first dot.
func cutLabel(name string) (first, tail string) {
	if i := strings.IndexByte(name, '.'); i >= 0 {
		return name[:i], name[i:]
	}
	return name, ""
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
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	found := n.exact[name]
	if c, _ := n.findStar(name); c.added > found.added {
		found = c
	}
	for _, c := range slices.Backward(n.others) {
		if c.added > found.added && matchName(c.pattern, name) {
			found = c
			break
		}
	}
	return found.context
}

// findStar looks up the patterns with one star that match a name as far as their
// lengths tell, and returns the last added that is there, and how many it looked up.
// That are many only if the patterns of a tail have many lengths.
func (n *contextNames) findStar(name string) (found namedContext, lookups int) {
	first, tail := cutLabel(name)
	s := n.shapes[tail]
	for prefixes := s.prefixes; prefixes != 0; prefixes &= prefixes - 1 {
		p := bits.TrailingZeros64(prefixes)
		for suffixes := s.suffixes; suffixes != 0; suffixes &= suffixes - 1 {
			q := bits.TrailingZeros64(suffixes)
			if p+q > len(first) {
				break
			}
			lookups++
			if c := n.stars[starName{first[:p], first[len(first)-q:], tail}]; c.added > found.added {
				found = c
			}
		}
	}
	return found, lookups
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
