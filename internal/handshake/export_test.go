package handshake

import (
	"iter"

	"polytls/internal/openssl"
	"polytls/internal/wire"
)

// ExtensionRow is what a test needs to know of a row of the table of extensions.
type ExtensionRow struct {
	ID wire.ExtensionType
	// Offers and the others say which of its functions there are.
	Offers, Parses, Answers, Accepts bool
}

// ExtensionRows ranges over the table.
func ExtensionRows() iter.Seq[ExtensionRow] {
	return func(yield func(ExtensionRow) bool) {
		for _, row := range extensions {
			if !yield(ExtensionRow{row.id, row.offer != nil, row.parse != nil, row.answer != nil, row.accept != nil}) {
				return
			}
		}
	}
}

// AcceptExtensions asks a client that offered some extensions about those of a
// message.
func AcceptExtensions(offered, answered wire.Extensions, where wire.Place) error {
	cfg := &Config{Options: openssl.OpLegacyServerConnect}
	c := &client{conversation: conversation{facts: Facts{Peer: noPeer}}, hello: &wire.ClientHello{Extensions: offered}, cfg: &ClientConfig{Config: cfg}}
	return c.acceptExtensions(answered, where)
}
