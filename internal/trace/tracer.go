package trace

import (
	"sync"
	"time"

	"polytls/internal/recordlayer"
	"polytls/internal/suite"
	"polytls/internal/trace/release"
)

// Tracer traces one connection. It implements recordlayer.Tracer.
type Tracer struct {
	queue *Queue

	mu      sync.Mutex // both halves of a connection call the tracer
	printer *printer
}

// New returns the tracer of a connection whose text is that of a release. server
// says whether our end is the server.
func New(q *Queue, r release.Release, server bool) *Tracer {
	return &Tracer{queue: q, printer: newPrinter(r, server)}
}

// Negotiated sets the suite for a tracer that starts after the handshake.
func (t *Tracer) Negotiated(s *suite.CipherSuite) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.printer.context.KeyExchange, t.printer.context.Auth = s.Kx, s.Auth
}

// Trace implements recordlayer.Tracer.
func (t *Tracer) Trace(e recordlayer.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queue.add(t.printer.print(e))
}

// Wait waits until the traced text has been written, but no longer than limit.
func (t *Tracer) Wait(limit time.Duration) { t.queue.Wait(limit) }
