// Package web serves HTTP/1.1 and HTTP/2 on connections whose handshakes are done.
package web

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Server serves HTTP/1.1 and HTTP/2 on finished connections.
type Server struct{ http *http.Server }

// Limits of the HTTP server, against clients that stall.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
)

func New(h http.Handler) *Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &Server{&http.Server{
		Handler:           h,
		Protocols:         protocols,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          log.New(io.Discard, "", 0), // what browsers break off is no news
	}}
}

func (w *Server) Serve(l net.Listener) { w.http.Serve(&h2Listener{l}) }

func (w *Server) Drain(ctx context.Context) { w.http.Shutdown(ctx) }

// h2Listener makes net/http look for HTTP/2 on the connections that agreed on
// it: it looks for HTTP/2's preface only where it sees no TLS, and for h2 only
// on crypto/tls's own type.
type h2Listener struct{ net.Listener }

func (h *h2Listener) Accept() (net.Conn, error) {
	conn, err := h.Listener.Accept()
	if s, ok := conn.(interface{ ALPNProtocol() string }); ok && err == nil && s.ALPNProtocol() == "h2" {
		return withoutState{conn}, nil
	}
	return conn, err
}

// withoutState is a connection that does not expose its TLS state.
type withoutState struct{ net.Conn }
