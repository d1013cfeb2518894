package handshake

import (
	"context"
	"crypto/rand"
	"slices"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// serverPSK is a pre-shared key that a server has chosen from a client's offer.
type serverPSK struct {
	index    int
	identity []byte
	kind     keys.BinderKind
	early    *keys.Early
	suite    *suite.CipherSuite
	old      *resumption   // nil for an external key
	secret   *sharedSecret // of the external key
	stored   bool          // the session came from the store
	claim    Claim
	dhe      bool // psk_dhe_ke
}

// choosePSK chooses the first key of the client's offer that is known and has the
// hash of one of the suites (RFC 8446, sections 4.2.9 and 4.2.11). A ticket must have
// the hash of the first suite; an external key selects a suite.
func (s *server) choosePSK(ctx context.Context, suites []*suite.CipherSuite) (*serverPSK, error) {
	if s.offered.psks == nil {
		return nil, nil
	}
	dhe := slices.Contains(s.offered.modes.Modes, wire.PSKDHEKe)
	if !dhe && !s.mayOmitDHE() {
		s.refuse(wrongSessionMode)
		return nil, nil
	}
	for i, id := range s.offered.psks.Identities {
		p, err := s.knownPSK(ctx, id, suites)
		if err != nil {
			return nil, err
		}
		if p != nil {
			p.index, p.identity, p.dhe = i, id.Identity, dhe
			return p, nil
		}
		if i+1 >= maxIdentities {
			return nil, nil
		}
	}
	return nil, nil
}

// mayOmitDHE reports whether both ends allow a pre-shared key without (EC)DHE. It is
// used where the client offers nothing else or there is no common group.
func (s *server) mayOmitDHE() bool {
	return s.cfg.pskKe() && slices.Contains(s.offered.modes.Modes, wire.PSKKe)
}

// maxIdentities is how many identities of an offer are looked up.
const maxIdentities = 8

// knownPSK looks up an identity: as a ticket, then as an external key.
func (s *server) knownPSK(ctx context.Context, id wire.PSKIdentity, suites []*suite.CipherSuite) (*serverPSK, error) {
	old, stored, err := s.openTicket13(ctx, id.Identity)
	if err != nil {
		return nil, err
	}
	if old != nil {
		info := old.Suite.Info()
		if info == nil || info.MinVersion != suite.TLS13 || info.Hash != suites[0].Hash {
			s.refuse(wrongSessionSuite)
			return nil, nil
		}
		o, why := s.resumable(ctx, old)
		if o == nil {
			s.refuse(why)
			return nil, nil
		}
		early := keys.NewEarly(info.Hash, old.Master)
		return &serverPSK{kind: keys.ResumptionBinder, early: early, suite: suites[0], old: o, stored: stored, claim: Shared}, nil
	}
	if s.cfg.PSK == nil || len(id.Identity) > MaxPSKIdentity {
		s.refuse(unknownSession)
		return nil, nil
	}
	k, err := s.externalPSK(ctx, id.Identity)
	if k == nil || err != nil {
		s.refuse(unknownSession)
		return nil, err
	}
	i := slices.IndexFunc(suites, func(c *suite.CipherSuite) bool { return c.Hash == k.hash() })
	if i < 0 {
		return nil, nil
	}
	return &serverPSK{kind: k.kind(), early: keys.NewEarly(k.hash(), k.Key), suite: suites[i], secret: pskSecret(k.Key, id.Identity)}, nil
}

// externalPSK returns the key of an identity, nil if it is unknown. With
// HidePSKIdentities an unknown one gets a random key, so that its handshake fails
// like one with a wrong key; in TLS 1.3 with certificates the handshake continues
// without the key.
func (s *server) externalPSK(ctx context.Context, identity []byte) (*PSK, error) {
	k, err := watched(ctx, &s.conversation, func(ctx context.Context) (*PSK, error) { return s.cfg.PSK(ctx, identity) })
	switch {
	case err != nil:
		return nil, callbackFailed("PSKCallback", failure.AlertInternalError, err)
	case k != nil:
		return k, k.check()
	case !s.cfg.HidePSKIdentities, s.version == suite.TLS13 && len(s.cfg.Certificates) > 0:
		return nil, nil
	}
	decoy := &PSK{Identity: identity, Key: make([]byte, 32)}
	rand.Read(decoy.Key)
	return decoy, nil
}

// openTicket13 returns the session of a ticket, nil if this server cannot use it,
// and whether the session came from the store.
func (s *server) openTicket13(ctx context.Context, ticket []byte) (old *session.Session, stored bool, err error) {
	if s.noSession {
		return nil, false, nil
	}
	if s.cfg.Sessions != nil && len(ticket) == session.MaxID {
		if old, err = s.storedSession(ctx, ticket); err != nil {
			return nil, false, callbackFailed("OnResumeSession", failure.AlertInternalError, err)
		}
		if old != nil {
			return old, true, nil
		}
	}
	if !s.sealsTickets13() {
		return nil, false, nil
	}
	if old, _, err = s.cfg.Tickets().Open(ticket); err != nil {
		return nil, false, nil // unusable: a full handshake
	}
	return old, false, nil
}

// storedSession returns the session with an identifier from the store, nil if there
// is none.
func (s *server) storedSession(ctx context.Context, id []byte) (*session.Session, error) {
	return watched(ctx, &s.conversation, func(ctx context.Context) (*session.Session, error) { return s.cfg.Sessions.Get(ctx, id) })
}

// verifyPSK verifies the binder of the pre-shared key, if there is one, and adopts
// it. It returns false if its session was used meanwhile.
func (s *server) verifyPSK(ctx context.Context, a *agreement13, raw []byte) (ok bool, err error) {
	p := a.psk
	if p == nil {
		return true, nil
	}
	if err := s.verifyBinder(p, raw); err != nil { // 4.2.11.2
		return false, err
	}
	if p.stored {
		p.claim, err = watched(ctx, &s.conversation, func(ctx context.Context) (Claim, error) { return s.cfg.Sessions.Claim(ctx, p.identity) })
		if err != nil {
			return false, callbackFailed("SessionStore", failure.AlertInternalError, err)
		}
		if p.claim == Lost {
			s.refuse(usedSession)
			return false, nil
		}
	}
	s.adoptPSK(p)
	return true, nil
}

// verifyBinder checks that the client has the key (RFC 8446, section 4.2.11.2).
func (s *server) verifyBinder(p *serverPSK, raw []byte) error {
	if p == nil {
		return nil
	}
	hash := s.suite.Hash
	truncated := raw[:len(raw)-s.offered.psks.BindersLen()]
	var sum []byte
	if s.facts.HelloRetry {
		sum = s.transcript.SumWith(truncated)
	} else {
		d := hash.New()
		d.Write(truncated)
		sum = d.Sum(nil)
	}
	if !p.early.VerifyBinder(p.kind, sum, s.offered.psks.Binders[p.index]) {
		return failure.BadPSKBinder.New("ClientHello: pre_shared_key: binder %d is wrong", p.index)
	}
	return nil
}

// adoptPSK sets the session or the identity of the key.
func (s *server) adoptPSK(p *serverPSK) {
	if p.old != nil {
		s.resume(p.old)
		return
	}
	s.facts.ExternalPSK = true
	s.facts.PSKIdentity, s.secret = string(p.identity), p.secret
}
