package handshake

import (
	"time"

	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// session is what the connection can be resumed from; in TLS 1.3 it could, were
// there a ticket.
func (r *Result) session(created time.Time) *session.Session {
	s := &session.Session{
		Version:       r.Version,
		Suite:         r.Suite.ID,
		Created:       created,
		Timeout:       DefaultSessionTimeout,
		OCSPResponse:  r.Peer.OCSPResponse,
		SCTs:          r.Peer.SCTs,
		PeerPublicKey: r.Peer.RawPublicKey,
		VerifyResult:  r.verifyResult(),
		ServerName:    r.ServerName,
		PSKIdentity:   r.PSKIdentity,

		MaxFragmentLen: r.maxFragmentLen,
	}
	s.PeerCertificate, s.PeerChain = r.Peer.der()
	if k := r.keys12; k != nil {
		s.ID, s.Master, s.ExtendedMasterSecret = k.sessionID, k.master[:], r.ExtendedMasterSecret
		return s
	}
	s.ALPN = r.ALPN
	if old := r.Session; old != nil {
		// Of a chain that does not parse there is no more than this.
		s.PeerCertificate, s.PeerChain = old.PeerCertificate, old.PeerChain
		s.PSKIdentity = old.PSKIdentity
	}
	return s
}

// DefaultSessionTimeout is how long a session lives unless ServerConfig says
// otherwise: OpenSSL's 7,200 s.
const DefaultSessionTimeout = 7200 * time.Second

// verifyResult is how a session keeps the verdict on the peer. One without a
// code, from a caller's own check, must not look like none.
func (r *Result) verifyResult() int {
	switch v := r.Verdict; {
	case v == nil:
		return int(trust.OK)
	case v.Code == "":
		return int(trust.Unspecified)
	default:
		return trust.Number(v.Code)
	}
}

// der returns the peer's certificates as a session keeps them.
func (p *Peer) der() (leaf []byte, rest [][]byte) {
	for i, cert := range p.Chain {
		if i == 0 {
			leaf = cert.Raw
		} else {
			rest = append(rest, cert.Raw)
		}
	}
	return leaf, rest
}

// Session returns what the connection can be resumed from, nil if nothing is
// known. At a server that is made when it is asked for: what it is made of is
// there, and it is larger than all the rest.
func (c *Connection) Session() *session.Session {
	r := c.Result()
	if r.Session != nil || c.client {
		return r.Session
	}
	return r.session(time.Unix(r.created, 0))
}

// forgetSession drops a server's session that can be made again.
func (r *Result) forgetSession() {
	if r.Session == nil || r.Resumed && r.Version < suite.TLS13 {
		return
	}
	r.created = r.Session.Created.Unix()
	r.Session = nil
}
