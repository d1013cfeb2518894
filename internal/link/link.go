// Package link is the record layer with its I/O: it reads and writes records
// over a transport, puts handshake messages together, and holds the policy for
// alerts, empty records and floods (RFC 8446, sections 5 and 6; RFC 5246,
// sections 6 and 7.2).
//
// A link has two halves with a lock each, and reading never waits for writing.
// While nothing is in flight neither half holds a buffer.
package link

import (
	"io"
	"sync"
	"sync/atomic"

	"polytls/internal/alert"
	"polytls/internal/reason"
	"polytls/internal/record"
	"polytls/internal/suite"
)

// Transport is the connection below a link.
type Transport interface {
	io.Writer
	// ReadInto waits for bytes and reads once into s.Take(). It takes the
	// space only when bytes are there, if it can tell, and gives it back with
	// s.Drop() when they are not after all.
	ReadInto(s *Space) (int, error)
	// WriteExpired reports whether the write deadline has passed, so that no
	// record is sealed that cannot be sent.
	WriteExpired() error
}

// Handler serves a connection once its handshake is over.
type Handler interface {
	// Message is given every handshake message that comes. It runs while the
	// reading half is locked.
	Message(raw []byte) error
	// Renew replaces the write keys and tells the peer of it (RFC 8446, section
	// 4.6.3). It runs while the writing half is locked.
	Renew() error
	// Ended is told why reading has ended for good. It runs while the reading
	// half is locked.
	Ended(err error)
	// Idle is told that a Read has returned data: nobody may read for a while.
	// No half is locked by it.
	Idle()
}

// Link is one connection's record layer. Its zero value becomes usable by Init.
type Link struct {
	transport Transport
	handler   Handler // nil during the first handshake
	// failed is the fatal error that the reading half met: writing ends, too.
	failed atomic.Pointer[alert.Error]
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

// tell tells the trace of an event.
func (l *Link) tell(e Event) {
	if l.OnRecord != nil {
		l.OnRecord(e)
	}
}

// tellInner tells the type inside a record that TLS 1.3 protects. A client's
// early data has no version yet.
func (l *Link) tellInner(sent bool, h record.Header, t record.ContentType) {
	if h.Type == record.ApplicationData && (l.version == suite.TLS13 || l.version == 0) {
		l.tell(Event{Kind: EventInner, Sent: sent, Type: t})
	}
}

// tellContent tells what one or more records make up.
func (l *Link) tellContent(sent bool, t record.ContentType, payload []byte) {
	l.tell(Event{Kind: EventContent, Sent: sent, Type: t, Payload: payload})
}

// Role says which end of the connection a link is.
type Role uint8

// The two ends.
const (
	Client Role = iota
	Server
)

// New returns a link over t.
func New(t Transport, r Role) *Link {
	l := new(Link)
	l.Init(t, r)
	return l
}

// Init makes a zero Link one over t. It is New for a Link that is part of
// something larger: what a connection holds is small, and in one piece it is
// smaller.
func (l *Link) Init(t Transport, r Role) {
	l.transport, l.server = t, r == Server
	l.out.fragment, l.out.limit = record.MaxPlaintext, record.MaxPlaintext
	l.out.version = suite.TLS12
	if r == Client {
		l.out.version = suite.TLS10 // RFC 8446, section 5.1: the first hello's records
	}
}

// Handle lets h serve what comes after the handshake. Both halves are locked.
func (l *Link) Handle(h Handler) { l.handler = h }

// Serve gives a message to the Handler. The reading half is locked.
func (l *Link) Serve(raw []byte) error { return l.handler.Message(raw) }

// Begin locks both halves for a handshake; End unlocks them.
func (l *Link) Begin() {
	l.in.mu.Lock()
	l.out.mu.Lock()
}

// End ends what Begin began.
func (l *Link) End() {
	l.in.space.release()
	l.unlockOut()
	l.in.mu.Unlock()
}

// LockWrite locks the writing half alone, for messages after the handshake.
func (l *Link) LockWrite() { l.out.mu.Lock() }

// UnlockWrite ends what LockWrite began.
func (l *Link) UnlockWrite() { l.unlockOut() }

// LockRead locks the reading half alone.
func (l *Link) LockRead() { l.in.mu.Lock() }

// TryLockRead locks the reading half if nobody reads.
func (l *Link) TryLockRead() bool { return l.in.mu.TryLock() }

// UnlockRead ends what LockRead began.
func (l *Link) UnlockRead() {
	l.in.space.release()
	l.in.mu.Unlock()
}

// SetVersion fixes the version: from now on records of another are refused.
func (l *Link) SetVersion(v suite.Version) {
	l.version = v
	l.out.version = min(v, suite.TLS12)
}

// Server reports whether the link is a server's.
func (l *Link) Server() bool { return l.server }

// Version returns what SetVersion was given, or 0.
func (l *Link) Version() suite.Version { return l.version }

// SetReadKeys opens what comes from now on with k. Bytes of a handshake
// message that came under the old keys are an error (RFC 8446, section 5.1).
func (l *Link) SetReadKeys(k record.Keys) error {
	if len(l.in.hand) > 0 {
		return reason.ExcessHandshakeData.New("handshake bytes of %d bytes stand before a change of keys", len(l.in.hand))
	}
	if err := l.in.opener.SetKeys(k); err != nil {
		return reason.Internal.New("read keys: %v", err)
	}
	l.in.protected = true
	l.in.stopKeeping()
	return nil
}

// SetWriteKeys seals what is written from now on with k.
func (l *Link) SetWriteKeys(k record.Keys) error {
	if err := l.out.sealer.SetKeys(k); err != nil {
		return reason.Internal.New("write keys: %v", err)
	}
	return nil
}

// ClearWriteKeys writes without protection again: after a HelloRetryRequest to
// a hello that early data followed.
func (l *Link) ClearWriteKeys() { l.out.sealer = record.Sealer{} }

// SetMaxSendFragment bounds the plaintext of application data records, in
// bytes: Node's setMaxSendFragment.
func (l *Link) SetMaxSendFragment(n int) {
	l.out.mu.Lock()
	l.out.fragment = min(uint16(n), l.out.limit)
	l.unlockOut()
}

// LimitFragments bounds the plaintext of all our records, in bytes, as the peer
// has asked (RFC 6066, section 4); SetMaxSendFragment can only go below. The
// caller holds the write lock.
func (l *Link) LimitFragments(n int) {
	l.out.limit = uint16(n)
	l.out.fragment = min(l.out.fragment, l.out.limit)
}

// out is the writing half.
type out struct {
	mu       sync.Mutex
	closed   bool          // close_notify is sent
	later    bool          // the queue may wait for a Write
	version  suite.Version // of the record header
	fragment uint16        // largest plaintext that the user wants in a record
	limit    uint16        // the largest that the peer takes
	sealer   record.Sealer

	// queue is what is sealed and goes before all else: the records of a flight,
	// gathered for one write, or what a timed-out write left over.
	queue []byte
	lent  *[flightSize]byte // that the queue lies in, nil if it does not

	err error // once set, nothing more is written

	// control holds what the reading half wants sent.
	control control
	wire    atomic.Int64 // bytes given to the transport
}

// control is a small mailbox: what the reading half, which must not wait for
// the writing half's lock, wants to be sent.
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
func (l *Link) WireBytesWritten() int64 { return l.out.wire.Load() }
