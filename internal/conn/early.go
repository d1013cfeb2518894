package conn

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/recordlayer"
)

// This file handles early data at a server (RFC 8446, sections 2.3 and 8).

// earlyServer is a server's connection between its first flight and the client's
// second: in that time early data can be read and responses can be written. It
// implements recordlayer.Handler for that time, in which the only handshake messages of
// the client are the rest of its handshake.
type earlyServer struct {
	conn    *Conn
	pending *handshake.Pending
	ctx     context.Context // of the rest of the handshake
	release func()

	awaited atomic.Bool // whether a call waits for the end of the handshake
	once    sync.Once
	done    chan struct{}
	err     error // why the handshake failed, once done is closed
}

// beginEarly lets early data be read before the client's second flight. The timeout of
// the handshake starts anew for the rest of it.
func (c *Conn) beginEarly(p *handshake.Pending) {
	e := &earlyServer{conn: c, pending: p, done: make(chan struct{})}
	ctx, cancel := context.WithTimeoutCause(c.lifetime(), c.end.Timeout(), errTimeout)
	stop := context.AfterFunc(ctx, func() {
		cause := context.Cause(ctx)
		if cause != net.ErrClosed { // Close flushes what is buffered
			c.layer.Abort(cause)
		}
		e.over(c.duringHandshake(cause))
	})
	e.ctx, e.release = ctx, func() { stop(); cancel() }
	c.early.Store(e)
	c.layer.Handle(e)
}

// Message implements recordlayer.Handler.
func (e *earlyServer) Message(_ *recordlayer.Reading, raw []byte) (recordlayer.Conversation, error) {
	return func(in *recordlayer.Reading) error { return e.finish(in, raw) }, nil
}

// finish runs the rest of the handshake.
func (e *earlyServer) finish(in *recordlayer.Reading, raw []byte) error {
	err := e.conn.duringHandshake(e.complete(in, raw))
	e.over(err)
	return err
}

func (e *earlyServer) complete(in *recordlayer.Reading, raw []byte) error {
	c := e.conn
	if err := e.pending.ReadFinished(e.ctx, in, raw); err != nil {
		return err
	}
	turn, err := c.layer.TakeTurn(e.ctx)
	if err != nil {
		return err
	}
	defer turn.End()
	r, err := e.pending.Finish(e.ctx, turn)
	if err != nil {
		return err
	}
	in.Established()
	c.keep(newOutcome(r, e.pending.RequestsCertificate()), nil)
	c.early.Store(nil)
	return nil
}

// over passes the result of the handshake to the calls that wait for it.
func (e *earlyServer) over(err error) {
	e.once.Do(func() {
		e.release()
		e.err = err
		close(e.done)
	})
}

// UpdateWriteKeys implements recordlayer.Handler. A key update must not precede the
// client's Finished.
func (e *earlyServer) UpdateWriteKeys(*recordlayer.Turn) error {
	return failure.Internal.New("the keys for writing are used up before the end of the handshake")
}

// ReadClosed implements recordlayer.Handler.
func (e *earlyServer) ReadClosed(err error) { e.over(e.conn.duringHandshake(err)) }

// ReadReturned implements recordlayer.Handler.
func (e *earlyServer) ReadReturned() {
	if e.waits() {
		e.conn.layer.ReadInBackground(e.waits, 0)
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

// completeEarly waits for the client's second flight. Early data that arrives before it
// is buffered for Read.
func (c *Conn) completeEarly(ctx context.Context) error {
	e := c.early.Load()
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
