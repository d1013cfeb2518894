package handshake

import (
	"context"
	"sync/atomic"
	"time"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/recordlayer"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// Connection is the state after a handshake of any version: it handles the messages
// that may follow (RFC 8446, section 4.6; RFC 5246, section 7.4.1.1) and holds the
// secrets.
//
// It implements recordlayer.Handler.
type Connection struct {
	layer     *recordlayer.Layer
	result    atomic.Pointer[Result]
	client    bool
	tickets   uint8
	onSession func(*session.Session)
	now       func() time.Time
	owner     Owner
	// renegotiating is set from the decision to send a client's hello to the end of
	// its handshake.
	renegotiating atomic.Bool
	pending       atomic.Pointer[pendingRequest]
}

// Owner is what a Connection needs from the connection that it is part of.
type Owner interface {
	// Context ends with the connection, and Timeout bounds each conversation
	// after the first handshake, 0 for no bound.
	Context() context.Context
	Timeout() time.Duration
	// Renegotiator returns how to renegotiate, nil to refuse.
	Renegotiator() Renegotiator
}

// maxTickets is the number of tickets that a client reads on one connection.
const maxTickets = 64

// NewConnection returns the Connection after a handshake.
func NewConnection(l *recordlayer.Layer, r *Result, role recordlayer.Role, onSession func(*session.Session), now func() time.Time) *Connection {
	c := new(Connection)
	c.Init(l, r, role, onSession, now)
	return c
}

// Init initializes a Connection that is a field of a larger struct, as
// NewConnection does. The caller holds the right to read.
func (c *Connection) Init(l *recordlayer.Layer, r *Result, role recordlayer.Role, onSession func(*session.Session), now func() time.Time) {
	c.layer, c.client, c.onSession, c.now = l, role == recordlayer.Client, onSession, now
	if now == nil {
		c.now = time.Now
	}
	if !c.client {
		r.forgetSession()
	}
	c.result.Store(r)
	l.Handle(c)
}

// SetOwner sets the owner. Without one the connection does not renegotiate, and only
// the peer ends a conversation.
func (c *Connection) SetOwner(o Owner) { c.owner = o }

// Owner returns the owner, nil without one.
func (c *Connection) Owner() Owner { return c.owner }

// Ready reports whether Init was called.
func (c *Connection) Ready() bool { return c.result.Load() != nil }

// Result returns the result of the last handshake.
func (c *Connection) Result() *Result { return c.result.Load() }

// Message implements recordlayer.Handler.
func (c *Connection) Message(in *recordlayer.Reading, raw []byte) (recordlayer.Conversation, error) {
	t, _, _ := wire.ParseHeader(raw)
	if w := c.pending.Load(); w != nil && w.answeredBy(t) && c.pending.CompareAndSwap(w, nil) {
		return func(in *recordlayer.Reading) error { return w.resume(in, raw) }, nil
	}
	is13 := c.Result().Version == suite.TLS13
	switch {
	case is13 && t == wire.TypeKeyUpdate:
		return nil, c.keyUpdate(in, raw)
	case is13 && t == wire.TypeCertificateRequest && c.client:
		return c.handleCertificateRequest(in, raw)
	case is13 && t == wire.TypeNewSessionTicket && c.client:
		return nil, c.newTicket(raw)
	case !is13 && t == wire.TypeHelloRequest && c.client:
		return nil, c.handleHelloRequest(in, raw)
	case !is13 && t == wire.TypeClientHello && !c.client:
		return c.handleClientHello(in, raw)
	}
	return nil, failure.UnexpectedMessage.New("%s after the handshake", t)
}

// keyUpdate implements RFC 8446, section 4.6.3.
func (c *Connection) keyUpdate(in *recordlayer.Reading, raw []byte) error {
	var m wire.KeyUpdate
	if err := wire.Parse(raw, &m); err != nil {
		return err
	}
	if err := in.CountUpdate(); err != nil {
		return err
	}
	r := c.Result()
	if err := in.UpdateReadKeys(trafficKeys(r.keys13.next(c.readSecret(), r.Suite.Hash), r.Suite)); err != nil {
		return err
	}
	if m.Request {
		c.layer.PostKeyUpdate()
	}
	return nil
}

// readSecret is the index of the secret of the peer's records, writeSecret that of
// ours.
func (c *Connection) readSecret() int {
	if c.client {
		return serverTraffic
	}
	return clientTraffic
}

func (c *Connection) writeSecret() int {
	if c.client {
		return clientTraffic
	}
	return serverTraffic
}

// UpdateKeys replaces our write keys, and requests the same of the peer.
func (c *Connection) UpdateKeys(requestPeer bool) error {
	if c.Result().Version != suite.TLS13 {
		return failure.WrongSSLVersion.Local("key update on a connection of %s", c.Result().Version)
	}
	return c.layer.Send(func(t *recordlayer.Turn) error { return c.sendKeyUpdate(t, requestPeer) })
}

// UpdateWriteKeys implements recordlayer.Handler.
func (c *Connection) UpdateWriteKeys(t *recordlayer.Turn) error { return c.sendKeyUpdate(t, false) }

// sendKeyUpdate sends a KeyUpdate under the old keys and changes to the next.
func (c *Connection) sendKeyUpdate(t *recordlayer.Turn, requestPeer bool) error {
	raw, err := wire.Marshal(&wire.KeyUpdate{Request: requestPeer})
	if err != nil {
		return failure.Internal.New("KeyUpdate: %v", err)
	}
	t.WriteMessage(raw)
	flushed := t.Flush()
	r := c.Result()
	if err := t.SetWriteKeys(trafficKeys(r.keys13.next(c.writeSecret(), r.Suite.Hash), r.Suite)); err != nil {
		return err
	}
	return flushed
}

// newTicket implements RFC 8446, section 4.6.1, on the client's side.
func (c *Connection) newTicket(raw []byte) error {
	var m wire.NewSessionTicket13
	if err := wire.Parse(raw, &m); err != nil {
		return err
	}
	c.tickets++
	if c.tickets > maxTickets {
		return failure.UnexpectedMessage.New("NewSessionTicket: more than %d on one connection", maxTickets)
	}
	early, err := wire.Find[wire.MaxEarlyData](m.Extensions)
	if err != nil {
		return err
	}
	r := c.Result()
	if m.Lifetime == 0 || r.Session == nil {
		return nil
	}
	s := *r.Session
	s.ID = session.TicketID(m.Ticket)
	s.Master = keys.ResumptionPSK(c.Result().Suite.Hash, r.later.resumption, m.Nonce)
	s.Created = c.now()
	if s.Timeout = r.Session.Remaining(s.Created); s.Timeout <= 0 {
		return nil // the session has expired
	}
	s.Ticket, s.AgeAdd, s.TicketLifetimeHint = m.Ticket, m.AgeAdd, m.Lifetime
	if early != nil {
		s.MaxEarlyData = early.Size
	}
	r.Session = &s
	if c.onSession != nil {
		c.onSession(&s)
	}
	return nil
}

// Exporter implements RFC 5705 and RFC 8446, section 7.5: it returns length bytes
// that are the same at both ends. A nil context differs from an empty one up to TLS
// 1.2.
func (c *Connection) Exporter(label string, context []byte, length int) ([]byte, error) {
	r := c.Result()
	if k := r.keys13; k != nil {
		return keys.Exporter13(r.Suite.Hash, k.at(exporterSecret), label, context, length)
	}
	k := r.keys12
	master := keys.NewPRF(r.Version, r.Suite.Hash).Master(k.master[:])
	return master.Exporter(k.clientRandom[:], k.serverRandom[:], label, context, length)
}
