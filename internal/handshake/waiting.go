package handshake

import (
	"context"
	"errors"
	"net"

	"polytls/failure"
	"polytls/internal/recordlayer"
	"polytls/internal/wire"
)

// This file holds how a connection waits for the answer to what it asked for
// after the first handshake.

// request is what the peer has been asked for: a renegotiation, by a client's
// hello or a server's HelloRequest, or a certificate. It is complete before it
// is published.
type request interface {
	// answeredBy reports whether a message of type t begins the answer.
	answeredBy(t wire.MessageType) bool
	// resume goes on with the answer, whose first message is raw.
	resume(in *recordlayer.Reading, raw []byte) error
	// abandon gives up what the request holds. No answer comes any more, because
	// of err.
	abandon(err error)
}

// pendingRequest is a request that has not been answered.
type pendingRequest struct {
	request
	ctx  context.Context
	done chan error // holds the outcome
}

func newPendingRequest(ctx context.Context, r request) *pendingRequest {
	return &pendingRequest{request: r, ctx: ctx, done: make(chan error, 1)}
}

// resume implements request: it tells the outcome to who waits.
func (w *pendingRequest) resume(in *recordlayer.Reading, raw []byte) error {
	err := w.request.resume(in, raw)
	w.done <- err
	return err
}

// await waits for the outcome of a request that was sent, and reads if nobody
// does. When the request's context ends first, a request without an answer is
// withdrawn; an answer that has begun ends with the context by itself.
func (c *Connection) await(w *pendingRequest) error {
	c.ReadReturned()
	select {
	case err := <-w.done:
		return err
	case <-w.ctx.Done():
	}
	err := context.Cause(w.ctx)
	c.withdraw(w, err)
	return err
}

// withdraw gives up a request that has not been answered.
func (c *Connection) withdraw(w *pendingRequest, err error) {
	if c.pending.CompareAndSwap(w, nil) {
		w.abandon(err)
	}
}

// ReadReturned implements recordlayer.Handler: it reads for the answer that we wait for if
// nobody else does.
func (c *Connection) ReadReturned() {
	if c.hasPending() {
		c.layer.ReadInBackground(c.hasPending, maxQueued)
	}
}

func (c *Connection) hasPending() bool { return c.pending.Load() != nil }

// maxQueued bounds the application data that a peer may send before it answers a
// request of ours while nobody reads, in bytes.
const maxQueued = 1 << 20

// ReadClosed implements recordlayer.Handler: who waits for an answer waits for a connection
// that is over.
func (c *Connection) ReadClosed(err error) {
	if w := c.pending.Swap(nil); w != nil {
		w.abandon(err)
		w.done <- err
	}
}

// conversationContext returns the context of a conversation: it ends with caller, with the
// connection, and when the conversation has taken too long.
func (c *Connection) conversationContext(caller context.Context) (context.Context, context.CancelFunc) {
	if c.owner == nil {
		return context.WithCancel(caller)
	}
	ctx, cancel := context.WithCancelCause(caller)
	own := c.owner.Context()
	stop := context.AfterFunc(own, func() { cancel(context.Cause(own)) })
	end := func() { stop(); cancel(nil) }
	limit := c.owner.Timeout()
	if limit <= 0 {
		return ctx, end
	}
	ctx, expire := context.WithTimeoutCause(ctx, limit, failure.HandshakeTimeout.Local("TLS handshake timeout"))
	return ctx, func() { expire(); end() }
}

// abortWith lets the connection end when ctx does: a conversation that has begun
// cannot be left in its middle. The function it returns undoes it.
func (c *Connection) abortWith(ctx context.Context) (undo func() bool) {
	return context.AfterFunc(ctx, func() { c.abort(ctx) })
}

// abort ends the connection because ctx has ended. The error of a context may
// say that it is a timeout, after which calls can be repeated: that is not so
// here, and so it is quoted, not wrapped.
func (c *Connection) abort(ctx context.Context) {
	cause := context.Cause(ctx)
	var own *failure.Error
	if !errors.As(cause, &own) && !errors.Is(cause, net.ErrClosed) {
		cause = failure.Aborted.Local("a handshake was given up in its middle: %v", cause)
	}
	c.layer.Abort(cause)
}
