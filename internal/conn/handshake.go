package conn

import (
	"context"
	"net"
	"time"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/recordlayer"
	"polytls/internal/securecontext"
	"polytls/internal/session"
	"polytls/internal/suite"
)

// pendingHandshake is a handshake that is running or has failed. Calls wait for it.
type pendingHandshake struct {
	done   chan struct{}
	over   bool
	err    error           // why it failed, once done is closed
	ctx    context.Context // of the callbacks
	cancel context.CancelFunc
	timer  *time.Timer
	then   func(error) // called with the result, may be nil
	base   *securecontext.Context
	config *handshake.ServerConfig // chosen for the ClientHello, nil for the server's

	keyCerts []*handshake.Certificate // set by SetKeyCerts, or nil
	chosen   bool                     // the certificate is chosen: SetKeyCerts is too late
}

// errTimeout ends a handshake that takes too long.
var errTimeout = failure.HandshakeTimeout.Local("TLS handshake timeout")

// Handshake runs the handshake if it has not run yet and returns its error. If the
// context ends first, the connection is closed. The call that starts the handshake has
// then, if it is not nil, called with the result, perhaps after it has returned.
func (c *Conn) Handshake(ctx context.Context, then func(error)) error {
	if c.secure.Load() {
		return nil
	}
	if err := c.CheckInit(); err != nil {
		return err
	}
	p, err := c.joinHandshake(ctx, then)
	if p == nil {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		c.abortHandshake(context.Cause(ctx))
		<-p.done
	}
	return p.err
}

// joinHandshake returns the handshake that runs or has failed, and starts one if there
// was none. It returns nil if the handshake is done.
func (c *Conn) joinHandshake(ctx context.Context, then func(error)) (*pendingHandshake, error) {
	c.handshakeLock.Lock()
	defer c.handshakeLock.Unlock()
	switch {
	case c.secure.Load():
		return nil, nil
	case c.pending != nil:
		return c.pending, nil
	case c.closed.Load():
		if then != nil {
			go then(net.ErrClosed)
		}
		return nil, net.ErrClosed
	}
	// The handshake runs on its own goroutine, since it needs a deep stack and would
	// leave the caller's goroutine with one.
	p := c.startHandshake(ctx, then)
	go c.runHandshake(p)
	return p, nil
}

// HandshakeHere runs the handshake on the caller's goroutine, which should end soon
// after, and calls then with the result: on another goroutine if the handshake is
// aborted while one of its callbacks runs.
func (c *Conn) HandshakeHere(then func(error)) {
	c.handshakeLock.Lock()
	if c.closed.Load() {
		c.handshakeLock.Unlock()
		then(net.ErrClosed)
		return
	}
	p := c.startHandshake(context.Background(), then)
	c.handshakeLock.Unlock()
	c.runHandshake(p)
}

// startHandshake prepares a handshake. The caller holds the lock.
func (c *Conn) startHandshake(ctx context.Context, then func(error)) *pendingHandshake {
	p := &pendingHandshake{done: make(chan struct{}), then: then, base: c.context}
	if ctx.Done() != nil {
		ctx = context.WithoutCancel(ctx) // other callers may still wait for it
	}
	p.ctx, p.cancel = context.WithCancel(ctx)
	c.pending = p
	if limit := c.end.Timeout(); limit > 0 {
		p.timer = time.AfterFunc(limit, func() { c.abortHandshake(errTimeout) })
	}
	return p
}

func (c *Conn) runHandshake(p *pendingHandshake) {
	returned := false
	defer func() {
		if !returned {
			c.abortHandshake(handshake.ErrCallbackExited)
		}
	}()
	x, err := c.layer.Begin(p.ctx)
	if err == nil {
		if x.Server() {
			err = x.AwaitRecord() // before the stack grows, so that an idle connection needs little memory
		}
		if err == nil {
			err = c.handshakeOn(p.ctx, x)
		}
		x.End()
	}
	returned = true
	c.finishHandshake(c.duringHandshake(err))
}

// handshakeOn runs the first handshake; x holds the right to read and write.
func (c *Conn) handshakeOn(ctx context.Context, x recordlayer.Exchange) error {
	if end, ok := c.end.(ServerEnd); ok {
		return c.handshakeServer(ctx, x, end)
	}
	return c.handshakeClient(ctx, x, c.end.(ClientEnd))
}

func (c *Conn) handshakeClient(ctx context.Context, x recordlayer.Exchange, end ClientEnd) error {
	cfg := end.FirstConfig()
	r, err := handshake.Client(ctx, x, cfg)
	if err != nil {
		return err
	}
	o := newOutcome(r, true)
	if o.VerifyError != nil && !end.AcceptsUnauthorized() { // a second check: the handshake has made the first
		return o.VerifyError
	}
	end.Established(r.Session)
	x.Established()
	c.keep(o, cfg.OnSession)
	return nil
}

func (c *Conn) handshakeServer(ctx context.Context, x recordlayer.Exchange, end ServerEnd) error {
	p, err := handshake.Begin(ctx, x, end.ServerConfig(c.context))
	if err != nil {
		return err
	}
	o := newOutcome(p.Result(), p.RequestsCertificate())
	if p.Early() {
		c.beginEarly(p)
		c.outcome.Store(o)
		return nil
	}
	x.Established()
	c.keep(o, nil)
	return nil
}

// keep stores the result of the handshake, before other goroutines may read or write.
// onSession is called with each session that a client receives later.
func (c *Conn) keep(o *Outcome, onSession func(*session.Session)) {
	c.outcome.Store(o)
	if o.Version < suite.TLS13 {
		c.connection.SetOwner(c.newRenegotiation())
	} else {
		c.connection.SetOwner(owner{c})
	}
	c.connection.Init(&c.layer, o.Result, c.Role(), onSession, c.context.Config.Time)
}

// abortHandshake ends a handshake at once; its goroutine ends when a callback that it
// is running returns.
func (c *Conn) abortHandshake(cause error) {
	c.handshakeLock.Lock()
	running := c.pending != nil && !c.pending.over
	c.handshakeLock.Unlock()
	if !running {
		return
	}
	c.finishHandshake(cause) // before the goroutine reports the closed connection
	c.layer.Abort(cause)
}

// HandshakeError returns why the handshake failed, nil if it did not or has not yet.
func (c *Conn) HandshakeError() error {
	c.handshakeLock.Lock()
	defer c.handshakeLock.Unlock()
	if c.pending == nil || !c.pending.over {
		return nil
	}
	return c.pending.err
}

// finishHandshake stores the result, unless there is one, and wakes the callers that
// wait for it.
func (c *Conn) finishHandshake(err error) {
	c.handshakeLock.Lock()
	p := c.pending
	if p == nil || p.over {
		c.handshakeLock.Unlock()
		return
	}
	p.over, p.err = true, err
	if err == nil {
		c.secure.Store(true)
		c.pending = nil
	}
	if p.timer != nil {
		p.timer.Stop()
	}
	p.cancel()
	close(p.done)
	c.handshakeLock.Unlock()
	if p.then != nil {
		p.then(err)
	}
}
