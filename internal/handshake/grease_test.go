package handshake_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// varied is a client whose hello has reserved values and shuffled extensions.
func varied(cc *handshake.ClientConfig) *handshake.ClientConfig {
	cc.GREASE, cc.ShuffleExtensions = true, true
	return cc
}

// hellos records the ClientHellos that a client sends.
func hellos(t *testing.T, cc *handshake.ClientConfig) *[]*wire.ClientHello {
	sent := new([]*wire.ClientHello)
	cc.Observe = func(s handshake.Step) {
		if s.Sent && wire.MessageType(s.Raw[0]) == wire.TypeClientHello {
			h := new(wire.ClientHello)
			if err := wire.Parse(slices.Clone(s.Raw), h); err != nil {
				t.Error(err)
			}
			*sent = append(*sent, h)
		}
	}
	return sent
}

// reserved are the reserved values of a hello, by where they are.
func reserved(t *testing.T, h *wire.ClientHello) map[string]uint16 {
	t.Helper()
	found := map[string]uint16{}
	add := func(where string, v uint16) {
		if wire.IsGREASE(v) {
			if _, twice := found[where]; twice {
				t.Errorf("%s has two reserved values", where)
			}
			found[where] = v
		}
	}
	for _, s := range h.CipherSuites {
		add("cipher_suites", uint16(s))
	}
	for i, x := range h.Extensions {
		if wire.IsGREASE(uint16(x.Type)) {
			add(fmt.Sprint("extension of ", len(x.Body), " bytes"), uint16(x.Type))
			if beforePSK := len(h.Extensions) - 2; i != 0 && i != len(h.Extensions)-1 && !(i == beforePSK && h.Extensions[i+1].Type == wire.ExtPreSharedKey) {
				t.Errorf("a reserved extension is at place %d of %d", i, len(h.Extensions))
			}
		}
	}
	if x, err := wire.Find[wire.SupportedGroups](h.Extensions); x != nil && err == nil {
		for _, g := range x.Groups {
			add("supported_groups", uint16(g))
		}
	}
	if x, err := wire.Find[wire.SupportedVersions](h.Extensions); x != nil && err == nil {
		for _, v := range x.Versions {
			add("supported_versions", uint16(v))
		}
	}
	if x, err := wire.Find[wire.SignatureAlgorithms](h.Extensions); x != nil && err == nil {
		for _, s := range x.Schemes {
			add("signature_algorithms", uint16(s))
		}
	}
	if x, err := wire.Find[wire.ClientKeyShares](h.Extensions); x != nil && err == nil {
		for _, k := range x.Shares {
			add("key_share", uint16(k.Group))
		}
	}
	return found
}

// TestGREASEInEveryVersion: servers ignore reserved values, and the hello has them
// in every list that its version has for them.
func TestGREASEInEveryVersion(t *testing.T) {
	for v, want := range map[suite.Version]int{suite.TLS10: 4, suite.TLS11: 4, suite.TLS12: 5, suite.TLS13: 7} {
		cc, sc := both(t, v)
		sent := hellos(t, varied(cc))
		c, s := pair(t, cc, sc)
		if c.err != nil || s.err != nil {
			t.Errorf("%s: client %v, server %v", v, c.err, s.err)
		}
		if got := reserved(t, (*sent)[0]); len(got) != want {
			t.Errorf("%s: reserved values %v, want %d", v, got, want)
		}
	}
}

// TestBothHellosHaveTheSameGREASE: the second hello differs from the first only as
// RFC 8446, section 4.1.2, requires.
func TestBothHellosHaveTheSameGREASE(t *testing.T) {
	cc, sc := both(t, suite.TLS13)
	cc.Groups, cc.KeyShares, sc.Groups = []suite.Group{suite.X25519, suite.P384}, nil, []suite.Group{suite.P384}
	sent := hellos(t, varied(cc))
	c, s := pair(t, cc, sc)
	if c.err != nil || s.err != nil || len(*sent) != 2 {
		t.Fatalf("client %v, server %v, %d hellos", c.err, s.err, len(*sent))
	}
	first, second := (*sent)[0], (*sent)[1]
	one, two := reserved(t, first), reserved(t, second)
	if _, ok := two["key_share"]; ok {
		t.Error("the second hello has a key share that was not asked for")
	}
	for where, v := range one {
		if where != "key_share" && two[where] != v {
			t.Errorf("%s: %04x, then %04x", where, v, two[where])
		}
	}
	withoutCookie := slices.DeleteFunc(second.Extensions.Types(), func(x wire.ExtensionType) bool { return x == wire.ExtCookie })
	if !slices.Equal(first.Extensions.Types(), withoutCookie) {
		t.Errorf("extensions %v, then %v", first.Extensions.Types(), second.Extensions.Types())
	}
}

