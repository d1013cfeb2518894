package polytls

import (
	"context"
	"crypto/tls"

	"polytls/internal/fingerprint"
	"polytls/internal/handshake"
	"polytls/internal/securecontext"
	"polytls/internal/suite"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// ClientHello is the first message of a client, for OnClientHello.
type ClientHello struct {
	// ClientHelloInfo describes the message as crypto/tls does, so that the
	// GetCertificate of an ACME client can be called with it. Its Context is nil:
	// OnClientHello gets the handshake's context as an argument.
	tls.ClientHelloInfo
	// Socket is the connection, whose handshake is still running.
	Socket *Socket

	raw []byte
}

// Raw returns the bytes of the message, its header included. They may not be changed.
func (h *ClientHello) Raw() []byte { return h.raw }

// JA3 returns a digest of the message by which other tools identify TLS stacks.
func (h *ClientHello) JA3() string {
	ja3, _ := h.fingerprints()
	return ja3
}

// JA4 returns the successor of JA3.
func (h *ClientHello) JA4() string {
	_, ja4 := h.fingerprints()
	return ja4
}

func (h *ClientHello) fingerprints() (ja3, ja4 string) {
	m := fields.Describe(h.raw, fields.Context{})
	return fingerprint.Client(&m)
}

// ServerChoice is what OnClientHello chooses for a connection. A nil field keeps the
// server's setting.
type ServerChoice struct {
	// SecureContext replaces the context as a whole: versions, suites, certificates and
	// trust.
	SecureContext *SecureContext
	// Certificate replaces the certificates of the context.
	Certificate *tls.Certificate
	// ALPNProtocols replaces ALPNProtocols and ALPNCallback; an empty list negotiates
	// none.
	ALPNProtocols []string
	// ClientAuth replaces ClientAuth, RequestCert and AllowUnauthorized.
	ClientAuth *tls.ClientAuthType
}

// GetCertificate makes a function for OnClientHello of one for crypto/tls's option of
// this name, such as the method of an autocert.Manager. It chooses the certificate of
// every connection; if get returns nil, the server's certificates are used.
func GetCertificate(get func(*tls.ClientHelloInfo) (*tls.Certificate, error)) func(context.Context, *ClientHello) (*ServerChoice, error) {
	return func(_ context.Context, hello *ClientHello) (*ServerChoice, error) {
		certificate, err := get(&hello.ClientHelloInfo)
		return &ServerChoice{Certificate: certificate}, err
	}
}

// helloChooser returns the function that calls OnClientHello for a connection.
func (srv *Server) helloChooser(s *Socket) func(context.Context, *handshake.ClientHelloInfo) (*handshake.ServerConfig, error) {
	return func(ctx context.Context, hello *handshake.ClientHelloInfo) (*handshake.ServerConfig, error) {
		choice, err := srv.options.OnClientHello(ctx, newClientHello(s, hello))
		if choice == nil || err != nil {
			return nil, err
		}
		context := s.conn.Context()
		if choice.SecureContext != nil {
			if err := choice.SecureContext.errUninitialized(); err != nil {
				return nil, err
			}
			context = choice.SecureContext.compiled
		}
		cfg := srv.config(s, context)
		if err := choice.apply(cfg, context); err != nil {
			return nil, err
		}
		s.conn.Reconfigure(context, cfg)
		return cfg, nil
	}
}

// apply changes cfg, which was made from context, to what OnClientHello chose.
func (c *ServerChoice) apply(cfg *handshake.ServerConfig, context *securecontext.Context) error {
	own := *cfg.Config // the server's is shared
	cfg.Config, cfg.OnHello = &own, nil
	if c.SecureContext != nil || c.Certificate != nil {
		cfg.SelectContext = nil
	}
	if c.Certificate != nil {
		given, err := context.Rules().FromTLS(c.Certificate)
		if err != nil {
			return err
		}
		own.Certificates = []*handshake.Certificate{given}
	}
	if c.ALPNProtocols != nil {
		if err := checkALPN(c.ALPNProtocols); err != nil {
			return err
		}
		cfg.ALPN, cfg.ChooseALPN = c.ALPNProtocols, nil
	}
	if c.ClientAuth != nil {
		cfg.ClientAuth, own.AllowUnauthorized = modeOf(*c.ClientAuth)
	}
	return nil
}

func newClientHello(s *Socket, hello *handshake.ClientHelloInfo) *ClientHello {
	h := &ClientHello{Socket: s, raw: hello.Raw}
	h.ServerName, h.SupportedProtos, h.Conn = hello.ServerName, hello.ALPN, s.NetConn()
	h.SupportedVersions = versionsUpTo(hello.Hello.LegacyVersion)
	for _, id := range hello.Hello.CipherSuites {
		h.CipherSuites = append(h.CipherSuites, uint16(id))
	}
	for _, f := range fields.Describe(hello.Raw, fields.Context{}).Fields {
		if f.Kind == fields.Extensions {
			for _, x := range f.Fields {
				h.addExtension(x)
			}
		}
	}
	return h
}

// versionsUpTo returns the versions that a ClientHello without supported_versions
// offers.
func versionsUpTo(highest suite.Version) (versions []uint16) {
	for v := min(highest, suite.TLS12); v >= suite.TLS10; v-- {
		versions = append(versions, uint16(v))
	}
	return versions
}

func (h *ClientHello) addExtension(x fields.Field) {
	h.Extensions = append(h.Extensions, uint16(x.Type))
	switch x.Type {
	case wire.ExtSupportedVersions:
		h.SupportedVersions = fields.Numbers[uint16](fields.Version, x.Fields)
	case wire.ExtSupportedGroups:
		h.SupportedCurves = fields.Numbers[tls.CurveID](fields.Group, x.Fields)
	case wire.ExtPointFormats:
		h.SupportedPoints = fields.Numbers[uint8](fields.PointFormat, x.Fields)
	case wire.ExtSignatureAlgorithms:
		h.SignatureSchemes = fields.Numbers[tls.SignatureScheme](fields.Scheme, x.Fields)
	}
}

// chooseCertificate returns the function that calls OnCertificateRequest, nil if that
// is not set.
func (c *client) chooseCertificate() func(context.Context, *handshake.CertificateRequestInfo) ([]*handshake.Certificate, error) {
	if c.OnCertificateRequest == nil {
		return nil
	}
	return func(ctx context.Context, request *handshake.CertificateRequestInfo) ([]*handshake.Certificate, error) {
		info := &tls.CertificateRequestInfo{AcceptableCAs: request.Authorities, Version: uint16(request.Version)}
		for _, s := range request.Schemes {
			info.SignatureSchemes = append(info.SignatureSchemes, tls.SignatureScheme(s))
		}
		chosen, err := c.OnCertificateRequest(ctx, info)
		switch {
		case chosen == nil || err != nil:
			return nil, err
		case len(chosen.Certificate) == 0:
			return []*handshake.Certificate{}, nil
		}
		given, err := c.context.compiled.Rules().FromTLS(chosen)
		if err != nil {
			return nil, err
		}
		return []*handshake.Certificate{given}, nil
	}
}
