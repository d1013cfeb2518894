package handshake_test

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
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

func TestRawPublicKeyIsRefusedUnlessWanted(t *testing.T) {
	own, err := handshake.NewRawPublicKey(certtest.Keys("p256").Signer)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versions() {
		cc := &handshake.ClientConfig{Config: config(v)}
		sc := &handshake.ServerConfig{Config: config(v, own)}
		if c, s := pair(t, cc, sc); c.err == nil || s.err == nil {
			t.Errorf("%s: a raw public key served a client that asked for a certificate", v)
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
