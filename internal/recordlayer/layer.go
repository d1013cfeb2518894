// Package recordlayer is the record layer with its I/O: it reads and writes records
// over a transport, puts handshake messages together, and holds the policy for
// alerts, empty records and floods (RFC 8446, sections 5 and 6; RFC 5246,
// sections 6 and 7.2).
//
// A layer has two halves. One call or one conversation at a time reads, one sends:
// Read and Write take the half for the call, a conversation holds a Reading or a
// Turn until it ends it. Those who wait for their turn wait no longer than their
// deadline or context, and Close. While nothing is in flight neither half holds
// a buffer.
//
// What says how a connection stands belongs to who holds the half: the fields of
// in to the reader, those of out to the sender. The version and the handler
// change while both are held.
package recordlayer

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/suite"
)

// Transport is the connection below a layer.
type Transport interface {
	io.Writer
	// ReadInto waits for bytes and reads once into b.Free(). If it can, it calls
	// Free only when bytes have arrived, and b.Release() if there are none after all.
	ReadInto(b *ReadBuffer) (int, error)
	// The deadlines, and Close, are a net.Conn's: they end what waits.
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
	Close() error
}

// Handler serves what comes after the first flights of a handshake.
type Handler interface {
	// Message handles a handshake message. What has to wait for the peer, or for a
	// callback of the user, it returns as a conversation.
	Message(in *Reading, raw []byte) (Conversation, error)
	// UpdateWriteKeys replaces the write keys and sends a KeyUpdate (RFC 8446,
	// section 4.6.3).
	UpdateWriteKeys(*Turn) error
	// ReadClosed is called when reading has ended for good, with the cause.
	ReadClosed(err error)
	// ReadReturned is called when a Read has returned data or a conversation has
	// ended: there may be no reader for a while.
	ReadReturned()
}

// Conversation is a dialogue with the peer after the first handshake. It runs on
// a goroutine of its own, holds the right to read and ends it with its error.
type Conversation func(in *Reading) error

// Layer is one connection's record layer. Its zero value becomes usable by Init.
type Layer struct {
	transport Transport
	handler   Handler // nil during the first handshake
	// failed is the fatal error that the reading half met: writing ends, too.
	failed atomic.Pointer[failure.Error]
	// aborted is why the connection was ended from here, nil while it was not.
	aborted atomic.Pointer[error]
	// OnRecord, if set, sees every record and what they make up: what Node's
	// enableTrace prints.
	OnRecord func(Event)

	in  in
	out out

	// version is 0 until the handshake has chosen one.
	version suite.Version
	server  bool
}

// Event is what OnRecord is told, in the order in which OpenSSL's msg_callback
// tells it: the header of a record, the type inside it if TLS 1.3 protects it,
// then what it completes, which for a record of application data is nothing.
type Event struct {
	Kind EventKind
	Sent bool
	// Header is that of the record, for EventHeader alone. One that is refused
	// is told of, too.
	Header record.Header
	// Type is the inner type of a record, or says what Payload is: a whole
	// handshake message, an alert, a change_cipher_spec.
	Type    record.ContentType
	Payload []byte // valid during the call
}

// EventKind says what an Event tells.
type EventKind uint8

// The kinds of events.
const (
	EventHeader EventKind = iota
	EventInner
	EventContent
)

// trace passes an event to OnRecord.
func (l *Layer) trace(e Event) {
	if l.OnRecord != nil {
		l.OnRecord(e)
	}
}

// traceInner traces the type inside a record that TLS 1.3 protects. A client's
// early data has no version yet.
func (l *Layer) traceInner(sent bool, h record.Header, t record.ContentType) {
	if h.Type == record.ApplicationData && (l.version == suite.TLS13 || l.version == 0) {
		l.trace(Event{Kind: EventInner, Sent: sent, Type: t})
	}
}

// traceContent traces what one or more records make up.
func (l *Layer) traceContent(sent bool, t record.ContentType, payload []byte) {
	l.trace(Event{Kind: EventContent, Sent: sent, Type: t, Payload: payload})
}

// Role says which end of the connection a layer is.
type Role uint8

// The two ends.
const (
	Client Role = iota
	Server
)

// New returns a layer over t.
func New(t Transport, r Role) *Layer {
	l := new(Layer)
	l.Init(t, r)
	return l
}

// Init makes a zero Layer one over t. It is New for a Layer that is part of
// something larger: what a connection holds is small, and in one piece it is
// smaller.
func (l *Layer) Init(t Transport, r Role) {
	l.transport, l.server = t, r == Server
	l.out.fragment.Store(record.MaxPlaintext)
	l.out.limit = record.MaxPlaintext
	l.out.version = suite.TLS12
	if r == Client {
		l.out.version = suite.TLS10 // RFC 8446, section 5.1: the first hello's records
	}
}

