package link

import (
	"io"

	"polytls/internal/reason"
	"polytls/internal/record"
)

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

// KeepData lets up to n bytes of application data come among the handshake
// messages, until the next change of the read keys. Read finds them. More is
// the error over; 0 lets none come any more.
func (l *Link) KeepData(n int, over error) {
	i := &l.in
	if n == 0 && !i.space.opened() {
		i.stopKeeping()
		return
	}
	if i.kept == nil {
		i.kept = new(kept)
	}
	k := i.kept
	k.open, k.left, k.over = n > 0, n, over
	// What was opened before must not be overwritten by what is read now.
	if i.space.opened() {
		k.data = append(k.data, i.space.slab.plain...)
		i.space.slab.plain = nil
	}
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

// ReadEarly returns early data, and io.EOF when a handshake message has ended
// it. The reading half is not locked.
func (l *Link) ReadEarly(p []byte) (int, error) {
	l.in.mu.Lock()
	defer l.UnlockRead()
	for {
		if n := l.takePlain(p); n > 0 || len(p) == 0 {
			return n, nil
		}
		if l.in.err != nil {
			return 0, l.in.err
		}
		if len(l.in.hand) > 0 {
			return 0, io.EOF
		}
		if err := l.readEarlyRecord(); err != nil {
			return 0, l.readFailed(err)
		}
	}
}

func (l *Link) readEarlyRecord() error {
	t, payload, err := l.nextRecord(nil)
	switch {
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	case err != nil:
		return err
	case t == record.ApplicationData:
		return l.keepData(payload)
	case t == record.Handshake:
		l.in.hand = append(l.in.hand, payload...)
		return nil
	}
	return reason.UnexpectedRecord.New("record of type %s among early data", t)
}

// Kept returns how many bytes of application data wait that KeepData let come.
// The reading half is locked.
func (l *Link) Kept() int {
	if l.in.kept == nil {
		return 0
	}
	return len(l.in.kept.data)
}

func (l *Link) keepData(payload []byte) error {
	k := l.in.kept
	switch {
	case !l.in.keeps():
		return reason.AppDataInHandshake.New("application data instead of a handshake message")
	case len(payload) > k.left:
		return k.over
	}
	k.left -= len(payload)
	k.data = append(k.data, payload...)
	return nil
}
