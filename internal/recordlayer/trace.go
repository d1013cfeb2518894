package recordlayer

import (
	"polytls/internal/record"
	"polytls/internal/suite"
)

// A Tracer is called with every record and its content: what Node's enableTrace
// prints. The reading and the sending half call it, each in its own goroutine, so
// that it must not wait for either.
type Tracer interface{ Trace(Event) }

// TraceFunc is a function that implements Tracer.
type TraceFunc func(Event)

// Trace calls f.
func (f TraceFunc) Trace(e Event) { f(e) }

// Event describes a record or its content. The order is that of OpenSSL's
// msg_callback: the header of a record, the type inside it if TLS 1.3 protects it,
// then the content that it completes. Application data has no content event.
type Event struct {
	Kind EventKind
	Sent bool
	// Version is the connection's, 0 until the handshake has chosen one.
	Version suite.Version
	// Header is that of the record, for EventHeader only. Refused records have one,
	// too.
	Header record.Header
	// Type is the inner type of a record, or the type of Payload: a whole handshake
	// message, an alert, a change_cipher_spec.
	Type    record.ContentType
	Payload []byte // valid during the call
}

// EventKind is the kind of an Event.
type EventKind uint8

// The kinds of events.
const (
	EventHeader EventKind = iota
	EventInner
	EventContent
)

// SetTracer sets the first tracer, from the next record on, and reports whether
// there was none. It may be called at any time.
func (l *Layer) SetTracer(t Tracer) bool { return l.tracer.CompareAndSwap(nil, &t) }

// Tracer returns what SetTracer was given, nil for none.
func (l *Layer) Tracer() Tracer {
	if t := l.tracer.Load(); t != nil {
		return *t
	}
	return nil
}

// trace passes an event to the tracer. The caller holds the right to read or to send.
func (l *Layer) trace(e Event) {
	if t := l.tracer.Load(); t != nil {
		e.Version = l.version
		(*t).Trace(e)
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

// traceSealed traces a record that will be sent.
func (l *Layer) traceSealed(rec []byte, t record.ContentType) {
	if l.tracer.Load() == nil {
		return
	}
	h := record.ParseHeader(rec)
	l.trace(Event{Kind: EventHeader, Sent: true, Header: h})
	l.traceInner(true, h, t)
}
