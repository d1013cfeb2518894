package trace

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Queue holds the text that waits for a writer. Adding text does not wait for the
// writer, which is called once at a time, on a goroutine that ends when there is
// nothing more to write. Text beyond maxWaiting is dropped, and so is text that the
// writer failed to write; the later text says how many lines are missing.
type Queue struct {
	w io.Writer

	mu      sync.Mutex
	waiting []byte
	dropped int           // the lines dropped after the last waiting one
	done    chan struct{} // closed when the goroutine ends, nil without one
}

// maxWaiting is how much text may wait, in bytes.
const maxWaiting = 1 << 20

// NewQueue returns a queue for w, nil for standard error.
func NewQueue(w io.Writer) *Queue {
	if w == nil {
		return standardError
	}
	return &Queue{w: w}
}

// standardError is one queue for the whole process.
var standardError = &Queue{w: stderr{}}

// stderr writes to the os.Stderr of the time of the write.
type stderr struct{}

func (stderr) Write(b []byte) (int, error) { return os.Stderr.Write(b) }

// add adds whole lines.
func (q *Queue) add(text []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting)+len(text) > maxWaiting {
		q.dropped += lines(text)
		return
	}
	q.noteDropped()
	q.waiting = append(q.waiting, text...)
	if q.done == nil && len(q.waiting) > 0 {
		q.done = make(chan struct{})
		go q.write()
	}
}

func lines(text []byte) int { return bytes.Count(text, []byte("\n")) }

// noteDropped adds a line to the text that says how many lines are missing.
func (q *Queue) noteDropped() {
	if q.dropped > 0 {
		q.waiting = fmt.Appendf(q.waiting, "(%d lines of the trace were dropped)\n", q.dropped)
		q.dropped = 0
	}
}

// write writes the waiting text until there is none.
func (q *Queue) write() {
	healthy := true // the last write succeeded
	for {
		text := q.take(healthy)
		if text == nil {
			return
		}
		n, err := q.w.Write(text)
		healthy = err == nil && n == len(text)
		if !healthy {
			q.mu.Lock()
			q.dropped += lines(text[min(max(n, 0), len(text)):])
			q.mu.Unlock()
		}
	}
}

// take returns the waiting text and empties the queue; nil means that the goroutine
// must end.
func (q *Queue) take(healthy bool) []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 && healthy {
		q.noteDropped()
	}
	text := q.waiting
	q.waiting = nil
	if len(text) == 0 {
		close(q.done)
		q.done = nil
	}
	return text
}

// Wait waits until all text has been passed to the writer, but no longer than
// limit.
func (q *Queue) Wait(limit time.Duration) {
	q.mu.Lock()
	done := q.done
	q.mu.Unlock()
	if done == nil {
		return
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case <-done:
	case <-late.C:
	}
}
