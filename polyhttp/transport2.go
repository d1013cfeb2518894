package polyhttp

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"

	"golang.org/x/net/http2"
)

//lint:file-ignore SA1019 net/http supports HTTP/2 only over connections of crypto/tls

// transport2 is the transport of HTTP/2.
type transport2 interface {
	http.RoundTripper
	CloseIdleConnections()
}

func newTransport2(dial func(ctx context.Context, address string) (net.Conn, error)) transport2 {
	return &http2.Transport{
		DialTLSContext: func(ctx context.Context, _, address string, _ *tls.Config) (net.Conn, error) {
			return dial(ctx, address)
		},
		IdleConnTimeout: idleTimeout,
	}
}
