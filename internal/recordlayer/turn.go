package recordlayer

import (
	"context"
	"net"
	"sync/atomic"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/suite"
)

// A Turn is the right to send: while it is held, Write waits. One goroutine at a time
// uses it. The methods of a Turn that has ended, or whose connection has, do nothing
// and return the cause.
type Turn struct {
	layer *Layer
	state atomic.Uint32 // a turnState
}

// turnState decides who ends a turn: End, or the call that End interrupted.
type turnState = uint32

const (
	turnIdle turnState = iota
	turnUsed
	turnOver
)

// TakeTurn waits for the right to send, at most until ctx ends. The user's write
// deadline does not apply to the Turn.
func (l *Layer) TakeTurn(ctx context.Context) (*Turn, error) {
	if err := l.out.gate.enter(ctx); err != nil {
		return nil, l.cause(err)
	}
	l.out.gate.lift(l.transport.SetWriteDeadline)
	return &Turn{layer: l}, nil
}

// Send calls f with the right to send, within the user's write deadline, as Write.
func (l *Layer) Send(f func(*Turn) error) error {
	if err := l.enterOut(); err != nil {
		return err
	}
	t := &Turn{layer: l}
	defer t.End()
	return f(t)
}

// End ends the turn and sends what the reading half has posted. Another goroutine
// may call it: a call in progress is then the last one. A second End does nothing.
func (t *Turn) End() {
	if t.state.Swap(turnOver) == turnIdle {
		t.leave()
	}
}

func (t *Turn) leave() {
	t.layer.out.gate.restore(t.layer.transport.SetWriteDeadline)
	t.layer.leaveOut()
}

// use begins a call, which done ends. It returns why the turn cannot be used, or
// nil.
func (t *Turn) use() error {
	if cause := t.layer.aborted.Load(); cause != nil {
		return *cause
	}
	if !t.state.CompareAndSwap(turnIdle, turnUsed) {
		return net.ErrClosed
	}
	return nil
}

func (t *Turn) done() {
	if !t.state.CompareAndSwap(turnUsed, turnIdle) {
		t.leave() // it was ended during the call
	}
}

// WriteMessage queues a handshake message for Flush.
func (t *Turn) WriteMessage(raw []byte) {
	if t.use() != nil {
		return
	}
	defer t.done()
	l := t.layer
	l.out.queue = l.fragments(l.out.grow(), record.Handshake, raw)
	l.traceContent(true, record.Handshake, raw)
}

// WriteEarly queues early data of a client (RFC 8446, section 2.3).
func (t *Turn) WriteEarly(p []byte) {
	if t.use() != nil {
		return
	}
	defer t.done()
	l := t.layer
	l.out.queue = l.fragments(l.out.grow(), record.ApplicationData, p)
}

// WriteChangeCipherSpec queues a change_cipher_spec. In TLS 1.3 it is never
// protected (RFC 8446, appendix D.4).
func (t *Turn) WriteChangeCipherSpec() {
	if t.use() != nil {
		return
	}
	defer t.done()
	l := t.layer
	body, queue := []byte{1}, l.out.grow()
	if l.version != suite.TLS13 && l.version != 0 {
		l.out.queue = l.seal(queue, record.ChangeCipherSpec, body)
	} else {
		var plain record.Sealer
		l.out.queue = plain.Seal(queue, suite.TLS12, record.ChangeCipherSpec, body, 0)
		l.traceSealed(l.out.queue[len(queue):], record.ChangeCipherSpec)
	}
	l.traceContent(true, record.ChangeCipherSpec, body)
}

// SetWriteKeys seals records with k from now on.
func (t *Turn) SetWriteKeys(k record.Keys) error {
	if err := t.use(); err != nil {
		return err
	}
	defer t.done()
	if err := t.layer.out.sealer.SetKeys(k); err != nil {
		return failure.Internal.New("write keys: %v", err)
	}
	return nil
}

// ClearWriteKeys ends protection: after a HelloRetryRequest, when early data had
// been sent.
func (t *Turn) ClearWriteKeys() {
	if t.use() != nil {
		return
	}
	defer t.done()
	t.layer.out.sealer = record.Sealer{}
}

// LimitFragments bounds the plaintext of all our records from here on, in bytes, as
// the peer requests; 0 is the protocol's own bound. SetMaxSendFragment can only
// lower the bound.
func (t *Turn) LimitFragments(n int) {
	if t.use() != nil {
		return
	}
	defer t.done()
	if n == 0 {
		n = record.MaxPlaintext
	}
	t.layer.out.limit = uint16(n)
}

// LowerFragments is LimitFragments unless the bound is lower already.
func (t *Turn) LowerFragments(n int) { t.LimitFragments(min(n, int(t.layer.out.limit))) }

// Flush sends what is queued.
func (t *Turn) Flush() error {
	if err := t.use(); err != nil {
		return err
	}
	defer t.done()
	if err := t.layer.flush(); err != nil {
		return t.layer.cause(err)
	}
	return nil
}

// FlushLater sends what is queued together with the next Write, or soon after the
// turn has ended if there is none. It is for the last messages of a handshake, which
// the peer does not wait for: a packet of their own is expensive. It returns earlier
// errors only; an error of sending is returned by the next Write.
func (t *Turn) FlushLater() error {
	if err := t.use(); err != nil {
		return err
	}
	defer t.done()
	o := &t.layer.out
	o.later = len(o.queue) > 0
	return o.err
}

// SendAlert sends an alert after what is queued. After a fatal one, or close_notify,
// nothing can be written.
func (t *Turn) SendAlert(a failure.Alert) error {
	if err := t.use(); err != nil {
		return err
	}
	defer t.done()
	return t.layer.sendNotice(ending(a))
}

// Break makes all later writes return err: the keys of a failed handshake must not
// protect application data.
func (t *Turn) Break(err error) {
	if t.use() != nil {
		return
	}
	defer t.done()
	if t.layer.out.err == nil {
		t.layer.out.err = err
	}
}
