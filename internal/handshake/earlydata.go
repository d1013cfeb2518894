package handshake

import (
	"context"
	"time"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/record"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// This file implements early data (RFC 8446, sections 2.3, 4.2.10 and 8).

// offersEarly reports whether the hello offers early data: the first of its
// pre-shared keys must be a session that allows it.
func (c *client) offersEarly() bool {
	if c.cfg.EarlyData == nil || len(c.offers) == 0 || c.facts.HelloRetry {
		return false
	}
	s := c.offers[0].session
	if s == nil || s.MaxEarlyData == 0 {
		return false
	}
	_, ok := firstCommon([]string{s.ALPN}, c.cfg.ALPN)
	return ok || s.ALPN == ""
}

// sendsEarly reports whether early data follows the hello that was sent last.
func (c *client) sendsEarly() bool { return c.facts.EarlyDataOffered && !c.facts.HelloRetry }

// sendEarly sends early data after the hello.
func (c *client) sendEarly() {
	if !c.facts.EarlyDataOffered {
		return
	}
	o := c.offers[0]
	c.sendCompatibilityCCS()
	traffic := c.earlyTraffic(o.early, c.helloHash(o.hash, c.raw))
	if c.err == nil {
		c.err = c.layer.SetWriteKeys(trafficKeys(traffic, o.session.Suite.Info()))
	}
	data := c.cfg.EarlyData[:min(uint64(len(c.cfg.EarlyData)), uint64(o.session.MaxEarlyData))]
	if len(data) > 0 {
		c.layer.WriteEarly(data)
	}
	c.facts.EarlyDataSent = uint32(len(data))
}

// earlyTraffic returns the secret of early data, and logs it after the early
// exporter's, which only a key log needs.
func (c *conversation) earlyTraffic(early *keys.Early, helloHash []byte) keys.Traffic {
	if c.observers.KeyLog != nil {
		c.logSecret(keys.LogEarlyExporter, early.Exporter(helloHash))
	}
	traffic := early.ClientTraffic(helloHash)
	c.logSecret(keys.LogClientEarly, traffic.Secret)
	return traffic
}

// acceptEarly reads whether the server accepted the early data; suite and ALPN must
// be those of the session (RFC 8446, 4.2.10).
func (c *client) acceptEarly(e wire.Extensions) error {
	accepted, err := wire.Find[wire.EarlyData](e)
	if accepted == nil || err != nil {
		return err
	}
	switch s := c.session; {
	case !c.facts.EarlyDataOffered || s == nil || s != c.offers[0].session:
		return failure.UnexpectedExtension.New("EncryptedExtensions: early_data without the session that allows it")
	case s.Suite != c.suite.ID:
		return failure.BadEarlyData.New("EncryptedExtensions: early_data under %s, but the session has %s", c.suite.Standard, s.Suite)
	case s.ALPN != c.facts.ALPN:
		return failure.BadEarlyData.New("EncryptedExtensions: early_data with ALPN %q, but the session has %q", c.facts.ALPN, s.ALPN)
	}
	c.facts.EarlyDataAccepted = true
	return nil
}

// maxSkew bounds the difference of the two ends' ages of a ticket. Ages are whole
// seconds, and the hello takes time to arrive.
const maxSkew = 60 * time.Second

// decideEarlyData accepts or refuses early data (RFC 8446, section 4.2.10).
func (s *server) decideEarlyData(ctx context.Context, a *agreement13) error {
	p := a.psk
	if p == nil || p.old == nil {
		return nil
	}
	old, id := p.old.session, s.offered.psks.Identities[p.index]
	age := s.now().Sub(old.Created)
	claimed := time.Duration(id.ObfuscatedAge-old.AgeAdd) * time.Millisecond
	s.facts.TicketAgeSkew = claimed - age
	switch {
	case s.offered.earlyData == nil, s.facts.HelloRetry, p.index != 0, s.cfg.MaxEarlyData == 0, s.cfg.AcceptEarlyData == nil:
		return nil
	case old.MaxEarlyData == 0, old.Suite != s.suite.ID, old.ALPN != s.facts.ALPN, !trust.EqualASCII(old.ServerName, s.facts.ServerName):
		return nil
	case s.facts.TicketAgeSkew.Round(time.Second).Abs() > maxSkew:
		return nil
	}
	ok, err := s.cfg.AcceptEarlyData(ctx, &EarlyOffer{
		Ticket: id.Identity, Binder: s.offered.psks.Binders[p.index], Session: old, Claim: p.claim, Age: age, Skew: claimed - age,
	})
	if err != nil {
		return callbackFailed("AcceptEarlyData", failure.AlertInternalError, err)
	}
	s.facts.EarlyDataAccepted = ok
	return nil
}

// readEndOfEarlyData implements RFC 8446, section 4.5.
func (s *server) readEndOfEarlyData(f *flight13) error {
	if !s.facts.EarlyDataAccepted {
		return nil
	}
	if _, err := Expect[wire.EndOfEarlyData](&s.conversation); err != nil {
		return err
	}
	s.ChangeReadKeys(f.client)
	return nil
}

// setReadKeys13 sets the read keys after the ClientHello: those of early data if it
// is accepted, else those of the handshake.
func (s *server) setReadKeys13(a *agreement13, hs *keys.Handshake, helloHash []byte) {
	switch {
	case s.facts.EarlyDataAccepted:
		traffic := s.earlyTraffic(a.psk.early, helloHash)
		if s.err == nil { // without a limit: the client does not know ours yet
			s.err = s.layer.SetReadKeys(trafficKeys(traffic, s.suite))
		}
		s.layer.QueueData(int(min(s.cfg.MaxEarlyData, maxEarlyData)),
			failure.TooMuchEarlyData.New("more early data than max_early_data_size allows"))
	default:
		if s.offered.earlyData != nil {
			s.layer.SkipEarlyData(s.maxSkipped())
		}
		s.ChangeReadKeys(hs.Client)
	}
}

// maxSkipped bounds how much refused early data is skipped, in bytes: 16,384 as in
// OpenSSL, for tickets of other servers, or the limit of our tickets if that is
// more.
func (s *server) maxSkipped() int {
	if n := s.cfg.MaxSkippedEarlyData; n > 0 {
		return n
	}
	return max(record.MaxPlaintext, int(min(s.cfg.MaxEarlyData, maxEarlyData)))
}

// maxEarlyData bounds the early data that is queued for Read, whatever is configured.
const maxEarlyData = 1 << 20
