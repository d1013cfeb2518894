package conn

import (
	"slices"

	"polytls/internal/handshake"
	"polytls/internal/recordlayer"
	"polytls/internal/securecontext"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// Outcome is the result of the last handshake and of verifying the peer. A
// renegotiation replaces it.
type Outcome struct {
	*handshake.Result
	Authorized  bool
	VerifyError error // why the peer is not authorized, nil if it is or no certificate was requested
}

// newOutcome returns the outcome of a handshake. asked says whether a certificate of
// the peer was requested.
func newOutcome(r *handshake.Result, asked bool) *Outcome {
	o := &Outcome{Result: r}
	if !r.Resumed { // the peer has proved that it has the key of the leaf
		securecontext.RememberChain(r.Peer.Chain)
	}
	switch {
	case authenticatedBySecret(r):
		o.Authorized = true
		return o
	case !asked:
		return o
	case r.VerifyError != nil:
		o.VerifyError = r.VerifyError
	case len(r.Peer.Chain) == 0 && r.Peer.RawPublicKey == nil: // an anonymous suite, which must be named in the cipher list
		o.VerifyError = trust.UnableToGetIssuerCert.Err()
	}
	o.Authorized = o.VerifyError == nil
	return o
}

// authenticatedBySecret reports whether a pre-shared key or an SRP verifier
// authenticated the peer. Up to TLS 1.2 the suite decides, because a key's identity may
// be empty.
func authenticatedBySecret(r *handshake.Result) bool {
	return r.PSKIdentity != "" || r.Suite.UsesPSK() || r.Suite.Auth == suite.AuthSRP ||
		r.Resumed && r.Session != nil && r.Session.BySecret()
}

// Outcome returns the outcome of the last handshake, nil before the first is done.
func (c *Conn) Outcome() *Outcome { return c.outcome.Load() }

// Live returns the outcome of the last handshake, nil before the first is done and
// after Close.
func (c *Conn) Live() *Outcome {
	if !c.secure.Load() || c.closed.Load() {
		return nil
	}
	return c.outcome.Load()
}

// LinkedPeer returns the peer's chain, in the order of its path, completed with issuers
// from the context's roots. The handshake must be done.
func (c *Conn) LinkedPeer() []*trust.Certificate {
	return c.context.Completed(c.outcome.Load().Peer.Chain)
}

// Certificate returns our own certificate, nil if none was sent. If a session was
// resumed, which sends none, it is the context's certificate for the cipher suite. The
// handshake must be done.
func (c *Conn) Certificate() *handshake.Certificate {
	r := c.outcome.Load()
	if r.Certificate == nil && r.Resumed {
		return c.unsentCertificate(r)
	}
	return r.Certificate
}

// unsentCertificate returns our certificate for a resumed session, in which none is
// sent: a server's must fit the suite, and is one for the server name if there is one.
func (c *Conn) unsentCertificate(r *Outcome) *handshake.Certificate {
	config, name := &c.context.Config, r.ServerName
	fits := func(own *handshake.Certificate) bool { return own.Fits(r.Suite) }
	if c.Role() == recordlayer.Client {
		name, fits = "", func(own *handshake.Certificate) bool { return own.Signer != nil }
	}
	for _, certs := range [...][]*handshake.Certificate{config.CertificatesFor(name), config.Certificates} {
		if i := slices.IndexFunc(certs, fits); i >= 0 {
			return certs[i]
		}
	}
	return nil
}

// ServerSession returns a server's session, nil before the handshake is complete. base
// is the context of the server; up to TLS 1.2 the context with which the connection
// started is used instead.
func (c *Conn) ServerSession(base *securecontext.Context) *session.Session {
	if !c.connection.Ready() {
		return nil
	}
	if r := c.renegotiation(); r != nil {
		base = r.base
	}
	now := *c.connection.Session(base.SessionTimeout)
	if now.IDContext = c.context.Config.IDContext; len(now.IDContext) == 0 {
		now.IDContext = base.Config.IDContext
	}
	return &now
}
