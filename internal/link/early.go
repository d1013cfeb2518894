package link

import "polytls/failure"

// This file holds application data that comes while a handshake is under way:
// early data, between a server's first flight and EndOfEarlyData (RFC 8446,
// section 2.3), and what a peer sends before it answers a renegotiation.

// kept is application data that Read will find.
type kept struct {
	data []byte
	open bool  // more may come
	left int   // bytes that may still come
	over error // of more than that
}

// KeepData lets application data come among the handshake messages, until
// SetReadKeys, as long as no more than n bytes wait for Read to find them. More is
// the error over; 0 lets none come any more.
func (r *Reading) KeepData(n int, over error) {
	i := &r.link.in
	if n == 0 && !i.opened() {
		i.stopKeeping()
		return
	}
	if i.kept == nil {
		i.kept = new(kept)
	}
	k := i.kept
	// What was opened before must not be overwritten by what is read now.
	if i.opened() {
		k.data = append(k.data, i.space.slab.plain...)
		i.space.slab.plain = nil
	}
	k.open, k.left, k.over = n > 0, n-len(k.data), over
}

// opened reports whether application data waits in the space that nobody has read.
func (i *in) opened() bool { return i.ahead == nil && i.space.opened() }

// buffered returns how many bytes have come and not been opened yet.
func (i *in) buffered() int {
	if i.ahead != nil {
		return 0
	}
	return len(i.space.unread())
}

// keeps reports whether application data may come.
func (i *in) keeps() bool { return i.kept != nil && i.kept.open }

func (i *in) stopKeeping() {
	if i.kept == nil {
		return
	}
	i.kept.open = false
	if len(i.kept.data) == 0 {
		i.kept = nil
	}
}

// takeKept gives out what was kept.
func (i *in) takeKept(p []byte) int {
	if i.kept == nil {
		return 0
	}
	n := copy(p, i.kept.data)
	i.kept.data = i.kept.data[n:]
	if !i.kept.open {
		i.stopKeeping()
	}
	return n
}

// EarlyData returns how many bytes of early data have come: of application data
// before the end of the handshake.
func (l *Link) EarlyData() int64 { return int64(l.in.earlyData.Load()) }

func (l *Link) keepData(payload []byte) error {
	k := l.in.kept
	switch {
	case !l.in.keeps():
		return failure.AppDataInHandshake.New("application data instead of a handshake message")
	case len(payload) > k.left:
		return k.over
	}
	k.left -= len(payload)
	k.data = append(k.data, payload...)
	if !l.in.done {
		l.in.earlyData.Add(int32(len(payload)))
	}
	return nil
}
