// Package recordlayer is the record layer with its I/O: it reads and writes records
// over a transport, reassembles handshake messages, and holds the policy for
// alerts, empty records and floods (RFC 8446, sections 5 and 6; RFC 5246, sections
// 6 and 7.2).
//
// A Layer has a reading and a writing half. Each is used by one call or one
// conversation at a time: Read and Write hold it for the call, a conversation holds
// a Reading or a Turn until it ends it. Waiting for a half is bounded by the
// caller's deadline or context, and by Close. An idle half holds no buffer.
//
// The holder of a half may use its fields: the reader those of in, the sender those
// of out. The version and the handler change only while both halves are held.
package recordlayer

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/suite"
)

// Transport is the connection below a Layer.
type Transport interface {
	io.Writer
	// ReadInto waits for bytes and reads once into b.Free(). If it can, it calls
	// Free only when bytes have arrived, and b.Release() if there are none after all.
	ReadInto(b *ReadBuffer) (int, error)
	// The deadlines and Close are those of a net.Conn: they unblock pending calls.
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
	Close() error
}

// Handler handles the messages that follow the first handshake.
type Handler interface {
	// Message handles a handshake message. If that has to wait for the peer or for a
	// callback of the user, Message returns a conversation.
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

// Conversation is an exchange of messages after the first handshake. It runs on its
// own goroutine and holds the right to read until it returns.
type Conversation func(in *Reading) error

// Layer is one connection's record layer. Its zero value becomes usable by Init.
type Layer struct {
	transport Transport
	handler   Handler // nil during the first handshake
	// failed is the fatal error of the reading half, which ends writing, too.
	failed atomic.Pointer[failure.Error]
	// aborted is why we ended the connection, nil while we have not.
	aborted atomic.Pointer[error]
	tracer  atomic.Pointer[Tracer] // nil for none

	in  in
	out out

	// version is 0 until the handshake has chosen one.
	version suite.Version
	server  bool

	failureSeen atomic.Bool // by FirstFailure; it is here because there is space for it
}

// FirstFailure reports whether it is called for the first time: for a log of the first
// failure of each connection.
func (l *Layer) FirstFailure() bool { return !l.failureSeen.Swap(true) }

// Role is the end of the connection that a Layer is.
type Role uint8

// The two ends.
const (
	Client Role = iota
	Server
)

// New returns a Layer over t.
func New(t Transport, r Role) *Layer {
	l := new(Layer)
	l.Init(t, r)
	return l
}

// Init initializes a zero Layer over t. It serves a Layer that is a field of a
// larger struct, which saves an allocation for each connection.
func (l *Layer) Init(t Transport, r Role) {
	l.transport, l.server = t, r == Server
	l.out.fragment.Store(record.MaxPlaintext)
	l.out.limit = record.MaxPlaintext
	l.out.version = suite.TLS12
	if r == Client {
		l.out.version = suite.TLS10 // RFC 8446, section 5.1: the first hello's records
	}
}

// Role returns the end of the connection that the layer is.
func (l *Layer) Role() Role {
	if l.server {
		return Server
	}
	return Client
}

// Handle sets the handler of messages after the handshake. The caller holds the
// right to read.
func (l *Layer) Handle(h Handler) { l.handler = h }

// Exchange holds the right to read and the right to send, which a handshake needs.
// A nil part is not held.
type Exchange struct {
	*Reading
	*Turn
}

// Begin waits for both rights, for the first handshake. The user's deadlines apply
// to it.
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

// End ends the rights that x holds.
func (x Exchange) End() {
	x.Turn.End()
	x.Reading.End()
}

// SetVersion sets the version. From now on records of another version are refused.
func (x Exchange) SetVersion(v suite.Version) {
	l := x.Reading.layer
	l.version = v
	l.out.version = min(v, suite.TLS12)
}

// Server reports whether this is the server's end.
func (x Exchange) Server() bool { return x.Reading.layer.server }

// Version returns what SetVersion was given, or 0.
func (x Exchange) Version() suite.Version { return x.Reading.layer.Version() }

// Version returns the version, 0 until it is chosen.
func (l *Layer) Version() suite.Version { return l.version }

// Abort closes the connection at once and sends nothing. Pending and later calls,
// those of a Turn included, return err. Abort returns the error of closing the
// transport.
func (l *Layer) Abort(err error) error {
	l.aborted.CompareAndSwap(nil, &err)
	l.out.gate.close()
	return l.transport.Close()
}

// cause returns why the connection was aborted, or err if it was not.
func (l *Layer) cause(err error) error {
	if cause := l.aborted.Load(); cause != nil {
		return *cause
	}
	return err
}

// Close sends close_notify, unless a Turn is held, and closes the transport within
// limit. It waits only for a Write in progress and for sending close_notify.
func (l *Layer) Close(limit time.Duration) error {
	l.in.gate.close()
	l.out.gate.close()
	late := time.AfterFunc(limit, func() { l.transport.Close() })
	defer late.Stop()
	if l.out.gate.enterLast(limit) {
		l.transport.SetWriteDeadline(time.Now().Add(limit)) // not earlier: a Write in progress keeps its own deadline
		l.sendControl()
		l.closeNotify()
		l.out.gate.leave()
	}
	closed := net.ErrClosed
	if !l.aborted.CompareAndSwap(nil, &closed) || !late.Stop() {
		return nil // it was closed already
	}
	if err := l.transport.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil // by another user of the net.Conn
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
	closed   atomic.Bool   // close_notify was sent
	later    bool          // the queue may wait for a Write
	version  suite.Version // of the record header
	fragment atomic.Int32  // the user's limit of a record's plaintext, in bytes
	limit    uint16        // the largest plaintext that the peer accepts
	sealer   record.Sealer

	// queue holds sealed records that are sent first: those of a flight, collected
	// for one write, or the rest of a write that timed out.
	queue  []byte
	pooled *[flightSize]byte // the pooled array of the queue, nil if it has memory of its own

	err error // once set, nothing more is written

	// control holds what the reading half has posted.
	control control
	wire    atomic.Int64 // bytes given to the transport
}

// control is a small queue of what the reading half, which must not wait for the
// sender, has posted for sending.
type control struct {
	mu     sync.Mutex
	update bool // a key update is queued
	// answered says that a key update has been queued since we last sent data.
	answered bool
	// alerts holds at most one of each: a fatal one, close_notify, a warning.
	alerts  [3]notice
	waiting uint8 // how many are queued
}

// WireBytesWritten returns the number of bytes given to the transport.
func (l *Layer) WireBytesWritten() int64 { return l.out.wire.Load() }
