package handshake

import (
	"context"
	"crypto"
	"slices"
	"time"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// offer is a pre-shared key that a client offers (RFC 8446, section 4.2.11).
type offer struct {
	identity wire.PSKIdentity
	kind     keys.BinderKind
	hash     crypto.Hash
	early    *keys.Early
	session  *session.Session // nil for an external key
	key      []byte           // the external key
}

// collectOffers collects the session to be resumed and the external keys.
func (c *client) collectOffers(ctx context.Context) error {
	c.offers = nil
	if c.old != nil && c.old.session.Version == suite.TLS13 {
		c.offers = append(c.offers, c.sessionOffer(c.old.session))
	}
	external, err := c.externalKeys(ctx)
	if err != nil {
		return callbackFailed("PSKCallback", failure.AlertInternalError, err)
	}
	for _, k := range external {
		if err := k.checkOffer(); err != nil {
			return err
		}
		o := offer{identity: wire.PSKIdentity{Identity: k.Identity}, hash: k.hash(), kind: k.kind()}
		o.early, o.key = keys.NewEarly(o.hash, k.Key), k.Key
		c.offers = append(c.offers, o)
	}
	return nil
}

// externalKeys calls Config.PSK for the external keys of TLS 1.3, once.
func (c *client) externalKeys(ctx context.Context) ([]PSK, error) {
	if c.cfg.PSK == nil || c.askedKeys {
		return c.external, nil
	}
	c.askedKeys = true
	var err error
	c.external, err = c.cfg.PSK(ctx, nil)
	return c.external, err
}

// sessionOffer offers a ticket (RFC 8446, section 4.6.1).
func (c *client) sessionOffer(s *session.Session) offer {
	info := s.Suite.Info()
	age := ticketAge(s, c.now())
	return offer{
		identity: wire.PSKIdentity{Identity: s.Ticket, ObfuscatedAge: uint32(age/time.Millisecond) + s.AgeAdd},
		kind:     keys.ResumptionBinder,
		hash:     info.Hash,
		early:    keys.NewEarly(info.Hash, s.Master),
		session:  s,
	}
}

// ticketAge is the age of a ticket to tell the server, never more than its age. A
// session that was stored has only the second in which the ticket came, so that up to a
// second is taken off, as OpenSSL does: a server refuses early data under a ticket that
// is older than it can be.
func ticketAge(s *session.Session, now time.Time) time.Duration {
	age := now.Sub(s.Created)
	if s.Created.Nanosecond() == 0 {
		age -= time.Second
	}
	return max(age, 0)
}

func (c *client) offersHash(h crypto.Hash) bool {
	return slices.ContainsFunc(c.cfg.Suites13, func(s *suite.CipherSuite) bool { return s.Hash == h })
}

// filterOffers drops the keys whose hash is not that of the suite that a
// HelloRetryRequest chose (RFC 8446, section 4.1.4).
func (c *client) filterOffers(h crypto.Hash) {
	c.offers = slices.DeleteFunc(c.offers, func(o offer) bool { return o.hash != h })
}

// offeredPSKs returns the extension with binders of zeros.
func (c *client) offeredPSKs() *wire.OfferedPSKs {
	p := &wire.OfferedPSKs{}
	for _, o := range c.offers {
		p.Identities = append(p.Identities, o.identity)
		p.Binders = append(p.Binders, make([]byte, o.hash.Size()))
	}
	return p
}

// writeBinders sets the binders at the end of a hello (RFC 8446, section 4.2.11.2).
func (c *client) writeBinders(raw []byte) {
	size := c.offeredPSKs().BindersLen()
	truncated, binders := raw[:len(raw)-size], raw[len(raw)-size+2:]
	for _, o := range c.offers {
		binder := o.early.Binder(o.kind, c.helloHash(o.hash, truncated))
		copy(binders[1:], binder)
		binders = binders[1+len(binder):]
	}
}

// helloHash is the hash of the transcript and a hello without its binders.
func (c *conversation) helloHash(h crypto.Hash, truncated []byte) []byte {
	if c.suite != nil { // after a HelloRetryRequest
		return c.transcript.SumWith(truncated)
	}
	d := h.New()
	d.Write(truncated)
	return d.Sum(nil)
}

// selectedPSK implements RFC 8446, section 4.2.11, on the client's side: it returns
// the offer that the server selected, nil for none.
func (c *client) selectedPSK(sh *wire.ServerHello) (*offer, error) {
	selected, err := wire.Find[wire.SelectedPSK](sh.Extensions)
	if selected == nil || err != nil {
		return nil, err
	}
	if int(selected.Index) >= len(c.offers) {
		return nil, failure.PSKIdentityNotFound.With(illegal, "ServerHello: selected_identity %d of %d", selected.Index, len(c.offers))
	}
	o := &c.offers[selected.Index]
	if o.hash != c.suite.Hash {
		return nil, failure.OldSessionPRFHash.New("ServerHello: cipher_suite %s does not have the pre-shared key's hash", c.suite.Standard)
	}
	if o.session != nil {
		c.resume(c.old)
	} else {
		c.facts.ExternalPSK = true
		c.facts.PSKIdentity = string(o.identity.Identity)
		c.secret = pskSecret(o.key, o.identity.Identity)
	}
	return o, nil
}
