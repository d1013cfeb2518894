package main

import (
	"context"
	"net"

	"polytls"
)

// checkHello refuses options under which there is no ClientHello to send, before
// anything is dialed: it makes one for a connection that has ended.
func (c *connectCommand) checkHello(ctx context.Context, o polytls.ConnectOptions) error {
	conn, end := net.Pipe()
	end.Close()
	o.OnKeylog = nil
	_, err := polytls.Client(ctx, conn, o)
	f := failed(err)
	switch f.Code {
	case "ERR_SSL_NO_PROTOCOLS_AVAILABLE":
		return wrong("--secure-options", "no version is left of --secure-protocol %s", c.secureProtocol)
	case "ERR_SSL_NO_CIPHERS_AVAILABLE":
		return wrong("--ciphers", "%s; suites with PSK require --psk, those with SRP --srp-user", f.Reason)
	}
	return nil
}
