package handshake

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/openssl"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// The tests of this file decide about sessions without a handshake: a configuration
// and a session in, a resumption or none out.

// connected gives a conversation a connection, which callbacks watch.
func connected(t *testing.T, c *conversation) {
	t.Helper()
	a, b := net.Pipe()
	x, err := recordlayer.New(&recordlayertest.Conn{Conn: a}, recordlayer.Server).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.layer = x
	t.Cleanup(func() {
		a.Close()
		b.Close()
	})
}

var (
	made      = time.Unix(1_700_000_000, 0)
	sessions  = map[suite.Version]suite.ID{suite.TLS12: suite.ByName("ECDHE-RSA-AES128-GCM-SHA256").ID, suite.TLS13: suite.ByName("TLS_AES_128_GCM_SHA256").ID}
	keyOfPSK  = []byte("a pre-shared key")
	verifier  = &kex.SRPVerifier{Verifier: []byte("verifier"), Salt: []byte("salt")}
	errCalled = errors.New("callback")
)

// sessionOf is a session of a version, an hour long, that could be resumed.
func sessionOf(v suite.Version, change func(*session.Session)) *session.Session {
	s := &session.Session{Version: v, Suite: sessions[v], Created: made, Timeout: time.Hour, TicketLifetimeHint: 3600, Ticket: []byte("ticket"), ID: []byte("id")}
	if change != nil {
		change(s)
	}
	return s
}

// withSecret makes a session one that a secret authenticated.
func withSecret(secret *sharedSecret, change func(*session.Session)) func(*session.Session) {
	return func(s *session.Session) {
		s.SetMarks(session.Marks{Secret: secret.digest})
		change(s)
	}
}

// asked counts the calls of callbacks.
type asked struct{ psk, srp, verify, hint int }

func (n *asked) server() func(*ServerConfig) {
	return func(c *ServerConfig) {
		c.PSK = func(_ context.Context, identity []byte) (*PSK, error) {
			n.psk++
			switch string(identity) {
			case "me":
				return &PSK{Key: keyOfPSK}, nil
			case "fails":
				return &PSK{Key: keyOfPSK}, errCalled
			}
			return nil, nil
		}
		c.SRP = func(_ context.Context, user string) (*kex.SRPVerifier, error) {
			n.srp++
			switch user {
			case "me":
				return verifier, nil
			case "fails":
				return verifier, errCalled
			}
			return nil, nil
		}
	}
}

// verifies is a VerifyPeer with a result.
func (n *asked) verifies(verifyError *failure.Error, err error) func(context.Context, *Peer) (*failure.Error, error) {
	return func(_ context.Context, p *Peer) (*failure.Error, error) {
		n.verify++
		if p.Session == nil || p.Version == 0 || p.ServerName == "" {
			return nil, errCalled
		}
		return verifyError, err
	}
}

