// Package writebehind writes to a file that may be slow or full, so that producers
// of the data do not wait for it.
package writebehind

import (
	"errors"
	"io"
	"sync"
	"time"
)

// MaxWaiting is how many bytes may wait for a writer.
const MaxWaiting = 16 << 20

// ErrTooSlow is the failure of a writer for which more than MaxWaiting bytes wait.
var ErrTooSlow = errors.New("the file takes the data too slowly")

// Writer writes data in order, on a goroutine that ends when no data is left. After
// the first failure nothing more is written: there would be a gap.
type Writer struct {
	w      io.Writer
	failed func(error)

	mu      sync.Mutex
	waiting []byte
	err     error
	idle    chan struct{} // closed when the goroutine ends, nil without one
}

// New returns a Writer to w. failed is called once, with the first failure.
func New(w io.Writer, failed func(error)) *Writer { return &Writer{w: w, failed: failed} }

// Write implements io.Writer. It does not wait, does not retain b, and returns the
// failure if there was one.
func (w *Writer) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.err != nil:
		return 0, w.err
	case len(w.waiting)+len(b) > MaxWaiting:
		w.err = ErrTooSlow
		go w.failed(ErrTooSlow) // it may wait, too
		return 0, w.err
	}
	w.waiting = append(w.waiting, b...)
	if w.idle == nil && len(b) > 0 {
		w.idle = make(chan struct{})
		go w.run(w.idle)
	}
	return len(b), nil
}

// run writes until no data is waiting.
func (w *Writer) run(idle chan struct{}) {
	defer close(idle)
	for {
		data := w.next()
		if data == nil {
			return
		}
		if _, err := w.w.Write(data); err != nil && w.fail(err) {
			w.failed(err)
		}
	}
}

// fail reports whether err is the first failure.
func (w *Writer) fail(err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return false
	}
	w.err = err
	return true
}

// next returns the waiting data and empties the queue; nil means that the goroutine
// must end.
func (w *Writer) next() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 || w.err != nil {
		w.waiting, w.idle = nil, nil
		return nil
	}
	data := w.waiting
	w.waiting = nil
	return data
}

// Flush waits until all is written or a failure reported, but no longer than limit.
func (w *Writer) Flush(limit time.Duration) {
	w.mu.Lock()
	idle := w.idle
	w.mu.Unlock()
	awaitIdle(idle, limit)
}

// awaitIdle waits until a goroutine that closes idle has ended, nil for none, but no
// longer than limit.
func awaitIdle(idle <-chan struct{}, limit time.Duration) {
	if idle == nil {
		return
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case <-idle:
	case <-late.C:
	}
}
