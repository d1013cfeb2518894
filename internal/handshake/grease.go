package handshake

import (
	"crypto/rand"
	"encoding/binary"

	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file implements variations of the hello that keep servers tolerant: reserved
// values (RFC 8701), and a random order of extensions.

// grease holds the reserved values of a client, which are the same in both of its
// hellos (RFC 8446, section 4.1.2).
type grease struct {
	suite       suite.ID
	group       suite.Group
	scheme      suite.Scheme
	version     suite.Version
	first, last wire.ExtensionType // two different values
}

func newGREASE() *grease {
	var random [6]byte
	rand.Read(random[:])
	value := func(i int) uint16 { return uint16(random[i]>>4)*0x1010 + 0x0a0a }
	g := &grease{
		suite: suite.ID(value(0)), group: suite.Group(value(1)), scheme: suite.Scheme(value(2)),
		version: suite.Version(value(3)), first: wire.ExtensionType(value(4)), last: wire.ExtensionType(value(5)),
	}
	if g.last == g.first {
		g.last ^= 0x1010
	}
	return g
}

// withGREASE puts a reserved value before a list.
func withGREASE[T any](value T, list []T) []T { return append([]T{value}, list...) }

// row returns the index of the row that a client offers as its extension i. It is
// the same in both of its hellos.
func (c *client) row(i int) int {
	if c.order == nil {
		return i
	}
	return c.order[i]
}

// shuffledRows returns a random order of the table's rows, with pre_shared_key
// last.
func shuffledRows() []int {
	order := make([]int, len(extensions))
	random := make([]byte, 8*len(order))
	rand.Read(random)
	for i := range order {
		order[i] = i
		if i == len(order)-1 {
			break
		}
		j := int(binary.LittleEndian.Uint64(random[8*i:]) % uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// extensions adds an empty extension at the beginning, and one of a single byte at
// the end, but before pre_shared_key.
func (g *grease) extensions(e wire.Extensions) wire.Extensions {
	last := wire.Extension{Type: g.last, Body: []byte{0}}
	e = append(wire.Extensions{{Type: g.first}}, e...)
	if n := len(e) - 1; e[n].Type == wire.ExtPreSharedKey {
		return append(e[:n:n], last, e[n])
	}
	return append(e, last)
}