func TestResumableSessions(t *testing.T) {
	const v12, v13 = suite.TLS12, suite.TLS13
	byKey := withSecret(pskSecret(keyOfPSK, []byte("me")), func(s *session.Session) { s.PSKIdentity = "me" })
	byUser := withSecret(verifierSecret(verifier, "me"), func(s *session.Session) { s.SRPUsername = "me" })
	leaf := identityOf(t, "p256", "a.example", "one").Chain[0]
	shown := func(s *session.Session) { s.PeerCertificate = leaf }
	refused := func(s *session.Session) { s.PeerCertificate, s.VerifyResult = leaf, int(trust.CertHasExpired) }
	expired := trust.CertHasExpired.Err().(*failure.Error)
	require := func(c *ServerConfig) { c.ClientAuth = RequireClientCert }
	request := func(c *ServerConfig) { c.ClientAuth = RequestClientCert }
	for _, test := range []struct {
		what    string
		version suite.Version // of the connection and of the session
		session func(*session.Session)
		config  func(*ServerConfig)
		verify  func(*asked) func(context.Context, *Peer) (*failure.Error, error)
		state   func(*server)
		why     obstacle       // noObstacle for a resumption
		err     *failure.Error // that the resumption keeps
		asked   asked
	}{
		{what: "plain", version: v12},
		{what: "plain", version: v13},
		{what: "of another version", version: v13, why: wrongSessionVersion, session: func(s *session.Session) { s.Version = v12 }},
		{what: "compressed", version: v12, why: wrongSessionVersion, session: func(s *session.Session) { s.Compression = 1 }},
		{what: "expired", version: v12, why: expiredSession, session: func(s *session.Session) { s.Timeout = 0 }},
		{what: "of another context", version: v12, why: wrongSessionContext, session: func(s *session.Session) { s.IDContext = []byte("x") }},
		{what: "of the context", version: v12, session: func(s *session.Session) { s.IDContext = []byte("x") }, config: func(c *ServerConfig) { c.IDContext = []byte("x") }},
		{what: "of another name", version: v12, why: wrongSessionName, session: func(s *session.Session) { s.ServerName = "b.example" }},
		{what: "of the name", version: v12, session: func(s *session.Session) { s.ServerName = "A.example" }},
		{what: "of a name with the same context", version: v13, session: func(s *session.Session) { s.ServerName = "b.example" },
			config: func(c *ServerConfig) {
				c.SharesContext = func(a, b string) bool { return a == "b.example" && b == "a.example" }
			}},
		{what: "of a name with the same context, up to TLS 1.2", version: v12, why: wrongSessionName, session: func(s *session.Session) { s.ServerName = "b.example" },
			config: func(c *ServerConfig) { c.SharesContext = func(a, b string) bool { return true } }},
		{what: "of a name with another context", version: v13, why: wrongSessionName, session: func(s *session.Session) { s.ServerName = "b.example" },
			config: func(c *ServerConfig) { c.SharesContext = func(a, b string) bool { return false } }},
		{what: "of other fragments", version: v12, why: wrongSessionFragment, session: func(s *session.Session) { s.MaxFragmentLen = 1 }},
		{what: "of the same fragments", version: v12, session: func(s *session.Session) { s.MaxFragmentLen = 2 }, state: func(s *server) { s.facts.maxFragmentLen = 2 }},
		{what: "without the fragments of now", version: v12, why: wrongSessionFragment, state: func(s *server) { s.facts.maxFragmentLen = 2 }},

		{what: "by a key", version: v12, session: byKey, asked: asked{psk: 1}},
		{what: "by a key", version: v13, session: byKey, asked: asked{psk: 1}},
		{what: "by a key that is required", version: v13, session: byKey, config: require, asked: asked{psk: 1}},
		{what: "by a key that changed", version: v12, why: sessionSecretChanged, session: withSecret(pskSecret([]byte("old"), []byte("me")), func(s *session.Session) { s.PSKIdentity = "me" }), asked: asked{psk: 1}},
		{what: "by a key that is gone", version: v12, why: sessionSecretChanged, session: func(s *session.Session) { s.PSKIdentity = "other" }, asked: asked{psk: 1}},
		{what: "by a key, and the callback fails", version: v12, why: sessionSecretChanged, session: withSecret(pskSecret(keyOfPSK, []byte("fails")), func(s *session.Session) { s.PSKIdentity = "fails" }), asked: asked{psk: 1}},
		{what: "by a key, without a callback", version: v12, why: sessionSecretChanged, session: byKey, config: func(c *ServerConfig) { c.PSK = nil }},
		{what: "by a user", version: v12, session: byUser, asked: asked{srp: 1}},
		{what: "by a user who is gone", version: v12, why: sessionSecretChanged, session: func(s *session.Session) { s.SRPUsername = "other" }, asked: asked{srp: 1}},
		{what: "by a user whose verifier changed", version: v12, why: sessionSecretChanged, session: withSecret(verifierSecret(&kex.SRPVerifier{}, "me"), func(s *session.Session) { s.SRPUsername = "me" }), asked: asked{srp: 1}},
		{what: "by a user, and the callback fails", version: v12, why: sessionSecretChanged, session: withSecret(verifierSecret(verifier, "fails"), func(s *session.Session) { s.SRPUsername = "fails" }), asked: asked{srp: 1}},
		{what: "by a user, without a callback", version: v12, why: sessionSecretChanged, session: byUser, config: func(c *ServerConfig) { c.SRP = nil }},
		{what: "without the key that all need", version: v13, why: sessionSecretChanged, config: func(c *ServerConfig) { c.Certificates = nil }},
		{what: "without the key that all need up to TLS 1.2", version: v12, config: func(c *ServerConfig) { c.Certificates = nil }},
		{what: "with the key that all need", version: v13, session: byKey, config: func(c *ServerConfig) { c.Certificates = nil }, asked: asked{psk: 1}},
		{what: "without certificates and keys", version: v13, config: func(c *ServerConfig) { c.Certificates, c.PSK = nil, nil }},

		{what: "of a verified client", version: v12, session: shown, config: require, asked: asked{verify: 1}},
		{what: "of a client that is not verified any more", version: v12, why: peerNotAccepted, session: shown, config: require, verify: func(n *asked) func(context.Context, *Peer) (*failure.Error, error) { return n.verifies(expired, nil) }, asked: asked{verify: 1}},
		{what: "of a client that is refused", version: v12, why: peerNotAccepted, session: shown, config: require, verify: func(n *asked) func(context.Context, *Peer) (*failure.Error, error) { return n.verifies(nil, errCalled) }, asked: asked{verify: 1}},
		{what: "of a client that was not verified and is", version: v12, why: peerNotAccepted, session: refused, config: request, asked: asked{verify: 1}},
		{what: "of a client that was not verified", version: v12, session: refused, config: request, verify: func(n *asked) func(context.Context, *Peer) (*failure.Error, error) { return n.verifies(expired, nil) }, err: expired, asked: asked{verify: 1}},
		{what: "of a client, without verification", version: v12, why: peerNotAccepted, session: shown, config: request, verify: func(*asked) func(context.Context, *Peer) (*failure.Error, error) { return nil }},
		{what: "of a client, none requested", version: v12, session: refused, err: expired},
		{what: "of a client with a broken certificate", version: v12, why: peerNotAccepted, session: func(s *session.Session) { s.PeerCertificate = []byte{1} }, config: require},
		{what: "of a client with a broken certificate, none requested", version: v12, why: peerNotAccepted, session: func(s *session.Session) { s.PeerCertificate = []byte{1} }},
		{what: "of a client with a broken key", version: v12, why: peerNotAccepted, session: func(s *session.Session) { s.PeerPublicKey = []byte{1} }, config: request},
		{what: "of a client without a certificate", version: v12, why: peerNotAccepted, session: func(s *session.Session) { s.VerifyResult = int(trust.CertHasExpired) }, config: require},
		{what: "of a client without a certificate, requested", version: v12, session: func(s *session.Session) { s.VerifyResult = int(trust.CertHasExpired) }, config: request, err: missingCertificate()},
		{what: "of a client that was not asked", version: v12, why: peerNotAccepted, config: request},
	} {
		n := &asked{}
		cfg := &ServerConfig{Config: &Config{
			Certificates: []*Certificate{{}}, VerifyPeer: n.verifies(nil, nil),
			Time: func() time.Time { return made.Add(time.Minute) },
		}}
		n.server()(cfg)
		if test.config != nil {
			test.config(cfg)
		}
		if test.verify != nil {
			cfg.VerifyPeer = test.verify(n)
		}
		s := serverOf(t, cfg, clientOffer{})
		connected(t, &s.conversation)
		s.version, s.facts.ServerName = test.version, "a.example"
		if test.state != nil {
			test.state(s)
		}
		old := sessionOf(test.version, test.session)
		r, why := s.resumable(context.Background(), old)
		if why != test.why || (r != nil) != (why == noObstacle) || *n != test.asked {
			t.Errorf("%s, %s: %+v because %q, calls %+v", test.what, test.version, r, obstacles[why].text, *n)
			continue
		}
		if r == nil {
			continue
		}
		if code(r.verifyError) != code(test.err) {
			t.Errorf("%s, %s: verification %v, want %v", test.what, test.version, r.verifyError, test.err)
		}
		if r.session != old || (r.secret != nil) != old.BySecret() || r.peer == nil || r.peer.Session != nil {
			t.Errorf("%s, %s: %+v", test.what, test.version, r)
		}
	}
}

