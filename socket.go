package polytls

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/transport"
)

// role is the end of a connection; 0 is neither.
type role uint8

const (
	clientRole role = iota + 1
	serverRole
)

// Socket is a TLS connection: Node's tls.TLSSocket, and a net.Conn.
//
// Connect, Client, ServerSocket and a Server make sockets; the methods of the
// zero Socket return an error, or nothing.
//
// Any number of goroutines may use it. Read and Write do not wait for each other.
// Methods that describe the connection do so from the end of the handshake until
// Close.
type Socket struct {
	// These are part of the Socket and not allocated separately, so that an idle
	// connection is small.
	transport  transport.Transport
	layer      recordlayer.Layer
	connection handshake.Connection // usable once the handshake is done

	end               end
	context           *SecureContext // that of the server name, once it is known
	role              role
	allowUnauthorized bool // AllowUnauthorized
	secure            atomic.Bool
	closed            atomic.Bool

	handshakeLock sync.Mutex
	pending       *pendingHandshake // while the handshake runs, and once it failed

	outcome atomic.Pointer[outcome]
	early   atomic.Pointer[earlyServer]
	life    atomic.Pointer[life]
	record  *recorder // of the handshake, nil for none

	bytesRead, bytesWritten atomic.Int64
}

// end is what differs between the two ends of a connection: a *Server, or a *client.
type end interface {
	// run runs the first handshake, whose time is bounded by timeout, 0 for no
	// bound.
	run(ctx context.Context, s *Socket, x recordlayer.Exchange) (*outcome, error)
	timeout() time.Duration
	// halfOpen reports whether our side stays open when the peer ends its own.
	halfOpen() bool
	// tracing says where the connection's trace goes.
	tracing() tracing
	// release removes a connection.
	release(s *Socket)
}

// pendingHandshake is a handshake that has not succeeded, for which calls wait.
type pendingHandshake struct {
	done   chan struct{}
	over   bool
	err    error           // why it failed, once done is closed
	ctx    context.Context // of the callbacks
	cancel context.CancelFunc
	timer  *time.Timer
	then   func(error) // called with the result, may be nil
	base   *SecureContext

	keyCert *SecureContext // of SetKeyCert, nil without
	chosen  bool           // the certificate is chosen: SetKeyCert is too late
}

func newSocket(c net.Conn, e end, r role) *Socket {
	s := &Socket{end: e, role: r}
	s.transport.Init(c)
	s.layer.Init(&s.transport, r.layer())
	return s
}

func (r role) layer() recordlayer.Role {
	if r == serverRole {
		return recordlayer.Server
	}
	return recordlayer.Client
}

// Handshake runs the handshake if it has not run yet and returns its error. Read and
// Write call it.
func (s *Socket) Handshake() error { return s.HandshakeContext(context.Background()) }

// HandshakeContext is Handshake under a context. When the context ends first,
// the connection is closed.
func (s *Socket) HandshakeContext(ctx context.Context) error {
	if s.secure.Load() {
		return nil
	}
	if err := s.errUninitialized(); err != nil {
		return err
	}
	p, err := s.joinHandshake(ctx, nil)
	if p == nil {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		s.abortHandshake(context.Cause(ctx))
		<-p.done
	}
	return p.err
}

// joinHandshake returns the handshake that runs or has failed. It starts one if there
// was none, which calls then with its result. It returns nil if the handshake is
// done.
func (s *Socket) joinHandshake(ctx context.Context, then func(error)) (*pendingHandshake, error) {
	s.handshakeLock.Lock()
	defer s.handshakeLock.Unlock()
	switch {
	case s.secure.Load():
		return nil, nil
	case s.pending != nil:
		return s.pending, nil
	case s.closed.Load():
		return nil, net.ErrClosed
	}
	// It runs on its own goroutine, since it needs a deep stack, and a goroutine's
	// stack does not shrink.
	p := s.startHandshake(ctx, then)
	go s.runHandshake(p)
	return p, nil
}

// handshakeHere runs the handshake on the caller's goroutine, which should end soon
// after, and calls then with the result: on another goroutine if the handshake is
// aborted while one of its callbacks runs.
func (s *Socket) handshakeHere(then func(error)) {
	s.handshakeLock.Lock()
	if s.closed.Load() {
		s.handshakeLock.Unlock()
		then(net.ErrClosed)
		return
	}
	p := s.startHandshake(context.Background(), then)
	s.handshakeLock.Unlock()
	s.runHandshake(p)
}