// Handle lets h serve what comes after the handshake. It is called by who holds
// the right to read.
func (l *Layer) Handle(h Handler) { l.handler = h }

// Exchange is the right to read and to send: what a handshake needs. A part that
// is nil is not held.
type Exchange struct {
	*Reading
	*Turn
}

// Begin takes both rights for the first handshake, which the user's deadlines
// bound.
func (l *Layer) Begin(ctx context.Context) (Exchange, error) {
	if err := l.in.gate.enter(ctx); err != nil {
		return Exchange{}, l.cause(err)
	}
	in := &Reading{layer: l}
	if err := l.out.gate.enter(ctx); err != nil {
		in.End()
		return Exchange{}, l.cause(err)
	}
	return Exchange{in, &Turn{layer: l}}, nil
}

// End ends both.
func (x Exchange) End() {
	x.Turn.End()
	x.Reading.End()
}

// SetVersion fixes the version: from now on records of another are refused.
func (x Exchange) SetVersion(v suite.Version) {
	l := x.Reading.layer
	l.version = v
	l.out.version = min(v, suite.TLS12)
}

// Server reports whether the layer is a server's.
func (x Exchange) Server() bool { return x.Reading.layer.server }

// Version returns what SetVersion was given, or 0.
func (x Exchange) Version() suite.Version { return x.Reading.layer.Version() }

// Version returns the version, 0 until it is chosen.
func (l *Layer) Version() suite.Version { return l.version }

// Abort ends the connection without a word, at once and without waiting: a turn
// that is out ends, and its calls return err, as do those of who waits for one.
// It returns what closing the transport did.
func (l *Layer) Abort(err error) error {
	l.aborted.CompareAndSwap(nil, &err)
	l.out.gate.close()
	return l.transport.Close()
}

// cause returns why the connection was aborted, in place of an error that only
// says that it is closed.
func (l *Layer) cause(err error) error {
	if cause := l.aborted.Load(); cause != nil {
		return *cause
	}
	return err
}

// Close sends close_notify, unless a turn is out, and closes the transport within
// limit. It waits for nothing but a call that is sending, and its own sending.
func (l *Layer) Close(limit time.Duration) error {
	l.in.gate.close()
	l.out.gate.close()
	late := time.AfterFunc(limit, func() { l.transport.Close() })
	defer late.Stop()
	if l.out.gate.enterLast(limit) {
		l.transport.SetWriteDeadline(time.Now().Add(limit)) // not before: a Write keeps its own
		l.sendControl()
		l.closeNotify()
		l.out.gate.leave()
	}
	closed := net.ErrClosed
	if !l.aborted.CompareAndSwap(nil, &closed) || !late.Stop() {
		return nil // it was closed already
	}
	return l.transport.Close()
}

// SetReadDeadline bounds the user's reads, SetWriteDeadline the user's writes.
// After Close they return net.ErrClosed.
func (l *Layer) SetReadDeadline(t time.Time) error {
	return l.in.gate.setDeadline(t, l.transport.SetReadDeadline)
}

func (l *Layer) SetWriteDeadline(t time.Time) error {
	return l.out.gate.setDeadline(t, l.transport.SetWriteDeadline)
}

// SetMaxSendFragment bounds the plaintext of application data records, in
// bytes: Node's setMaxSendFragment.
func (l *Layer) SetMaxSendFragment(n int) {
	l.out.fragment.Store(int32(n))
}

// out is the writing half.
type out struct {
	gate     gate
	closed   atomic.Bool   // close_notify is sent
	later    bool          // the queue may wait for a Write
	version  suite.Version // of the record header
	fragment atomic.Int32  // largest plaintext that the user wants in a record
	limit    uint16        // the largest that the peer takes
	sealer   record.Sealer

	// queue is what is sealed and goes before all else: the records of a flight,
	// gathered for one write, or what a timed-out write left over.
	queue  []byte
	pooled *[flightSize]byte // the pooled array of the queue, nil if it has memory of its own

	err error // once set, nothing more is written

	// control holds what the reading half wants sent.
	control control
	wire    atomic.Int64 // bytes given to the transport
}

// control is a small queue: what the reading half, which must not wait for the
// sender, wants to be sent.
type control struct {
	mu     sync.Mutex
	update bool // a key update is wanted
	// answered says that one was sent, or will be, since our last data.
	answered bool
	// alerts wait each once: a fatal one, close_notify, a warning.
	alerts  [3]notice
	waiting uint8 // how many do
}

// WireBytesWritten returns the number of bytes given to the transport.
func (l *Layer) WireBytesWritten() int64 { return l.out.wire.Load() }
