package handshake

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"slices"
	"time"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// serverPSK is a pre-shared key that a server takes from a client's offer.
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

// choosePSK takes the first key of the client's offer that is known here and
// goes with one of the suites (RFC 8446, sections 4.2.9 and 4.2.11). A ticket
// must go with the first of them; an external key, which is tied to its hash,
// may choose.
func (s *server) choosePSK(ctx context.Context, suites []*suite.CipherSuite) (*serverPSK, error) {
	if s.offered.psks == nil {
		return nil, nil
	}
	dhe := slices.Contains(s.offered.modes.Modes, wire.PSKDHEKe)
	if !dhe && !s.mayOmitDHE() {
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

// mayOmitDHE says whether both ends allow a pre-shared key without (EC)DHE. It
// is used where the client offers nothing else or there is no common group.
func (s *server) mayOmitDHE() bool {
	return s.cfg.pskKe() && slices.Contains(s.offered.modes.Modes, wire.PSKKe)
}

// maxIdentities bounds the work that an offer makes.
const maxIdentities = 8

// knownPSK looks an identity up: as a ticket of ours, then as an external key.
func (s *server) knownPSK(ctx context.Context, id wire.PSKIdentity, suites []*suite.CipherSuite) (*serverPSK, error) {
	old, stored, err := s.openTicket13(ctx, id.Identity)
	if err != nil {
		return nil, err
	}
	if old != nil {
		info := old.Suite.Info()
		if info == nil || info.MinVersion != suite.TLS13 || info.Hash != suites[0].Hash {
			return nil, nil
		}
		o := s.resumable(ctx, old)
		if o == nil {
			return nil, nil
		}
		early := keys.NewEarly(info.Hash, old.Master)
		return &serverPSK{kind: keys.ResumptionBinder, early: early, suite: suites[0], old: o, stored: stored, claim: Shared}, nil
	}
	if s.cfg.PSK == nil || len(id.Identity) > MaxPSKIdentity {
		return nil, nil
	}
	k, err := s.externalPSK(ctx, id.Identity)
	if k == nil || err != nil {
		return nil, err
	}
	i := slices.IndexFunc(suites, func(c *suite.CipherSuite) bool { return c.Hash == k.hash() })
	if i < 0 {
		return nil, nil
	}
	return &serverPSK{kind: k.kind(), early: keys.NewEarly(k.hash(), k.Key), suite: suites[i], secret: pskSecret(k.Key, id.Identity)}, nil
}

// externalPSK asks for the key of an identity, nil if it is unknown. Where
// identities are hidden an unknown one gets a key that nobody has, so that its
// handshake fails as one with a wrong key does; with certificates at hand there
// is nothing to hide in TLS 1.3, since the handshake goes on without the key.
func (s *server) externalPSK(ctx context.Context, identity []byte) (*PSK, error) {
	k, err := watched(ctx, s, func(ctx context.Context) (*PSK, error) { return s.cfg.PSK(ctx, identity) })
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

// openTicket13 returns the session of a ticket, nil if it is not ours, and
// whether it came from the store.
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

// storedSession asks the store for a session, nil if it has none.
func (s *server) storedSession(ctx context.Context, id []byte) (*session.Session, error) {
	return watched(ctx, s, func(ctx context.Context) (*session.Session, error) { return s.cfg.Sessions.Get(ctx, id) })
}

// verifyBinder proves that the client holds the key it named (RFC 8446,
// section 4.2.11.2).
func (s *server) verifyBinder(p *serverPSK, raw []byte) error {
	if p == nil {
		return nil
	}
	hash := s.suite.Hash
	truncated := raw[:len(raw)-s.offered.psks.BindersLen()]
	var sum []byte
	if s.result.HelloRetry {
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

// adoptPSK takes over what the key stands for.
func (s *server) adoptPSK(p *serverPSK) {
	if p.old != nil {
		s.resume(p.old)
		return
	}
	s.result.ExternalPSK = true
	s.result.PSKIdentity, s.secret = string(p.identity), p.secret
}

// sendTickets13 sends what the client can resume from (RFC 8446, 4.6.1).
func (s *server) sendTickets13(ctx context.Context) {
	modes := s.offered.modes
	if s.err != nil || modes == nil || !slices.Contains(modes.Modes, wire.PSKDHEKe) && !s.cfg.pskKe() {
		return
	}
	if s.cfg.Sessions == nil && !s.sealsTickets13() {
		return // nobody would know them again
	}
	if s.result.Session.Timeout <= 0 {
		return // the time of the first full handshake is over
	}
	count := s.cfg.TicketCount
	if s.result.WithoutCertificates() && count > 1 {
		count = 1
	}
	for i := range count {
		ticket, err := s.newTicket13(ctx, uint64(i))
		if err != nil {
			s.err = err
			return
		}
		if ticket == nil {
			return
		}
		s.sendRawOutside(ticket)
	}
}

// newTicket13 makes the i-th ticket of a connection.
func (s *server) newTicket13(ctx context.Context, i uint64) (*wire.NewSessionTicket13, error) {
	var random [4]byte
	rand.Read(random[:])
	nst := &wire.NewSessionTicket13{
		Lifetime: uint32(s.result.Session.Timeout / time.Second),
		AgeAdd:   binary.BigEndian.Uint32(random[:]),
		Nonce:    binary.BigEndian.AppendUint64(nil, i),
	}
	now := *s.result.Session
	now.ID = make([]byte, session.MaxID)
	rand.Read(now.ID)
	now.Master = keys.ResumptionPSK(s.suite.Hash, s.result.later.resumption, nst.Nonce)
	now.AgeAdd = nst.AgeAdd
	now.IDContext = s.cfg.IDContext
	if now.MaxEarlyData = s.cfg.MaxEarlyData; now.MaxEarlyData > 0 && s.cfg.AcceptEarlyData != nil {
		nst.Extensions.Add(&wire.MaxEarlyData{Size: now.MaxEarlyData})
		if s.cfg.IssuerMark != nil {
			marks := now.Marks()
			marks.Issuer = s.cfg.IssuerMark(now.Master)
			now.SetMarks(marks)
		}
	}
	return nst, s.fillTicket(ctx, &now, &nst.Ticket)
}

// fillTicket seals a session into a ticket, or stores it and lets its
// identifier be the ticket.
func (s *server) fillTicket(ctx context.Context, now *session.Session, ticket *[]byte) error {
	if s.cfg.Sessions != nil {
		if err := s.cfg.Sessions.Put(ctx, now); err != nil {
			return callbackFailed("OnNewSession", failure.AlertInternalError, err)
		}
		if !s.sealsTickets13() {
			*ticket = now.ID
			return nil
		}
	}
	sealed, err := s.cfg.Tickets().Seal(now)
	if err != nil {
		return failure.Internal.New("NewSessionTicket: %v", err)
	}
	*ticket = sealed
	return nil
}

// sealsTickets13 says whether a session is kept in its ticket, in which a raw
// public key has no place. The security level does not matter here, as in
// OpenSSL: the keys of TLS 1.3 stay forward secret if the ticket's key gets known.
func (s *server) sealsTickets13() bool {
	return s.cfg.Tickets != nil && s.result.Peer.RawPublicKey == nil && !s.cfg.Options.Has(suite.OpNoTicket)
}

// sendRawOutside gathers a message that is not part of the transcript.
func (s *server) sendRawOutside(m wire.Message) {
	raw, err := wire.Marshal(m)
	if err != nil {
		s.err = failure.Internal.New("%s: %v", m.Type(), err)
		return
	}
	s.observe(Step{Sent: true, Raw: raw})
	s.layer.WriteMessage(raw)
}
