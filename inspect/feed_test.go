package inspect

import "testing"

// emptyEntry is a handshake of which nothing is known.
func emptyEntry() *entry {
	return &entry{shown: func() *shown { return &shown{Handshake: &Handshake{}, row: []byte("{}")} }}
}

// TestFeed has a reader that misses some handshakes, and one that waits.
func TestFeed(t *testing.T) {
	f := newFeed()
	_, seen, news, _ := f.since(0)
	for range feedSize + 5 {
		f.add(emptyEntry(), func() {})
	}
	<-news
	list, count, news, open := f.since(seen)
	if len(list) != feedSize || list[0].number != 6 || count != feedSize+5 || !open {
		t.Errorf("%d handshakes from %d on, of %d, open %v", len(list), list[0].number, count, open)
	}
	if list, _, _, _ := f.since(count); len(list) != 0 {
		t.Errorf("%d handshakes come twice", len(list))
	}
	if list, _, _, _ := f.since(count - 2); len(list) != 2 || list[1].number != count {
		t.Errorf("the last two are %d", len(list))
	}
	f.close()
	f.close()
	<-news
	f.add(emptyEntry(), func() {})
	if list, _, news, open = f.since(count); open || len(list) != 1 {
		t.Errorf("a closed feed is open: %v, and has %d handshakes", open, len(list))
	}
	<-news
}