// startHandshake prepares a handshake. The caller holds the lock.
func (s *Socket) startHandshake(ctx context.Context, then func(error)) *pendingHandshake {
	p := &pendingHandshake{done: make(chan struct{}), then: then, base: s.context}
	if ctx.Done() != nil {
		ctx = context.WithoutCancel(ctx) // other callers may still wait for it
	}
	p.ctx, p.cancel = context.WithCancel(ctx)
	s.pending = p
	if limit := s.end.timeout(); limit > 0 {
		p.timer = time.AfterFunc(limit, func() {
			s.abortHandshake(errHandshakeTimeout)
		})
	}
	return p
}

func (s *Socket) runHandshake(p *pendingHandshake) {
	x, err := s.layer.Begin(p.ctx)
	if err == nil {
		if s.role == serverRole {
			err = x.AwaitRecord() // here, on a small stack: an idle connection holds little
		}
		if err == nil {
			err = s.handshakeOn(p.ctx, x)
		}
		x.End()
	}
	s.finishHandshake(duringHandshake(s.role, err))
}

// handshakeOn runs the first handshake on the rights in x.
func (s *Socket) handshakeOn(ctx context.Context, x recordlayer.Exchange) error {
	o, err := s.end.run(ctx, s, x)
	switch {
	case err != nil:
		return err
	case s.early.Load() != nil:
		s.outcome.Store(o)
	default:
		x.Established()
		s.keep(o)
	}
	return nil
}

// abortHandshake ends a handshake at once; its goroutine ends when the
// callback that it may be in returns.
func (s *Socket) abortHandshake(cause error) {
	s.handshakeLock.Lock()
	running := s.pending != nil && !s.pending.over
	s.handshakeLock.Unlock()
	if !running {
		return
	}
	s.finishHandshake(cause) // before the goroutine reports the closed connection
	s.layer.Abort(cause)
}

// finishHandshake stores the first result and wakes the callers that wait for it.
func (s *Socket) finishHandshake(err error) {
	s.handshakeLock.Lock()
	p := s.pending
	if p == nil || p.over {
		s.handshakeLock.Unlock()
		return
	}
	p.over, p.err = true, err
	if err == nil {
		s.secure.Store(true)
		s.pending = nil
	}
	if p.timer != nil {
		p.timer.Stop()
	}
	p.cancel()
	close(p.done)
	s.handshakeLock.Unlock()
	if p.then != nil {
		p.then(err)
	}
}

// keep stores the result of the handshake, before other goroutines may read or write.
func (s *Socket) keep(o *outcome) {
	s.outcome.Store(o)
	var onSession func(*session.Session)
	if c, ok := s.end.(*client); ok {
		onSession = c.keepSession
		c.session.CompareAndSwap(nil, o.Session)
	}
	if o.Version < suite.TLS13 {
		s.connection.SetOwner(s.newRenegotiation())
	} else {
		s.connection.SetOwner(owner{s})
	}
	s.connection.Init(&s.layer, o.Result, s.role.layer(), onSession, nil)
}

// Read returns application data. io.EOF is the peer's close_notify; an end
// without it is io.ErrUnexpectedEOF unless SSL_OP_IGNORE_UNEXPECTED_EOF is set. A
// timeout is not fatal.
func (s *Socket) Read(p []byte) (int, error) {
	if err := s.Handshake(); err != nil {
		return 0, err
	}
	n, err := s.layer.Read(p)
	s.bytesRead.Add(int64(n))
	if err == nil {
		return n, nil
	}
	if s.closed.Load() {
		return n, net.ErrClosed
	}
	if err == io.EOF && !s.end.halfOpen() {
		s.layer.Fail(failure.AlertCloseNotify)
	}
	return n, err
}

// Write sends p. After a timeout, the n bytes are sent or will be sent first by the
// next Write.
func (s *Socket) Write(p []byte) (int, error) {
	if err := s.Handshake(); err != nil {
		return 0, err
	}
	n, err := s.layer.Write(p)
	s.bytesWritten.Add(int64(n))
	if err != nil && s.closed.Load() {
		err = net.ErrClosed
	}
	return n, err
}

// CloseWrite sends close_notify: Node's socket.end(). What the peer still
// sends can be read if AllowHalfOpen is set at its end.
func (s *Socket) CloseWrite() error {
	if !s.secure.Load() {
		return failure.InvalidState.Local("CloseWrite before the handshake is done")
	}
	return s.layer.CloseWrite()
}

