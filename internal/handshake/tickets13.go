package handshake

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"slices"
	"time"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/openssl"
	"polytls/internal/session"
	"polytls/internal/wire"
)

// resumable13 reports whether the client can resume, in an enabled mode (RFC 8446,
// section 4.2.9).
func (s *server) resumable13() bool {
	modes := s.offered.modes
	return modes != nil && (slices.Contains(modes.Modes, wire.PSKDHEKe) || s.cfg.pskKe())
}

// sendTickets13 sends tickets (RFC 8446, 4.6.1).
func (s *server) sendTickets13(ctx context.Context) {
	if s.err != nil {
		return
	}
	if s.cfg.Sessions == nil && !s.sealsTickets13() {
		return // no key or store could open them
	}
	if s.session.Timeout <= 0 {
		return // the session has expired
	}
	count := s.cfg.TicketCount
	if s.facts.WithoutCertificates() && count > 1 {
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
		Lifetime: uint32(s.session.Timeout / time.Second),
		AgeAdd:   binary.BigEndian.Uint32(random[:]),
		Nonce:    binary.BigEndian.AppendUint64(nil, i),
	}
	now := *s.session
	now.ID = make([]byte, session.MaxID)
	rand.Read(now.ID)
	now.Master = keys.ResumptionPSK(s.suite.Hash, s.resumptionSecret, nst.Nonce)
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

// fillTicket seals a session into a ticket, or stores it and uses its identifier as
// the ticket.
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

// sealsTickets13 reports whether sessions are sealed into tickets, which cannot hold
// raw public keys. It does not depend on the security level, as in OpenSSL: TLS 1.3
// keeps forward secrecy if the ticket's key is compromised.
func (s *server) sealsTickets13() bool {
	return s.cfg.Tickets != nil && s.facts.Peer.RawPublicKey == nil && !s.cfg.Options.Has(openssl.OpNoTicket)
}

// sendRawOutside queues a message that is not part of the transcript.
func (s *server) sendRawOutside(m wire.Message) {
	raw, err := wire.Marshal(m)
	if err != nil {
		s.err = failure.Internal.New("%s: %v", m.Type(), err)
		return
	}
	s.observe(Step{Sent: true, Raw: raw})
	s.layer.WriteMessage(raw)
}
