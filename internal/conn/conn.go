// Package conn runs a TLS connection over a net.Conn: its handshake, the messages after
// it, reading, writing and closing.
package conn

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/recordlayer"
	"polytls/internal/securecontext"
	"polytls/internal/session"
	"polytls/internal/trace"
	"polytls/internal/transport"
)

// Conn is a connection. InitClient or InitServer makes it usable; the methods of the
// zero Conn return an error or the zero value. Any number of goroutines may use it.
type Conn struct {
	// These are part of the Conn and not allocated separately, so that an idle
	// connection is small.
	transport  transport.Transport
	layer      recordlayer.Layer
	connection handshake.Connection // usable once the handshake is done

	end     End
	context *securecontext.Context // once the server name is known, the context chosen by it
	secure  atomic.Bool
	closed  atomic.Bool

	handshakeLock sync.Mutex
	pending       *pendingHandshake // while the handshake runs, and after it has failed

	outcome atomic.Pointer[Outcome]
	early   atomic.Pointer[earlyServer]
	life    atomic.Pointer[life]

	bytesRead, bytesWritten atomic.Int64
}

// End is the configuration that clients and servers have in common.
type End interface {
	// Timeout bounds a handshake, 0 for no bound.
	Timeout() time.Duration
	// HalfOpen reports whether our side stays open when the peer ends its own.
	HalfOpen() bool
	// NewTracer returns a tracer of the connection.
	NewTracer(recordlayer.Role) *trace.Tracer
	// Released is called when the connection has been closed.
	Released()
}

// ClientEnd is the configuration of a client.
type ClientEnd interface {
	End
	// AcceptsUnauthorized reports whether a server that is not authenticated is accepted.
	AcceptsUnauthorized() bool
	// FirstConfig returns the configuration of the first handshake, ClientConfig that of
	// a renegotiation.
	FirstConfig() *handshake.ClientConfig
	ClientConfig() *handshake.ClientConfig
	// Established is called with the session of the first handshake, before the
	// connection reads tickets.
	Established(*session.Session)
}

// ServerEnd is the configuration of a server.
type ServerEnd interface {
	End
	// ServerConfig returns the configuration of a handshake that starts with the
	// context base.
	ServerConfig(base *securecontext.Context) *handshake.ServerConfig
	// Identity returns the configuration of a context that a server name chose.
	Identity(*securecontext.Context) *handshake.Config
}

// InitClient initializes a zero Conn as a client on nc.
func (c *Conn) InitClient(nc net.Conn, end ClientEnd, context *securecontext.Context) {
	c.init(nc, end, recordlayer.Client, context)
}

// InitServer initializes a zero Conn as a server on nc. The handshake starts with
// context.
func (c *Conn) InitServer(nc net.Conn, end ServerEnd, context *securecontext.Context) {
	c.init(nc, end, recordlayer.Server, context)
}

func (c *Conn) init(nc net.Conn, end End, r recordlayer.Role, context *securecontext.Context) {
	c.end, c.context = end, context
	c.transport.Init(nc)
	c.layer.Init(&c.transport, r)
}

var errUninitialized = failure.InvalidState.Local("the Socket was not made by Connect, Client, ServerSocket or a Server")

// CheckInit returns why the connection cannot be used, nil if it can.
func (c *Conn) CheckInit() error {
	if c.end == nil {
		return errUninitialized
	}
	return nil
}

// End returns the end that InitClient or InitServer was given, nil for the zero Conn.
func (c *Conn) End() End { return c.end }

// Role returns recordlayer.Client or recordlayer.Server.
func (c *Conn) Role() recordlayer.Role { return c.layer.Role() }

// Context returns the context of the connection; the server name may have chosen it.
func (c *Conn) Context() *securecontext.Context { return c.context }

// SetContext replaces the context by the one chosen by the server name. It is called
// during the handshake.
func (c *Conn) SetContext(context *securecontext.Context) { c.context = context }

