package polytls

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"time"

	"polytls/internal/conn"
	"polytls/internal/record"
	"polytls/internal/recorder"
)

// Socket is a TLS connection: Node's tls.TLSSocket, and a net.Conn.
//
// Connect, Client, ServerSocket and a Server make sockets; the methods of the
// zero Socket return an error, or nothing.
//
// Any number of goroutines may use it. Read and Write do not wait for each other.
// Methods that describe the connection return values from the end of the handshake
// until Close.
type Socket struct {
	conn   conn.Conn          // part of the Socket: an idle connection is one small object
	server *Server            // nil at a client
	record *recorder.Recorder // of the handshake, nil for none
}

// Handshake runs the handshake if it has not run yet and returns its error. Read and
// Write call it.
func (s *Socket) Handshake() error { return s.HandshakeContext(context.Background()) }

// HandshakeContext is Handshake under a context. When the context ends first,
// the connection is closed.
func (s *Socket) HandshakeContext(ctx context.Context) error { return s.conn.Handshake(ctx, nil) }

// Read returns application data. io.EOF is the peer's close_notify; an end
// without it is io.ErrUnexpectedEOF unless SSL_OP_IGNORE_UNEXPECTED_EOF is set. A
// timeout is not fatal.
func (s *Socket) Read(p []byte) (int, error) {
	n, err := s.conn.Read(p)
	if err != nil {
		s.logError(err)
	}
	return n, err
}

// WriteTo implements io.WriterTo, for io.Copy: it writes application data to w until
// Read would return io.EOF, which is no error here, or another error. It keeps no buffer
// while it waits for the peer, and writes up to 64 KiB at once. io.Copy prefers it to
// Read: a type that embeds a Socket and replaces Read must replace WriteTo, too.
func (s *Socket) WriteTo(w io.Writer) (int64, error) {
	n, reading, writing := s.conn.CopyTo(w)
	if reading != nil {
		s.logError(reading)
	}
	return n, cmp.Or(reading, writing)
}

// Write sends p. After a timeout, the n bytes are sent or will be sent first by the
// next Write.
func (s *Socket) Write(p []byte) (int, error) {
	n, err := s.conn.Write(p)
	if err != nil {
		s.logError(err)
	}
	return n, err
}

// CloseWrite sends close_notify: Node's socket.end(). What the peer still
// sends can be read if AllowHalfOpen is set at its end.
func (s *Socket) CloseWrite() error { return s.conn.CloseWrite() }

// Close sends close_notify and closes the connection. It waits at most 5 s for a
// blocked write; during a handshake it closes at once. The contexts of callbacks that
// are still running are canceled.
func (s *Socket) Close() error { return s.conn.Close() }

// LocalAddr returns the local address of the underlying connection.
func (s *Socket) LocalAddr() net.Addr {
	if c := s.NetConn(); c != nil {
		return c.LocalAddr()
	}
	return nil
}

// RemoteAddr returns the peer's address.
func (s *Socket) RemoteAddr() net.Addr {
	if c := s.NetConn(); c != nil {
		return c.RemoteAddr()
	}
	return nil
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
func (s *Socket) NetConn() net.Conn { return s.conn.NetConn() }

// SetDeadline sets both deadlines. A deadline that passes ends calls, but neither the
// connection nor a later handshake for which the calls wait: that has its own timeout.
// After Close it is net.ErrClosed.
func (s *Socket) SetDeadline(t time.Time) error {
	return errors.Join(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}

// SetReadDeadline sets the deadline of Read.
func (s *Socket) SetReadDeadline(t time.Time) error { return s.conn.SetReadDeadline(t) }

// SetWriteDeadline sets the deadline of Write.
func (s *Socket) SetWriteDeadline(t time.Time) error { return s.conn.SetWriteDeadline(t) }

// BytesRead returns the number of bytes of application data read.
func (s *Socket) BytesRead() int64 { return s.conn.BytesRead() }

// BytesWritten returns the number of bytes of application data written.
func (s *Socket) BytesWritten() int64 { return s.conn.BytesWritten() }

// WireBytesWritten returns the number of bytes written to the underlying connection:
// Node's tlsSocket._handle.bytesWritten.
func (s *Socket) WireBytesWritten() int64 { return s.conn.WireBytesWritten() }

// SetMaxSendFragment bounds the plaintext of later records, 512 to 16,384 bytes, and
// reports whether size is in this range: Node's setMaxSendFragment.
func (s *Socket) SetMaxSendFragment(size int) bool {
	const smallest = 512
	if size < smallest || size > record.MaxPlaintext || s.conn.CheckInit() != nil {
		return false
	}
	s.conn.SetMaxSendFragment(size)
	return true
}

// UpdateKeys replaces the key of what we send, and asks the peer to do the
// same (RFC 8446, section 4.6.3). Before TLS 1.3 it is an error,
// ERR_SSL_WRONG_SSL_VERSION.
func (s *Socket) UpdateKeys() error { return s.conn.UpdateKeys() }

// RequestClientCertificate requests the client's certificate after a TLS 1.3 handshake
// (RFC 8446, section 4.6.2) and waits for the client's certificate. Both ends must have
// set AllowPostHandshakeAuth; a client that did not offer it is an error,
// ERR_SSL_EXTENSION_NOT_RECEIVED. It reads by itself unless a Read is running.
//
// A missing certificate is the error that AuthorizationError returns, unless
// AllowUnauthorized is set; an invalid one ends the connection. Up to TLS 1.2
// Renegotiate does the same.
func (s *Socket) RequestClientCertificate(ctx context.Context) error {
	return s.conn.RequestClientCertificate(ctx)
}

// RenegotiateOptions are the options of Socket.Renegotiate: Node's
// socket.renegotiate(). They apply to servers.
type RenegotiateOptions struct {
	// RequestCert requests a certificate of the client.
	RequestCert bool
	// AllowUnauthorized continues without a valid one. The caller must check
	// AuthorizationError.
	AllowUnauthorized bool
}

// Renegotiate runs a new handshake on the connection, up to TLS 1.2, and returns when
// it is done. It reads by itself unless a Read is running. With TLS 1.3 it is an error,
// ERR_SSL_WRONG_SSL_VERSION: see UpdateKeys and RequestClientCertificate.
//
// It takes no longer than HandshakeTimeout. If that or ctx interrupts the handshake,
// the connection ends; only a server that has received no ClientHello yet can continue
// to use it.
func (s *Socket) Renegotiate(ctx context.Context, o RenegotiateOptions) error {
	return s.conn.Renegotiate(ctx, clientAuth(o.RequestCert, o.AllowUnauthorized))
}

// DisableRenegotiation makes renegotiations that the client requests end the
// connection with ERR_TLS_RENEGOTIATION_DISABLED. At a client it has no effect, as in
// Node.
func (s *Socket) DisableRenegotiation() { s.conn.DisableRenegotiation() }

// EarlyData returns how many bytes, at the start of what Read returns, were early
// data. An attacker may replay them to another server, so the request in them must be
// safe to perform twice.
func (s *Socket) EarlyData() int64 { return s.conn.EarlyData() }

// EarlyDataAccepted reports whether a client's early data reached the server.
func (s *Socket) EarlyDataAccepted() bool {
	o := s.conn.Live()
	return o != nil && o.EarlyDataAccepted
}

// EnableTrace traces the connection from the next record on, as the option does: Node's
// tlsSocket.enableTrace(). It may be called at any time; the trace cannot be turned off
// again.
func (s *Socket) EnableTrace() { s.conn.EnableTrace() }
