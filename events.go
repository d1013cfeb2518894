package polytls

import (
	"context"
	"net"
)

// events are a server's handlers.
type events struct {
	connection     handlers[func(net.Conn)]
	drop           handlers[func(net.Conn)]
	tlsClientError handlers[func(error, *Socket)]
	handshake      handlers[func(*Socket, error)]
	keylog         handlers[func([]byte, *Socket)]
	ocspRequest    handlers[func(context.Context, []byte, []byte) ([]byte, error)]
	newSession     handlers[func(context.Context, []byte, []byte) error]
	resumeSession  handlers[func(context.Context, []byte) ([]byte, error)]
}

// OnConnection adds f, which is called for each connection before its handshake: Node's
// 'connection' event.
//
// This method and the others whose names begin with On add a function to those of an
// event, which are called one after the other, in the order of registration, on the
// goroutine of the connection, which waits for them. remove removes f; a handshake that
// is running may still call it. A panic ends the program, as an exception ends Node. A
// nil function is not added.
func (srv *Server) OnConnection(f func(net.Conn)) (remove func()) {
	return srv.events.connection.add(f, f == nil)
}

// OnDrop adds f, which is called with each connection that is closed at once because
// MaxConnections are open: Node's 'drop' event. f must not use the connection
// afterwards.
func (srv *Server) OnDrop(f func(net.Conn)) (remove func()) {
	return srv.events.drop.add(f, f == nil)
}

// OnTLSClientError adds f, which is called for each failed handshake: Node's
// 'tlsClientError' event. The socket has the peer's address.
func (srv *Server) OnTLSClientError(f func(error, *Socket)) (remove func()) {
	return srv.events.tlsClientError.add(f, f == nil)
}

// OnHandshake adds f, which is called when a handshake has ended, with nil if it
// succeeded, before the functions of OnTLSClientError. It is for observers of a server,
// such as logs and package inspect.
func (srv *Server) OnHandshake(f func(s *Socket, err error)) (remove func()) {
	return srv.events.handshake.add(f, f == nil)
}

// OnKeylog adds f, which is called with each line of the key log, in NSS's format with
// a newline: Node's 'keylog' event. The lines allow decrypting the connections.
func (srv *Server) OnKeylog(f func(line []byte, s *Socket)) (remove func()) {
	return srv.events.keylog.add(f, f == nil)
}

// OnOCSPRequest adds f, which returns the OCSP response to staple, nil or empty for
// none, given our certificate and its issuer (nil if unknown) in DER: Node's
// 'OCSPRequest' event. It may block. The first response is stapled, and the functions
// after it are not called; an error ends the handshake.
func (srv *Server) OnOCSPRequest(f func(ctx context.Context, certificate, issuer []byte) ([]byte, error)) (remove func()) {
	return srv.events.ocspRequest.add(f, f == nil)
}

// OnNewSession adds f, which is called with each session that a client may resume by
// its identifier: up to TLS 1.2 those that got no ticket, in TLS 1.3 every ticket. The
// handshake waits for it, and the first error ends the connection: Node's 'newSession'
// event. The session is OpenSSL's DER and holds secrets.
func (srv *Server) OnNewSession(f func(ctx context.Context, id, session []byte) error) (remove func()) {
	return srv.events.newSession.add(f, f == nil)
}

// OnResumeSession adds f, which returns the session of an identifier, nil if there is
// none: Node's 'resumeSession' event. The handshake waits for it. The first session is
// used, and the functions after it are not called; an error ends the connection. A
// session that cannot be used means a full handshake. Early data of such a session is
// accepted as that of a ticket is; with SingleUseTickets none is accepted, since nothing
// shows that the session is used only once.
func (srv *Server) OnResumeSession(f func(ctx context.Context, id []byte) ([]byte, error)) (remove func()) {
	return srv.events.resumeSession.add(f, f == nil)
}

// keylogFor returns the function that passes on the lines of a connection, nil if there
// is none.
func (srv *Server) keylogFor(s *Socket) func([]byte) {
	all := srv.events.keylog.all()
	if len(all) == 0 {
		return nil
	}
	return func(line []byte) {
		for _, f := range all {
			(*f)(line, s)
		}
	}
}

// ocsp returns the function that asks for the response to staple, nil if there is none.
func (srv *Server) ocsp() func(ctx context.Context, certificate, issuer []byte) ([]byte, error) {
	all := srv.events.ocspRequest.all()
	if len(all) == 0 {
		return nil
	}
	return func(ctx context.Context, certificate, issuer []byte) (response []byte, err error) {
		for _, f := range all {
			if response, err = (*f)(ctx, certificate, issuer); len(response) > 0 || err != nil {
				break
			}
		}
		return response, err
	}
}

// onNewSession returns the function that passes on new sessions, nil if there is none.
func (srv *Server) onNewSession() func(ctx context.Context, id, session []byte) error {
	all := srv.events.newSession.all()
	if len(all) == 0 {
		return nil
	}
	return func(ctx context.Context, id, session []byte) error {
		for _, f := range all {
			if err := (*f)(ctx, id, session); err != nil {
				return err
			}
		}
		return nil
	}
}

// onResumeSession returns the function that looks for a session, nil if there is none.
func (srv *Server) onResumeSession() func(ctx context.Context, id []byte) ([]byte, error) {
	all := srv.events.resumeSession.all()
	if len(all) == 0 {
		return nil
	}
	return func(ctx context.Context, id []byte) (session []byte, err error) {
		for _, f := range all {
			if session, err = (*f)(ctx, id); session != nil || err != nil {
				break
			}
		}
		return session, err
	}
}

// OnSession adds f, which is called with each session of a client's connection that
// arrives from now on, after the function of the option OnSession: Node's 'session'
// event. In TLS 1.3 the sessions arrive after Connect has returned. The functions are
// called in the order of registration, by the Read in which the session arrives, and
// must not call Read. remove removes f again. At a server f is never called.
func (s *Socket) OnSession(f func(session []byte)) (remove func()) {
	if c, ok := s.conn.End().(*client); ok {
		return c.onSession.add(f, f == nil)
	}
	return func() {}
}