// Reconfigure replaces the context and the configuration of a server's handshake by
// those chosen for its ClientHello; renegotiations keep them.
func (c *Conn) Reconfigure(context *securecontext.Context, cfg *handshake.ServerConfig) {
	c.context, c.pending.base, c.pending.config = context, context, cfg
}

// Read returns application data. io.EOF is the peer's close_notify. A timeout is not
// fatal.
func (c *Conn) Read(p []byte) (int, error) {
	if err := c.Handshake(context.Background(), nil); err != nil {
		return 0, err
	}
	n, err := c.layer.Read(p)
	c.bytesRead.Add(int64(n))
	return n, c.readEnded(err)
}

// readEnded returns the error of a Read for the user. Our side ends with the peer's,
// unless it stays open.
func (c *Conn) readEnded(err error) error {
	if err == nil {
		return nil
	}
	if c.closed.Load() {
		return net.ErrClosed
	}
	if err == io.EOF && !c.end.HalfOpen() {
		c.layer.Fail(failure.AlertCloseNotify)
	}
	return err
}

// Write sends p. After a timeout, the n bytes are sent or will be sent first by the
// next Write.
func (c *Conn) Write(p []byte) (int, error) {
	if err := c.Handshake(context.Background(), nil); err != nil {
		return 0, err
	}
	n, err := c.layer.Write(p)
	c.bytesWritten.Add(int64(n))
	if err != nil && c.closed.Load() {
		err = net.ErrClosed
	}
	return n, err
}

// CloseWrite sends close_notify.
func (c *Conn) CloseWrite() error {
	if !c.secure.Load() {
		return failure.InvalidState.Local("CloseWrite before the handshake is done")
	}
	return c.layer.CloseWrite()
}

// closeTimeout is how long Close waits for a blocked write.
const closeTimeout = 5 * time.Second

// Close sends close_notify and closes the connection. It waits at most closeTimeout for
// a blocked write; during a handshake it closes at once.
func (c *Conn) Close() error {
	if err := c.CheckInit(); err != nil {
		return err
	}
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	c.endLife()
	defer c.AwaitTrace()
	defer c.end.Released()
	if c.secure.Load() {
		return c.layer.Close(closeTimeout)
	}
	c.finishHandshake(net.ErrClosed)
	return c.layer.Abort(net.ErrClosed)
}

// Destroy closes the connection without an alert.
func (c *Conn) Destroy() {
	if c.closed.Swap(true) {
		return
	}
	c.endLife()
	c.layer.Abort(net.ErrClosed)
	c.end.Released()
}

// NetConn returns the underlying connection, nil for the zero Conn.
func (c *Conn) NetConn() net.Conn { return c.transport.Conn }

// SetReadDeadline sets the deadline of Read.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadline(c.layer.SetReadDeadline, t) }

// SetWriteDeadline sets the deadline of Write.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.setDeadline(c.layer.SetWriteDeadline, t)
}

func (c *Conn) setDeadline(set func(time.Time) error, t time.Time) error {
	if err := c.CheckInit(); err != nil {
		return err
	}
	if c.closed.Load() {
		return net.ErrClosed
	}
	return set(t)
}

// BytesRead and BytesWritten return the number of bytes of application data read and
// written.
func (c *Conn) BytesRead() int64    { return c.bytesRead.Load() }
func (c *Conn) BytesWritten() int64 { return c.bytesWritten.Load() }

// EarlyData returns how many bytes, at the start of what Read returns, were early
// data.
func (c *Conn) EarlyData() int64 { return c.layer.EarlyData() }

// FirstFailure reports whether it is called for the first time: for a log of the first
// failure of each connection.
func (c *Conn) FirstFailure() bool { return c.layer.FirstFailure() }

// WireBytesWritten returns the number of bytes written to the net.Conn.
func (c *Conn) WireBytesWritten() int64 { return c.layer.WireBytesWritten() }

// SetMaxSendFragment bounds the plaintext of later records.
func (c *Conn) SetMaxSendFragment(size int) { c.layer.SetMaxSendFragment(size) }
