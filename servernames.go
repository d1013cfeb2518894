package polytls

import (
	"polytls/failure"
	"polytls/internal/servername"
)

// AddContext adds a context for a server name, which may be in Unicode and have a
// trailing dot. A '*' matches any text without a dot; if several names match, the one
// added last is used. There may be 1,000 names with more than one '*', or with one
// after the first dot, and any number of others; one too many is ERR_OUT_OF_RANGE. The
// certificates, the trust in client certificates and the SessionIDContext, if set, are
// those of the context; everything else is the server's.
func (srv *Server) AddContext(serverName string, c *SecureContext) error {
	if serverName == "" {
		return failure.RequiredServerName.Local(`"servername" is required parameter for Server.addContext`)
	}
	if err := c.errUninitialized(); err != nil {
		return err
	}
	pattern, err := servername.ToASCII(serverName)
	if err != nil {
		return err
	}
	return srv.names.Add(pattern, c)
}
