// Package handshake implements the handshakes of TLS: functions that follow the
// message flows of RFC 8446, section 2, and RFC 5246, section 7.3, line by line. A
// message that a line does not expect is refused.
package handshake

import (
	"errors"
	"slices"
	"time"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// conversation is the state that both roles and all versions share.
type conversation struct {
	layer      recordlayer.Exchange
	cfg        *Config
	observers  Observers
	transcript keys.Transcript
	version    suite.Version
	suite      *suite.CipherSuite
	facts      Facts            // established so far
	master     keys.Master12    // up to TLS 1.2, once it is known
	keys12     *secrets12       // nil in TLS 1.3
	keys13     secrets13        // nil up to TLS 1.2
	session    *session.Session // the session that is resumed, or that of this handshake
	later      *later13         // nil if nothing can follow
	// resumptionSecret is resumption_master_secret of TLS 1.3, from Finished on.
	resumptionSecret []byte

	resumed *resumption   // nil in a full handshake
	secret  *sharedSecret // that authenticates the peer, nil for none

	clientRandom, serverRandom [32]byte

	peerType, ownType uint8 // of the certificates (RFC 7250)
	// certContext is what a peer's certificate_request_context must be.
	certContext []byte
	requested   []wire.ExtensionType // that the peer's Certificate may contain
	staple      []byte               // OCSP response that goes with our certificate
	sentCCS     bool                 // of middlebox compatibility

	// sendLimit and readLimit bound the records under this handshake's keys, in
	// bytes: the content of ours, the plaintext of the peer's, in TLS 1.3 with the
	// content type and the padding. 0 is the protocol's own bound.
	sendLimit, readLimit uint16

	peeked []byte // a message that Optional did not consume
	err    error  // the first error of a send
}

// asked reports whether we requested an extension of the peer's certificate.
func (c *conversation) asked(t wire.ExtensionType) bool { return slices.Contains(c.requested, t) }

// read returns the next message's bytes, which are not in the transcript yet.
func (c *conversation) read() ([]byte, error) {
	if c.err != nil {
		return nil, c.err
	}
	if raw := c.peeked; raw != nil {
		c.peeked = nil
		return raw, nil
	}
	if c.observers.Observe != nil {
		return c.readObserved()
	}
	return c.layer.ReadMessage()
}

// readObserved reads a message and observes it. It is separate from read because a
// Step is large: while read waits for the peer, its stack should be small.
func (c *conversation) readObserved() ([]byte, error) {
	asked := Clock()
	raw, err := c.layer.ReadMessage()
	if err != nil {
		return nil, err
	}
	c.observe(Step{Raw: raw, Waited: Clock() - asked})
	return raw, nil
}

func (c *conversation) observe(s Step) {
	if c.observers.Observe != nil {
		s.At = Clock()
		c.observers.Observe(s)
	}
}

func (c *conversation) now() time.Time { return c.cfg.Now() }

// message is a pointer to a message of package wire.
type message[T any] interface {
	*T
	wire.Message
}

// Receive reads a message that must be a T, without adding it to the transcript.
func Receive[T any, P message[T]](c *conversation) (msg P, raw []byte, err error) {
	raw, err = c.read()
	if err != nil {
		return nil, nil, err
	}
	msg = new(T)
	if err := wire.Parse(raw, msg); err != nil {
		return nil, nil, err
	}
	return msg, raw, nil
}

// Expect reads a message that must be a T.
func Expect[T any, P message[T]](c *conversation) (P, error) {
	msg, raw, err := Receive[T, P](c)
	if err != nil {
		return nil, err
	}
	c.transcript.Add(raw)
	return msg, nil
}

// Optional reads a message if it is a T. Otherwise it returns nil, and the next call
// reads the message.
func Optional[T any, P message[T]](c *conversation) (P, error) {
	raw, err := c.read()
	if err != nil {
		return nil, err
	}
	c.peeked = raw
	if t, _, _ := wire.ParseHeader(raw); t != P(new(T)).Type() {
		return nil, nil
	}
	return Expect[T, P](c)
}

// Send queues a message for the next Flush.
func (c *conversation) Send(m wire.Message) {
	if c.err != nil {
		return
	}
	raw, err := wire.Marshal(m)
	if err != nil {
		c.err = failure.Internal.New("%s: %v", m.Type(), err)
		return
	}
	c.sendRaw(raw)
}

func (c *conversation) sendRaw(raw []byte) {
	c.transcript.Add(raw)
	c.observe(Step{Sent: true, Raw: raw})
	c.layer.WriteMessage(raw)
}

// Flush sends the queued messages, or returns the first error.
func (c *conversation) Flush() error {
	if c.err != nil {
		return c.err
	}
	if err := c.checkFlightEnd(); err != nil { // the peer has to wait for us
		return err
	}
	return c.layer.Flush()
}

// FlushLater is Flush for what the peer does not wait for: it may go with the
// first application data.
func (c *conversation) FlushLater() error {
	if c.err != nil {
		return c.err
	}
	if err := c.checkFlightEnd(); err != nil {
		return err
	}
	return c.layer.FlushLater()
}

// ChangeReadKeys opens later records with the keys of t.
func (c *conversation) ChangeReadKeys(t keys.Traffic) {
	if c.err == nil && c.peeked != nil {
		c.err = failure.ExcessHandshakeData.New("handshake message buffered across a key change")
	}
	if c.err == nil {
		c.err = c.setReadKeys(trafficKeys(t, c.suite))
	}
}

// ChangeWriteKeys seals later records with the keys of t.
func (c *conversation) ChangeWriteKeys(t keys.Traffic) {
	if c.err == nil {
		c.err = c.setWriteKeys(trafficKeys(t, c.suite))
	}
}

// setReadKeys sets keys of this handshake and its record limit. The limit of an
// earlier handshake ends with the keys of that handshake.
func (c *conversation) setReadKeys(k record.Keys) error {
	if err := c.layer.SetReadKeys(k); err != nil {
		return err
	}
	c.layer.LimitRecords(int(c.readLimit))
	return nil
}

// setWriteKeys is setReadKeys for what is sent.
func (c *conversation) setWriteKeys(k record.Keys) error {
	if err := c.layer.SetWriteKeys(k); err != nil {
		return err
	}
	c.layer.LimitFragments(int(c.sendLimit))
	return nil
}

// limitSending bounds the records that are sent under this handshake's keys. Until
// these are set, it only lowers the current bound.
func (c *conversation) limitSending(n int) {
	c.sendLimit = uint16(n)
	c.layer.LowerFragments(n)
}

func trafficKeys(t keys.Traffic, s *suite.CipherSuite) record.Keys {
	key, iv := t.KeyIV(s)
	return record.Keys{Suite: s, Version: suite.TLS13, Key: key, IV: iv}
}

// logSecret writes a line of the key log.
func (c *conversation) logSecret(label string, secret []byte) {
	if c.observers.KeyLog != nil {
		c.observers.KeyLog(keys.LogLine(label, c.clientRandom[:], secret))
	}
}

// checkFlightEnd refuses data after the last message of a flight.
func (c *conversation) checkFlightEnd() error {
	if c.peeked != nil || c.layer.Buffered() {
		return failure.ExcessHandshakeData.New("handshake message after the last one of a flight")
	}
	return nil
}

// fail sends the alert of err. No other function of a handshake sends one; without
// the right to send, the record layer does.
func (c *conversation) fail(err error) error {
	if err == nil {
		return nil
	}
	if c.layer.Turn == nil {
		return err
	}
	var e *failure.Error
	if errors.As(err, &e) && e.AlertFrom == failure.SideUs {
		c.layer.SendAlert(e.Alert)
	}
	c.layer.Break(err)
	return err
}

// choose sets the version and the suite, and with them the transcript's hash.
func (c *conversation) choose(v suite.Version, s *suite.CipherSuite) {
	c.version, c.suite = v, s
	c.facts.Version, c.facts.Suite = v, s
	if !c.transcript.Chosen() { // a HelloRetryRequest chose it before
		c.transcript.Choose(v, s.Hash)
	}
}
