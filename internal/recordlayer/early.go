package recordlayer

import "polytls/failure"

// This file queues application data that arrives during a handshake:
// early data, between a server's first flight and EndOfEarlyData (RFC 8446,
// section 2.3), and what a peer sends before it answers a renegotiation.

// queuedData is application data that waits for Read.
type queuedData struct {
	data []byte
	open bool  // more is allowed
	left int   // how many more bytes
	over error // the error if more data arrives
}

// QueueData allows application data among the handshake messages, until
// SetReadKeys: up to n bytes are queued for Read. If more arrives, the error is
// over; n = 0 allows none.
func (r *Reading) QueueData(n int, over error) {
	i := &r.layer.in
	if n == 0 && !i.opened() {
		i.stopQueueing()
		return
	}
	if i.queued == nil {
		i.queued = new(queuedData)
	}
	k := i.queued
	// What was opened before must not be overwritten by what is read now.
	if i.opened() {
		k.data = append(k.data, i.buffer.buf.plain...)
		i.buffer.buf.plain = nil
	}
	k.open, k.left, k.over = n > 0, n-len(k.data), over
}

// opened reports whether the buffer holds opened application data that has not been
// read.
func (i *in) opened() bool { return i.buffer.opened() }

// buffered returns how many bytes have arrived and are not opened yet.
func (i *in) buffered() int { return len(i.buffer.unread()) }

// queuesData reports whether application data is allowed.
func (i *in) queuesData() bool { return i.queued != nil && i.queued.open }

func (i *in) stopQueueing() {
	if i.queued == nil {
		return
	}
	i.queued.open = false
	if len(i.queued.data) == 0 {
		i.queued = nil
	}
}

// takeQueued moves queued data to p.
func (i *in) takeQueued(p []byte) int {
	if i.queued == nil {
		return 0
	}
	n := copy(p, i.queued.data)
	i.queued.data = i.queued.data[n:]
	if !i.queued.open {
		i.stopQueueing()
	}
	return n
}

// EarlyData returns how many bytes of early data have arrived: application data
// before the end of the handshake.
func (l *Layer) EarlyData() int64 { return int64(l.in.earlyData.Load()) }

func (l *Layer) queueData(payload []byte) error {
	k := l.in.queued
	switch {
	case !l.in.queuesData():
		return failure.AppDataInHandshake.New("application data instead of a handshake message")
	case len(payload) > k.left:
		return k.over
	}
	k.left -= len(payload)
	k.data = append(k.data, payload...)
	if !l.in.established() {
		l.in.earlyData.Add(int32(len(payload)))
	}
	return nil
}
