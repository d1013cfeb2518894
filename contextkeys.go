package polytls

import (
	"sync"

	"polytls/internal/antireplay"
	"polytls/internal/session"
)

// contextKeys is what the sockets of a context have in common that no Server has
// made: Node's ticket keys belong to its contexts.
type contextKeys struct {
	tickets func() (*session.TicketKey, error)
	early   func() *antireplay.Gate
}

func newContextKeys() contextKeys {
	return contextKeys{
		tickets: sync.OnceValues(session.NewTicketKey),
		early:   sync.OnceValue(antireplay.New),
	}
}

// newSocketServer makes the Server of one socket, with the keys of its context.
func newSocketServer(o ServerOptions) (*Server, error) {
	shared := o.SecureContext != nil && o.SecureContext.errUninitialized() == nil
	if shared && o.TicketKeys == nil {
		key, err := o.SecureContext.keys.tickets()
		if err != nil {
			return nil, err
		}
		o.TicketKeys = key.Bytes()
	}
	srv, err := NewServer(o, nil)
	if err == nil && shared && o.MaxEarlyData != 0 && !o.SingleUseTickets {
		srv.early = o.SecureContext.keys.early()
	}
	return srv, err
}
