package inspect

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"
)

// heartbeat is the interval of events that keep a stream without handshakes from being
// closed as dead. Handshakes that end within a pause are one event: a page can show no
// more, however many there are.
const (
	heartbeat = 20 * time.Second
	pause     = 250 * time.Millisecond
)

// mostStreams bounds the pages that are open at once: each holds an event while its
// reader does not read.
const mostStreams = 100

// sendEvents streams the last handshakes, then the new ones. A reader that was interrupted
// continues where it was; any other first gets an event "start" with the name of the
// feed. An event of handshakes has an array of them without their details.
func (p *Page) sendEvents(w http.ResponseWriter, r *http.Request) {
	defer p.streams.Add(-1)
	if p.streams.Add(1) > mostStreams {
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	seen, ok := p.feed.after(r.Header.Get("Last-Event-ID"))
	if !ok {
		seen = 0
		fmt.Fprintf(w, "event: start\nid: %s\ndata: %s\n\n", p.feed.mark(0), p.feed.name)
	}
	out := http.NewResponseController(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		list, count, news, open := p.feed.since(seen)
		out.SetWriteDeadline(time.Now().Add(mostWait)) // an error means that w has none
		if writeEvent(w, p.feed.mark(count), list) != nil || out.Flush() != nil || !open {
			return
		}
		seen = count
		select {
		case <-r.Context().Done():
			return
		case <-time.After(pause):
		}
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
		case <-news:
		}
	}
}

// writeEvent writes handshakes as one event, and a comment that all have been written.
func writeEvent(w io.Writer, mark string, list []*entry) error {
	if len(list) > 0 {
		rows := make([][]byte, len(list))
		for i, e := range list {
			rows[i] = e.shown().row
		}
		fmt.Fprintf(w, "id: %s\ndata: [%s]\n\n", mark, bytes.Join(rows, []byte(",")))
	}
	_, err := io.WriteString(w, ": ready\n\n")
	return err
}
