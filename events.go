package polytls

import (
	"context"
	"net"
	"slices"
	"sync/atomic"
)

// events are a server's handlers: a registration replaces the handler before it, and
// nil removes it.
type events struct {
	connection     atomic.Pointer[func(net.Conn)]
	tlsClientError atomic.Pointer[func(error, *Socket)]
	handshake      atomic.Pointer[[]func(*Socket, error)] // the exception: all registered functions
	keylog         atomic.Pointer[func([]byte, *Socket)]
	ocspRequest    atomic.Pointer[func(context.Context, []byte, []byte) ([]byte, error)]
	newSession     atomic.Pointer[func(context.Context, []byte, []byte) error]
	resumeSession  atomic.Pointer[func(context.Context, []byte) ([]byte, error)]
}

// OnConnection registers f, which is called for each connection before its handshake:
// Node's 'connection' event.
func (srv *Server) OnConnection(f func(net.Conn)) {
	srv.events.connection.Store(handler(f, f == nil))
}

// OnTLSClientError registers f, which is called for each failed handshake: Node's
// 'tlsClientError' event. The socket has the peer's address.
func (srv *Server) OnTLSClientError(f func(error, *Socket)) {
	srv.events.tlsClientError.Store(handler(f, f == nil))
}

// OnHandshake registers f, which is called when a handshake has ended, with nil if it
// succeeded, on the goroutine of the connection, which waits for it. It is for
// observers of a server, such as logs and package inspect: a registration does not
// replace those before it.
func (srv *Server) OnHandshake(f func(s *Socket, err error)) {
	for {
		old := srv.events.handshake.Load()
		all := []func(*Socket, error){f}
		if old != nil {
			all = slices.Concat(*old, all)
		}
		if srv.events.handshake.CompareAndSwap(old, &all) {
			return
		}
	}
}

// OnKeylog registers f, which is called with each line of the key log, in NSS's format
// with a newline: Node's 'keylog' event. The lines allow decrypting the connections.
func (srv *Server) OnKeylog(f func(line []byte, s *Socket)) {
	srv.events.keylog.Store(handler(f, f == nil))
}

// OnOCSPRequest registers f, which returns the OCSP response to staple, nil or empty
// for none, given our certificate and its issuer (nil if unknown) in DER: Node's
// 'OCSPRequest' event. It may block.
func (srv *Server) OnOCSPRequest(f func(ctx context.Context, certificate, issuer []byte) ([]byte, error)) {
	srv.events.ocspRequest.Store(handler(f, f == nil))
}

// OnNewSession registers f, which is called with each session that a client may
// resume by its identifier: up to TLS 1.2 those that got no ticket, in TLS 1.3 every
// ticket. The handshake waits for it, and its error ends the connection: Node's
// 'newSession' event. The session is OpenSSL's DER and holds secrets.
func (srv *Server) OnNewSession(f func(ctx context.Context, id, session []byte) error) {
	srv.events.newSession.Store(handler(f, f == nil))
}

// OnResumeSession registers f, which returns the session of an identifier, nil if there
// is none. The handshake waits for it, and its error ends the connection: Node's
// 'resumeSession' event. A session that cannot be used means a full handshake. Early
// data of such a session is accepted as that of a ticket is; with SingleUseTickets none
// is accepted, since nothing shows that the session is used only once.
func (srv *Server) OnResumeSession(f func(ctx context.Context, id []byte) ([]byte, error)) {
	srv.events.resumeSession.Store(handler(f, f == nil))
}

// handler returns what a slot stores for a function: nil for a nil function.
func handler[F any](f F, isNil bool) *F {
	if isNil {
		return nil
	}
	return &f
}

func (srv *Server) keylogFor(s *Socket) func([]byte) {
	on := srv.events.keylog.Load()
	if on == nil {
		return nil
	}
	return func(line []byte) { (*on)(line, s) }
}

// current returns the function in a slot, nil without one.
func current[F any](slot *atomic.Pointer[F]) (f F) {
	if on := slot.Load(); on != nil {
		f = *on
	}
	return f
}
