package handshake

import (
	"context"

	"polytls/internal/alert"
	"polytls/internal/reason"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file holds renegotiation up to TLS 1.2 (RFC 5246, sections 7.4.1.1 and
// 7.4.1.2; RFC 5746).

// Renegotiator says how a connection renegotiates.
type Renegotiator interface {
	// Context ends with the connection.
	Context() context.Context
	// ClientConfig or ServerConfig configures the handshakes to come, and is
	// asked anew for each. The other is not asked.
	ClientConfig() *ClientConfig
	ServerConfig() *ServerConfig
	// Allow is asked when the peer wants to renegotiate. ErrRefuse refuses by
	// the warning no_renegotiation, and ErrIgnore lets a client go on as if
	// nothing had been said; every other error ends the connection with its
	// alert.
	Allow() error
	// Done is given each new result. The halves of the link are locked.
	Done(*Result)
}

// What Allow returns to go on without a renegotiation: with an answer, and for
// a HelloRequest without one.
var (
	ErrRefuse = reason.NoRenegotiation.Local("a renegotiation is refused")
	ErrIgnore = reason.NoRenegotiation.Local("a HelloRequest is ignored")
)

// maxKept bounds the application data that a peer may send before it answers
// our wish to renegotiate, in bytes.
const maxKept = 1 << 20

// SetRenegotiator lets the connection renegotiate.
func (c *Connection) SetRenegotiator(r Renegotiator) { c.reneg = r }

// Renegotiator returns what SetRenegotiator was given, nil for none.
func (c *Connection) Renegotiator() Renegotiator { return c.reneg }

// Renegotiate asks for a new handshake and waits for its end. It reads by
// itself unless a Read is running, which then drives it. No half of the link
// is locked.
func (c *Connection) Renegotiate(ctx context.Context) error {
	switch {
	case c.Result().Version == suite.TLS13:
		return reason.WrongSSLVersion.Local("renegotiation on a connection of %s", c.Result().Version)
	case c.reneg == nil:
		return reason.NoRenegotiation.Local("this connection does not renegotiate")
	}
	w := &wanted{done: make(chan error, 1)}
	c.link.LockWrite()
	if !c.waiting.CompareAndSwap(nil, w) {
		c.link.UnlockWrite()
		return reason.NoRenegotiation.Local("a renegotiation is under way")
	}
	if err := c.ask(ctx); err != nil {
		c.waiting.Store(nil)
		c.link.UnlockWrite()
		return err
	}
	if !c.client {
		c.link.UnlockWrite() // until the client's hello comes
	}
	return c.wait(ctx, w)
}

// wanted is something that we asked for: a renegotiation, or a certificate
// after the handshake.
type wanted struct {
	client *client     // of a renegotiation, its hello sent; nil on a server
	auth   *authWanted // nil in a renegotiation
	done   chan error
}

// wait waits for what we asked for, and reads if nobody does.
func (c *Connection) wait(ctx context.Context, w *wanted) error {
	c.Idle()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ask sends our wish: a client's hello or a server's HelloRequest. The writing
// half is locked, and a client's stays so until its Finished.
func (c *Connection) ask(ctx context.Context) error {
	if c.client {
		next := newClient(c.link, c.nextClient())
		c.waiting.Load().client = next
		return next.sendHello(ctx)
	}
	raw, err := wire.Marshal(&wire.HelloRequest{})
	if err != nil {
		return reason.Internal.New("HelloRequest: %v", err)
	}
	c.link.WriteMessage(raw)
	return c.link.Flush()
}

// Idle implements link.Handler: it reads for the answer that we wait for if
// nobody else does.
func (c *Connection) Idle() {
	if w := c.waiting.Load(); w != nil && c.link.TryLockRead() {
		go c.drive(w)
	}
}

// drive reads up to the answer in the absence of a reader. The reading half is
// locked. A timeout leaves the answer to the next reader.
func (c *Connection) drive(w *wanted) {
	c.link.KeepData(maxKept, reason.AppDataInHandshake.New("more than %d bytes of application data before the answer", maxKept))
	var err error
	for err == nil && c.waiting.Load() == w {
		var raw []byte
		if raw, err = c.link.ReadMessage(); err == nil {
			err = c.link.Serve(raw)
		}
	}
	if err != nil {
		c.link.ReadFailed(err)
	}
	c.link.KeepData(0, nil)
	c.link.UnlockRead()
	if err == nil {
		c.Idle() // what was asked for in the meantime
	}
}

// Ended implements link.Handler: what waits for an answer waits for a
// connection that is over.
func (c *Connection) Ended(err error) {
	w := c.waiting.Swap(nil)
	if w == nil {
		return
	}
	if c.client {
		c.link.UnlockWrite()
	}
	w.done <- err
}

// answerRequest is a client's answer to a HelloRequest.
func (c *Connection) answerRequest(raw []byte) error {
	if err := wire.Parse(raw, &wire.HelloRequest{}); err != nil {
		return err
	}
	if err := c.link.CountUpdate(); err != nil {
		return err
	}
	if c.waiting.Load() != nil {
		return nil // our hello is on its way (RFC 5246, 7.4.1.1)
	}
	switch err := c.allow(); err {
	case nil:
	case error(ErrIgnore), error(ErrRefuse):
		return nil
	default:
		return err
	}
	c.link.LockWrite()
	defer c.link.UnlockWrite()
	if c.link.Closed() {
		return reason.NoRenegotiation.New("HelloRequest: close_notify was sent already")
	}
	next := newClient(c.link, c.nextClient())
	c.link.KeepData(maxKept, reason.AppDataInHandshake.New("more than %d bytes of application data before the answer to a hello", maxKept))
	err := next.sendHello(c.reneg.Context())
	if err == nil {
		err = next.run(c.reneg.Context())
	}
	return c.renegotiated(&next.conversation, err)
}

// allow asks whether the peer may renegotiate. Where nobody is there to be
// asked the answer is a warning (RFC 5246, section 7.2.2).
func (c *Connection) allow() error {
	err := error(ErrRefuse)
	if c.reneg != nil {
		err = c.reneg.Allow()
	}
	if err == error(ErrRefuse) {
		c.link.Warn(alert.NoRenegotiation)
	}
	return err
}

// answered goes on with the renegotiation that our hello began.
func (c *Connection) answered(raw []byte) error {
	w := c.waiting.Swap(nil)
	defer c.link.UnlockWrite()
	next := w.client
	next.peeked = raw
	err := c.renegotiated(&next.conversation, next.run(c.reneg.Context()))
	w.done <- err
	return err
}

// answerHello is a server's answer to a ClientHello.
func (c *Connection) answerHello(raw []byte) error {
	w := c.waiting.Swap(nil)
	if w == nil {
		if err := wire.Parse(raw, &wire.ClientHello{}); err != nil {
			return err
		}
		if err := c.link.CountUpdate(); err != nil {
			return err
		}
		if err := c.allow(); err == error(ErrRefuse) {
			return nil
		} else if err != nil {
			return err
		}
	}
	c.link.KeepData(0, nil)
	c.link.LockWrite()
	defer c.link.UnlockWrite()
	next := newServer(c.link, c.nextServer())
	next.peeked = raw
	_, err := next.begin(c.reneg.Context())
	err = c.renegotiated(&next.conversation, err)
	if w != nil {
		w.done <- err
	}
	return err
}

// renegotiated takes over from a conversation that is done.
func (c *Connection) renegotiated(next *conversation, err error) error {
	if err != nil {
		return next.end(err)
	}
	old := c.Result()
	next.result.ALPN, next.result.ServerName = old.ALPN, old.ServerName
	c.result.Store(next.result)
	c.reneg.Done(next.result)
	return nil
}

// binding is what ties the next handshake to the last one.
func (c *Connection) binding() *Renegotiation {
	r := c.Result()
	b := &Renegotiation{
		Secure: r.SecureRenegotiation, Version: r.Version, HelloVersion: r.HelloVersion,
		ExtendedMasterSecret: r.ExtendedMasterSecret,
		ClientVerifyData:     r.Finished(), ServerVerifyData: r.PeerFinished(),
	}
	if !c.client {
		b.ClientVerifyData, b.ServerVerifyData = r.PeerFinished(), r.Finished()
	}
	if leaf := r.Peer.leaf(); leaf != nil {
		b.Peer = leaf.Raw
	}
	return b
}

func (c *Connection) nextClient() *ClientConfig {
	cfg := *c.reneg.ClientConfig()
	cfg.Renegotiation = c.binding()
	return &cfg
}

func (c *Connection) nextServer() *ServerConfig {
	cfg := *c.reneg.ServerConfig()
	cfg.Renegotiation = c.binding()
	return &cfg
}

// skipRequests passes over HelloRequests that crossed our hello (RFC 5246,
// section 7.4.1.1).
func (c *client) skipRequests() error {
	for {
		raw, err := c.read()
		if err != nil {
			return err
		}
		if t, _, _ := wire.ParseHeader(raw); t != wire.TypeHelloRequest {
			c.peeked = raw
			return nil
		}
		if err := wire.Parse(raw, &wire.HelloRequest{}); err != nil {
			return err
		}
		if err := c.link.CountUpdate(); err != nil {
			return err
		}
	}
}
