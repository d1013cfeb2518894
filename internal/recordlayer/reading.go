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
	l.in.buffer.releaseIfEmpty()
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

// endIdle ends the right to read when no Read follows: a request that was sent in
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

// Established records that the handshake is over.
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

// readAhead is a read that was started before its bytes were needed. It has a buffer of
// its own, because what was received before is read meanwhile.
type readAhead struct {
	done   chan struct{} // closed when the fields below have been set
	buffer ReadBuffer
	err    error
	left   error // why the peer has closed the connection, nil if it has not
}

// read reads once.
func (a *readAhead) read(l *Layer) {
	n, err := l.transport.ReadInto(&a.buffer)
	a.buffer.advance(n)
	if a.err = err; err != nil && !isTimeout(err) {
		a.left = l.cause(truncated(err))
	}
	close(a.done)
}

// isDone reports whether the read has returned.
func (a *readAhead) isDone() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}

// watchDelay is how long a callback may run before the peer is watched: most
// return sooner.
const watchDelay = 10 * time.Millisecond

// Watch returns a context for a callback of the user. It also ends when the peer
// closes the connection: while the callback runs, a read waits in the background,
// whose bytes later reads use. If they come while the callback runs, the peer is not
// watched any more. The returned function ends the watch, and returns why the peer
// has closed the connection, nil if it has not.
func (r *Reading) Watch(ctx context.Context) (context.Context, func() error) {
	ctx, cancel := context.WithCancelCause(ctx)
	i := &r.layer.in
	if !i.opened() { // more bytes would overwrite opened data
		i.collect()
	}
	i.buffer.releaseIfEmpty()
	a, started := i.ahead, i.ahead != nil
	if !started {
		a = &readAhead{done: make(chan struct{})}
	}
	timer := time.AfterFunc(watchDelay, func() {
		if !started {
			a.read(r.layer)
		}
		select {
		case <-a.done:
		case <-ctx.Done():
			return
		}
		if a.left != nil {
			cancel(a.left)
		}
	})
	return ctx, func() error {
		defer cancel(nil)
		if timer.Stop() && !started {
			return nil
		}
		i.ahead = a
		if a.isDone() {
			return a.left
		}
		return nil
	}
}

// collect moves the bytes of a read ahead that has returned to the buffer, as far as
// they fit, and returns their number.
func (i *in) collect() (n int) {
	a := i.ahead
	if a == nil || !a.isDone() {
		return 0
	}
	if rest := len(a.buffer.unread()); rest > 0 {
		n = copy(i.buffer.Free(), a.buffer.unread())
		i.buffer.advance(n)
		a.buffer.next(n)
		if n < rest {
			return n
		}
		a.buffer.Release()
	}
	if a.left == nil {
		i.ahead = nil
	}
	return n
}

// readInto reads once, or waits for and uses the read of a watch, and counts what has
// been read.
func (l *Layer) readInto() (n int, err error) {
	if a := l.in.ahead; a != nil {
		<-a.done
		if n = l.in.collect(); n > 0 {
			return n, nil
		}
		if a.left != nil {
			return 0, a.err
		}
		// The read had a deadline that may have changed since.
	}
	n, err = l.transport.ReadInto(&l.in.buffer)
	l.in.buffer.advance(n)
	return n, err
}
