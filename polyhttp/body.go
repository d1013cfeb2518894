package polyhttp

import (
	"io"
	"sync"
)

// heldBody is a request's body that may go to another transport as long as it is
// held: the first one closes it when its dialing fails.
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

// isClosed reports whether it was really closed.
func (b *heldBody) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gone
}

// release lets Close close it, which it does at once if it was asked to.
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
