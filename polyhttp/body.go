package polyhttp

import (
	"io"
	"sync"
)

// heldBody is a request's body. While it is held, Close has no effect, so that the body
// can be used with a second transport after the first has failed to dial and closed it.
type heldBody struct {
	io.ReadCloser

	mu     sync.Mutex
	held   bool
	closed bool // while it was held
	gone   bool // closed, and not held
}

// Close implements io.Closer.
func (b *heldBody) Close() error {
	b.mu.Lock()
	held := b.held
	b.closed = b.closed || held
	b.gone = b.gone || !held
	b.mu.Unlock()
	if held || b.ReadCloser == nil {
		return nil
	}
	return b.ReadCloser.Close()
}

// isClosed reports whether the body was closed while it was not held.
func (b *heldBody) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gone
}

// release lets Close close the body, and closes it at once if Close was called while it
// was held.
func (b *heldBody) release() {
	b.mu.Lock()
	b.held = false
	closed := b.closed
	b.closed = false
	b.mu.Unlock()
	if closed {
		b.Close()
	}
}
