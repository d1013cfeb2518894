package writebehind

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// gather is how long a goroutine collects records before it handles them.
const gather = 50 * time.Millisecond

// mostRecords and mostHeld are how many records may wait, and how many bytes their values
// may hold. The goroutine that logs one more handles them.
const (
	mostRecords = 256
	mostHeld    = 2 << 20
)

// Sized is a value of a record that holds bytes until it is resolved.
type Sized interface{ Size() int }

// Handler passes log records on to another handler, in their order and in batches, on a
// goroutine that ends when there are none. Where many are logged each costs much less
// than alone, and a slog.LogValuer is resolved there. A record waits no longer than
// gather, and the first after a pause does not wait. Errors are ignored.
type Handler struct {
	next  slog.Handler
	queue *queue
}

// NewHandler returns a Handler that passes records on to next, which must not wait.
func NewHandler(next slog.Handler) *Handler { return &Handler{next, new(queue)} }

// Enabled implements slog.Handler.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Handler{h.next.WithAttrs(attrs), h.queue}
}

// WithGroup implements slog.Handler.
func (h *Handler) WithGroup(name string) slog.Handler {
	return &Handler{h.next.WithGroup(name), h.queue}
}

// Handle implements slog.Handler.
func (h *Handler) Handle(_ context.Context, r slog.Record) error {
	held := 0
	r.Attrs(func(a slog.Attr) bool {
		if a.Value.Kind() == slog.KindLogValuer {
			if v, ok := a.Value.LogValuer().(Sized); ok {
				held += v.Size()
			}
		}
		return true
	})
	if full := h.queue.add(queued{h.next, r.Clone()}, held); full {
		h.queue.pass()
	}
	return nil
}

// Flush passes on the records that wait.
func (h *Handler) Flush() { h.queue.pass() }

// queue is what a Handler shares with those that have been made from it.
type queue struct {
	passing sync.Mutex // held by whoever passes records on, to keep their order
	passed  []queued   // memory of the last batch

	mu      sync.Mutex
	waiting []queued
	held    int  // bytes by the values of waiting
	running bool // there is a goroutine
}

type queued struct {
	next   slog.Handler
	record slog.Record
}

// add reports whether no more may wait.
func (q *queue) add(r queued, held int) (full bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, r)
	q.held += held
	if !q.running {
		q.running = true
		go q.run()
	}
	return len(q.waiting) >= mostRecords || q.held > mostHeld
}

// run passes records on until none has come for a while.
func (q *queue) run() {
	for ended := false; !ended; ended = q.ended() {
		q.pass()
		time.Sleep(gather)
	}
}

// ended reports whether no record waits: then the goroutine must end.
func (q *queue) ended() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running = len(q.waiting) > 0
	return !q.running
}

// pass passes on the records that wait.
func (q *queue) pass() {
	q.passing.Lock()
	defer q.passing.Unlock()
	for _, r := range q.take() {
		r.next.Handle(context.Background(), r.record)
	}
	clear(q.passed)
}

// take empties the queue.
func (q *queue) take() []queued {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting, q.passed, q.held = q.passed[:0], q.waiting, 0
	return q.passed
}
