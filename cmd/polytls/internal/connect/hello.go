package connect

import (
	"context"
	"net"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/flags"
)

// checkHello refuses options under which there is no ClientHello to send, before
// anything is dialed: it makes one for a connection that has ended.
func (c *command) checkHello(ctx context.Context, o polytls.ConnectOptions) error {
	conn, end := net.Pipe()
	end.Close()
	o.EnableTrace = false
	_, err := polytls.Client(ctx, conn, o)
	f := explain.Of(err)
	switch f.Code {
	case "ERR_SSL_NO_PROTOCOLS_AVAILABLE":
		return flags.Wrong("--secure-options", "no version is left of --secure-protocol %s", c.given.SecureProtocol)
	case "ERR_SSL_NO_CIPHERS_AVAILABLE":
		return flags.Wrong("--ciphers", "%s; suites with PSK require --psk, those with SRP --srp-user", f.Reason)
	}
	return nil
}
