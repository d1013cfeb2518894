package recordlayer

import (
	"context"
	"net"
	"sync/atomic"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/suite"
)

// A Turn is the right to send a flight: while one is out, Write waits. Only who
// was given it can use it, in one goroutine at a time, and a turn that has ended,
// or whose connection has, does nothing and returns why.
type Turn struct {
	layer *Layer
	state atomic.Uint32 // a turnState
}

// turnState says who may end a turn: End, or the call during which End came.
type turnState = uint32

const (
	turnIdle turnState = iota
	turnUsed
	turnOver
)

// TakeTurn waits until nothing else is being sent, and no longer than ctx. The
// user's write deadline does not bound what is sent during the turn.
func (l *Layer) TakeTurn(ctx context.Context) (*Turn, error) {
	if err := l.out.gate.enter(ctx); err != nil {
		return nil, l.cause(err)
	}
	l.out.gate.lift(l.transport.SetWriteDeadline)
	return &Turn{layer: l}, nil
}

// Send lets f send within the user's write deadline, as Write does.
func (l *Layer) Send(f func(*Turn) error) error {
	if err := l.enterOut(); err != nil {
		return err
	}
	t := &Turn{layer: l}
	defer t.End()
	return f(t)
}

// End ends the turn. What the reading half left in the meantime is sent. Another
// goroutine may end it: a call that is under way then is the last one. Ending it
// twice does nothing.
func (t *Turn) End() {
	if t.state.Swap(turnOver) == turnIdle {
		t.leave()
	}
}

func (t *Turn) leave() {
	t.layer.out.gate.restore(t.layer.transport.SetWriteDeadline)
	t.layer.leaveOut()
}

// use begins a call, which done ends. It returns why the turn cannot be used, nil
// if it can.
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

// WriteMessage gathers a handshake message for Flush.
func (t *Turn) WriteMessage(raw []byte) {
	if t.use() != nil {
		return
	}
	defer t.done()
	l := t.layer
	l.out.queue = l.fragments(l.out.grow(), record.Handshake, raw)
	l.traceContent(true, record.Handshake, raw)
}

// WriteEarly gathers application data among the messages of a flight: what a
// client sends as early data (RFC 8446, section 2.3).
func (t *Turn) WriteEarly(p []byte) {
	if t.use() != nil {
		return
	}
	defer t.done()
	l := t.layer
	l.out.queue = l.fragments(l.out.grow(), record.ApplicationData, p)
}

// WriteChangeCipherSpec gathers a change_cipher_spec. That of TLS 1.3's
// middlebox compatibility is never protected (RFC 8446, appendix D.4).
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

// SetWriteKeys seals what is written from now on with k.
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

// ClearWriteKeys writes without protection again: after a HelloRetryRequest to
// a hello that early data followed.
func (t *Turn) ClearWriteKeys() {
	if t.use() != nil {
		return
	}
	defer t.done()
	t.layer.out.sealer = record.Sealer{}
}

// LimitFragments bounds the plaintext of all our records, in bytes, as the peer
// has asked (RFC 6066, section 4); SetMaxSendFragment can only go below. The
// limit lasts as long as the connection.
func (t *Turn) LimitFragments(n int) {
	if t.use() != nil {
		return
	}
	defer t.done()
	t.layer.out.limit = uint16(n)
}

// Flush sends what was gathered.
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

// FlushLater sends what was gathered in one piece with what is written next, or
// by itself when the turn has ended and whoever ended it goes on to something
// else than Write. It is for the last messages of a handshake, for which nobody
// waits: a packet of their own costs both ends more than they do. Its error is
// one of before; that of the sending comes out of the next Write.
func (t *Turn) FlushLater() error {
	if err := t.use(); err != nil {
		return err
	}
	defer t.done()
	o := &t.layer.out
	o.later = len(o.queue) > 0
	return o.err
}

// SendAlert sends the alert of a failure, or close_notify, after what was
// gathered. After a fatal one nothing more can be written.
func (t *Turn) SendAlert(a failure.Alert) error {
	if err := t.use(); err != nil {
		return err
	}
	defer t.done()
	return t.layer.sendNotice(ending(a))
}

// Break lets nothing be sent any more, because of err: the keys of a handshake
// that failed must not protect application data.
func (t *Turn) Break(err error) {
	if t.use() != nil {
		return
	}
	defer t.done()
	if t.layer.out.err == nil {
		t.layer.out.err = err
	}
}
