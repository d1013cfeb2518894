package polytls

import (
	"context"
	"sync"
	"time"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/openssl"
	"polytls/internal/suite"
)

// RenegotiateOptions are the options of Socket.Renegotiate: Node's
// socket.renegotiate(). They apply to servers.
type RenegotiateOptions struct {
	// RequestCert requests a certificate of the client.
	RequestCert bool
	// AllowUnauthorized continues without a valid one. The caller must check
	// AuthorizationError.
	AllowUnauthorized bool
}

// renegotiation is what a connection up to TLS 1.2 knows of its renegotiations,
// and its owner. It implements handshake.Owner and handshake.Renegotiator.
type renegotiation struct {
	owner
	// base is the context that the connection began with: its versions, suites
	// and options hold for renegotiations, too. The identity and the trust are
	// those of the context that the server name chose.
	base  *SecureContext
	asked bool // a certificate of the peer, in the one that runs

	mu       sync.Mutex
	disabled bool
	count    int // of the peer's, since start
	start    time.Time
	keyCert  *SecureContext // of SetKeyCert in the first handshake
}

// Renegotiate holds a new handshake on the connection, up to TLS 1.2, and
// returns at its end. It reads by itself unless a Read is running. With TLS 1.3
// it is an error, ERR_SSL_WRONG_SSL_VERSION: see UpdateKeys and
// RequestClientCertificate.
//
// It takes no longer than HandshakeTimeout. When that or ctx ends it in the
// middle, the connection ends; a server that got no hello from its client can go
// on.
func (s *Socket) Renegotiate(ctx context.Context, o RenegotiateOptions) error {
	c, err := s.secureConnection(ctx)
	if err != nil {
		return err
	}
	if !s.secureRenegotiation() {
		return failure.UnsafeLegacyRenegotiation.Local("the peer does not support secure renegotiation (RFC 5746)")
	}
	return c.Renegotiate(ctx, func(cfg *handshake.ServerConfig) { s.renegotiation().apply(&o, cfg) })
}

func (s *Socket) newRenegotiation() *renegotiation {
	return &renegotiation{owner: owner{s}, base: s.pending.base, keyCert: s.keyCert()}
}

// renegotiation returns nil with TLS 1.3 and before the handshake is done.
func (s *Socket) renegotiation() *renegotiation {
	if !s.connection.Ready() {
		return nil
	}
	r, _ := s.connection.Owner().(*renegotiation)
	return r
}

// Renegotiator implements handshake.Owner.
func (r *renegotiation) Renegotiator() handshake.Renegotiator { return r }

// secureRenegotiation reports whether renegotiation is bound to the connection,
// or an option gives up that it is (RFC 5746).
func (s *Socket) secureRenegotiation() bool {
	r := s.outcome.Load()
	return r.Version == suite.TLS13 || r.SecureRenegotiation ||
		s.renegotiation().base.compiled.Config.Options.Has(openssl.OpAllowUnsafeLegacyRenegotiation)
}

// DisableRenegotiation makes renegotiations that the client requests end the
// connection with ERR_TLS_RENEGOTIATION_DISABLED. At a client it has no effect, as in
// Node.
func (s *Socket) DisableRenegotiation() {
	if r := s.renegotiation(); r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.disabled = true
	}
}

// ClientConfig implements handshake.Renegotiator.
func (r *renegotiation) ClientConfig() *handshake.ClientConfig {
	r.asked = true
	return r.Socket.end.(*client).config(r.Socket)
}

// ServerConfig implements handshake.Renegotiator. The context that the first
// handshake chose stays.
func (r *renegotiation) ServerConfig() *handshake.ServerConfig {
	s, srv := r.Socket, r.end.(*Server)
	cfg := srv.config(s, r.base)
	own := *cfg.Config // the server's is shared
	if s.context != r.base {
		own.SetIdentity(srv.identityOf(s.context))
	}
	cfg.Config, cfg.SelectContext = &own, nil
	r.asked = cfg.ClientAuth != handshake.NoClientCert
	return cfg
}

// Allow implements handshake.Renegotiator.
func (r *renegotiation) Allow() error {
	switch {
	case !r.Socket.mayRenegotiate():
		return handshake.ErrRefuse
	case r.Socket.role == clientRole:
		return nil
	}
	return r.admit(time.Now())
}

// Done implements handshake.Renegotiator.
func (r *renegotiation) Done(result *handshake.Result) {
	r.Socket.outcome.Store(newOutcome(result, r.asked))
}

// mayRenegotiate reports whether the peer may renegotiate.
func (s *Socket) mayRenegotiate() bool {
	return s.secureRenegotiation() && !s.renegotiation().base.compiled.Config.Options.Has(openssl.OpNoRenegotiation)
}

// apply makes the options of Renegotiate those of the handshake whose
// configuration ServerConfig has made.
func (r *renegotiation) apply(o *RenegotiateOptions, cfg *handshake.ServerConfig) {
	switch {
	case !o.RequestCert:
		return
	case o.AllowUnauthorized:
		cfg.ClientAuth = handshake.RequestClientCert
		verify := cfg.VerifyPeer
		cfg.VerifyPeer = func(ctx context.Context, p *handshake.Peer) (*failure.Error, error) {
			verifyError, _ := verify(ctx, p) // the caller of Renegotiate decides
			return verifyError, nil
		}
	default:
		cfg.ClientAuth = handshake.RequireClientCert
	}
	r.asked = true
}

// admit counts a renegotiation that the client asks for. A renegotiation costs
// a server more than a client, so there is a limit.
func (r *renegotiation) admit(now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.disabled {
		return failure.RenegotiationDisabled.With(failure.AlertHandshakeFailure, "TLS session renegotiation disabled for this socket")
	}
	if now.Sub(r.start) > ClientRenegWindow() {
		r.start, r.count = now, 0
	}
	r.count++
	if r.count > ClientRenegLimit() {
		return failure.SessionAttack.With(failure.AlertHandshakeFailure, "TLS session renegotiation attack detected")
	}
	return nil
}
