package conn

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/openssl"
	"polytls/internal/recordlayer"
	"polytls/internal/securecontext"
	"polytls/internal/suite"
)

// RenegotiationLimit is how many renegotiations a client may ask for within
// RenegotiationWindow, nanoseconds, of all connections of the process. They are read
// at each.
var RenegotiationLimit, RenegotiationWindow atomic.Int64

func init() {
	RenegotiationLimit.Store(3)
	RenegotiationWindow.Store(int64(600 * time.Second))
}

// renegotiation is what a connection up to TLS 1.2 knows of its renegotiations,
// and its owner. It implements handshake.Owner and handshake.Renegotiator.
type renegotiation struct {
	owner
	// base is the context that the connection began with: its versions, suites
	// and options hold for renegotiations, too. The identity and the trust are
	// those of the context that the server name chose.
	base   *securecontext.Context
	config *handshake.ServerConfig // that the first hello chose, nil for the server's
	asked  bool                    // a certificate of the peer, in the one that runs

	mu       sync.Mutex
	disabled bool
	count    int // of the peer's, since start
	start    time.Time
	keyCerts []*handshake.Certificate // of SetKeyCerts in the first handshake
}

// Renegotiate holds a new handshake on the connection, up to TLS 1.2, and returns at
// its end. At a server auth requests a certificate of the client for this time, with
// RequestClientCert to continue without a valid one.
func (c *Conn) Renegotiate(ctx context.Context, auth handshake.ClientAuth) error {
	after, err := c.secured(ctx)
	if err != nil {
		return err
	}
	if !c.secureRenegotiation() {
		return failure.UnsafeLegacyRenegotiation.Local("the peer does not support secure renegotiation (RFC 5746)")
	}
	return after.Renegotiate(ctx, func(cfg *handshake.ServerConfig) { c.renegotiation().request(auth, cfg) })
}

func (c *Conn) newRenegotiation() *renegotiation {
	return &renegotiation{owner: owner{c}, base: c.pending.base, config: c.pending.config, keyCerts: c.KeyCerts()}
}

// renegotiation returns nil with TLS 1.3 and before the handshake is done.
func (c *Conn) renegotiation() *renegotiation {
	if !c.connection.Ready() {
		return nil
	}
	r, _ := c.connection.Owner().(*renegotiation)
	return r
}

// Renegotiator implements handshake.Owner.
func (r *renegotiation) Renegotiator() handshake.Renegotiator { return r }

// secureRenegotiation reports whether renegotiation is bound to the connection,
// or an option gives up that it is (RFC 5746).
func (c *Conn) secureRenegotiation() bool {
	r := c.outcome.Load()
	return r.Version == suite.TLS13 || r.SecureRenegotiation ||
		c.renegotiation().base.Config.Options.Has(openssl.OpAllowUnsafeLegacyRenegotiation)
}

// DisableRenegotiation makes renegotiations that the client requests end the
// connection. At a client it has no effect.
func (c *Conn) DisableRenegotiation() {
	if r := c.renegotiation(); r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.disabled = true
	}
}

// ClientConfig implements handshake.Renegotiator.
func (r *renegotiation) ClientConfig() *handshake.ClientConfig {
	r.asked = true
	cfg := r.end.(ClientEnd).ClientConfig()
	cfg.Config.Observe = nil // the record is that of the first handshake
	return cfg
}

// ServerConfig implements handshake.Renegotiator. The context that the first
// handshake chose stays.
func (r *renegotiation) ServerConfig() *handshake.ServerConfig {
	end := r.end.(ServerEnd)
	shared := r.config
	if shared == nil {
		shared = end.ServerConfig(r.base)
	}
	cfg, own := *shared, *shared.Config
	if r.context != r.base {
		own.SetIdentity(end.Identity(r.context))
	}
	own.Observe = nil // as at clients
	cfg.Config, cfg.SelectContext = &own, nil
	r.asked = cfg.ClientAuth != handshake.NoClientCert
	return &cfg
}

// Allow implements handshake.Renegotiator.
func (r *renegotiation) Allow() error {
	switch {
	case !r.secureRenegotiation(), r.base.Config.Options.Has(openssl.OpNoRenegotiation):
		return handshake.ErrRefuse
	case r.Role() == recordlayer.Client:
		return nil
	}
	return r.admit(time.Now())
}

// Done implements handshake.Renegotiator.
func (r *renegotiation) Done(result *handshake.Result) {
	r.outcome.Store(newOutcome(result, r.asked))
}

// request makes the handshake whose configuration ServerConfig has made request a
// certificate.
func (r *renegotiation) request(auth handshake.ClientAuth, cfg *handshake.ServerConfig) {
	if auth == handshake.NoClientCert {
		return
	}
	cfg.ClientAuth = auth
	if auth == handshake.RequestClientCert {
		cfg.AllowUnauthorized = true // the caller of Renegotiate decides
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
	if now.Sub(r.start) > time.Duration(RenegotiationWindow.Load()) {
		r.start, r.count = now, 0
	}
	r.count++
	if r.count > int(RenegotiationLimit.Load()) {
		return failure.SessionAttack.With(failure.AlertHandshakeFailure, "TLS session renegotiation attack detected")
	}
	return nil
}
