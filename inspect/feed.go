package inspect

import (
	"slices"
	"sync"
)

// feed holds the last handshakes for any number of readers. It does not wait for
// readers: a slow one misses handshakes.
type feed struct {
	mu     sync.Mutex
	last   []*Handshake
	count  int           // of all handshakes that were added
	news   chan struct{} // closed when one is added, and by close
	closed bool
}

// feedSize is how many handshakes a feed holds.
const feedSize = 200

func newFeed() *feed { return &feed{last: []*Handshake{}, news: make(chan struct{})} }

// add numbers a handshake and adds it. It calls finish in the order of the numbers,
// before readers can see the handshake.
func (f *feed) add(h *Handshake, finish func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	h.ID = f.count
	finish()
	if f.last = append(f.last, h); len(f.last) > feedSize {
		f.last = slices.Delete(f.last, 0, len(f.last)-feedSize)
	}
	if !f.closed {
		close(f.news)
		f.news = make(chan struct{})
	}
}

// since returns the handshakes with numbers above seen that the feed still holds, the
// count of all handshakes, a channel that is closed when the count changes or the feed
// is closed, and whether the feed is open.
func (f *feed) since(seen int) (list []*Handshake, count int, news <-chan struct{}, open bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.last[max(0, len(f.last)-(f.count-seen)):]), f.count, f.news, !f.closed
}

// close ends the feed. Readers still get the handshakes that it holds.
func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.closed = true
		close(f.news)
	}
}
