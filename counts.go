package polytls

import "sync/atomic"

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

type handshakeCounters struct{ full, resumed, psk, failed atomic.Uint64 }

// add counts a handshake of s.
func (c *handshakeCounters) add(s *Socket, err error) {
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