// closeTimeout is how long Close waits for a stuck write.
const closeTimeout = 5 * time.Second

// Close sends close_notify and closes the connection. It waits no longer than
// 5 s for a write that is stuck; in the middle of a handshake, for which the peer
// is waited for, it closes at once. Callbacks that still run see their context
// end.
func (s *Socket) Close() error {
	if err := s.errUninitialized(); err != nil {
		return err
	}
	if s.closed.Swap(true) {
		return net.ErrClosed
	}
	s.endLife()
	defer s.awaitTrace()
	defer s.end.release(s)
	if s.secure.Load() {
		return s.layer.Close(closeTimeout)
	}
	s.finishHandshake(net.ErrClosed)
	return s.layer.Abort(net.ErrClosed)
}

// destroy closes the connection without a word: Node's destroy().
func (s *Socket) destroy() {
	if s.closed.Swap(true) {
		return
	}
	s.endLife()
	s.layer.Abort(net.ErrClosed)
	s.end.release(s)
}

// LocalAddr returns the local address of the underlying connection.
func (s *Socket) LocalAddr() net.Addr {
	if s.errUninitialized() != nil {
		return nil
	}
	return s.transport.LocalAddr()
}

// RemoteAddr returns the peer's address.
func (s *Socket) RemoteAddr() net.Addr {
	if s.errUninitialized() != nil {
		return nil
	}
	return s.transport.RemoteAddr()
}

// RemoteFamily returns "IPv4" or "IPv6", "" for what is not IP: Node's
// socket.remoteFamily.
func (s *Socket) RemoteFamily() string {
	a, ok := s.RemoteAddr().(*net.TCPAddr)
	switch {
	case !ok:
		return ""
	case a.IP.To4() != nil:
		return "IPv4"
	}
	return "IPv6"
}

// NetConn returns the underlying connection. Reading from it or writing to it breaks
// the TLS connection.
func (s *Socket) NetConn() net.Conn { return s.transport.Conn }

// SetDeadline sets both deadlines. One that passes ends calls, not the connection,
// and not a later handshake, for which the calls wait: that has its own limit. After
// Close it is net.ErrClosed.
func (s *Socket) SetDeadline(t time.Time) error {
	return errors.Join(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}

// SetReadDeadline sets the deadline of Read.
func (s *Socket) SetReadDeadline(t time.Time) error { return s.setDeadline(s.layer.SetReadDeadline, t) }

// SetWriteDeadline sets the deadline of Write.
func (s *Socket) SetWriteDeadline(t time.Time) error {
	return s.setDeadline(s.layer.SetWriteDeadline, t)
}

func (s *Socket) setDeadline(set func(time.Time) error, t time.Time) error {
	if err := s.errUninitialized(); err != nil {
		return err
	}
	if s.closed.Load() {
		return net.ErrClosed
	}
	return set(t)
}

// BytesRead returns the bytes of application data that were read.
func (s *Socket) BytesRead() int64 { return s.bytesRead.Load() }

// BytesWritten returns the bytes of application data that were written.
func (s *Socket) BytesWritten() int64 { return s.bytesWritten.Load() }

// WireBytesWritten returns the number of bytes written to the underlying connection:
// Node's tlsSocket._handle.bytesWritten.
func (s *Socket) WireBytesWritten() int64 { return s.layer.WireBytesWritten() }

// SetMaxSendFragment bounds the plaintext of later records, 512 to 16,384
// bytes, and reports whether size is within these: Node's setMaxSendFragment.
func (s *Socket) SetMaxSendFragment(size int) bool {
	const smallest = 512
	if size < smallest || size > record.MaxPlaintext || s.errUninitialized() != nil {
		return false
	}
	s.layer.SetMaxSendFragment(size)
	return true
}

// UpdateKeys replaces the key of what we send, and asks the peer to do the
// same (RFC 8446, section 4.6.3). Before TLS 1.3 it is an error,
// ERR_SSL_WRONG_SSL_VERSION.
func (s *Socket) UpdateKeys() error {
	c, err := s.secureConnection(context.Background())
	if err != nil {
		return err
	}
	return c.UpdateKeys(true)
}

// live reports whether the handshake is done and the connection not closed.
func (s *Socket) live() bool { return s.secure.Load() && !s.closed.Load() }

var errHandshakeTimeout = failure.HandshakeTimeout.Local("TLS handshake timeout")

var errNotSecure = failure.InvalidState.Local("TLS socket connection must be securely established")
