package polytls

import (
	"context"
	"slices"
	"time"

	"polytls/internal/alert"
	"polytls/internal/certobject"
	"polytls/internal/handshake"
	"polytls/internal/reason"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// CheckServerIdentity reports why a certificate is not one for host, nil if it
// is: Node's tls.checkServerIdentity(). The error's code is
// ERR_TLS_CERT_ALTNAME_INVALID and it holds an IdentityError.
func CheckServerIdentity(host string, cert *Certificate) error {
	if e := trust.CheckServerIdentity(host, cert); e != nil {
		return reason.HostnameMismatch.New("%s", e.Error()).Wrap((*IdentityError)(e))
	}
	return nil
}

// verifyChain judges a peer's chain by a context's trust.
func (c *SecureContext) verifyChain(chain []*trust.Certificate, p trust.Purpose) *alert.Error {
	_, err := trust.Verify(chain, trust.Options{
		Roots:             c.roots,
		CRLs:              c.crls,
		Purpose:           p,
		Level:             c.config.Level,
		Policy:            c.policy,
		AllowPartialChain: c.partial,
		Now:               time.Now(),
	})
	return asAlert(err, alert.BadCertificate)
}

// asAlert makes any error one that carries an alert.
func asAlert(err error, a alert.Alert) *alert.Error {
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
	return &alert.Error{Code: code, Alert: a, AlertFrom: alert.Us, Err: err}
}

// judgeServer is a client's judgement of its server: the chain first, then the
// name.
func (o *ConnectOptions) judgeServer(c *SecureContext) func(context.Context, *handshake.Peer) (*alert.Error, error) {
	return func(ctx context.Context, p *handshake.Peer) (*alert.Error, error) {
		if len(p.Chain) == 0 { // an anonymous suite, which a list has to name
			return o.reject(asAlert(trust.UnableToGetIssuerCert.Err(), alert.BadCertificate))
		}
		verdict := c.verifyChain(p.Chain, trust.ServerAuth)
		if verdict == nil {
			verdict = o.checkIdentity(ctx, p.Chain, c.completed)
		}
		return o.reject(verdict)
	}
}

// reject lets a verdict pass if the caller wants to judge for itself.
func (o *ConnectOptions) reject(verdict *alert.Error) (*alert.Error, error) {
	if verdict == nil || o.AllowUnauthorized {
		return verdict, nil
	}
	return verdict, verdict
}

// checkIdentity asks whether the server is the one that was meant. What complete
// makes of the chain is shown to who judges in our place, and told of in errors.
func (o *ConnectOptions) checkIdentity(ctx context.Context, chain []*trust.Certificate, complete func([]*trust.Certificate) []*trust.Certificate) *alert.Error {
	check := o.CheckServerIdentity
	if check == nil {
		if chain[0].IsFor(o.identity()) {
			return nil
		}
		check = func(_ context.Context, host string, cert *Certificate) error { return CheckServerIdentity(host, cert) }
	}
	return asAlert(check(ctx, o.identity(), certobject.Chain(raw(complete(chain)))), alert.BadCertificate)
}

// judgeClient is a server's judgement of its client.
func (o *ServerOptions) judgeClient(c *SecureContext) func(context.Context, *handshake.Peer) (*alert.Error, error) {
	return func(_ context.Context, p *handshake.Peer) (*alert.Error, error) {
		verdict := c.verifyChain(p.Chain, trust.ClientAuth)
		if verdict == nil || o.AllowUnauthorized {
			return verdict, nil
		}
		return verdict, verdict
	}
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

// resumable opens a session that a client wants to resume, nil if it must not
// be: one that was made for another server name, whose peer was not verified,
// or, if no name says what it was made for, whose certificate is not one for
// this host. A peer that neither showed a certificate nor held a secret was not
// verified, whatever the session says of it. What was not verified stays so when
// it is resumed: who allows it may resume it.
func (o *ConnectOptions) resumable(data []byte) *session.Session {
	if len(data) == 0 {
		return nil
	}
	s, name, enveloped, err := session.Open(data)
	switch {
	case err != nil:
		return nil
	case enveloped && name != o.serverName():
		return nil
	case s.VerifyResult != int(trust.OK), len(s.PeerCertificate) == 0 && !keptBySecret(s):
		if !o.AllowUnauthorized {
			return nil
		}
		return s
	case enveloped && name == o.identity(), s.PSKIdentity != "":
		return s
	}
	cert, err := trust.Shared(s.PeerCertificate)
	if err != nil || o.checkIdentity(context.Background(), []*trust.Certificate{cert}, slices.Clone) != nil {
		return nil
	}
	return s
}

// outcome is what the last handshake came to, and what the connection says of
// its peer. A renegotiation replaces it.
type outcome struct {
	*handshake.Result
	authorized bool
	verdict    error // AuthorizationError
}

// judged is the outcome of a handshake. asked says whether a certificate was
// wanted of the peer.
func judged(r *handshake.Result, asked bool) *outcome {
	o := &outcome{Result: r}
	switch {
	case provedBySecret(r):
		o.authorized = true
		return o
	case !asked:
		return o
	case r.Verdict != nil:
		o.verdict = r.Verdict
	case len(r.Peer.Chain) == 0: // an anonymous suite, which a list has to name
		o.verdict = trust.UnableToGetIssuerCert.Err()
	}
	o.authorized = o.verdict == nil
	return o
}

// provedBySecret reports whether a pre-shared key or an SRP verifier has proved
// who the peer is. Up to TLS 1.2 the suite tells: a key's identity may be empty.
func provedBySecret(r *handshake.Result) bool {
	return r.PSKIdentity != "" || r.Suite.UsesPSK() || r.Suite.Auth == suite.AuthSRP ||
		r.Resumed && r.Session != nil && keptBySecret(r.Session)
}

// keptBySecret reports whether a secret had proved the peer of a session.
func keptBySecret(s *session.Session) bool {
	info := s.Suite.Info()
	return s.PSKIdentity != "" || s.SRPUsername != "" || info != nil && (info.UsesPSK() || info.Auth == suite.AuthSRP)
}
