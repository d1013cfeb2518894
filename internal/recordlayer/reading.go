package recordlayer

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"polytls/failure"
	"polytls/internal/record"
)

// A Reading is the right to read: while it is held, Read waits. A conversation
// holds it from its first message to its end.
type Reading struct {
	layer *Layer
	over  atomic.Bool
}

// TryReading returns the right to read, nil if it is held. The user's read deadline
// does not apply to it.
func (l *Layer) TryReading() *Reading {
	if !l.in.gate.tryEnter() {
		return nil
	}
	return l.handOver()
}

// handOver turns the right to read that a call holds into one that a conversation
// can hold.
func (l *Layer) handOver() *Reading {
	l.in.gate.lift(l.transport.SetReadDeadline)
	return &Reading{layer: l}
}

// End ends the right to read. Ending it twice does nothing.
func (r *Reading) End() {
	if r.over.Swap(true) {
		return
	}
	r.layer.in.gate.restore(r.layer.transport.SetReadDeadline)
	r.layer.leaveIn()
}

// leaveIn ends the right to read.
func (l *Layer) leaveIn() {
	if l.in.ahead == nil {
		l.in.buffer.releaseIfEmpty()
	}
	l.in.gate.leave()
}

// Fail ends reading for good with err, and sends its alert.
func (r *Reading) Fail(err error) { r.layer.readEnded(err) }

// run runs a conversation, which holds the right to read.
func (r *Reading) run(next Conversation) {
	defer r.endIdle()
	if err := next(r); err != nil {
		r.Fail(err)
	}
}

// endIdle ends the right to read where no Read follows: a request that was sent in
// the meantime may need a reader.
func (r *Reading) endIdle() {
	handler := r.layer.handler
	r.End()
	handler.ReadReturned()
}

// ReadInBackground reads on a goroutine of its own, unless a Read is running, and
// handles messages while wanted returns true. It queues up to most bytes of
// application data for Read. A Read that is called meanwhile takes over.
func (l *Layer) ReadInBackground(wanted func() bool, most int) {
	r := l.TryReading()
	if r == nil {
		return
	}
	go func() {
		defer r.endIdle()
		early := l.in.queuesData()
		for wanted() && !l.in.gate.wanted() {
			if !l.in.queuesData() { // the first time, and after each conversation
				r.QueueData(most, failure.AppDataInHandshake.New("more than %d bytes of application data before the answer to a request of ours", most))
			}
			if err := r.serveNext(); err != nil {
				r.Fail(err)
				return
			}
		}
		if !early {
			r.QueueData(0, nil)
		}
	}()
}

// serveNext reads one record, or handles a complete message. After the handshake
// close_notify is io.EOF.
func (r *Reading) serveNext() error {
	msg, err := r.layer.messageOrEnd()
	if err == io.EOF && !r.layer.in.established() {
		err = io.ErrUnexpectedEOF
	}
	if msg == nil || err != nil {
		return err
	}
	next, err := r.layer.handler.Message(r, msg)
	if next == nil || err != nil {
		return err
	}
	return next(r)
}

// ReadMessage returns the next handshake message, whole and with its header.
func (r *Reading) ReadMessage() ([]byte, error) {
	for {
		msg, err := r.layer.nextMessage()
		if msg != nil || err != nil {
			return msg, err
		}
	}
}

// SetReadKeys opens records with k from now on, in the middle of a handshake: no
// application data is allowed before its end (see QueueData).
func (r *Reading) SetReadKeys(k record.Keys) error {
	err := r.UpdateReadKeys(k)
	if err == nil {
		r.layer.in.stopQueueing()
	}
	return err
}

// UpdateReadKeys opens records with k from now on. Bytes of an incomplete handshake
// message under the old keys are an error (RFC 8446, section 5.1).
func (r *Reading) UpdateReadKeys(k record.Keys) error {
	i := &r.layer.in
	if len(i.handshake) > 0 {
		return failure.ExcessHandshakeData.New("%d bytes of a handshake message precede a key change", len(i.handshake))
	}
	if err := i.opener.SetKeys(k); err != nil {
		return failure.Internal.New("read keys: %v", err)
	}
	i.reach(phaseKeys)
	return nil
}

// LimitRecords bounds the plaintext of the records that come from here on, in
// bytes, in TLS 1.3 with the content type and the padding; 0 is the protocol's own
// bound. The bound stays when the keys are updated.
func (r *Reading) LimitRecords(n int) { r.layer.in.opener.SetLimit(n) }

// Buffered reports whether bytes of a next handshake message are buffered; a nil
// Reading has none.
func (r *Reading) Buffered() bool { return r != nil && len(r.layer.in.handshake) > 0 }

// Established is called when the handshake is over.
func (r *Reading) Established() { r.layer.in.reach(phaseEstablished) }

// IgnoreUnexpectedEOF sets whether the stream may end without close_notify once the
// handshake is over, as OpenSSL's option of this name does.
func (r *Reading) IgnoreUnexpectedEOF(ignore bool) { r.layer.in.ignoresEOF = ignore }

// CountUpdate counts the key updates and requests for a handshake that the peer
// sends without data between them.
func (r *Reading) CountUpdate() error {
	i := &r.layer.in
	i.updates++
	if i.updates > maxKeyUpdates {
		return failure.TooManyKeyUpdates.New("more than %d key updates without data between them", maxKeyUpdates)
	}
	return nil
}

// readAhead is a read that was started before its bytes were needed.
type readAhead struct {
	done chan struct{}
	n    int
	err  error
}

// watchDelay is how long a callback may run before the peer is watched: most
// return sooner.
const watchDelay = 10 * time.Millisecond

// Watch returns a context for a callback of the user. It also ends when the peer
// closes the connection: while the callback runs, a read waits in the background,
// and the next read uses its bytes. If unread data is buffered already, the peer is
// not watched. The returned function ends the watch, and returns why the peer has
// closed the connection, nil if it has not.
func (r *Reading) Watch(ctx context.Context) (context.Context, func() error) {
	ctx, cancel := context.WithCancelCause(ctx)
	i := &r.layer.in
	if i.ahead == nil {
		i.buffer.releaseIfEmpty()
	}
	if i.ahead != nil || i.buffer.buf != nil || !i.buffer.Empty() || len(i.handshake) > 0 {
		return ctx, func() error { cancel(nil); return nil }
	}
	a := &readAhead{done: make(chan struct{})}
	timer := time.AfterFunc(watchDelay, func() {
		a.n, a.err = r.layer.transport.ReadInto(&i.buffer)
		left := r.left(a)
		close(a.done) // before the context ends: who saw that it ended asks why
		if left != nil {
			cancel(left)
		}
	})
	return ctx, func() error {
		defer cancel(nil)
		if timer.Stop() {
			return nil
		}
		i.ahead = a
		select {
		case <-a.done:
			return r.left(a)
		default:
			return nil
		}
	}
}

// left returns why the peer has closed the connection, nil if a's read does not tell
// that it has.
func (r *Reading) left(a *readAhead) error {
	if a.err == nil || isTimeout(a.err) {
		return nil
	}
	return r.layer.cause(truncated(a.err))
}

// readInto reads once, or waits for and uses the read of a watch.
func (l *Layer) readInto() (int, error) {
	a := l.in.ahead
	if a == nil {
		return l.transport.ReadInto(&l.in.buffer)
	}
	<-a.done
	l.in.ahead = nil
	if a.n == 0 && isTimeout(a.err) { // of a deadline that may have changed since
		return l.transport.ReadInto(&l.in.buffer)
	}
	return a.n, a.err
}
