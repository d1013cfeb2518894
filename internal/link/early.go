package link

import (
	"io"

	"polytls/internal/reason"
	"polytls/internal/record"
)

// This file holds application data that comes while a handshake is under way:
// early data, between a server's first flight and EndOfEarlyData (RFC 8446,
// section 2.3), and what a peer sends before it answers a renegotiation.

// KeepData lets up to n bytes of application data come among the handshake
// messages, until the next change of the read keys. Read finds them. More is
// the error over; 0 lets none come any more.
func (l *Link) KeepData(n int, over error) {
	i := &l.in
	i.keep, i.keepLeft, i.over = n > 0, n, over
	// What was opened before must not be overwritten by what is read now.
	i.queue = append(i.queue, i.plain...)
	i.plain = nil
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
func (l *Link) Kept() int { return len(l.in.queue) }

func (l *Link) keepData(payload []byte) error {
	i := &l.in
	switch {
	case !i.keep:
		return reason.AppDataInHandshake.New("application data instead of a handshake message")
	case len(payload) > i.keepLeft:
		return i.over
	}
	i.keepLeft -= len(payload)
	i.queue = append(i.queue, payload...)
	return nil
}
