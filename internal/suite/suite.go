// Package suite holds the registries of what can be negotiated, one table each:
// versions, cipher suites, named groups and signature schemes. Names, aliases, wire
// values and behaviour are all derived from the rows. Package openssl implements
// OpenSSL's notations for lists of them.
package suite

import (
	"cmp"
	"fmt"
)

func unknown(kind string, id uint16) string { return fmt.Sprintf("%s(0x%04X)", kind, id) }

// String returns the IANA name.
func (g Group) String() string {
	if i := g.Info(); i != nil {
		return i.Name
	}
	if name := cmp.Or(curveNames[g], registeredGroups[g]); name != "" {
		return name
	}
	return unknown("group", uint16(g))
}
