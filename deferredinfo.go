package polytls

import (
	"log/slog"

	"polytls/internal/handshake"
)

// DeferredInfo is a handshake of which HandshakeInfo can be computed later, or never:
// the record of its messages and what was negotiated, without the Socket and without
// the connection's secrets. The Logger option gives one to its handler under an empty
// key, so that a handler may compute the attributes in another goroutine.
//
// It keeps the configuration of the handshake in memory, with keys and trusted
// certificates, also after SetSecureContext has replaced it: compute what is wanted soon.
type DeferredInfo struct {
	from  account
	facts handshake.Facts // without the secrets that a result has beside them
}

// DeferHandshakeInfo returns what HandshakeInfo computes from, as it is now. It costs
// little. It is nil for the zero Socket.
func (s *Socket) DeferHandshakeInfo() *DeferredInfo {
	if s.conn.CheckInit() != nil {
		return nil
	}
	return s.deferred()
}

func (s *Socket) deferred() *DeferredInfo {
	d := &DeferredInfo{from: s.account()}
	if d.from.facts != nil {
		d.facts = *d.from.facts
		d.from.facts = &d.facts
	}
	return d
}

// Info computes what HandshakeInfo would have returned.
func (d *DeferredInfo) Info() *HandshakeInfo { return d.from.info() }

// Summary computes what logs need of it, with much less work: of the record, only Start,
// Took, Waited, ServerName, Resumption and JA4.
func (d *DeferredInfo) Summary() *HandshakeInfo {
	i := new(HandshakeInfo)
	i.summarize(&d.from)
	return i
}

// LogValue implements slog.LogValuer, with the attributes of HandshakeInfo.
func (d *DeferredInfo) LogValue() slog.Value {
	var i HandshakeInfo // on the stack
	i.summarize(&d.from)
	return i.LogValue()
}

// Size returns how many bytes the peer made it hold: messages and certificates.
func (d *DeferredInfo) Size() (n int) {
	n = d.from.record.Size()
	if d.facts.Peer != nil {
		for _, c := range d.facts.Peer.Chain {
			n += len(c.Raw)
		}
	}
	return n
}