func code(e *failure.Error) string {
	if e == nil {
		return ""
	}
	return e.Code
}

func TestOfferableSessions(t *testing.T) {
	const v12, v13 = suite.TLS12, suite.TLS13
	hints := pskSecret(keyOfPSK, []byte("me"))
	byKey := withSecret(hints, func(s *session.Session) { s.PSKIdentity = "me" })
	byHint := withSecret(hints, func(s *session.Session) { s.PSKIdentity, s.PSKIdentityHint = "me", "hint" })
	user := &SRPIdentity{User: "me", Password: "password"}
	byUser := withSecret(passwordSecret(user), func(s *session.Session) { s.SRPUsername = "me" })
	leaf := identityOf(t, "p256", "a.example", "one").Chain[0]
	refuses := func(n *asked) func(context.Context, *Peer) (*failure.Error, error) { return n.verifies(nil, errCalled) }
	for _, test := range []struct {
		what    string
		version suite.Version
		session func(*session.Session)
		config  func(*ClientConfig)
		verify  func(*asked) func(context.Context, *Peer) (*failure.Error, error)
		why     obstacle // noObstacle for a resumption
		hint    string   // of the secret
		asked   asked
	}{
		{what: "plain", version: v12, asked: asked{verify: 1}},
		{what: "plain", version: v13, asked: asked{verify: 1}},
		{what: "by its identifier", version: v12, session: func(s *session.Session) { s.Ticket = nil }, asked: asked{verify: 1}},
		{what: "by an identifier of a byte", version: v12, session: func(s *session.Session) { s.Ticket, s.ID = nil, []byte{1} }, asked: asked{verify: 1}},
		{what: "by a ticket of a byte", version: v13, session: func(s *session.Session) { s.Ticket = []byte{1} }, asked: asked{verify: 1}},
		{what: "none", version: v12, why: noSession, config: func(c *ClientConfig) { c.Session = nil }},
		{what: "of a version that is not offered", version: v12, why: wrongSessionVersion, session: func(s *session.Session) { s.Version = suite.TLS11 }},
		{what: "compressed", version: v12, why: wrongSessionVersion, session: func(s *session.Session) { s.Compression = 1 }},
		{what: "expired", version: v13, why: expiredSession, session: func(s *session.Session) { s.TicketLifetimeHint = 1 }},
		{what: "of fragments that are not requested", version: v12, why: wrongSessionFragment, session: func(s *session.Session) { s.MaxFragmentLen = 1 }},
		{what: "of other fragments", version: v12, why: wrongSessionFragment, session: func(s *session.Session) { s.MaxFragmentLen = 1 }, config: func(c *ClientConfig) { c.MaxFragmentLength = 1024 }},
		{what: "of fragments that are requested", version: v12, session: func(s *session.Session) { s.MaxFragmentLen = 1 }, config: func(c *ClientConfig) { c.MaxFragmentLength = 512 }, asked: asked{verify: 1}},
		{what: "without the fragments that are requested", version: v12, config: func(c *ClientConfig) { c.MaxFragmentLength = 512 }, asked: asked{verify: 1}},
		{what: "of an unknown suite", version: v13, why: wrongSessionSuite, session: func(s *session.Session) { s.Suite = 0x1399 }},
		{what: "of a hash that is not offered", version: v13, why: wrongSessionSuite, session: func(s *session.Session) { s.Suite = suite.ByName("TLS_AES_256_GCM_SHA384").ID }},
		{what: "of another suite with the hash", version: v13, session: func(s *session.Session) { s.Suite = suite.ByName("TLS_CHACHA20_POLY1305_SHA256").ID }, asked: asked{verify: 1}},
		{what: "without a ticket", version: v13, why: noSession, session: func(s *session.Session) { s.Ticket = nil }},
		{what: "of a suite that is not offered", version: v12, why: wrongSessionSuite, session: func(s *session.Session) { s.Suite = suite.ByName("AES128-SHA").ID }},
		{what: "without an identifier", version: v12, why: noSession, session: func(s *session.Session) { s.ID = nil }},
		{what: "a ticket without the extension", version: v12, why: noSession, config: func(c *ClientConfig) { c.Options = openssl.OpNoTicket }},
		{what: "a ticket of a byte without the extension", version: v12, why: noSession, session: func(s *session.Session) { s.Ticket = []byte{1} }, config: func(c *ClientConfig) { c.Options = openssl.OpNoTicket }},
		{what: "an identifier without the extension", version: v12, session: func(s *session.Session) { s.Ticket = nil }, config: func(c *ClientConfig) { c.Options = openssl.OpNoTicket }, asked: asked{verify: 1}},

		{what: "of a server that is refused", version: v12, why: peerNotAccepted, verify: refuses, asked: asked{verify: 1}},
		{what: "whose OCSP response is refused", version: v12, why: peerNotAccepted, config: func(c *ClientConfig) {
			c.RequestOCSP = true
			c.OnOCSPResponse = func(context.Context, []byte) error { return errCalled }
		}, asked: asked{verify: 1}},
		{what: "whose OCSP response is not requested", version: v12, config: func(c *ClientConfig) {
			c.OnOCSPResponse = func(context.Context, []byte) error { return errCalled }
		}, asked: asked{verify: 1}},

		{what: "by a key", version: v12, session: byKey, verify: refuses, asked: asked{psk: 1}},
		{what: "by a key", version: v13, session: byKey, verify: refuses, asked: asked{psk: 1}},
		{what: "by a key after a hint", version: v12, session: byHint, hint: "hint", asked: asked{psk: 1, hint: 1}},
		{what: "by a key that all handshakes have", version: v13, session: byKey, config: func(c *ClientConfig) { c.PSK = nil }},
		{what: "by a key that all handshakes have, up to TLS 1.2", version: v12, session: byKey, config: func(c *ClientConfig) { c.PSK = nil }},
		{what: "by a key that is gone", version: v12, why: sessionSecretChanged, session: func(s *session.Session) { s.PSKIdentity = "other" }, asked: asked{psk: 1}},
		{what: "by a key that changed", version: v12, why: sessionSecretChanged, session: withSecret(pskSecret([]byte("old"), []byte("me")), func(s *session.Session) { s.PSKIdentity = "me" }), asked: asked{psk: 1}},
		{what: "by a key, and the callback fails", version: v12, why: sessionSecretChanged, session: byKey, config: func(c *ClientConfig) {
			c.PSK = func(context.Context, *string) ([]PSK, error) {
				return []PSK{{Identity: []byte("me"), Key: keyOfPSK}}, errCalled
			}
		}},
		{what: "by a key and a certificate", version: v12, session: withSecret(hints, func(s *session.Session) { s.PSKIdentity, s.PeerCertificate = "me", leaf }), asked: asked{psk: 1, verify: 1}},
		{what: "by a key and a certificate that is refused", version: v12, why: peerNotAccepted, session: withSecret(hints, func(s *session.Session) { s.PSKIdentity, s.PeerCertificate = "me", leaf }), verify: refuses, asked: asked{psk: 1, verify: 1}},
		{what: "by a key and a raw key that is broken", version: v12, why: peerNotAccepted, session: withSecret(hints, func(s *session.Session) { s.PSKIdentity, s.PeerPublicKey = "me", []byte{1} }), asked: asked{psk: 1}},
		{what: "by a key and a certificate that is broken", version: v12, why: peerNotAccepted, session: withSecret(hints, func(s *session.Session) { s.PSKIdentity, s.PeerCertificate = "me", []byte{1} }), asked: asked{psk: 1}},
		{what: "by the first of the keys", version: v12, session: withSecret(pskSecret(keyOfPSK, []byte("you")), func(s *session.Session) { s.PSKIdentity = "you" }), asked: asked{psk: 1}},
		{what: "by a user", version: v12, session: byUser, verify: refuses},
		{what: "by another user", version: v12, why: sessionSecretChanged, session: byUser, config: func(c *ClientConfig) { c.SRP = &SRPIdentity{User: "you", Password: "password"} }},
		{what: "by another password", version: v12, why: sessionSecretChanged, session: byUser, config: func(c *ClientConfig) { c.SRP = &SRPIdentity{User: "me", Password: "other"} }},
		{what: "by a user, who is not set", version: v12, why: sessionSecretChanged, session: byUser, config: func(c *ClientConfig) { c.SRP = nil }},
	} {
		n := &asked{}
		own := []PSK{{Identity: []byte("you"), Key: keyOfPSK}, {Identity: []byte("me"), Key: keyOfPSK}}
		cfg := &ClientConfig{
			Config: &Config{VerifyPeer: n.verifies(nil, nil), Level: 1, Time: func() time.Time { return made.Add(time.Minute) },
				Suites13: []*suite.CipherSuite{suite.ByName("TLS_AES_128_GCM_SHA256")}},
			ServerName: "a.example", SRP: user,
			PSK: func(_ context.Context, hint *string) ([]PSK, error) {
				n.psk++
				if hint != nil {
					n.hint++
				}
				return own, nil
			},
		}
		cfg.Session = sessionOf(test.version, test.session)
		old := cfg.Session
		if test.config != nil {
			test.config(cfg)
		}
		if test.verify != nil {
			cfg.VerifyPeer = test.verify(n)
		}
		c := &client{cfg: cfg, hello: &wire.ClientHello{CipherSuites: []suite.ID{sessions[v12], sessions[v13]}}, external: own}
		c.conversation.cfg = cfg.Config
		r, why := c.offerableSession(context.Background(), []suite.Version{v13, v12})
		if why != test.why || (r != nil) != (why == noObstacle) || *n != test.asked {
			t.Errorf("%s, %s: %+v because %q, calls %+v", test.what, test.version, r, obstacles[why].text, *n)
			continue
		}
		if r == nil {
			continue
		}
		if r.session != old || (r.secret != nil) != old.BySecret() || r.secret != nil && r.secret.hint != test.hint || r.peer == nil || r.peer.Session != nil {
			t.Errorf("%s, %s: %+v", test.what, test.version, r)
		}
	}
}
