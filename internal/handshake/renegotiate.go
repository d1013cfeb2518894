package handshake

import (
	"context"
	"io"

	"polytls/failure"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file implements renegotiation up to TLS 1.2 (RFC 5246, sections 7.4.1.1 and
// 7.4.1.2; RFC 5746).

// Renegotiator configures the renegotiations of a connection.
type Renegotiator interface {
	// ClientConfig and ServerConfig return the configuration of a handshake. The
	// method for the connection's role is called for each handshake.
	ClientConfig() *ClientConfig
	ServerConfig() *ServerConfig
	// Allow is called when the peer requests a renegotiation. With ErrRefuse the
	// warning no_renegotiation is sent, with ErrIgnore nothing; every other error
	// ends the connection with its alert.
	Allow() error
	// Done is called with each new result, before the new keys are used for data.
	Done(*Result)
}

// Errors of Allow that do not end the connection: ErrRefuse sends a warning,
// ErrIgnore leaves a HelloRequest unanswered.
var (
	ErrRefuse = failure.NoRenegotiation.Local("a renegotiation is refused")
	ErrIgnore = failure.NoRenegotiation.Local("a HelloRequest is ignored")
)

// renegotiator returns the Renegotiator, nil without one.
func (c *Connection) renegotiator() Renegotiator {
	if c.owner == nil {
		return nil
	}
	return c.owner.Renegotiator()
}

// Renegotiate starts a new handshake and waits for its end. It reads unless a Read
// is running. If ctx ends after a client's hello has been sent, the connection
// ends; it remains usable if a client has not answered a HelloRequest. adjust, if
// not nil, changes a server's configuration for this handshake.
func (c *Connection) Renegotiate(ctx context.Context, adjust func(*ServerConfig)) error {
	switch {
	case c.Result().Version == suite.TLS13:
		return failure.WrongSSLVersion.Local("renegotiation on a connection of %s", c.Result().Version)
	case c.renegotiator() == nil:
		return failure.NoRenegotiation.Local("this connection does not renegotiate")
	case c.client && !c.renegotiating.CompareAndSwap(false, true):
		return errUnderWay
	}
	ctx, end := c.conversationContext(ctx)
	defer end()
	if c.client {
		return c.renegotiateClient(ctx)
	}
	return c.requestHello(ctx, adjust)
}

var errUnderWay = failure.NoRenegotiation.Local("a renegotiation is under way")

// renegotiateClient sends a hello and waits for the end of the handshake that it
// begins. The caller has set c.renegotiating, which is reset at the end.
func (c *Connection) renegotiateClient(ctx context.Context) error {
	turn, err := c.layer.TakeTurn(ctx)
	if err != nil {
		c.renegotiating.Store(false)
		return err
	}
	defer c.abortWith(ctx)() // from now on
	h := &renegotiationHello{
		conn: c, ctx: ctx, turn: turn, sent: make(chan struct{}),
		next: newClient(recordlayer.Exchange{Turn: turn}, c.nextClient()),
	}
	w := newPendingRequest(ctx, h)
	c.pending.Store(w)
	err = h.next.sendHello(ctx)
	close(h.sent)
	if err != nil {
		c.layer.Abort(err) // the peer may have received a part of the hello
		c.withdraw(w, err)
		return err
	}
	return c.ended(ctx, c.await(w))
}

// renegotiationHello is a client's hello that starts a renegotiation and has not
// been answered. It holds the Turn until the handshake or the connection ends:
// application data must not be sent in the middle of a handshake.
type renegotiationHello struct {
	conn *Connection
	ctx  context.Context
	turn *recordlayer.Turn
	sent chan struct{} // closed when all of it has been sent
	next *client
}

// answeredBy implements request. The handshake refuses wrong messages; a HelloRequest
// may have crossed the hello (RFC 5246, section 7.4.1.1).
func (h *renegotiationHello) answeredBy(t wire.MessageType) bool { return t != wire.TypeHelloRequest }

// resume implements request.
func (h *renegotiationHello) resume(in *recordlayer.Reading, raw []byte) error {
	select {
	case <-h.sent:
	case <-h.ctx.Done():
		err := context.Cause(h.ctx)
		h.abandon(err)
		return err
	}
	next := h.next
	next.layer.Reading, next.peeked = in, raw
	in.QueueData(maxQueued, failure.AppDataInHandshake.New("more than %d bytes of application data before the answer to a hello", maxQueued))
	err := h.conn.ended(h.ctx, h.conn.renegotiated(&next.conversation, next.run(h.ctx)))
	h.release()
	return err
}

// release ends the Turn and allows the next renegotiation.
func (h *renegotiationHello) release() {
	h.turn.End()
	h.conn.renegotiating.Store(false)
}

// abandon implements request. The connection cannot be used after an incomplete
// handshake.
func (h *renegotiationHello) abandon(err error) {
	switch {
	case h.ctx.Err() != nil:
		h.conn.abort(h.ctx)
	case err == io.EOF:
		h.conn.layer.Abort(failure.Aborted.Local("the peer closed the connection in the middle of a renegotiation"))
	}
	h.release()
}

// requestHello sends a HelloRequest and waits for the end of the handshake that
// it begins.
func (c *Connection) requestHello(ctx context.Context, adjust func(*ServerConfig)) error {
	w := newPendingRequest(ctx, &helloRequest{c, ctx, adjust})
	if !c.pending.CompareAndSwap(nil, w) {
		return errUnderWay
	}
	if err := c.sendRequest(ctx, &wire.HelloRequest{}); err != nil {
		c.withdraw(w, err)
		return err
	}
	return c.await(w)
}

// sendRequest sends a request to the peer.
func (c *Connection) sendRequest(ctx context.Context, m wire.Message) error {
	raw, err := wire.Marshal(m)
	if err != nil {
		return failure.Internal.New("%s: %v", m.Type(), err)
	}
	turn, err := c.layer.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer turn.End()
	defer c.abortWith(ctx)() // in the middle of a message
	turn.WriteMessage(raw)
	return turn.Flush()
}

// helloRequest is a server's HelloRequest that has not been answered.
type helloRequest struct {
	conn   *Connection
	ctx    context.Context
	adjust func(*ServerConfig) // nil for no change
}

// answeredBy implements request.
func (r *helloRequest) answeredBy(t wire.MessageType) bool { return t == wire.TypeClientHello }

// resume implements request.
func (r *helloRequest) resume(in *recordlayer.Reading, raw []byte) error {
	return r.conn.renegotiateServer(r.ctx, in, raw, r.adjust)
}

// abandon implements request.
func (r *helloRequest) abandon(error) {}

// handleHelloRequest starts a client's renegotiation. Its hello has to wait for the
// right to send, while reading continues.
func (c *Connection) handleHelloRequest(in *recordlayer.Reading, raw []byte) error {
	if err := wire.Parse(raw, &wire.HelloRequest{}); err != nil {
		return err
	}
	if err := in.CountUpdate(); err != nil {
		return err
	}
	switch {
	case c.renegotiating.Load():
		return nil // our hello is being sent (RFC 5246, 7.4.1.1)
	case c.layer.WriteClosed():
		return failure.NoRenegotiation.New("HelloRequest: close_notify was sent already")
	}
	switch err := c.allow(); err {
	case nil:
	case error(ErrIgnore), error(ErrRefuse):
		return nil
	default:
		return err
	}
	if !c.renegotiating.CompareAndSwap(false, true) {
		return nil
	}
	go func() {
		ctx, end := c.conversationContext(context.Background())
		defer end()
		c.renegotiateClient(ctx) // its error ends the connection, or nothing was sent
	}()
	return nil
}

// allow returns nil if the peer may renegotiate. Without a Renegotiator a warning
// is sent (RFC 5246, section 7.2.2).
func (c *Connection) allow() error {
	err := error(ErrRefuse)
	if r := c.renegotiator(); r != nil {
		err = r.Allow()
	}
	if err == error(ErrRefuse) {
		c.layer.Warn(failure.AlertNoRenegotiation)
	}
	return err
}

// handleClientHello returns the conversation of a renegotiation that a client starts.
func (c *Connection) handleClientHello(in *recordlayer.Reading, raw []byte) (recordlayer.Conversation, error) {
	if err := wire.Parse(raw, &wire.ClientHello{}); err != nil {
		return nil, err
	}
	if err := in.CountUpdate(); err != nil {
		return nil, err
	}
	switch err := c.allow(); err {
	case nil:
	case error(ErrRefuse):
		return nil, nil
	default:
		return nil, err
	}
	return func(in *recordlayer.Reading) error {
		ctx, end := c.conversationContext(context.Background())
		defer end()
		return c.renegotiateServer(ctx, in, raw, nil)
	}, nil
}

// renegotiateServer runs the handshake that a ClientHello begins.
func (c *Connection) renegotiateServer(ctx context.Context, in *recordlayer.Reading, raw []byte, adjust func(*ServerConfig)) error {
	defer c.abortWith(ctx)()
	in.QueueData(0, nil)
	turn, err := c.layer.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer turn.End()
	cfg := c.nextServer()
	if adjust != nil {
		adjust(cfg)
	}
	next := newServer(recordlayer.Exchange{Reading: in, Turn: turn}, cfg)
	next.peeked = raw
	_, err = next.begin(ctx)
	return c.ended(ctx, c.renegotiated(&next.conversation, err))
}

// renegotiated ends a renegotiation: it stores its result, or sends the alert of err.
func (c *Connection) renegotiated(next *conversation, err error) error {
	if err != nil {
		return next.fail(err)
	}
	old := c.Result()
	next.facts.ALPN, next.facts.ServerName = old.ALPN, old.ServerName
	r := next.result()
	c.result.Store(r)
	c.renegotiator().Done(r)
	return nil
}

// binding returns the state that binds the next handshake to the last one.
func (c *Connection) binding() *Renegotiation {
	r := c.Result()
	b := &Renegotiation{
		Secure: r.SecureRenegotiation, Version: r.Version, HelloVersion: r.HelloVersion,
		ExtendedMasterSecret: r.ExtendedMasterSecret, ServerName: r.ServerName,
		ClientVerifyData: r.Finished(), ServerVerifyData: r.PeerFinished(),
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
	cfg := *c.renegotiator().ClientConfig()
	cfg.Renegotiation = c.binding()
	return &cfg
}

func (c *Connection) nextServer() *ServerConfig {
	cfg := *c.renegotiator().ServerConfig()
	cfg.Renegotiation = c.binding()
	return &cfg
}

// skipRequests ignores HelloRequests that crossed our hello (RFC 5246, section
// 7.4.1.1).
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
		if err := c.layer.CountUpdate(); err != nil {
			return err
		}
	}
}
