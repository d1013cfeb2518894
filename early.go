package polytls

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/recordlayer"
)

// This file holds early data (RFC 8446, sections 2.3 and 8).

// earlyServer is a server's connection between its first flight and the
// client's second: early data can be read and answered already. It implements
// recordlayer.Handler for that time, in which the client can send nothing but the rest
// of the handshake.
type earlyServer struct {
	socket  *Socket
	pending *handshake.Pending
	asked   bool            // a certificate was requested
	ctx     context.Context // of the rest of the handshake
	release func()

	awaited atomic.Bool // a call waits for the end of the handshake
	once    sync.Once
	done    chan struct{}
	err     error // why it failed, once done is closed
}

// beginEarly makes a socket one whose early data can be read. The rest of the
// handshake has as much time as the whole.
func (s *Socket) beginEarly(p *handshake.Pending, asked bool) {
	e := &earlyServer{socket: s, pending: p, asked: asked, done: make(chan struct{})}
	ctx, cancel := context.WithTimeoutCause(s.lifetime(), s.end.timeout(), errHandshakeTimeout)
	stop := context.AfterFunc(ctx, func() {
		cause := context.Cause(ctx)
		if cause != net.ErrClosed { // Close sends what is left
			s.layer.Abort(cause)
		}
		e.over(duringHandshake(s.role, cause))
	})
	e.ctx, e.release = ctx, func() { stop(); cancel() }
	s.early.Store(e)
	s.layer.Handle(e)
}

// Message implements recordlayer.Handler.
func (e *earlyServer) Message(_ *recordlayer.Reading, raw []byte) (recordlayer.Conversation, error) {
	return func(in *recordlayer.Reading) error { return e.finish(in, raw) }, nil
}

// finish runs the rest of the handshake.
func (e *earlyServer) finish(in *recordlayer.Reading, raw []byte) error {
	err := duringHandshake(e.socket.role, e.complete(in, raw))
	e.over(err)
	return err
}

func (e *earlyServer) complete(in *recordlayer.Reading, raw []byte) error {
	s := e.socket
	if err := e.pending.ReadFinished(e.ctx, in, raw); err != nil {
		return err
	}
	turn, err := s.layer.TakeTurn(e.ctx)
	if err != nil {
		return err
	}
	defer turn.End()
	r, err := e.pending.Finish(e.ctx, turn)
	if err != nil {
		return err
	}
	in.Established()
	s.keep(newOutcome(r, e.asked))
	s.early.Store(nil)
	return nil
}

// over passes the outcome to the calls that wait for it.
func (e *earlyServer) over(err error) {
	e.once.Do(func() {
		e.release()
		e.err = err
		close(e.done)
	})
}

// UpdateWriteKeys implements recordlayer.Handler. No key update may precede the client's Finished.
func (e *earlyServer) UpdateWriteKeys(*recordlayer.Turn) error {
	return failure.Internal.New("the keys for writing are used up before the end of the handshake")
}

// ReadClosed implements recordlayer.Handler.
func (e *earlyServer) ReadClosed(err error) { e.over(duringHandshake(e.socket.role, err)) }

// ReadReturned implements recordlayer.Handler.
func (e *earlyServer) ReadReturned() {
	if e.waits() {
		e.socket.layer.ReadInBackground(e.waits, 0)
	}
}

func (e *earlyServer) waits() bool {
	select {
	case <-e.done:
		return false
	default:
		return e.awaited.Load()
	}
}

// completeEarly waits for the client's second flight. Early data that comes
// before it is kept for Read.
func (s *Socket) completeEarly(ctx context.Context) error {
	e := s.early.Load()
	if e == nil {
		return nil
	}
	e.awaited.Store(true)
	e.ReadReturned()
	select {
	case <-e.done:
		return e.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// EarlyData returns how many bytes, at the start of what Read returns, were early
// data. An attacker may replay them to another server, so the request in them must be
// safe to perform twice.
func (s *Socket) EarlyData() int64 { return s.layer.EarlyData() }

// EarlyDataAccepted reports whether a client's early data reached the server.
func (s *Socket) EarlyDataAccepted() bool { return s.live() && s.outcome.Load().EarlyDataAccepted }

// resendEarly sends what of the early data has not reached the server.
func (c *client) resendEarly(s *Socket) error {
	if !c.ResendEarlyData || len(c.EarlyData) == 0 {
		return nil
	}
	rest := c.EarlyData
	if o := s.outcome.Load(); o.EarlyDataAccepted {
		rest = rest[o.EarlyDataSent:]
	}
	_, err := s.Write(rest)
	return err
}

// exporting returns what serves the connection once its secrets are final.
func (s *Socket) exporting() (*handshake.Connection, error) {
	return s.secureConnection(context.Background())
}

// secureConnection returns what serves the connection after its handshake,
// which it completes if early data was answered before its end.
func (s *Socket) secureConnection(ctx context.Context) (*handshake.Connection, error) {
	if err := s.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	if err := s.completeEarly(ctx); err != nil {
		return nil, err
	}
	if !s.connection.Ready() {
		return nil, failure.InvalidState.Local("the connection is not secure")
	}
	return &s.connection, nil
}
