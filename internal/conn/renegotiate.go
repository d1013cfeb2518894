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

// RenegotiationLimit is how many renegotiations a client may request on one connection
// within RenegotiationWindow, in nanoseconds. Both apply to all connections of the
// process and are read at each renegotiation.
var RenegotiationLimit, RenegotiationWindow atomic.Int64

func init() {
	RenegotiationLimit.Store(3)
	RenegotiationWindow.Store(int64(600 * time.Second))
}

// renegotiation is the state of the renegotiations of a connection up to TLS 1.2. It
// implements handshake.Owner and handshake.Renegotiator.
type renegotiation struct {
	owner
	// base is the context that the connection started with: its versions, suites and
	// options apply to renegotiations, too. The identity and the trust are those of the
	// context that the server name chose.
	base   *securecontext.Context
	config *handshake.ServerConfig // chosen for the first ClientHello, nil for the server's
	asked  bool                    // whether the current one requests a certificate of the peer

	mu       sync.Mutex
	disabled bool
	count    int // of renegotiations that the peer has requested since start
	start    time.Time
	keyCerts []*handshake.Certificate // set by SetKeyCerts in the first handshake
}

// Renegotiate runs a new handshake on the connection, up to TLS 1.2, and returns when
// it is done. At a server, auth requests a certificate of the client in this handshake
// only; with RequestClientCert the handshake continues without a valid one.
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

// secureRenegotiation reports whether renegotiation is bound to the connection (RFC
// 5746), or an option allows it without.
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
	cfg.Observe, cfg.Decided = nil, nil // the record is that of the first handshake
	return cfg
}

// ServerConfig implements handshake.Renegotiator. It keeps the context that the first
// handshake chose.
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
	cfg.Observe, cfg.Decided = nil, nil // as at clients
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

// request changes cfg, which ServerConfig has made, to request a certificate.
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

// admit counts a renegotiation that the client requests, and returns an error beyond
// the limit. There is a limit because a renegotiation costs a server more than a
// client.
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
