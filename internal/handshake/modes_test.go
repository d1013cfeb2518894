package handshake_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"polytls/internal/handshake"
	"polytls/internal/kex"
	"polytls/internal/session"
	"polytls/internal/suite"
)

// mode is a way to authenticate, and to agree upon keys.
type mode struct {
	name string
	most suite.Version // the last version that has it
	// suits says which suites up to TLS 1.2 serve it.
	suits func(*suite.CipherSuite) bool
	// set changes the two ends, which have no certificate yet.
	set func(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig)
	// is reports whether a handshake went this way.
	is func(client, server *handshake.Result) bool
}

var modes = []mode{
	{"certificate", suite.TLS13, certified, withCertificates("p256"), func(c, s *handshake.Result) bool {
		return len(c.Peer.Chain) == 1 && len(s.Peer.Chain) == 0 && !c.Resumed
	}},
	{"client certificate", suite.TLS13, certified, func(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
		withCertificates("p256")(t, cc, sc)
		cc.Certificates, sc.ClientAuth = []*handshake.Certificate{made(t, "rsa2048")}, handshake.RequireClientCert
	}, func(c, s *handshake.Result) bool { return len(s.Peer.Chain) == 1 }},
	{"external PSK", suite.TLS13, (*suite.CipherSuite).UsesPSK, func(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
		psk := handshake.PSK{Identity: []byte("id"), Key: []byte("secret")}
		sc.Certificates = []*handshake.Certificate{made(t, "rsa2048")} // of RSA-PSK
		cc.PSK = func(context.Context, *string) ([]handshake.PSK, error) { return []handshake.PSK{psk}, nil }
		sc.PSK = func(context.Context, []byte) (*handshake.PSK, error) { return &psk, nil }
	}, func(c, s *handshake.Result) bool {
		return c.Version == suite.TLS13 && s.PSKIdentity == "id" || c.Suite.UsesPSK()
	}},
	{"resumption", suite.TLS13, certified, func(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
		withCertificates("p256")(t, cc, sc)
		ring := ticketRing(t)
		sc.Tickets, sc.TicketCount = func() *session.Ring { return ring }, 1
		first := *cc
		first.OnSession = func(s *session.Session) { cc.Session = s }
		mustPair(t, &first, sc)
	}, func(c, s *handshake.Result) bool { return c.Resumed && s.Resumed }},
	{"RSA key exchange", suite.TLS12, func(s *suite.CipherSuite) bool { return s.Kx == suite.KxRSA }, withCertificates("rsa2048"),
		func(c, s *handshake.Result) bool { return c.Suite.Kx == suite.KxRSA }},
	{"DHE", suite.TLS13, func(s *suite.CipherSuite) bool { return s.Kx == suite.KxDHE && s.Auth == suite.AuthRSA },
		func(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
			withCertificates("rsa2048")(t, cc, sc)
			if cc.MaxVersion == suite.TLS13 {
				cc.Groups, sc.Groups = []suite.Group{suite.FFDHE2048}, []suite.Group{suite.FFDHE2048}
			}
		}, func(c, s *handshake.Result) bool { return c.Group == suite.FFDHE2048 || c.DHBits >= 2048 }},
	{"SRP", suite.TLS12, func(s *suite.CipherSuite) bool { return s.UsesSRP() && !s.CertificateAuth() },
		func(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
			verifier := kex.NewSRPVerifier(slices.Collect(kex.SRPGroups())[0], "user", "password")
			cc.SRP = &handshake.SRPIdentity{User: "user", Password: "password"}
			sc.SRP = func(context.Context, string) (*kex.SRPVerifier, error) { return verifier, nil }
		}, func(c, s *handshake.Result) bool { return c.Suite.UsesSRP() }},
	{"anonymous", suite.TLS12, func(s *suite.CipherSuite) bool { return s.Auth == suite.AuthNone && s.UsesECDHE() },
		func(testing.TB, *handshake.ClientConfig, *handshake.ServerConfig) {},
		func(c, s *handshake.Result) bool { return c.Suite.Auth == suite.AuthNone && len(c.Peer.Chain) == 0 }},
}

func certified(s *suite.CipherSuite) bool { return s.Kx == suite.KxECDHE && s.CertificateAuth() }

func withCertificates(key string) func(testing.TB, *handshake.ClientConfig, *handshake.ServerConfig) {
	return func(t testing.TB, _ *handshake.ClientConfig, sc *handshake.ServerConfig) {
		sc.Certificates = []*handshake.Certificate{made(t, key)}
	}
}

var identities = map[string]*handshake.Certificate{}

// made is an identity that is made once.
func made(t testing.TB, key string) *handshake.Certificate {
	if identities[key] == nil {
		identities[key] = identity(t, key)
	}
	return identities[key]
}

func ticketRing(t testing.TB) *session.Ring {
	t.Helper()
	key, err := session.ParseTicketKeys(make([]byte, session.TicketKeySize))
	if err != nil {
		t.Fatal(err)
	}
	return session.NewRing(key)
}

// ends returns the configs of both ends, each its own.
func (m *mode) ends(t testing.TB, v suite.Version) (*handshake.ClientConfig, *handshake.ServerConfig) {
	t.Helper()
	now := time.Now()
	ours := func() *handshake.Config {
		c := config(v)
		c.Time = func() time.Time { return now } // the age of a ticket is in the hello
		c.Suites = slices.DeleteFunc(slices.Collect(suite.Suites()), func(s *suite.CipherSuite) bool {
			return !s.Implemented || s.MinVersion == suite.TLS13 || !m.suits(s)
		})
		return c
	}
	cc := &handshake.ClientConfig{Config: ours(), ServerName: "localhost", ALPN: []string{"h2"}, OnSession: func(*session.Session) {}}
	sc := &handshake.ServerConfig{Config: ours(), ALPN: []string{"h2"}}
	m.set(t, cc, sc)
	return cc, sc
}

// eachMode runs f for every mode in every version that has it.
func eachMode(t *testing.T, f func(t *testing.T, m *mode, v suite.Version)) {
	for i := range modes {
		for _, v := range versions() {
			if m := &modes[i]; v <= m.most {
				t.Run(fmt.Sprint(m.name, "/", v), func(t *testing.T) { f(t, m, v) })
			}
		}
	}
}

func TestEveryMode(t *testing.T) {
	eachMode(t, func(t *testing.T, m *mode, v suite.Version) {
		cc, sc := m.ends(t, v)
		c, s := mustPair(t, cc, sc)
		if !m.is(c.result, s.result) {
			t.Errorf("the handshake went another way: %s, %s", c.result.Version, c.result.Suite.Standard)
		}
	})
}
