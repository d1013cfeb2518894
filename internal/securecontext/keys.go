package securecontext

import (
	"sync"

	"polytls/internal/antireplay"
	"polytls/internal/session"
)

// Keys are the ticket keys and the early-data gate of sockets that are made without a
// server. The sockets of a context share them, as in Node. They are made when they are
// first used.
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
