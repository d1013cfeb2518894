package handshake_test

import (
	"crypto"
	"errors"
	"testing"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
	"polytls/internal/trust/certtest"
)

// refused checks that one end refused the other for a reason, with an alert that
// the other one has received.
func refused(t *testing.T, by, other end, want failure.Failure, a failure.Alert) {
	t.Helper()
	var e *failure.Error
	if !errors.Is(by.err, want) || !errors.As(by.err, &e) || e.Alert != a || e.AlertFrom != failure.SideUs {
		t.Errorf("got %v, want %s and the alert %s", by.err, want.Code, a)
	}
	if !errors.As(other.err, &e) || e.Alert != a || e.AlertFrom != failure.SidePeer {
		t.Errorf("the peer got %v, want the alert %s", other.err, a)
	}
}

// TestLegacyVersionsBeforeTLS10 are refused whatever supported_versions holds (RFC
// 8446, appendix D.5).
func TestLegacyVersionsBeforeTLS10(t *testing.T) {
	const major, minor = 9, 10 // where legacy_version is in the first record
	for _, flip := range []struct {
		at   int
		bits byte
	}{{minor, 3}, {major, 1}, {major, 3}} {
		for _, fromClient := range []bool{true, false} {
			cfg := config(suite.TLS13, identity(t, "p256"))
			first := true
			c, s := pairOver(t, &handshake.ClientConfig{Config: cfg}, &handshake.ServerConfig{Config: cfg}, func(c *recordlayertest.Conn) {
				if first == fromClient {
					c.Conn = &meddler{Conn: c.Conn, at: flip.at, flip: flip.bits}
				}
				first = false
			})
			if fromClient {
				refused(t, s, c, failure.BadLegacyVersion, failure.AlertProtocolVersion)
				continue
			}
			var e *failure.Error
			if !errors.As(c.err, &e) || e.Code != failure.BadLegacyVersion.Code || e.Alert != failure.AlertProtocolVersion {
				t.Errorf("client: %v", c.err)
			}
		}
	}
}

// TestNoCommonFiniteField tests RFC 7919, section 4: with a client that lists
// groups the server uses one of them or another key exchange, or sends the alert
// for this case.
func TestNoCommonFiniteField(t *testing.T) {
	server := config(suite.TLS12, identity(t, "rsa2048"))
	server.Groups = []suite.Group{suite.X25519, suite.FFDHE2048}
	for _, tt := range []struct {
		suite  string
		groups []suite.Group
		alert  failure.Alert // 0 for a connection
	}{
		{"DHE-RSA-AES128-GCM-SHA256", []suite.Group{suite.FFDHE3072}, failure.AlertInsufficientSecurity},
		{"DHE-RSA-AES128-GCM-SHA256", []suite.Group{suite.X25519, suite.FFDHE3072}, failure.AlertInsufficientSecurity},
		{"DHE-RSA-AES128-GCM-SHA256", []suite.Group{suite.FFDHE3072, suite.FFDHE2048}, 0},
		{"DHE-RSA-AES128-GCM-SHA256", []suite.Group{suite.X25519}, 0}, // any group
		{"ECDHE-RSA-AES128-GCM-SHA256", []suite.Group{suite.FFDHE3072, suite.P256}, failure.AlertHandshakeFailure},
		{"ECDHE-ECDSA-AES128-GCM-SHA256", []suite.Group{suite.FFDHE3072}, failure.AlertHandshakeFailure},
	} {
		client := config(suite.TLS12)
		client.Groups, client.Suites = tt.groups, []*suite.CipherSuite{suite.ByName(tt.suite)}
		c, s := pair(t, &handshake.ClientConfig{Config: client}, &handshake.ServerConfig{Config: server})
		switch {
		case tt.alert != 0:
			refused(t, s, c, failure.NoSharedCipher, tt.alert)
		case c.err != nil || s.err != nil:
			t.Errorf("%s with %v: %v, %v", tt.suite, tt.groups, c.err, s.err)
		}
	}
	client := config(suite.TLS12)
	client.Groups = []suite.Group{suite.FFDHE3072, suite.X25519}
	client.Suites = []*suite.CipherSuite{suite.ByName("DHE-RSA-AES128-GCM-SHA256"), suite.ByName("ECDHE-RSA-AES128-GCM-SHA256")}
	if _, s := mustPair(t, &handshake.ClientConfig{Config: client}, &handshake.ServerConfig{Config: server, ClientOrder: true}); !s.result.Suite.UsesECDHE() {
		t.Errorf("chose %s", s.result.Suite.Name)
	}
}

// TestPremasterOfAnotherLength fails only at a wrong Finished: the server reveals
// nothing about the ciphertext (RFC 5246, section 7.4.7.1).
func TestPremasterOfAnotherLength(t *testing.T) {
	cert := identity(t, "rsa2048")
	cert.Decrypter = certtest.Keys("rsa1024").Signer.(crypto.Decrypter)
	cfg := config(suite.TLS12, cert)
	cfg.Suites = []*suite.CipherSuite{suite.ByName("AES128-GCM-SHA256")}
	c, s := pair(t, &handshake.ClientConfig{Config: cfg}, &handshake.ServerConfig{Config: cfg})
	refused(t, s, c, failure.DecryptionFailed, failure.AlertBadRecordMAC)
}
