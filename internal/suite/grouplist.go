package suite

import (
	"slices"
	"strings"
)

// GroupList is what a list of groups selects.
type GroupList struct {
	// Tuples are sets of groups of equal preference, the most preferred set first.
	// To use a group of a better tuple, a server sends a HelloRetryRequest; within
	// a tuple it prefers a group with a key share, which needs none.
	Tuples [][]Group
	// KeyShares are the groups whose shares the first ClientHello holds. If there
	// are none, it holds the share of the first group.
	KeyShares []Group
	// Curves are curves that ECDSA certificates up to TLS 1.2 may have, beyond those
	// of the tuples. No key exchange uses them.
	Curves []Group
}

// Groups returns the groups of all tuples, most preferred first.
func (l GroupList) Groups() []Group { return slices.Concat(l.Tuples...) }

// String returns the list in OpenSSL's notation.
func (l GroupList) String() string {
	var b strings.Builder
	for i, tuple := range l.Tuples {
		if i > 0 {
			b.WriteByte('/')
		}
		for j, g := range tuple {
			if j > 0 {
				b.WriteByte(':')
			}
			if slices.Contains(l.KeyShares, g) {
				b.WriteByte('*')
			}
			b.WriteString(g.String())
		}
	}
	return b.String()
}

// Contains reports whether a tuple holds the group. Curves do not count.
func (l GroupList) Contains(g Group) bool {
	return slices.ContainsFunc(l.Tuples, func(t []Group) bool { return slices.Contains(t, g) })
}

// Filter returns the list without the groups that are not allowed. It keeps Curves,
// since what is allowed in certificates is decided by their keys.
func (l GroupList) Filter(allowed func(Group) bool) GroupList {
	left := GroupList{KeyShares: filter(l.KeyShares, allowed), Curves: l.Curves}
	for _, tuple := range l.Tuples {
		if tuple = filter(tuple, allowed); len(tuple) > 0 {
			left.Tuples = append(left.Tuples, tuple)
		}
	}
	return left
}

// DefaultGroups returns the list of "auto", OpenSSL 3.5's.
func DefaultGroups() GroupList {
	var list GroupList
	for i := range groups {
		g := &groups[i]
		if g.Tuple == 0 {
			continue
		}
		for len(list.Tuples) < g.Tuple {
			list.Tuples = append(list.Tuples, nil)
		}
		list.Tuples[g.Tuple-1] = append(list.Tuples[g.Tuple-1], g.ID)
		if g.KeyShare {
			list.KeyShares = append(list.KeyShares, g.ID)
		}
	}
	return list
}
