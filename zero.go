package polytls

import "polytls/failure"

// This file holds what becomes of types that no constructor has made: their
// methods return an error where there is one to return, and nothing otherwise.

var (
	errNoServer  = failure.InvalidState.Local("the Server was not made by NewServer")
	errNoSocket  = failure.InvalidState.Local("the Socket was not made by Connect, Client, ServerSocket or a Server")
	errNoContext = failure.InvalidContext.Local("context must be a SecureContext, made by NewSecureContext")
)

// errUninitialized returns why a server cannot serve, nil if it can.
func (srv *Server) errUninitialized() error {
	if srv.idle == nil {
		return errNoServer
	}
	return nil
}

// errUninitialized returns why a context cannot be used, nil if it can.
func (c *SecureContext) errUninitialized() error {
	if c == nil || c.roots == nil {
		return errNoContext
	}
	return nil
}

// errUninitialized returns why a socket has no connection, nil if it has one.
func (s *Socket) errUninitialized() error {
	if s.end == nil {
		return errNoSocket
	}
	return nil
}
