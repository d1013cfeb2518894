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
	VerifyError error // why the peer is not, nil if it was not asked
}

// newOutcome returns the outcome of a handshake. asked says whether a certificate of
// the peer was requested.
func newOutcome(r *handshake.Result, asked bool) *Outcome {
	o := &Outcome{Result: r}
	if !r.Resumed { // the peer has proved that the leaf is its own
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
	case len(r.Peer.Chain) == 0: // an anonymous suite, which a list has to name
		o.VerifyError = trust.UnableToGetIssuerCert.Err()
	}
	o.Authorized = o.VerifyError == nil
	return o
}

// authenticatedBySecret reports whether a pre-shared key or an SRP verifier
// authenticated the peer. Up to TLS 1.2 that depends on the suite: a key's identity
// may be empty.
func authenticatedBySecret(r *handshake.Result) bool {
	return r.PSKIdentity != "" || r.Suite.UsesPSK() || r.Suite.Auth == suite.AuthSRP ||
		r.Resumed && r.Session != nil && r.Session.BySecret()
}

// Outcome returns that of the last handshake, nil before the first is done.
func (c *Conn) Outcome() *Outcome { return c.outcome.Load() }

// Live returns the outcome of the last handshake, nil before the first is done and
// after Close.
func (c *Conn) Live() *Outcome {
	if !c.secure.Load() || c.closed.Load() {
		return nil
	}
	return c.outcome.Load()
}

// LinkedPeer returns the chain of the peer, in the order of its path, with the issuers
// that the context knows of. The handshake is done.
func (c *Conn) LinkedPeer() []*trust.Certificate {
	return c.context.Completed(c.outcome.Load().Peer.Chain)
}

// Certificate returns our own, nil if none was sent. Where a session was resumed,
// which sends none, it is the context's for the cipher suite. The handshake is done.
func (c *Conn) Certificate() *handshake.Certificate {
	r := c.outcome.Load()
	if r.Certificate == nil && r.Resumed {
		return c.unsentCertificate(r)
	}
	return r.Certificate
}

// unsentCertificate is ours where a resumption shows none: a server's must fit the
// suite, and is one for the server name if there is any.
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

// ServerSession returns a server's session, nil while early data goes first. base is
// the context of the server; that of a connection up to TLS 1.2 is that of its
// handshake.
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
