package handshake

import (
	"time"

	"polytls/failure"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// session returns the session of a connection. k is nil in TLS 1.3. The session is
// valid for timeout, 0 for the default, and not longer than the certificate of a
// verified peer. In TLS 1.3 it still needs a ticket.
func (r *Facts) session(k *secrets12, created time.Time, timeout time.Duration) *session.Session {
	if timeout <= 0 {
		timeout = DefaultSessionTimeout
	}
	if r.Version == suite.TLS13 {
		timeout = min(timeout, maxLifetime)
	}
	s := &session.Session{
		Version:       r.Version,
		Suite:         r.Suite.ID,
		Created:       created,
		Timeout:       timeout,
		OCSPResponse:  r.Peer.OCSPResponse,
		SCTs:          r.Peer.SCTs,
		PeerPublicKey: r.Peer.RawPublicKey,
		VerifyResult:  verifyResult(r.VerifyError),
		ServerName:    r.ServerName,
		PSKIdentity:   r.PSKIdentity,

		MaxFragmentLen: r.maxFragmentLen,
	}
	if r.VerifyError == nil && len(r.Peer.Chain) > 0 {
		left := r.Peer.Chain[0].NotAfter.Sub(created).Truncate(time.Second)
		s.Timeout = min(s.Timeout, max(left, 0))
	}
	s.PeerCertificate, s.PeerChain = r.Peer.der()
	if k != nil {
		s.ID, s.Master, s.ExtendedMasterSecret = k.sessionID, k.master[:], r.ExtendedMasterSecret
		return s
	}
	s.ALPN = r.ALPN
	return s
}

// newSession returns the session of this handshake. Resumed sessions keep the expiry
// of the first full handshake, and what authenticated the peer then.
func (c *conversation) newSession(timeout time.Duration) *session.Session {
	s := c.facts.session(c.keys12, c.now(), timeout)
	var marks session.Marks
	if c.secret != nil {
		marks.Secret, s.SRPUsername, s.PSKIdentityHint = c.secret.digest, c.secret.user, c.secret.hint
	}
	if old := c.resumed; old != nil {
		s.PSKIdentity = old.session.PSKIdentity
		s.Timeout = min(s.Timeout, max(old.session.Remaining(s.Created), 0))
	}
	s.SetMarks(marks)
	return s
}

// DefaultSessionTimeout is the default lifetime of a session: OpenSSL's 7,200 s.
const DefaultSessionTimeout = 7200 * time.Second

// maxLifetime is seven days (RFC 8446, section 4.6.1). Up to TLS 1.2 there is no
// bound.
const maxLifetime = 7 * 24 * time.Hour

// verifyResult encodes a verification error for a session. An error without a code
// must not become OK.
func verifyResult(v *failure.Error) int {
	switch {
	case v == nil:
		return int(trust.OK)
	case v.Code == "":
		return int(trust.Unspecified)
	default:
		return trust.Number(v.Code)
	}
}

// der returns the peer's certificates in the form in which a session holds them.
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

// Session returns the session of the connection, nil if there is none. At a server
// it is made on demand, to save memory; timeout is its lifetime.
func (c *Connection) Session(timeout time.Duration) *session.Session {
	r := c.Result()
	if r.Session != nil || c.client {
		return r.Session
	}
	return r.session(r.keys12, time.Unix(r.created, 0), timeout)
}

// forgetSession drops a server's session, which Session can make again.
func (r *Result) forgetSession() {
	if r.Session == nil || r.Version < suite.TLS13 && (r.Resumed || r.Session.BySecret()) {
		return
	}
	r.created = r.Session.Created.Unix()
	r.Session = nil
}
