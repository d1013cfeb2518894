package polytls

import (
	"context"
	"net"
	"time"

	"polytls/internal/handshake"
)

// life is the context of a connection, which Close ends. It is made when the
// first conversation after the handshake needs it: most connections have none.
type life struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// lifetime returns a context that ends with the connection.
func (s *Socket) lifetime() context.Context {
	if l := s.life.Load(); l != nil {
		return l.ctx
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	if !s.life.CompareAndSwap(nil, &life{ctx, cancel}) {
		cancel(nil)
		return s.life.Load().ctx
	}
	if s.closed.Load() { // before there was a life to end
		cancel(net.ErrClosed)
	}
	return ctx
}

// endLife ends the callbacks of later handshakes. The socket is closed.
func (s *Socket) endLife() {
	if l := s.life.Load(); l != nil {
		l.cancel(net.ErrClosed)
	}
}

// owner is the socket as its handshake.Connection sees it.
type owner struct{ *Socket }

// Context implements handshake.Owner.
func (o owner) Context() context.Context { return o.lifetime() }

// Timeout implements handshake.Owner.
func (o owner) Timeout() time.Duration {
	if t := o.end.timeout(); t != 0 {
		return t
	}
	return defaultHandshakeTimeout
}

// Renegotiator implements handshake.Owner: TLS 1.3 has no renegotiation.
func (o owner) Renegotiator() handshake.Renegotiator { return nil }
