package polyhttp

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"

	"golang.org/x/net/http2"
)

//lint:file-ignore SA1019 net/http itself speaks HTTP/2 over connections of crypto/tls alone

// transport2 speaks HTTP/2.
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
