package inspector

import (
	"testing"
)

func TestFeedCutsOffSlowReaders(t *testing.T) {
	f := newFeed()
	_, news, leave := f.join()
	for range feedLag + 1 {
		f.add([]byte("x"))
	}
	n := 0
	for range news { // ends, since it was cut off
		n++
	}
	if n != feedLag {
		t.Errorf("%d items came before the cut, want %d", n, feedLag)
	}
	leave()
	kept, _, leave := f.join()
	if len(kept) != feedKept {
		t.Errorf("%d are kept, want %d", len(kept), feedKept)
	}
	leave()
	f.close()
	if _, news, leave := f.join(); func() bool { _, open := <-news; return open }() {
		t.Error("a closed feed has news")
	} else {
		leave()
	}
}
