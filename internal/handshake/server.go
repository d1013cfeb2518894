package handshake

import (
	"context"
	"crypto/rand"
	"slices"

	"polytls/failure"
	"polytls/internal/openssl"
	"polytls/internal/recordlayer"
	"polytls/internal/stack"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// server is a server's handshake, of any version.
type server struct {
	conversation
	cfg *ServerConfig

	// These fields are cleared once the first flight has been sent.
	hello   *wire.ClientHello
	info    ClientHelloInfo // the same, for callbacks
	offered offered

	noSession bool     // the chosen session has been used meanwhile
	refused   obstacle // why the session that the client offers is not resumed; of several, the first
	// noFFDHE says that a suite was not chosen only because the client named no
	// enabled finite-field group.
	noFFDHE bool
}

// refuse keeps why a session is not resumed.
func (s *server) refuse(why obstacle) {
	if s.refused == noObstacle {
		s.refused = why
	}
}

// Server runs the server handshake. If it fails, the alert has been sent.
func Server(ctx context.Context, x recordlayer.Exchange, cfg *ServerConfig) (*Result, error) {
	p, err := Begin(ctx, x, cfg)
	if err != nil {
		return nil, err
	}
	if err := p.ReadFinished(ctx, x.Reading, nil); err != nil {
		p.s.layer = x
		return nil, p.s.fail(err)
	}
	return p.Finish(ctx, x.Turn)
}

// Pending is a server's handshake that has sent its Finished, and may wait for
// the client's second flight while early data is read and answered.
type Pending struct {
	s      *server
	flight *flight13 // nil if the handshake is complete
}

// Begin runs the server handshake up to its Finished if it accepts early data,
// else to the end. If it fails, the alert has been sent.
func Begin(ctx context.Context, x recordlayer.Exchange, cfg *ServerConfig) (*Pending, error) {
	s := newServer(x, cfg)
	x.IgnoreUnexpectedEOF(cfg.Options.Has(openssl.OpIgnoreUnexpectedEOF))
	f, err := s.begin(ctx)
	if err == nil && f != nil && !s.facts.EarlyDataAccepted {
		err, f = s.finish13(ctx, f), nil
	}
	if err != nil {
		return nil, s.fail(err)
	}
	return &Pending{s, f}, nil
}

// Early reports whether early data may be read and answered. It ends with the first
// handshake message, after which ReadFinished and Finish must be called.
func (p *Pending) Early() bool { return p.flight != nil }

// RequestsCertificate reports whether the client is asked for a certificate.
func (p *Pending) RequestsCertificate() bool { return p.s.cfg.ClientAuth != NoClientCert }

// Result returns the result of a complete handshake, or of an incomplete one what
// is known so far.
func (p *Pending) Result() *Result {
	r := p.s.result()
	if p.Early() { // a copy: the rest of the handshake changes its own
		r.keys13 = slices.Clone(r.keys13)
	}
	return r
}

// ReadFinished reads the client's second flight, whose first message is raw if it
// was read already. The alert of its error has not been sent.
func (p *Pending) ReadFinished(ctx context.Context, in *recordlayer.Reading, raw []byte) error {
	if p.flight == nil {
		return nil
	}
	p.s.layer, p.s.peeked = recordlayer.Exchange{Reading: in}, raw
	return p.s.readFinished13(ctx, p.flight)
}

// Finish sends the tickets and completes the handshake. If it fails, the alert
// has been sent.
func (p *Pending) Finish(ctx context.Context, turn *recordlayer.Turn) (*Result, error) {
	f := p.flight
	if f == nil {
		return p.s.result(), nil
	}
	p.flight = nil
	p.s.layer.Turn = turn
	if err := p.s.complete13(ctx, f); err != nil {
		return nil, p.s.fail(err)
	}
	return p.s.result(), nil
}

func newServer(x recordlayer.Exchange, cfg *ServerConfig) *server {
	return &server{conversation: conversation{layer: x, cfg: cfg.Config, observers: cfg.Observers, facts: Facts{Peer: noPeer}}, cfg: cfg}
}

// begin implements RFC 8446, section 2, until the version is known. It returns the
// first flight of TLS 1.3, nil if the handshake is complete.
func (s *server) begin(ctx context.Context) (f13 *flight13, err error) {
	if len(s.cfg.versions()) == 0 {
		return nil, failure.NoProtocolsAvailable.New("no enabled version between MinVersion %s and MaxVersion %s", s.cfg.MinVersion, s.cfg.MaxVersion)
	}
	raw, v2, err := s.readHello()
	if err != nil {
		return nil, err
	}
	stack.ForRecords() // else it grows at the deepest call that reads the next flight
	var f12 *flight12
	err = onNewGoroutine(func() error {
		defer s.decided()
		if err := s.chooseContext(ctx, raw, v2); err != nil {
			return err
		}
		if s.version == suite.TLS13 {
			f13, err = s.begin13(ctx, raw)
		} else {
			f12, err = s.begin12(ctx, raw)
		}
		s.forgetHello()
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case f12 != nil:
		if err := s.finish12(ctx, f12); err != nil {
			return nil, err
		}
		return nil, s.checkFlightEnd()
	case f13.retry != nil:
		return s.begin13Again(ctx, f13)
	}
	return f13, nil
}

// chooseContext parses a hello and chooses the version and the context.
func (s *server) chooseContext(ctx context.Context, raw []byte, v2 bool) error {
	if err := s.parseHello(raw, v2); err != nil {
		return err
	}
	if err := s.reconfigure(ctx); err != nil {
		return err
	}
	v, err := s.chooseVersion()
	if err != nil {
		return err
	}
	s.version = v
	s.layer.SetVersion(v)
	if !slices.Contains(s.hello.CompressionMethods, 0) {
		return failure.NoCompressionSpecified.New("ClientHello: compression_methods lacks null")
	}
	if err := s.checkOffers(); err != nil {
		return err
	}
	return s.selectContext(ctx, raw)
}

// ErrCallbackExited is the error of a handshake whose callback called
// runtime.Goexit, as FailNow of a test does.
var ErrCallbackExited error = failure.Callback.New("a callback ended its goroutine instead of returning")

// onNewGoroutine runs f on a goroutine of its own and waits. Handling a hello needs a large
// stack. On this goroutine, the stack would remain large while it waits for the
// client's next flight.
func onNewGoroutine(f func() error) error {
	err := ErrCallbackExited
	done := make(chan struct{})
	go func() {
		defer close(done)
		stack.ForHandshake()
		err = f()
	}()
	<-done
	return err
}

// await waits for the first message of the client's next flight, before deeper calls
// grow the stack.
func (s *server) await() (err error) {
	s.peeked, err = s.read()
	stack.ForHandshake()
	return err
}

// readHello reads a ClientHello. It may have the format of SSL 2.0 if TLS 1.0 is
// enabled (RFC 5246, appendix E.2).
func (s *server) readHello() (raw []byte, v2 bool, err error) {
	if slices.Contains(s.cfg.versions(), suite.TLS10) {
		if raw, err = s.layer.ReadSSLv2Hello(); raw != nil || err != nil {
			return raw, true, err
		}
	}
	raw, err = s.read()
	return raw, false, err
}

// parseHello parses a ClientHello and its extensions. A hello in the format of SSL
// 2.0 is added to the transcript as it was sent; everything else uses the
// equivalent ClientHello.
func (s *server) parseHello(raw []byte, v2 bool) (err error) {
	hello := new(wire.ClientHello)
	if v2 {
		if hello, err = wire.ParseSSLv2Hello(raw); err != nil {
			return err
		}
		if raw, err = wire.Marshal(hello); err != nil {
			return failure.Internal.New("ClientHello: %v", err)
		}
		s.observe(Step{Raw: raw, SSLv2: true})
	} else if err := wire.Parse(raw, hello); err != nil {
		return err
	}
	s.hello, s.info.Hello, s.info.Raw = hello, hello, raw
	s.clientRandom = hello.Random
	s.facts.HelloVersion = hello.LegacyVersion
	if err := s.parseOffer(); err != nil {
		return err
	}
	if names := s.offered.names; names != nil {
		s.facts.ServerName = names.HostName
		s.info.ServerName = names.HostName
	}
	if alpn := s.offered.alpn; alpn != nil {
		s.info.ALPN = alpn.Protocols
	}
	return nil
}

// forgetHello drops the parsed hello, which may be many times the hello's size,
// before waiting for the client.
func (s *server) forgetHello() {
	s.hello, s.offered, s.info = nil, offered{}, ClientHelloInfo{}
}

// chooseVersion implements RFC 8446, sections 4.1.2, 4.2.1 and appendix D.2.
func (s *server) chooseVersion() (suite.Version, error) {
	ours := s.cfg.versions()
	if r := s.cfg.Renegotiation; r != nil {
		ours = []suite.Version{r.Version}
	}
	if s.offered.versions != nil && s.hello.LegacyVersion < suite.TLS10 {
		return 0, failure.BadLegacyVersion.New("ClientHello: legacy_version %s with supported_versions (RFC 8446, D.5)", s.hello.LegacyVersion)
	}
	v, ok := firstCommon(ours, s.theirVersions())
	if !ok {
		return 0, failure.UnsupportedProtocol.New("ClientHello: version up to %s, want %s to %s", s.hello.LegacyVersion, s.cfg.MinVersion, s.cfg.MaxVersion)
	}
	if v < s.cfg.versions()[0] && slices.Contains(s.hello.CipherSuites, suite.FallbackSCSV) {
		return 0, failure.InappropriateFallback.New("ClientHello: fallback to %s although we support %s (RFC 7507)", v, s.cfg.versions()[0])
	}
	return v, nil
}

// theirVersions are the versions that the client offers.
func (s *server) theirVersions() []suite.Version {
	if s.offered.versions != nil {
		return s.offered.versions.Versions
	}
	i := slices.IndexFunc(upTo12, func(v suite.Version) bool { return v <= s.hello.LegacyVersion })
	if i < 0 {
		return nil
	}
	return upTo12[i:]
}

var upTo12 = []suite.Version{suite.TLS12, suite.TLS11, suite.TLS10}

// reconfigure uses the configuration that OnHello chooses.
func (s *server) reconfigure(ctx context.Context) error {
	if s.cfg.OnHello == nil || s.cfg.Renegotiation != nil {
		return nil
	}
	chosen, err := watched(ctx, &s.conversation, func(ctx context.Context) (*ServerConfig, error) { return s.cfg.OnHello(ctx, &s.info) })
	if err != nil {
		return callbackFailed("OnClientHello", failure.AlertInternalError, err)
	}
	if chosen != nil {
		s.cfg, s.conversation.cfg = chosen, chosen.Config
	}
	return nil
}

// selectContext selects the context of the server name.
func (s *server) selectContext(ctx context.Context, raw []byte) error {
	if s.cfg.SelectContext == nil {
		return nil
	}
	chosen, err := watched(ctx, &s.conversation, func(ctx context.Context) (*Config, error) { return s.cfg.SelectContext(ctx, &s.info) })
	if err != nil {
		return callbackFailed("SNICallback", failure.AlertInternalError, err)
	}
	if chosen == nil {
		return nil
	}
	s.ownConfig().SetIdentity(chosen)
	return nil
}

// SetIdentity copies the certificates, the trust and the IDContext of another
// config. Versions, suites and all other fields are not changed, as in Node.
func (c *Config) SetIdentity(chosen *Config) {
	c.Certificates, c.Authorities, c.VerifyPeer = chosen.Certificates, chosen.Authorities, chosen.VerifyPeer
	if len(chosen.IDContext) > 0 {
		c.IDContext = chosen.IDContext
	}
}

// ownConfig makes a copy of the Config for this handshake, which may be changed.
func (s *server) ownConfig() *Config {
	merged := *s.cfg.Config
	cfg := *s.cfg
	cfg.Config = &merged
	s.cfg, s.conversation.cfg = &cfg, &merged
	return &merged
}

// adoptKeyCerts uses the certificates that a callback has set.
func (s *server) adoptKeyCerts() {
	if s.cfg.KeyCerts == nil {
		return
	}
	if certs := s.cfg.KeyCerts(); certs != nil {
		s.ownConfig().Certificates = certs
	}
}

// random returns a ServerHello's random, with the sentinel that shows a newer client
// a downgrade (RFC 8446, section 4.1.3).
func (s *server) random() [32]byte {
	var r [32]byte
	rand.Read(r[:])
	highest := s.cfg.versions()[0]
	switch {
	case highest >= suite.TLS13 && s.version == suite.TLS12:
		copy(r[24:], downgradeTLS12)
	case highest >= suite.TLS12 && s.version <= suite.TLS11:
		copy(r[24:], downgradeTLS11)
	}
	s.serverRandom = r
	return r
}

// fetchStaple calls Config.OCSP for a response if the client requests one. An empty
// response counts as none: ocsp_response has at least one byte (RFC 6066, section
// 8).
func (s *server) fetchStaple(ctx context.Context, cert *Certificate) error {
	if s.offered.status == nil || cert == nil || cert.RawPublicKey {
		return nil
	}
	response := cert.OCSPResponse
	if s.cfg.OCSP != nil {
		var issuer []byte
		if len(cert.Chain) > 1 {
			issuer = cert.Chain[1]
		}
		var err error
		response, err = watched(ctx, &s.conversation, func(ctx context.Context) ([]byte, error) { return s.cfg.OCSP(ctx, cert.Chain[0], issuer) })
		if err != nil {
			return callbackFailed("OnOCSPRequest", failure.AlertInternalError, err)
		}
	}
	if len(response) > 0 {
		s.staple = response
	}
	return nil
}

// verifyClient verifies the certificates of a client, or checks that it may have
// none.
func (s *server) verifyClient(ctx context.Context, p *Peer) error {
	if p.leaf() == nil {
		if s.cfg.ClientAuth == RequireClientCert {
			a := failure.AlertHandshakeFailure
			if s.version == suite.TLS13 {
				a = failure.AlertCertificateRequired
			}
			return failure.NoCertificateReturned.With(a, "Certificate: the client returned none")
		}
		s.facts.VerifyError = missingCertificate()
		return nil
	}
	p.Version = s.version
	s.facts.Peer = p
	return s.verifyPeer(ctx, p)
}

// missingCertificate returns Node's authorizationError for a client without the
// requested certificate.
func missingCertificate() *failure.Error {
	return failure.UnableToGetIssuerCert.Local("the peer has no certificate")
}
