package polytls

import (
	"cmp"
	"context"
	"crypto/tls"
	"time"

	"polytls/internal/antireplay"
	"polytls/internal/conn"
	"polytls/internal/handshake"
	"polytls/internal/recordlayer"
	"polytls/internal/securecontext"
	"polytls/internal/sessions"
	"polytls/internal/trace"
)

// serverEnd implements conn.ServerEnd for a server's socket.
type serverEnd struct{ *Socket }

// Timeout implements conn.End.
func (s serverEnd) Timeout() time.Duration {
	return cmp.Or(s.server.options.HandshakeTimeout, conn.DefaultTimeout)
}

// HalfOpen implements conn.End.
func (s serverEnd) HalfOpen() bool { return s.server.options.AllowHalfOpen }

// NewTracer implements conn.End.
func (s serverEnd) NewTracer(r recordlayer.Role) *trace.Tracer { return s.server.traces.tracer(r) }

// Released implements conn.End.
func (s serverEnd) Released() { s.server.open.Remove(&s.conn) }

// ServerConfig implements conn.ServerEnd.
func (s serverEnd) ServerConfig(base *securecontext.Context) *handshake.ServerConfig {
	return s.server.config(s.Socket, base)
}

// Identity implements conn.ServerEnd.
func (s serverEnd) Identity(c *securecontext.Context) *handshake.Config {
	return s.server.identityOf(c)
}

// compiledContext is a context's config with what a server adds to it.
type compiledContext struct {
	context *securecontext.Context
	config  handshake.Config
}

// compiled returns the config that connections with a context share.
func (srv *Server) compiled(c *securecontext.Context) *handshake.Config {
	if last := srv.last.Load(); last != nil && last.context == c {
		return &last.config
	}
	made := &compiledContext{c, c.Config}
	made.config.VerifyPeer = srv.options.clientVerifier(c).Verify
	made.config.VerifyCallsUser = srv.options.Verify != nil
	_, made.config.AllowUnauthorized = srv.options.clientAuth()
	made.config.PostHandshakeAuth = srv.options.AllowPostHandshakeAuth
	srv.last.Store(made)
	return &made.config
}

// config compiles the options for one handshake, which starts with the context base.
func (srv *Server) config(s *Socket, base *securecontext.Context) *handshake.ServerConfig {
	o := &srv.options
	cfg := &handshake.ServerConfig{
		Config:         srv.compiled(base),
		Observers:      s.observers(srv.keylogFor(s)),
		ALPN:           o.ALPNProtocols,
		ClientOrder:    o.ClientCipherOrder,
		Tickets:        srv.tickets.Load,
		TicketCount:    o.tickets(),
		SessionTimeout: base.SessionTimeout,
		SharesContext:  srv.sharesContext,
		SelectContext:  srv.selectContext(s),
		PSK:            o.pskFinder(s),
		PSKKe:          o.AllowPSKKe,
		SRP:            srv.verifiers(),
		OCSP:           srv.ocsp(),

		MaxEarlyData: o.MaxEarlyData,
	}
	if srv.early != nil {
		cfg.AcceptEarlyData, cfg.IssuerMark = srv.early.Accept, srv.early.Mark
	}
	if k := srv.sessions(); !k.IsEmpty() {
		cfg.Sessions = k
	}
	if o.SingleUseTickets {
		cfg.Tickets = nil
	}
	if o.ALPNCallback != nil || o.PSKCallback != nil || o.OnClientHello != nil { // those that are given the socket
		cfg.KeyCerts = s.conn.KeyCerts
	}
	if o.ALPNCallback != nil {
		cfg.ChooseALPN = func(ctx context.Context, name string, offered []string) (string, error) {
			return o.ALPNCallback(ctx, ALPNOffer{ServerName: name, Protocols: offered, Socket: s})
		}
	}
	cfg.HidePSKIdentities = o.HidePSKIdentities
	if o.PSKIdentityHint != "" {
		cfg.PSKHint = &o.PSKIdentityHint
	}
	cfg.ClientAuth, _ = o.clientAuth()
	if o.OnClientHello != nil {
		cfg.OnHello = srv.helloChooser(s)
	}
	return cfg
}

