package securecontext

import (
	"sync"

	"polytls/internal/antireplay"
	"polytls/internal/session"
)

// Keys are what the sockets of a context have in common that no server has made:
// Node's ticket keys belong to its contexts. They are made when they are first used.
type Keys struct {
	Tickets func() (*session.TicketKey, error)
	Early   func() *antireplay.Gate
}

func newKeys() Keys {
	return Keys{
		Tickets: sync.OnceValues(session.NewTicketKey),
		Early:   sync.OnceValue(antireplay.New),
	}
}