// TestHellosVary: of 300 hellos hardly two have the same order of extensions, each
// begins and ends as required, and all reserved values occur.
func TestHellosVary(t *testing.T) {
	orders, values := map[string]bool{}, map[uint16]bool{}
	for range 300 {
		cc, _ := both(t, suite.TLS13)
		sent := hellos(t, varied(cc))
		cc.ServerName, cc.ALPN, cc.RequestOCSP, cc.RequestSCT, cc.PostHandshakeAuth = "localhost", []string{"h2"}, true, true, true
		cc.PSK = func(context.Context, *string) ([]handshake.PSK, error) {
			return []handshake.PSK{{Identity: []byte("name"), Key: make([]byte, 32)}}, nil
		}
		answeredAs(t, cc, suite.TLS13, func(*wire.ClientHello, *wire.ServerHello) {}) // whose suite is reserved
		h := (*sent)[0]
		types := h.Extensions.Types()
		if types[len(types)-1] != wire.ExtPreSharedKey {
			t.Fatalf("pre_shared_key is not the last of %v", types)
		}
		found := reserved(t, h)
		if len(found) != 7 || found["extension of 0 bytes"] == found["extension of 1 bytes"] {
			t.Fatalf("reserved values %v", found)
		}
		for _, v := range found {
			values[v] = true
		}
		orders[fmt.Sprint(slices.DeleteFunc(types, func(x wire.ExtensionType) bool { return wire.IsGREASE(uint16(x)) }))] = true
	}
	if len(orders) < 290 || len(values) != 16 {
		t.Errorf("%d orders of extensions and %d reserved values in 300 hellos", len(orders), len(values))
	}
}

// TestRefusesAnswersOfGREASE: a server must not choose a reserved value.
func TestRefusesAnswersOfGREASE(t *testing.T) {
	greaseOf := func(h *wire.ClientHello, where string) uint16 { return reserved(t, h)[where] }
	for name, tt := range map[string]struct {
		version suite.Version
		change  func(h *wire.ClientHello, sh *wire.ServerHello)
		code    failure.Failure
	}{
		"a suite of TLS 1.2": {suite.TLS12, func(h *wire.ClientHello, sh *wire.ServerHello) {
			sh.CipherSuite = suite.ID(greaseOf(h, "cipher_suites"))
		}, failure.UnknownCipherReturned},
		"a suite of TLS 1.3": {suite.TLS13, func(h *wire.ClientHello, sh *wire.ServerHello) {
			sh.CipherSuite = suite.ID(greaseOf(h, "cipher_suites"))
		}, failure.UnknownCipherReturned},
		"a version": {suite.TLS13, func(h *wire.ClientHello, sh *wire.ServerHello) {
			sh.Extensions = nil
			sh.Extensions.Add(&wire.SelectedVersion{Version: suite.Version(greaseOf(h, "supported_versions"))})
		}, failure.UnsupportedProtocol},
		"a group": {suite.TLS13, func(h *wire.ClientHello, sh *wire.ServerHello) {
			sh.CipherSuite = h.CipherSuites[1]
			sh.Extensions.Add(&wire.ServerKeyShare{Share: wire.KeyShare{Group: suite.Group(greaseOf(h, "supported_groups")), Data: []byte{0}}})
		}, failure.WrongCurve},
		"a group in a HelloRetryRequest": {suite.TLS13, func(h *wire.ClientHello, sh *wire.ServerHello) {
			sh.CipherSuite = h.CipherSuites[1]
			sh.Random = wire.HelloRetryRandom
			sh.Extensions.Add(&wire.RetryKeyShare{Group: suite.Group(greaseOf(h, "supported_groups"))})
		}, failure.WrongCurve},
		"an extension of TLS 1.2": {suite.TLS12, func(h *wire.ClientHello, sh *wire.ServerHello) {
			sh.CipherSuite = h.CipherSuites[1]
			sh.Extensions = append(sh.Extensions, wire.Extension{Type: wire.ExtensionType(greaseOf(h, "extension of 0 bytes"))})
		}, failure.UnexpectedExtension},
		"an extension of TLS 1.3": {suite.TLS13, func(h *wire.ClientHello, sh *wire.ServerHello) {
			sh.CipherSuite = h.CipherSuites[1]
			sh.Extensions = append(sh.Extensions, wire.Extension{Type: wire.ExtensionType(greaseOf(h, "extension of 1 bytes"))})
		}, failure.UnexpectedExtension},
	} {
		t.Run(name, func(t *testing.T) {
			cc, _ := both(t, tt.version)
			err := answeredAs(t, varied(cc), tt.version, tt.change)
			if e, ok := err.(*failure.Error); !ok || e.Code != tt.code.Code || e.Alert != failure.AlertIllegalParameter {
				t.Errorf("got %v, want %s with illegal_parameter", err, tt.code.Code)
			}
		})
	}
}
