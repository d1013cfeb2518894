package polytls

import (
	"sync/atomic"

	"polytls/internal/session"
)

// HandshakeCounts counts a server's handshakes by their result, since NewServer. The
// ratio of Resumed to Full shows how often clients resume: it falls when ticket keys
// are not shared or a store is down.
type HandshakeCounts struct {
	Full    uint64 // succeeded without a session or an external pre-shared key
	Resumed uint64 // resumed a session
	PSK     uint64 // authenticated by an external pre-shared key
	Failed  uint64 // reported to OnTLSClientError
}

// HandshakeCounts returns the current counts.
func (srv *Server) HandshakeCounts() HandshakeCounts {
	c := &srv.counts
	return HandshakeCounts{Full: c.full.Load(), Resumed: c.resumed.Load(), PSK: c.psk.Load(), Failed: c.failed.Load()}
}

type counters struct {
	full, resumed, psk, failed atomic.Uint64
	tickets                    session.TicketCounts
	keyChanges                 atomic.Uint64
}

// add counts a handshake of s.
func (c *counters) add(s *Socket, err error) {
	if err != nil {
		c.failed.Add(1)
		return
	}
	switch o := s.conn.Outcome(); {
	case o.PSKIdentity != "": // also up to TLS 1.2
		c.psk.Add(1)
	case o.Resumed:
		c.resumed.Add(1)
	default:
		c.full.Add(1)
	}
}

// TicketCounts counts a server's session tickets, since NewServer. Those of
// SingleUseTickets are in the store and not counted.
type TicketCounts struct {
	Issued uint64 // encrypted by our key
	Opened uint64 // of clients, decrypted; their session may still be refused
	// Unknown are those that no key decrypts: their key is gone, or was never shared, or
	// they are forged.
	Unknown uint64
	// KeyChanges counts the calls of SetTicketKeys.
	KeyChanges uint64
}

// TicketCounts returns the current counts.
func (srv *Server) TicketCounts() TicketCounts {
	c := &srv.counts
	return TicketCounts{Issued: c.tickets.Sealed.Load(), Opened: c.tickets.Opened.Load(), Unknown: c.tickets.Unknown.Load(), KeyChanges: c.keyChanges.Load()}
}
