// Package inspector serves a page that shows each handshake as it happens.
package inspector

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"sync"
	"time"

	"polytls/cmd/polytls/internal/report"
	"polytls/cmd/polytls/internal/web"
)

// pageTemplate is the whole page: it loads nothing else.
//
//go:embed page.html
var pageTemplate string

// inspector serves a page that shows each handshake as it happens.
type inspector struct {
	*web.Server
	feed *feed
}

func New(way HowToConnect) (*inspector, error) {
	page, policy, err := renderPage(way)
	if err != nil {
		return nil, err
	}
	i := &inspector{feed: newFeed()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-store")
		w.Write(page)
	})
	mux.HandleFunc("GET /handshakes", i.list)
	mux.HandleFunc("GET /events", i.events)
	i.Server = web.New(protect(mux))
	return i, nil
}

// protect sets what every answer has.
func protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// HowToConnect is what the page says of it.
type HowToConnect struct {
	Commands        []string
	Variable, Value string // that the commands read, "" for none
}

// renderPage fills in the commands and makes the policy that allows the page's
// own script and style and nothing else.
func renderPage(way HowToConnect) (page []byte, policy string, err error) {
	t, err := template.New("inspect").Parse(pageTemplate)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, way); err != nil {
		return nil, "", err
	}
	policy = fmt.Sprintf("default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "+
		"frame-ancestors 'none'; script-src %s; style-src %s", hashOf(b.Bytes(), "script"), hashOf(b.Bytes(), "style"))
	return b.Bytes(), policy, nil
}

// hashOf is the source of the page's one element of a kind, as a policy names it.
func hashOf(page []byte, element string) string {
	_, rest, _ := bytes.Cut(page, []byte("<"+element+">"))
	text, _, _ := bytes.Cut(rest, []byte("</"+element+">"))
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (i *inspector) Saw(h *report.Handshake) {
	if data, err := json.Marshal(h.Shown()); err == nil {
		i.feed.add(data)
	}
}

func (i *inspector) Drain(ctx context.Context) {
	i.feed.close() // the pages' streams would never end
	i.Server.Drain(ctx)
}

// list answers with the handshakes that are kept, the oldest first.
func (i *inspector) list(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	kept, _, leave := i.feed.join()
	leave()
	w.Write(append(append([]byte{'['}, bytes.Join(kept, []byte(","))...), "]\n"...))
}

// heartbeat keeps a quiet stream from being taken for a dead one.
const heartbeat = 20 * time.Second

// events streams the handshakes: those that are kept, then each new one.
func (i *inspector) events(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	kept, news, leave := i.feed.join()
	defer leave()
	for _, data := range kept {
		fmt.Fprintf(w, "data: %s\n\n", data)
	}
	fmt.Fprint(w, ": ready\n\n")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for out.Flush() == nil {
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			fmt.Fprint(w, ": still here\n\n")
		case data, ok := <-news:
			if !ok {
				return
			}
			fmt.Fprintf(w, "data: %s\n\n", data)
		}
	}
}

// feed keeps the last handshakes and passes new ones on.
type feed struct {
	mu      sync.Mutex
	kept    [][]byte
	readers map[chan []byte]struct{}
	closed  bool
}

// Bounds of a feed: how many handshakes it keeps, and how many a slow reader may lag
// before it is closed and has to reconnect.
const (
	feedKept = 200
	feedLag  = 256
)

func newFeed() *feed { return &feed{readers: map[chan []byte]struct{}{}} }

func (f *feed) add(data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept = append(f.kept, data)
	if len(f.kept) > feedKept {
		f.kept = append([][]byte(nil), f.kept[len(f.kept)-feedKept:]...)
	}
	for r := range f.readers {
		select {
		case r <- data:
		default:
			f.drop(r)
		}
	}
}

// join returns what is kept, a channel of what comes, and what ends it.
func (f *feed) join() (kept [][]byte, news <-chan []byte, leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := make(chan []byte, feedLag)
	f.readers[r] = struct{}{}
	if f.closed {
		f.drop(r)
	}
	return append([][]byte(nil), f.kept...), r, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.drop(r)
	}
}

// drop ends a reader's channel, once. The lock is held.
func (f *feed) drop(r chan []byte) {
	if _, ok := f.readers[r]; ok {
		delete(f.readers, r)
		close(r)
	}
}

func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for r := range f.readers {
		f.drop(r)
	}
}
