package polytls

import (
	"context"
	"sync"
	"time"

	"polytls/internal/alert"
	"polytls/internal/handshake"
	"polytls/internal/reason"
	"polytls/internal/suite"
)

// RenegotiateOptions are the options of Socket.Renegotiate: Node's
// socket.renegotiate(). They count at a server.
type RenegotiateOptions struct {
	// RequestCert asks the client for a certificate.
	RequestCert bool
	// AllowUnauthorized goes on without a good one. The caller must judge
	// AuthorizationError.
	AllowUnauthorized bool
}

// renegotiation is what a connection up to TLS 1.2 knows of its renegotiations.
// It implements handshake.Renegotiator.
type renegotiation struct {
	socket *Socket
	asked  bool // a certificate of the client, in the one that runs

	mu       sync.Mutex
	disabled bool
	wanted   *RenegotiateOptions // of the one that we asked for
	count    int                 // of the peer's, since start
	start    time.Time
	keyCert  *SecureContext // of SetKeyCert in the first handshake
}

// Renegotiate holds a new handshake on the connection, up to TLS 1.2, and
// returns at its end. It reads by itself unless a Read is running. With TLS 1.3
// it is an error, ERR_SSL_WRONG_SSL_VERSION: see UpdateKeys and
// RequestClientCertificate.
func (s *Socket) Renegotiate(ctx context.Context, o RenegotiateOptions) error {
	if err := s.HandshakeContext(ctx); err != nil {
		return err
	}
	if !s.secureRenegotiation() {
		return reason.UnsafeLegacyRenegotiation.Local("the peer does not speak RFC 5746")
	}
	if r := s.renegotiation(); r != nil {
		r.mu.Lock()
		r.wanted = &o
		r.mu.Unlock()
	}
	return s.connection.Renegotiate(ctx)
}

// secureRenegotiation reports whether renegotiation is bound to the connection,
// or an option gives up that it is (RFC 5746).
func (s *Socket) secureRenegotiation() bool {
	r := s.outcome.Load()
	return r.Version == suite.TLS13 || r.SecureRenegotiation ||
		s.context.config.Options.Has(suite.OpAllowUnsafeLegacyRenegotiation)
}

// DisableRenegotiation lets renegotiations that the client asks for end the
// connection with ERR_TLS_RENEGOTIATION_DISABLED. At a client it has no effect,
// as in Node.
func (s *Socket) DisableRenegotiation() {
	if r := s.renegotiation(); r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.disabled = true
	}
}

// allowRenegotiation lets a connection up to TLS 1.2 renegotiate.
func (s *Socket) allowRenegotiation() {
	if s.outcome.Load().Version == suite.TLS13 {
		return
	}
	s.connection.SetRenegotiator(&renegotiation{socket: s, keyCert: s.keyCert()})
}

// renegotiation returns nil with TLS 1.3 and before the handshake is done.
func (s *Socket) renegotiation() *renegotiation {
	r, _ := s.connection.Renegotiator().(*renegotiation)
	return r
}

// Context implements handshake.Renegotiator.
func (r *renegotiation) Context() context.Context { return context.Background() }

// ClientConfig implements handshake.Renegotiator.
func (r *renegotiation) ClientConfig() *handshake.ClientConfig {
	r.asked = true
	return r.socket.end.(*client).config(r.socket)
}

// ServerConfig implements handshake.Renegotiator.
func (r *renegotiation) ServerConfig() *handshake.ServerConfig {
	cfg := r.socket.end.(*Server).config(r.socket)
	r.apply(cfg)
	r.asked = cfg.ClientAuth != handshake.NoClientCert
	return cfg
}

// Allow implements handshake.Renegotiator.
func (r *renegotiation) Allow() error {
	switch {
	case !r.socket.mayRenegotiate():
		return handshake.ErrRefuse
	case r.socket.role == clientRole:
		return nil
	}
	return r.admit(time.Now())
}

// Done implements handshake.Renegotiator.
func (r *renegotiation) Done(result *handshake.Result) {
	r.socket.outcome.Store(judged(result, r.asked))
}

// mayRenegotiate reports whether the peer's wish for a renegotiation is heard.
func (s *Socket) mayRenegotiate() bool {
	return s.secureRenegotiation() && !s.context.config.Options.Has(suite.OpNoRenegotiation)
}

// apply makes the options of Renegotiate those of the handshake.
func (r *renegotiation) apply(cfg *handshake.ServerConfig) {
	r.mu.Lock()
	defer r.mu.Unlock()
	wanted := r.wanted
	r.wanted = nil
	switch {
	case wanted == nil || !wanted.RequestCert:
	case wanted.AllowUnauthorized:
		cfg.ClientAuth = handshake.RequestClientCert
		judge := cfg.VerifyPeer
		cfg.VerifyPeer = func(ctx context.Context, p *handshake.Peer) (*alert.Error, error) {
			verdict, _ := judge(ctx, p) // the caller of Renegotiate decides
			return verdict, nil
		}
	default:
		cfg.ClientAuth = handshake.RequireClientCert
	}
}

// admit counts a renegotiation that the client asks for. A renegotiation costs
// a server more than a client, so there is a limit.
func (r *renegotiation) admit(now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.disabled {
		return reason.RenegotiationDisabled.With(alert.HandshakeFailure, "TLS session renegotiation disabled for this socket")
	}
	if now.Sub(r.start) > ClientRenegWindow() {
		r.start, r.count = now, 0
	}
	r.count++
	if r.count > ClientRenegLimit() {
		return reason.SessionAttack.With(alert.HandshakeFailure, "TLS session renegotiation attack detected")
	}
	return nil
}