// clientAuth returns whether a server requests or requires certificates of its clients,
// and whether it accepts clients that are not authenticated.
func (o *ServerOptions) clientAuth() (mode handshake.ClientAuth, lenient bool) {
	if o.ClientAuth != tls.NoClientCert {
		return modeOf(o.ClientAuth)
	}
	return clientAuth(o.RequestCert, o.AllowUnauthorized), o.AllowUnauthorized
}

// modeOf translates a mode of crypto/tls.
func modeOf(t tls.ClientAuthType) (mode handshake.ClientAuth, lenient bool) {
	switch t {
	case tls.RequestClientCert:
		return handshake.RequestClientCert, true
	case tls.RequireAnyClientCert:
		return handshake.RequireClientCert, true
	case tls.VerifyClientCertIfGiven:
		return handshake.RequestClientCert, false
	case tls.RequireAndVerifyClientCert:
		return handshake.RequireClientCert, false
	}
	return handshake.NoClientCert, false
}

// clientAuth returns the mode for the options RequestCert and AllowUnauthorized.
func clientAuth(requestCert, allowUnauthorized bool) handshake.ClientAuth {
	switch {
	case !requestCert:
		return handshake.NoClientCert
	case allowUnauthorized:
		return handshake.RequestClientCert
	}
	return handshake.RequireClientCert
}

// sessions returns the store for the sessions of a handshake.
func (srv *Server) sessions() *sessions.Server {
	return &sessions.Server{
		OnNew:     srv.onNewSession(),
		OnResume:  srv.onResumeSession(),
		Store:     srv.options.SessionStore,
		SingleUse: srv.options.SingleUseTickets,
	}
}

// earlyGate returns the gate that accepts early data, nil if MaxEarlyData is 0.
func (o *ServerOptions) earlyGate() *antireplay.Gate {
	switch {
	case o.MaxEarlyData == 0:
		return nil
	case o.SingleUseTickets:
		return antireplay.NewSingleUse()
	}
	return antireplay.New()
}

// tickets returns the number of tickets that a TLS 1.3 handshake sends.
func (o *ServerOptions) tickets() int {
	switch {
	case o.Tickets == 0:
		return defaultTickets
	case o.Tickets < 0:
		return 0
	}
	return o.Tickets
}

// selectContext returns the function that chooses a context by the server name:
// SNICallback or, without it, a lookup in those of AddContext.
func (srv *Server) selectContext(s *Socket) func(context.Context, *handshake.ClientHelloInfo) (*handshake.Config, error) {
	if srv.options.SNICallback == nil && srv.names.Empty() {
		return nil
	}
	return func(ctx context.Context, hello *handshake.ClientHelloInfo) (*handshake.Config, error) {
		if hello.ServerName == "" {
			return nil, nil
		}
		chosen := srv.names.Find(hello.ServerName)
		if srv.options.SNICallback != nil {
			var err error
			if chosen, err = srv.options.SNICallback(ctx, hello.ServerName); err != nil {
				return nil, err
			}
		}
		if chosen == nil {
			return nil, nil
		}
		if err := chosen.errUninitialized(); err != nil {
			return nil, err
		}
		s.conn.SetContext(chosen.compiled)
		return srv.identityOf(chosen.compiled), nil
	}
}

// identityOf returns the config of a context that was chosen by the server name.
func (srv *Server) identityOf(c *securecontext.Context) *handshake.Config {
	config := c.Config
	config.VerifyPeer = srv.options.clientVerifier(c).Verify
	return &config
}

// sharesContext reports whether AddContext gives two server names the same
// context.
func (srv *Server) sharesContext(a, b string) bool {
	shared := srv.names.Find(a)
	return srv.options.SNICallback == nil && shared != nil && shared == srv.names.Find(b)
}
