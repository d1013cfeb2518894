package handshake

import (
	"fmt"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// clientOf is a client that has sent a hello with some suites.
func clientOf(cfg *ClientConfig, suites ...suite.ID) *client {
	c := &client{cfg: cfg, hello: &wire.ClientHello{CipherSuites: suites, SessionID: []byte("id")}}
	c.conversation.cfg = cfg.Config
	return c
}

// TestServerVersion tests how a client checks the version of a ServerHello.
func TestServerVersion(t *testing.T) {
	const v10, v11, v12, v13 = suite.TLS10, suite.TLS11, suite.TLS12, suite.TLS13
	sentinel := func(text string) (r [32]byte) { copy(r[24:], text); return r }
	again := func(v suite.Version) func(*client) {
		return func(c *client) { c.cfg.Renegotiation = &Renegotiation{Version: v} }
	}
	early := func(c *client) { c.facts.EarlyDataOffered = true }
	for _, test := range []struct {
		what             string
		lowest, highest  suite.Version // of the client
		legacy, selected suite.Version
		random           [32]byte
		change           func(*client)
		want             suite.Version // 0 is the error
		err              error
	}{
		{what: "TLS 1.3", lowest: v12, highest: v13, legacy: v12, selected: v13, want: v13},
		{what: "TLS 1.2", lowest: v12, highest: v13, legacy: v12, want: v12},
		{what: "TLS 1.0", lowest: v10, highest: v13, legacy: v10, want: v10},
		{what: "TLS 1.2 in the extension", lowest: v12, highest: v13, legacy: v12, selected: v12, err: failure.UnsupportedProtocol},
		{what: "TLS 1.3 without the extension", lowest: v12, highest: v13, legacy: v13, err: failure.UnsupportedProtocol},
		{what: "a version of the future", lowest: v12, highest: v13, legacy: v12, selected: v13 + 1, err: failure.UnsupportedProtocol},
		{what: "TLS 1.3 with legacy_version 1.3", lowest: v12, highest: v13, legacy: v13, selected: v13, err: failure.UnsupportedProtocol},
		{what: "TLS 1.3 with legacy_version 1.0", lowest: v12, highest: v13, legacy: v10, selected: v13, err: failure.UnsupportedProtocol},
		{what: "TLS 1.3 with legacy_version of SSL 3", lowest: v12, highest: v13, legacy: 0x0300, selected: v13, err: failure.BadLegacyVersion},
		{what: "TLS 1.3, which was not offered", lowest: v10, highest: v12, legacy: v12, selected: v13, err: failure.UnsupportedProtocol},
		{what: "a version below ours", lowest: v12, highest: v13, legacy: v11, err: failure.UnsupportedProtocol},
		{what: "the version of before", lowest: v10, highest: v13, legacy: v12, change: again(v12), want: v12},
		{what: "the version of before, which is not enabled any more", lowest: v13, highest: v13, legacy: v12, change: again(v12), want: v12},
		{what: "another version than before", lowest: v10, highest: v13, legacy: v11, change: again(v12), err: failure.WrongSSLVersion},
		{what: "a downgrade in a renegotiation", lowest: v10, highest: v13, legacy: v12, random: sentinel(downgradeTLS12), change: again(v12), want: v12},
		{what: "a downgrade to TLS 1.2", lowest: v10, highest: v13, legacy: v12, random: sentinel(downgradeTLS12), err: failure.Downgrade},
		{what: "no downgrade: TLS 1.2 is our highest", lowest: v10, highest: v12, legacy: v12, random: sentinel(downgradeTLS12), want: v12},
		{what: "a downgrade to TLS 1.1", lowest: v10, highest: v12, legacy: v11, random: sentinel(downgradeTLS11), err: failure.Downgrade},
		{what: "early data in TLS 1.3", lowest: v12, highest: v13, legacy: v12, selected: v13, change: early, want: v13},
		{what: "early data before TLS 1.3", lowest: v12, highest: v13, legacy: v12, change: early, err: failure.BadEarlyData},
	} {
		c := clientOf(&ClientConfig{Config: &Config{MinVersion: test.lowest, MaxVersion: test.highest}})
		if test.change != nil {
			test.change(c)
		}
		sh := &wire.ServerHello{LegacyVersion: test.legacy, Random: test.random}
		if test.selected != 0 {
			sh.Extensions.Add(&wire.SelectedVersion{Version: test.selected})
		}
		v, err := c.serverVersion(sh)
		wantFailure(t, test.what, err, test.err)
		if v != test.want {
			t.Errorf("%s: %s, %v", test.what, v, err)
		}
	}
	broken := &wire.ServerHello{LegacyVersion: v12, Extensions: wire.Extensions{{Type: wire.ExtSupportedVersions, Body: []byte{3}}}}
	v, err := clientOf(&ClientConfig{Config: &Config{MinVersion: v12, MaxVersion: v13}}).serverVersion(broken)
	if wantFailure(t, "a malformed extension", err, failure.BadExtension); v != 0 {
		t.Errorf("a malformed extension: %s", v)
	}
}

// TestCheckServerHello13 tests how a client checks the values that a ServerHello
// echoes.
func TestCheckServerHello13(t *testing.T) {
	one, other, old := suite.ByName("TLS_AES_128_GCM_SHA256"), suite.ByName("TLS_AES_256_GCM_SHA384"), suite.ByName("AES128-SHA")
	for _, test := range []struct {
		what   string
		chosen *suite.CipherSuite // by a HelloRetryRequest
		hello  wire.ServerHello
		want   *suite.CipherSuite
		err    error
	}{
		{what: "whole", hello: wire.ServerHello{SessionID: []byte("id"), CipherSuite: one.ID}, want: one},
		{what: "after a HelloRetryRequest", chosen: one, hello: wire.ServerHello{SessionID: []byte("id"), CipherSuite: one.ID}, want: one},
		{what: "another suite after it", chosen: other, hello: wire.ServerHello{SessionID: []byte("id"), CipherSuite: one.ID}, err: failure.WrongCipherReturned},
		{what: "a suite that was not offered after it", chosen: one, hello: wire.ServerHello{SessionID: []byte("id"), CipherSuite: 0x1303}, err: failure.WrongCipherReturned},
		{what: "a suite of TLS 1.2", hello: wire.ServerHello{SessionID: []byte("id"), CipherSuite: old.ID}, err: failure.WrongCipherReturned},
		{what: "an unknown suite", hello: wire.ServerHello{SessionID: []byte("id"), CipherSuite: 0x13FF}, err: failure.UnknownCipherReturned},
		{what: "another session id", hello: wire.ServerHello{SessionID: []byte("ID"), CipherSuite: one.ID}, err: failure.InvalidSessionID},
		{what: "no session id", hello: wire.ServerHello{CipherSuite: one.ID}, err: failure.InvalidSessionID},
		{what: "a compression", hello: wire.ServerHello{SessionID: []byte("id"), CipherSuite: one.ID, CompressionMethod: 1}, err: failure.InvalidCompression},
	} {
		c := clientOf(&ClientConfig{Config: &Config{}}, one.ID, other.ID, old.ID)
		c.suite = test.chosen
		s, err := c.checkHello13(&test.hello)
		wantFailure(t, test.what, err, test.err)
		if test.err == nil && s != test.want {
			t.Errorf("%s: %v", test.what, s)
		}
	}
}

func TestOfferALPN(t *testing.T) {
	for _, test := range []struct {
		names []string
		again bool
		want  bool
	}{
		{[]string{"a"}, false, true},
		{[]string{"a", "b"}, false, true},
		{nil, false, false},
		{[]string{}, false, false},
		{[]string{"a"}, true, false},
	} {
		cfg := &ClientConfig{Config: &Config{}, ALPN: test.names}
		if test.again {
			cfg.Renegotiation = &Renegotiation{}
		}
		body := clientOf(cfg).offerALPN(nil)
		if got := body != nil; got != test.want || got && fmt.Sprint(body.(*wire.ALPN).Protocols) != fmt.Sprint(test.names) {
			t.Errorf("%q, in a renegotiation %t: %v", test.names, test.again, body)
		}
	}
}
