// Package servername finds the value of the pattern that matches a server name.
package servername

import (
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"polytls/failure"
	"polytls/internal/trust"
)

// Index holds values by patterns of names. The zero Index is empty, and many
// goroutines may use one. A lookup uses maps, so that its cost does not grow with
// the number of patterns, most of which are a name or have one star, in the first
// label.
type Index[T any] struct {
	mu     sync.RWMutex
	added  int
	exact  map[string]entry[T]
	stars  map[starName]entry[T]
	shapes map[string]shape // the shapes of the patterns in stars, by their tails
	others []entry[T]       // other patterns, at most maxOthers
}

// maxOthers bounds the patterns that are compared one by one, at 3 ns each.
const maxOthers = 1000

// entry is a value with its pattern, and when it was added, from 1 on: the last one
// that matches counts.
type entry[T any] struct {
	added   int
	pattern string
	value   T
}

// starName is a pattern with one star, in the first label. The tail starts with a
// dot, or is empty.
type starName struct{ prefix, suffix, tail string }

// shape has a bit for each length of the prefixes and suffixes of the patterns with a
// tail.
type shape struct{ prefixes, suffixes uint64 }

// maxLabel is the length of a label of DNS (RFC 1035, section 2.3.4).
const maxLabel = 63

// ToASCII converts a pattern to the form of names in a ClientHello: lower-case
// ASCII without a trailing dot.
func ToASCII(serverName string) (string, error) {
	labels := strings.Split(strings.TrimSuffix(serverName, "."), ".")
	for i, label := range labels {
		if !strings.ContainsFunc(label, func(r rune) bool { return r >= utf8.RuneSelf }) {
			continue
		}
		if labels[i] = trust.DomainToASCII(label); labels[i] == "" || strings.Contains(label, "*") {
			return "", failure.InvalidArgValue.Local("server name %q: its label %q has no form in ASCII", serverName, label)
		}
	}
	return trust.LowerASCII(strings.Join(labels, ".")), nil
}

// Add adds a value, or replaces the one that the pattern had: the old one could no
// longer match, and renewing certificates replaces values often. A '*' of the
// pattern, which is as ToASCII returns it, matches any run without a dot. There may
// be 1,000 patterns with more than one '*', or with one after the first dot; one
// more is failure.OutOfRange.
func (n *Index[T]) Add(pattern string, value T) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.exact == nil {
		n.exact, n.stars, n.shapes = map[string]entry[T]{}, map[starName]entry[T]{}, map[string]shape{}
	}
	added := entry[T]{n.added + 1, pattern, value}
	switch star, one := oneStar(pattern); {
	case !strings.Contains(pattern, "*"):
		n.exact[pattern] = added
	case one:
		n.stars[star] = added
		s := n.shapes[star.tail]
		n.shapes[star.tail] = shape{s.prefixes | 1<<len(star.prefix), s.suffixes | 1<<len(star.suffix)}
	default:
		others := slices.DeleteFunc(n.others, func(old entry[T]) bool { return old.pattern == pattern })
		if len(others) == maxOthers {
			return failure.OutOfRange.Local("server name %q: there are %d names with more than one '*' or with one after the first dot", pattern, maxOthers)
		}
		n.others = append(others, added)
	}
	n.added++
	return nil
}

// oneStar splits a pattern that has one star, in the first label, if its other
// letters fit a label.
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

// Empty reports whether nothing was added.
func (n *Index[T]) Empty() bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.added == 0
}

// Find returns the value of the last pattern that was added and matches a name, the
// zero value if there is none.
func (n *Index[T]) Find(name string) T {
	n.mu.RLock()
	defer n.mu.RUnlock()
	name = trust.LowerASCII(strings.TrimSuffix(name, "."))
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
	return found.value
}

// findStar looks up the patterns with one star that can match a name by the lengths
// of their prefixes and suffixes. It returns the entry that was added last, and the
// number of lookups, which is large only if the patterns of a tail have many
// different lengths.
func (n *Index[T]) findStar(name string) (found entry[T], lookups int) {
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
// first occurrence.
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
