// Package inspect shows the handshakes of a server when they end: on a page for a
// browser, and as log records.
//
//	mux.Handle("/debug/tls/", http.StripPrefix("/debug/tls", inspect.Handler(srv)))
//
// Whoever can load the page learns the addresses, server names, certificates, identities
// of pre-shared keys and decrypted handshake messages of all clients, so protect it as
// you would pprof: with authentication, or on a separate address. It shows no keys.
// "polytls serve" serves such a page.
package inspect

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"polytls"
)

// Page is an http.Handler that shows the handshakes of a server. It serves the page at
// /, the last 200 handshakes at /handshakes as a JSON array of [Handshake], one of them
// with its messages and their fields at /handshakes/ID, the same as a file at
// /handshakes/ID.json, its messages as a capture for Wireshark at
// /handshakes/ID.pcapng, and a stream of them at /events. The page loads nothing else,
// and its Content-Security-Policy allows nothing else.
type Page struct {
	// Commands are shown as ways to connect to the server, with Note above them. Set
	// them before the page is served.
	Commands []string
	Note     string
	// Dial connects to the server, and gives the page buttons with which the server
	// connects to itself: with TLS 1.2 only, without its CA, with PSK, a key that it knows, if
	// that is not nil, and as Node 12. Whoever can load the page can press them, four
	// times a second together. nil makes no buttons.
	Dial func(context.Context) (net.Conn, error)
	PSK  *polytls.PSK
	// Explain changes the texts that explain failures and choices and may name options,
	// such as to the flags of a command. Set it before the server serves; nil changes
	// nothing.
	Explain func(text string) string

	server    *polytls.Server
	mux       http.ServeMux
	feed      *feed
	attempted pacer
	streams   atomic.Int32 // that are open
}

// mostWait is how long a reader may not read, more than the heartbeat of a stream.
const mostWait = time.Minute

// Handler returns a page of the handshakes that end after the call. Its totals count
// from the creation of the server. What the clients offered, and the messages, are
// shown if ServerOptions.RecordHandshake is set.
func Handler(srv *polytls.Server) *Page {
	p := &Page{server: srv, feed: newFeed()}
	p.mux.HandleFunc("GET /{$}", p.sendPage)
	p.mux.HandleFunc("GET /handshakes", p.sendList)
	p.mux.HandleFunc("GET /handshakes/{file}", p.sendHandshake)
	p.mux.HandleFunc("GET /events", p.sendEvents)
	p.mux.Handle("POST /try/{name}", http.NewCrossOriginProtection().Handler(http.HandlerFunc(p.try)))
	srv.OnHandshake(p.add)
	return p
}

// ServeHTTP implements http.Handler.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(mostWait)) // an error means that w has none
	p.mux.ServeHTTP(w, r)
}

// Close ends the streams of open pages, which http.Server.Shutdown would wait for:
// give it to RegisterOnShutdown.
func (p *Page) Close() { p.feed.close() }

// add is called when a handshake has ended.
func (p *Page) add(s *polytls.Socket, err error) {
	e := p.newEntry(s, err)
	p.feed.add(e, func() {
		c := p.server.HandshakeCounts()
		e.total, e.failed = c.Full+c.Resumed+c.PSK+c.Failed, c.Failed
	})
	if e.held > mostHeld {
		e.shown()
	}
}

// sendList sends the last handshakes, the oldest first.
func (p *Page) sendList(w http.ResponseWriter, _ *http.Request) {
	list := []*Handshake{}
	last, _, _, _ := p.feed.since(0)
	for _, e := range last {
		list = append(list, e.shown().Handshake)
	}
	sendJSON(w, list)
}

func sendJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}
