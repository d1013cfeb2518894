package handshake

import (
	"context"
	"errors"
	"net"

	"polytls/failure"
	"polytls/internal/recordlayer"
	"polytls/internal/wire"
)

// This file implements waiting for the peer's answer to a request after the first
// handshake.

// request is a request to the peer: for a renegotiation, by a client's hello or a
// server's HelloRequest, or for a certificate.
type request interface {
	// answeredBy reports whether a message of type t begins the answer.
	answeredBy(t wire.MessageType) bool
	// resume handles the answer, whose first message is raw.
	resume(in *recordlayer.Reading, raw []byte) error
	// abandon releases what the request holds: err prevents an answer.
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

// resume implements request: it passes the outcome to await.
func (w *pendingRequest) resume(in *recordlayer.Reading, raw []byte) error {
	err := w.request.resume(in, raw)
	w.done <- err
	return err
}

// await waits for the outcome of a request that was sent, and reads if no Read is
// running. If the request's context ends before the answer begins, the request is
// withdrawn.
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

// withdraw abandons a request that has not been answered.
func (c *Connection) withdraw(w *pendingRequest, err error) {
	if c.pending.CompareAndSwap(w, nil) {
		w.abandon(err)
	}
}

// ReadReturned implements recordlayer.Handler: it reads if an answer is pending.
func (c *Connection) ReadReturned() {
	if c.hasPending() {
		c.layer.ReadInBackground(c.hasPending, maxQueued)
	}
}

func (c *Connection) hasPending() bool { return c.pending.Load() != nil }

// maxQueued bounds the application data that a peer may send before it answers a
// request while no Read is running, in bytes.
const maxQueued = 1 << 20

// ReadClosed implements recordlayer.Handler: a pending request ends with the
// connection.
func (c *Connection) ReadClosed(err error) {
	if w := c.pending.Swap(nil); w != nil {
		w.abandon(err)
		w.done <- err
	}
}

// conversationContext returns the context of a conversation: it ends with caller,
// with the connection, and after the owner's Timeout.
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

// abortWith ends the connection when ctx ends: a conversation cannot be abandoned
// halfway. undo cancels that.
func (c *Connection) abortWith(ctx context.Context) (undo func() bool) {
	return context.AfterFunc(ctx, func() { c.abort(ctx) })
}

// ended returns the error of a conversation that abortWith bounds. It is err unless
// ctx has ended. Then it is the error that the connection ends with, not that of a
// callback or a signer which ctx has interrupted.
func (c *Connection) ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return c.abort(ctx)
	}
	return err
}

// abort ends the connection because ctx has ended, and returns the cause. The
// context's error is quoted and not wrapped: as a timeout it would mean that the
// call can be repeated.
func (c *Connection) abort(ctx context.Context) error {
	cause := context.Cause(ctx)
	var own *failure.Error
	if !errors.As(cause, &own) && !errors.Is(cause, net.ErrClosed) {
		cause = failure.Aborted.Local("a handshake was given up in its middle: %v", cause)
	}
	c.layer.Abort(cause)
	return cause
}
