package fingerprint

import (
	"slices"

	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// stack is what the ClientHello of a TLS stack has, by its defaults. The lists are in
// the order of the hello and without the reserved values of RFC 8701.
type stack struct {
	name                                 string
	release                              string // that the row was made from
	greased                              bool
	shuffled                             bool // the order of the extensions is random, and the row's ascending
	ciphers, extensions, groups, schemes []uint16
}

// mostDifferences is how many numbers a hello may have more or less than the row of its
// stack: releases add and remove a few. Their order never differs.
const mostDifferences = 2

// Stack returns the name of the stack whose row a ClientHello is nearest to, "" if there
// is none or several are equally near.
func Stack(m *fields.Message) (name string) {
	h := read(m)
	inOrder := h.ofStack()
	sorted := slices.Sorted(slices.Values(inOrder))
	nearest := mostDifferences + 1
	for i := range stacks {
		s := &stacks[i]
		extensions := inOrder
		if s.shuffled {
			extensions = sorted
		}
		switch n := h.differences(s, extensions); {
		case n < nearest:
			name, nearest = s.name, n
		case n == nearest && n <= mostDifferences && name != s.name:
			name = ""
		}
	}
	return name
}

// differences counts the numbers that only the hello or only the row has. It is more
// than mostDifferences if the order of the others differs.
func (h *hello) differences(s *stack, extensions []uint16) int {
	if h.greased != s.greased {
		return mostDifferences + 1
	}
	n := 0
	for _, pair := range [][2][]uint16{{h.ciphers, s.ciphers}, {extensions, s.extensions}, {h.groups, s.groups}, {h.schemes, s.schemes}} {
		if n += distance(pair[0], pair[1]); n > mostDifferences {
			break
		}
	}
	return n
}

// distance counts the numbers that only one of the lists has.
func distance(a, b []uint16) int {
	if n := max(len(a), len(b)) - min(len(a), len(b)); n > mostDifferences {
		return n // a client may send tens of thousands
	}
	common := func(list, other []uint16) []uint16 {
		return slices.DeleteFunc(slices.Clone(list), func(n uint16) bool { return !slices.Contains(other, n) })
	}
	ofA, ofB := common(a, b), common(b, a)
	if !slices.Equal(ofA, ofB) {
		return mostDifferences + 1
	}
	return len(a) + len(b) - len(ofA) - len(ofB)
}

// ofStack returns the extensions that do not depend on the connection.
func (h *hello) ofStack() []uint16 {
	return slices.DeleteFunc(slices.Clone(h.extensions), func(x uint16) bool {
		return slices.Contains(ofConnection, wire.ExtensionType(x))
	})
}

// ofConnection are the extensions that depend on the server, on the session or on the
// length of the hello.
var ofConnection = []wire.ExtensionType{
	wire.ExtServerName, wire.ExtALPN, wire.ExtPadding, wire.ExtPreSharedKey, wire.ExtEarlyData, wire.ExtCookie,
}
