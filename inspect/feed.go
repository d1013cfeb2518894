package inspect

import (
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// feed holds the last handshakes for any number of readers. It does not wait for
// readers: a slow one misses handshakes.
type feed struct {
	name string // of this feed among those of a restarted server

	mu     sync.Mutex
	last   []*entry
	count  int           // of all handshakes that were added
	news   chan struct{} // closed when one is added, and by close
	closed bool
	timed  bool // a timer will call computeAll
}

// feedSize is how many handshakes a feed holds.
const feedSize = 200

// mostUnread is how long an entry may wait for its first reader. Until it is computed it
// holds the configuration that the server had in its handshake, with keys and trusted
// certificates, which may have been replaced.
const mostUnread = 10 * time.Second

func newFeed() *feed {
	return &feed{name: rand.Text()[:8], last: []*entry{}, news: make(chan struct{})}
}

// add numbers a handshake and adds it. It calls finish in the order of the numbers,
// before readers can see the handshake.
func (f *feed) add(e *entry, finish func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	e.number = f.count
	finish()
	if f.last = append(f.last, e); len(f.last) > feedSize {
		f.last = slices.Delete(f.last, 0, len(f.last)-feedSize)
	}
	if !f.closed {
		close(f.news)
		f.news = make(chan struct{})
	}
	if !f.timed {
		f.timed = true
		time.AfterFunc(mostUnread, f.computeAll)
	}
}

// computeAll computes the entries that nobody has read.
func (f *feed) computeAll() {
	f.mu.Lock()
	f.timed = false
	all := slices.Clone(f.last)
	f.mu.Unlock()
	for _, e := range all {
		e.shown()
	}
}

// since returns the handshakes with numbers above seen that the feed still holds, the
// count of all handshakes, a channel that is closed when the count changes or the feed
// is closed, and whether the feed is open.
func (f *feed) since(seen int) (list []*entry, count int, news <-chan struct{}, open bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.last[max(0, len(f.last)-(f.count-seen)):]), f.count, f.news, !f.closed
}

// find returns the handshake with a number, nil if the feed does not hold it.
func (f *feed) find(number string) *entry {
	id, err := strconv.Atoi(number)
	if err != nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if i := len(f.last) - 1 - (f.count - id); i >= 0 && i < len(f.last) {
		return f.last[i]
	}
	return nil
}

// mark names a place in the feed, for a reader that was interrupted.
func (f *feed) mark(count int) string { return f.name + "." + strconv.Itoa(count) }

// after returns the count that a mark names, and false for one of another feed.
func (f *feed) after(mark string) (count int, ok bool) {
	name, number, _ := strings.Cut(mark, ".")
	count, err := strconv.Atoi(number)
	f.mu.Lock()
	defer f.mu.Unlock()
	return count, name == f.name && err == nil && count >= 0 && count <= f.count
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
