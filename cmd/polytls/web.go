package main

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/http2"

	"polytls"
)

// web serves HTTP/1.1 and HTTP/2 on finished connections.
type web struct {
	http *http.Server
	h2   *http2.Server
}

// Limits of the HTTP server, against clients that stall.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
)

func newWeb(h http.Handler) (*web, error) {
	w := &web{
		http: &http.Server{
			Handler:           h,
			ReadHeaderTimeout: readHeaderTimeout,
			IdleTimeout:       idleTimeout,
			ErrorLog:          log.New(io.Discard, "", 0), // what browsers break off is no news
		},
		h2: &http2.Server{IdleTimeout: idleTimeout},
	}
	// It makes Shutdown reach HTTP/2 connections.
	return w, http2.ConfigureServer(w.http, w.h2)
}

// serve hands connections that negotiated h2 to the HTTP/2 server: net/http
// knows only crypto/tls's own type.
func (w *web) serve(l net.Listener) { w.http.Serve(&h1Listener{l, w}) }

func (w *web) drain(ctx context.Context) { w.http.Shutdown(ctx) }

// h1Listener passes on the connections that do not speak HTTP/2.
type h1Listener struct {
	net.Listener
	web *web
}

func (h *h1Listener) Accept() (net.Conn, error) {
	for {
		conn, err := h.Listener.Accept()
		if err != nil {
			return nil, err
		}
		s, ok := conn.(*polytls.Socket)
		if !ok || s.ALPNProtocol() != "h2" {
			return conn, nil
		}
		go h.web.h2.ServeConn(s, &http2.ServeConnOpts{BaseConfig: h.web.http})
	}
}
