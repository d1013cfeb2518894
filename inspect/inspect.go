// Package inspect shows the handshakes of a server when they end: on a page for a
// browser, and as log records.
//
//	mux.Handle("/debug/tls/", http.StripPrefix("/debug/tls", inspect.Handler(srv)))
//
// Whoever can load the page learns the addresses, server names and certificates of all
// clients, so protect it as you would pprof: with authentication, or on a separate
// address. It shows no keys. "polytls serve" serves such a page.
package inspect

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"polytls"
)

// Page is an http.Handler that shows the handshakes of a server. It serves the page at
// /, the last 200 handshakes at /handshakes as a JSON array of [Handshake], and a
// stream of them at /events. The page loads nothing else, and its
// Content-Security-Policy allows nothing else.
type Page struct {
	// Commands are shown as ways to connect to the server, with Note above them. Set
	// them before the page is served.
	Commands []string
	Note     string

	server *polytls.Server
	mux    http.ServeMux
	feed   *feed
}

// Handler returns a page of the handshakes that end after the call. Its totals count
// from the creation of the server. What the clients offered, and the messages, are
// shown if ServerOptions.RecordHandshake is set.
func Handler(srv *polytls.Server) *Page {
	p := &Page{server: srv, feed: newFeed()}
	p.mux.HandleFunc("GET /{$}", p.page)
	p.mux.HandleFunc("GET /handshakes", p.list)
	p.mux.HandleFunc("GET /events", p.events)
	srv.OnHandshake(p.add)
	return p
}

// ServeHTTP implements http.Handler.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	p.mux.ServeHTTP(w, r)
}

// Close ends the streams of open pages, which http.Server.Shutdown would wait for:
// give it to RegisterOnShutdown.
func (p *Page) Close() { p.feed.close() }

// add is called when a handshake has ended.
func (p *Page) add(s *polytls.Socket, err error) {
	h := Describe(s, err).escaped()
	p.feed.add(h, func() {
		c := p.server.HandshakeCounts()
		h.Total, h.Failed = c.Full+c.Resumed+c.PSK+c.Failed, c.Failed
	})
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page sends the page with a policy that allows only its own script and style.
func (p *Page) page(w http.ResponseWriter, _ *http.Request) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; "+
		"form-action 'none'; frame-ancestors 'none'; script-src %s; style-src %s", source(b.Bytes(), "script"), source(b.Bytes(), "style")))
	w.Write(b.Bytes())
}

// source returns the policy's source expression for the page's only script or style:
// the hash of its text. It hashes the page as sent, because the template strips
// comments.
func source(page []byte, element string) string {
	_, rest, _ := bytes.Cut(page, []byte("<"+element+">"))
	text, _, _ := bytes.Cut(rest, []byte("</"+element+">"))
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// list sends the last handshakes, the oldest first.
func (p *Page) list(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	last, _, _, _ := p.feed.since(0)
	json.NewEncoder(w).Encode(last)
}

// heartbeat is the interval of events that keep a stream without handshakes from being
// closed as dead.
const heartbeat = 20 * time.Second

// events streams the last handshakes, then each new one.
func (p *Page) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for seen, news := 0, (<-chan struct{})(nil); ; {
		var list []*Handshake
		var open bool
		list, seen, news, open = p.feed.since(seen)
		for _, h := range list {
			data, err := json.Marshal(h)
			if err != nil {
				return
			}
			fmt.Fprintf(w, "data: %s\n\n", data)
		}
		fmt.Fprint(w, ": ready\n\n")
		if out.Flush() != nil || !open {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
		case <-news:
		}
	}
}
