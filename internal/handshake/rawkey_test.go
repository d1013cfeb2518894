package handshake_test

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/testcert"
	"polytls/internal/trust/certtest"
	"polytls/internal/wire"
)

func TestRawPublicKeys(t *testing.T) {
	raw := func(key string) *handshake.Certificate {
		c, err := handshake.NewRawPublicKey(certtest.Keys(key).Signer)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	types := []uint8{wire.CertificateTypeRawPublicKey, wire.CertificateTypeX509}
	for _, v := range versions() {
		t.Run(fmt.Sprint(v), func(t *testing.T) {
			server, client := raw("rsa2048"), raw("p256")
			if v == suite.TLS13 {
				client = raw("mldsa44")
			}
			var seen [][]byte
			judge := func(_ context.Context, p *handshake.Peer) (*failure.Error, error) {
				if len(p.Chain) > 0 || p.PublicKey == nil {
					return nil, failure.UnsupportedCertificate.New("a chain where a key was agreed upon")
				}
				seen = append(seen, p.RawPublicKey)
				return nil, nil
			}
			cc := &handshake.ClientConfig{Config: config(v, client)}
			sc := &handshake.ServerConfig{Config: config(v, server), ClientAuth: handshake.RequireClientCert}
			for _, cfg := range []*handshake.Config{cc.Config, sc.Config} {
				cfg.PeerTypes, cfg.VerifyPeer = types, judge
			}
			c, s := mustPair(t, cc, sc)
			if !bytes.Equal(c.result.Peer.RawPublicKey, server.Chain[0]) || !bytes.Equal(s.result.Peer.RawPublicKey, client.Chain[0]) {
				t.Error("the keys did not come through")
			}
			if len(seen) != 2 {
				t.Errorf("%d keys were verified, want 2", len(seen))
			}
		})
	}
}

// TestNoCommonCertificateType: what the two ends have and accept differs, at either end
// (RFC 7250, section 4.2). In TLS 1.3 a client has no keys for reading an alert.
func TestNoCommonCertificateType(t *testing.T) {
	key, err := handshake.NewRawPublicKey(certtest.Keys("p256").Signer)
	if err != nil {
		t.Fatal(err)
	}
	onlyKeys, chain := []uint8{wire.CertificateTypeRawPublicKey}, identity(t, "p256")
	for _, v := range versions() {
		for name, tt := range map[string]struct {
			server, client     *handshake.Certificate
			byClient, byServer []uint8 // accepted
		}{
			"the server has a key":          {server: key},
			"the server has a certificate":  {server: chain, byClient: onlyKeys},
			"the client has a key":          {server: chain, client: key},
			"the client has a certificate":  {server: chain, client: chain, byServer: onlyKeys},
			"the client offers no such key": {server: chain, byServer: onlyKeys},
		} {
			cc := &handshake.ClientConfig{Config: config(v)}
			if tt.client != nil {
				cc.Config = config(v, tt.client)
			}
			sc := &handshake.ServerConfig{Config: config(v, tt.server)}
			if strings.HasPrefix(name, "the client") {
				sc.ClientAuth = handshake.RequireClientCert
			}
			cc.PeerTypes, sc.PeerTypes = tt.byClient, tt.byServer
			c, s := pair(t, cc, sc)
			if errors.Is(s.err, failure.UnsupportedCertificate) || errors.Is(c.err, failure.UnsupportedCertificate) {
				continue
			}
			if s.err == nil || !strings.Contains(s.err.Error(), "server_certificate_type") {
				t.Errorf("%s, %s: client: %v; server: %v", v, name, c.err, s.err)
			}
		}
	}
}

// TestLargeRawPublicKeys are refused before their CertificateVerify, which the test
// could not make.
func TestLargeRawPublicKeys(t *testing.T) {
	types := []uint8{wire.CertificateTypeRawPublicKey}
	small, err := handshake.NewRawPublicKey(certtest.Keys("p256").Signer)
	if err != nil {
		t.Fatal(err)
	}
	for _, signer := range []crypto.Signer{testcert.UnusableRSA(8193), testcert.UnusablePSS(8193)} {
		large, err := handshake.NewRawPublicKey(signer)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []suite.Version{suite.TLS12, suite.TLS13} {
			meet := func(server, client *handshake.Certificate) (c, s end) {
				cc := &handshake.ClientConfig{Config: config(v, client)}
				sc := &handshake.ServerConfig{Config: config(v, server), ClientAuth: handshake.RequireClientCert}
				cc.PeerTypes, sc.PeerTypes = types, types
				return pair(t, cc, sc)
			}
			if c, _ := meet(large, small); !errors.Is(c.err, failure.ModulusTooLarge) {
				t.Errorf("%s: client: %v", v, c.err)
			}
			if _, s := meet(small, large); !errors.Is(s.err, failure.ModulusTooLarge) {
				t.Errorf("%s: server: %v", v, s.err)
			}
		}
	}
}
