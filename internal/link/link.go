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
	ReadInto(s Space) (int, error)
	// WriteExpired reports whether the write deadline has passed, so that no
	// record is sealed that cannot be sent.
	WriteExpired() error
}

// Space is where a transport reads into.
type Space interface {
	// Empty reports whether no bytes wait in the space already.
	Empty() bool
	// Take returns at least one free byte.
	Take() []byte
	// Drop gives the space back while the transport waits.
	Drop()
}

// Link is one connection's record layer. The zero value is not usable: New.
type Link struct {
	transport Transport
	server    bool
	// version is 0 until the handshake has chosen one.
	version suite.Version
	in      in
	out     out

	// failed is the fatal error that the reading half met: writing ends, too.
	failed atomic.Pointer[alert.Error]

	// OnMessage is given every handshake message that comes after the
	// handshake. It runs while the reading half is locked.
	OnMessage func(raw []byte) error
	// OnEnd, if set, is told why reading has ended for good. It runs while the
	// reading half is locked.
	OnEnd func(err error)
	// OnIdle, if set, is told that a Read has returned data: nobody may read for
	// a while. No half is locked by it.
	OnIdle func()
	// OnRecord, if set, sees every record: what Node's enableTrace prints.
	OnRecord func(Event)
}

// Event is a record that was sent or received, for the trace.
type Event struct {
	Sent    bool
	Version suite.Version // of the record header
	Type    record.ContentType
	Inner   record.ContentType // of a protected TLS 1.3 record, else 0
	Length  int                // of the fragment on the wire
	Payload []byte             // valid during the call
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
	l := &Link{transport: t, server: r == Server}
	l.in.link = l
	l.in.opener = &plainOpener
	l.out.sealer = &plainSealer
	l.out.fragment = record.MaxPlaintext
	l.out.version = suite.TLS12
	if r == Client {
		l.out.version = suite.TLS10 // RFC 8446, section 5.1: the first hello's records
	}
	return l
}

// Neither changes with use, so all links share them until they have keys.
var (
	plainOpener record.Opener
	plainSealer record.Sealer
)

// Begin locks both halves for a handshake; End unlocks them.
func (l *Link) Begin() {
	l.in.mu.Lock()
	l.out.mu.Lock()
}

// End ends what Begin began.
func (l *Link) End() {
	l.in.release()
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
	l.in.release()
	l.in.mu.Unlock()
}

// SetVersion fixes the version: from now on records of another are refused.
func (l *Link) SetVersion(v suite.Version) {
	l.version = v
	l.out.version = min(v, suite.TLS12)
}

// Version returns what SetVersion was given, or 0.
func (l *Link) Version() suite.Version { return l.version }

// SetReadKeys opens what comes from now on with k. Bytes of a handshake
// message that came under the old keys are an error (RFC 8446, section 5.1).
func (l *Link) SetReadKeys(k record.Keys) error {
	if len(l.in.hand) > 0 {
		return reason.ExcessHandshakeData.New("handshake bytes of %d bytes stand before a change of keys", len(l.in.hand))
	}
	o, err := record.NewOpener(k)
	if err != nil {
		return reason.Internal.New("read keys: %v", err)
	}
	l.in.opener = o
	l.in.protected, l.in.keep = true, false
	return nil
}

// SetWriteKeys seals what is written from now on with k.
func (l *Link) SetWriteKeys(k record.Keys) error {
	s, err := record.NewSealer(k)
	if err != nil {
		return reason.Internal.New("write keys: %v", err)
	}
	l.out.sealer = s
	return nil
}

// ClearWriteKeys writes without protection again: after a HelloRetryRequest to
// a hello that early data followed.
func (l *Link) ClearWriteKeys() { l.out.sealer = &plainSealer }

// SetMaxSendFragment bounds the plaintext of application data records, in
// bytes: Node's setMaxSendFragment.
func (l *Link) SetMaxSendFragment(n int) {
	l.out.mu.Lock()
	l.out.fragment = n
	l.unlockOut()
}

// out is the writing half.
type out struct {
	mu      sync.Mutex
	sealer  *record.Sealer
	version suite.Version // of the record header

	flight []byte // records of a handshake that are gathered for one write
	rest   []byte // sealed bytes that a timed-out write left behind

	fragment int // largest plaintext that the user wants in a record

	renew func() error // replaces the write keys

	err    error // once set, nothing more is written
	closed bool  // close_notify is sent

	// control holds what the reading half wants sent.
	control control
	wire    atomic.Int64 // bytes given to the transport
}

// control is a small mailbox: what the reading half, which must not wait for
// the writing half's lock, wants to be sent.
type control struct {
	mu      sync.Mutex
	alerts  []notice
	updates func() error // sends a key update; nil when none is wanted
	// answered says that one was sent, or will be, since our last data.
	answered bool
}

// WireBytesWritten returns the number of bytes given to the transport.
func (l *Link) WireBytesWritten() int64 { return l.out.wire.Load() }
