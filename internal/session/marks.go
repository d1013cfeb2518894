package session

import "bytes"

// MarkSize is the length of each of [Marks] in bytes.
const MarkSize = 16

// Marks are what this library keeps in a session beyond OpenSSL's fields. They go
// in ticket_appdata, which OpenSSL keeps for applications, copies from ticket to
// ticket, and does not interpret. A mark of zeros is none.
type Marks struct {
	// Issuer lets a server recognize its own tickets.
	Issuer [MarkSize]byte
	// Secret is a digest of the external key or the SRP verifier that
	// authenticated the peer.
	Secret [MarkSize]byte
}

// marksMagic begins a ticket_appdata that holds Marks.
const marksMagic = "polytls\x01"

// Marks returns the session's, zeros if it has none.
func (s *Session) Marks() (m Marks) {
	data, ok := bytes.CutPrefix(s.TicketAppData, []byte(marksMagic))
	if !ok || len(data) != 2*MarkSize {
		return m
	}
	copy(m.Issuer[:], data)
	copy(m.Secret[:], data[MarkSize:])
	return m
}

// SetMarks replaces the session's marks. The data of an application of
// OpenSSL stay in their place if m is zero.
func (s *Session) SetMarks(m Marks) {
	switch {
	case m != Marks{}:
		s.TicketAppData = append(append([]byte(marksMagic), m.Issuer[:]...), m.Secret[:]...)
	case bytes.HasPrefix(s.TicketAppData, []byte(marksMagic)):
		s.TicketAppData = nil
	}
}
