package link

import (
	"io"

	"polytls/internal/reason"
	"polytls/internal/record"
)

// This file holds early data (RFC 8446, section 2.3) as a server reads it:
// between the first flight and EndOfEarlyData.

// OpenEarlyData lets up to n bytes of application data come before the next
// change of the read keys.
func (l *Link) OpenEarlyData(n int) {
	l.in.earlyOpen, l.in.earlyLeft = true, n
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
		return l.keepEarly(payload)
	case t == record.Handshake:
		l.in.hand = append(l.in.hand, payload...)
		return nil
	}
	return reason.UnexpectedRecord.New("record of type %s among early data", t)
}

// keepEarly puts early data where Read finds it.
func (l *Link) keepEarly(payload []byte) error {
	i := &l.in
	if !i.earlyOpen {
		return reason.AppDataInHandshake.New("application data instead of a handshake message")
	}
	if len(payload) > i.earlyLeft {
		return reason.TooMuchEarlyData.New("more early data than max_early_data_size allows")
	}
	i.earlyLeft -= len(payload)
	i.queue = append(i.queue, payload...)
	return nil
}
