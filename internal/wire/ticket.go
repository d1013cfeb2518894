package wire

import "golang.org/x/crypto/cryptobyte"

// NewSessionTicket13 is the NewSessionTicket of TLS 1.3 (RFC 8446, section
// 4.6.1).
type NewSessionTicket13 struct {
	Lifetime, AgeAdd uint32 // seconds, milliseconds
	Nonce, Ticket    []byte // 0 to 255 and 1 to 65535 bytes
	Extensions       Extensions
}

// Type returns TypeNewSessionTicket.
func (*NewSessionTicket13) Type() MessageType { return TypeNewSessionTicket }

func (m *NewSessionTicket13) parse(s *cryptobyte.String) error {
	switch {
	case !s.ReadUint32(&m.Lifetime), !s.ReadUint32(&m.AgeAdd):
		return malformed("ticket_lifetime, ticket_age_add")
	case !readVector8(s, &m.Nonce):
		return malformed("ticket_nonce")
	case !readVector16(s, &m.Ticket), len(m.Ticket) == 0:
		return malformed("ticket")
	}
	return m.Extensions.parse(s, InTicket)
}

func (m *NewSessionTicket13) appendTo(b *builder) {
	b.AddUint32(m.Lifetime)
	b.AddUint32(m.AgeAdd)
	addVector8(b, m.Nonce)
	addVector16(b, m.Ticket)
	m.Extensions.appendTo(b)
}

// NewSessionTicket12 is the NewSessionTicket up to TLS 1.2 (RFC 5077, section
// 3.3). An empty ticket means that the server gives none after all.
type NewSessionTicket12 struct {
	LifetimeHint uint32 // seconds
	Ticket       []byte
}

// Type returns TypeNewSessionTicket.
func (*NewSessionTicket12) Type() MessageType { return TypeNewSessionTicket }

func (m *NewSessionTicket12) parse(s *cryptobyte.String) error {
	switch {
	case !s.ReadUint32(&m.LifetimeHint):
		return malformed("ticket_lifetime_hint")
	case !readVector16(s, &m.Ticket):
		return malformed("ticket")
	}
	return nil
}

func (m *NewSessionTicket12) appendTo(b *builder) {
	b.AddUint32(m.LifetimeHint)
	addVector16(b, m.Ticket)
}
