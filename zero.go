package polytls

import "polytls/failure"

// This file handles zero values of types that need a constructor: their methods
// return an error if they can, and do nothing otherwise.

var (
	errNoServer  = failure.InvalidState.Local("the Server was not made by NewServer")
	errNoContext = failure.InvalidContext.Local("context must be a SecureContext, made by NewSecureContext")
)

// errUninitialized returns why a server cannot serve, nil if it can.
func (srv *Server) errUninitialized() error {
	if srv.context.Load() == nil {
		return errNoServer
	}
	return nil
}

// errUninitialized returns why a context cannot be used, nil if it can.
func (c *SecureContext) errUninitialized() error {
	if c == nil || c.compiled == nil {
		return errNoContext
	}
	return nil
}
