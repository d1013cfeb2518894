package polytls

import (
	"context"
	"strings"
	"time"

	"polytls/certobject"
	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// CheckServerIdentity reports why a certificate is not one for host, nil if it
// is: Node's tls.checkServerIdentity(). The error's code is
// ERR_TLS_CERT_ALTNAME_INVALID, or ERR_TLS_CERT_ALTNAME_FORMAT if the text of
// alternative names cannot be read, and it holds an IdentityError.
func CheckServerIdentity(host string, cert *Certificate) error {
	e := trust.CheckServerIdentity(host, cert)
	if e == nil {
		return nil
	}
	row := failure.AltNameInvalid
	if e.NodeCode() == failure.AltNameFormat.Code {
		row = failure.AltNameFormat
	}
	return row.New("%s", e.Error()).Wrap((*IdentityError)(e))
}

// verifier verifies the peers of one end under one context. It is the only one:
// certificates that a peer sends and those of a session that it resumes are verified
// by the same function.
type verifier struct {
	context *SecureContext
	purpose trust.Purpose
	// identity checks that the chain is that of the expected peer; nil at a server.
	identity func(context.Context, []*trust.Certificate) *failure.Error
	// allowUnauthorized is AllowUnauthorized: failures are reported only.
	allowUnauthorized bool
}

// verify implements handshake.Config's VerifyPeer.
func (v *verifier) verify(ctx context.Context, p *handshake.Peer) (*failure.Error, error) {
	if p.Session != nil { // what is added was shown under some context
		p.Chain = chains.Complete(p.Chain)
		if err := v.context.config.CheckKeySizes(p.Chain...); err != nil {
			return nil, err
		}
	}
	err := v.verifyError(ctx, p)
	if err != nil && !v.allowUnauthorized {
		return err, err
	}
	return err, nil
}

func (v *verifier) verifyError(ctx context.Context, p *handshake.Peer) *failure.Error {
	path, err := v.context.verifyChain(p.Chain, v.purpose)
	if err != nil { // with an anonymous suite, too, which shows no certificate
		return asAlert(err, failure.AlertBadCertificate)
	}
	if v.identity != nil {
		if refused := v.identity(ctx, p.Chain); refused != nil {
			return refused
		}
	}
	p.Verified = path
	return nil
}

// chains are those of the process' peers, for sessions, which hold the leaf
// alone.
var chains = trust.NewChains(maxChains)

// maxChains bounds them, in bytes of DER.
const maxChains = 8 << 20

// maxVerified is the number of verified chains that a context caches.
const maxVerified = 2048

// verifyChain verifies a peer's chain under the context and returns its path.
func (c *SecureContext) verifyChain(chain []*trust.Certificate, p trust.Purpose) ([]*trust.Certificate, error) {
	return c.verified.Verify(chain, trust.Options{
		Roots:             c.roots,
		CRLs:              c.crls,
		Purpose:           p,
		Level:             c.config.Level,
		Policy:            c.policy,
		AllowPartialChain: c.partial,
		Now:               time.Now(),
	})
}

// asAlert returns err as an error that carries an alert.
func asAlert(err error, a failure.Alert) *failure.Error {
	if err == nil {
		return nil
	}
	if own, ok := isAlert(err); ok && own == err {
		return own
	}
	code := ""
	if own, ok := isAlert(err); ok {
		code = own.Code
	}
	return &failure.Error{Code: code, Alert: a, AlertFrom: failure.SideUs, Err: err}
}

// serverVerifier returns a client's verifier of its server: the chain first, then the
// name.
func (o *ConnectOptions) serverVerifier(c *SecureContext) *verifier {
	return &verifier{
		context: c, purpose: trust.ServerAuth, allowUnauthorized: o.AllowUnauthorized,
		identity: func(ctx context.Context, chain []*trust.Certificate) *failure.Error {
			return o.checkIdentity(ctx, chain, c.completed)
		},
	}
}

// clientVerifier returns a server's verifier of its clients.
func (o *ServerOptions) clientVerifier(c *SecureContext) *verifier {
	return &verifier{context: c, purpose: trust.ClientAuth, allowUnauthorized: o.AllowUnauthorized}
}

// checkIdentity checks that the chain is that of the expected server.
// CheckServerIdentity and errors get the chain as complete returns it.
func (o *ConnectOptions) checkIdentity(ctx context.Context, chain []*trust.Certificate, complete func([]*trust.Certificate) []*trust.Certificate) *failure.Error {
	check := o.CheckServerIdentity
	if check == nil {
		if chain[0].IsFor(o.identity()) {
			return nil
		}
		check = func(_ context.Context, host string, cert *Certificate) error { return CheckServerIdentity(host, cert) }
	}
	return asAlert(check(ctx, o.identity(), certobject.Chain(raw(complete(chain)))), failure.AlertBadCertificate)
}

// completed is what the peer sent, in the order of its path, with the issuers
// that the context knows of.
func (c *SecureContext) completed(sent []*trust.Certificate) []*trust.Certificate {
	return c.roots.Complete(trust.Linked(sent))
}

func (s *Socket) linkedPeer() []*trust.Certificate {
	return s.context.completed(s.outcome.Load().Peer.Chain)
}

func raw(chain []*trust.Certificate) [][]byte {
	var ders [][]byte
	for _, c := range chain {
		ders = append(ders, c.Raw)
	}
	return ders
}

// resumable opens a session that the client has for its server, nil if it cannot
// be used, or names another host than is asked for. Its server is verified before
// it is offered.
func (o *ConnectOptions) resumable(data []byte) *session.Session {
	if len(data) == 0 {
		return nil
	}
	s, name, enveloped, err := session.Open(data)
	switch {
	case err != nil, enveloped && name != o.serverName():
		return nil
	case s.ServerName != "" && !strings.EqualFold(s.ServerName, o.serverName()):
		return nil
	}
	return s
}

// outcome is the result of the last handshake and of verifying the peer. A
// renegotiation replaces it.
type outcome struct {
	*handshake.Result
	authorized  bool
	verifyError error // AuthorizationError
}

// newOutcome returns the outcome of a handshake. asked says whether a certificate of
// the peer was requested.
func newOutcome(r *handshake.Result, asked bool) *outcome {
	o := &outcome{Result: r}
	if !r.Resumed { // the peer has proved that the leaf is its own
		chains.Remember(r.Peer.Chain)
	}
	switch {
	case authenticatedBySecret(r):
		o.authorized = true
		return o
	case !asked:
		return o
	case r.VerifyError != nil:
		o.verifyError = r.VerifyError
	case len(r.Peer.Chain) == 0: // an anonymous suite, which a list has to name
		o.verifyError = trust.UnableToGetIssuerCert.Err()
	}
	o.authorized = o.verifyError == nil
	return o
}

// authenticatedBySecret reports whether a pre-shared key or an SRP verifier
// authenticated the peer. Up to TLS 1.2 that depends on the suite: a key's identity
// may be empty.
func authenticatedBySecret(r *handshake.Result) bool {
	return r.PSKIdentity != "" || r.Suite.UsesPSK() || r.Suite.Auth == suite.AuthSRP ||
		r.Resumed && r.Session != nil && r.Session.BySecret()
}
