package conn

import (
	"context"
	"net"
	"time"

	"polytls/internal/handshake"
)

// life is the context of a connection, which Close cancels. It is made when the first
// message exchange after the handshake needs it: most connections have none.
type life struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// lifetime returns a context that ends with the connection.
func (c *Conn) lifetime() context.Context {
	if l := c.life.Load(); l != nil {
		return l.ctx
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	if !c.life.CompareAndSwap(nil, &life{ctx, cancel}) {
		cancel(nil)
		return c.life.Load().ctx
	}
	if c.closed.Load() { // by a Close that found no life to cancel
		cancel(net.ErrClosed)
	}
	return ctx
}

// endLife cancels the context of callbacks after the first handshake, when the
// connection is closed.
func (c *Conn) endLife() {
	if l := c.life.Load(); l != nil {
		l.cancel(net.ErrClosed)
	}
}

// owner implements handshake.Owner; up to TLS 1.2 renegotiation embeds it.
type owner struct{ *Conn }

// Context implements handshake.Owner.
func (o owner) Context() context.Context { return o.lifetime() }

// Timeout implements handshake.Owner.
func (o owner) Timeout() time.Duration {
	if t := o.end.Timeout(); t != 0 {
		return t
	}
	return DefaultTimeout
}

// DefaultTimeout limits a handshake if no option does; a client's first handshake has
// no default.
const DefaultTimeout = 120 * time.Second

// Renegotiator implements handshake.Owner: TLS 1.3 has no renegotiation.
func (o owner) Renegotiator() handshake.Renegotiator { return nil }
