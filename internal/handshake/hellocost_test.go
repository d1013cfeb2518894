package handshake

import (
	"encoding/binary"
	"slices"
	"testing"

	"polytls/internal/recordlayer"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// costlyHellos are ClientHellos as large as they may be, of as many parts as fit.
func costlyHellos(t testing.TB) map[string][]byte {
	const most = 60 << 10
	many := func(size int, part func(i int) []byte) (all []byte) {
		for i := 0; len(all)+size <= most; i++ {
			all = append(all, part(i)...)
		}
		return all
	}
	u16 := func(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
	vector := func(b []byte) []byte { return append(u16(len(b)), b...) }
	base := func(change func(h *wire.ClientHello)) []byte {
		h := &wire.ClientHello{LegacyVersion: suite.TLS12, CipherSuites: []suite.ID{0x1301, 0xc02b, 0xc02f}, CompressionMethods: []uint8{0}}
		h.Extensions.Add(&wire.SupportedVersions{Versions: []suite.Version{suite.TLS13, suite.TLS12}})
		h.Extensions.Add(&wire.SignatureAlgorithms{Schemes: []suite.Scheme{suite.ECDSAP256SHA256, suite.RSAPSSRSAESHA256}})
		change(h)
		raw, err := wire.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	raw := func(typ wire.ExtensionType, body []byte) func(h *wire.ClientHello) {
		return func(h *wire.ClientHello) {
			if i := slices.IndexFunc(h.Extensions, func(e wire.Extension) bool { return e.Type == typ }); i >= 0 {
				h.Extensions[i].Body = body
				return
			}
			h.Extensions = append(h.Extensions, wire.Extension{Type: typ, Body: body})
		}
	}
	both := func(fs ...func(h *wire.ClientHello)) func(h *wire.ClientHello) {
		return func(h *wire.ClientHello) {
			for _, f := range fs {
				f(h)
			}
		}
	}
	groups := raw(wire.ExtSupportedGroups, vector(u16(29)))
	shares := raw(wire.ExtKeyShare, vector(append(append(u16(29), u16(32)...), make([]byte, 32)...)))
	return map[string][]byte{
		"cipher suites": base(both(groups, shares, func(h *wire.ClientHello) {
			for i := range 30000 {
				h.CipherSuites = append(h.CipherSuites, suite.ID(i))
			}
		})),
		"extensions": base(both(groups, shares, func(h *wire.ClientHello) {
			for i := range 15000 {
				h.Extensions = append(h.Extensions, wire.Extension{Type: wire.ExtensionType(1000 + i)})
			}
		})),
		"groups":     base(both(raw(wire.ExtSupportedGroups, vector(many(2, func(i int) []byte { return u16(0xf000 - i) }))), shares)),
		"key shares": base(both(groups, raw(wire.ExtKeyShare, vector(many(5, func(i int) []byte { return append(u16(1000+i), 0, 1, 0) }))))),
		"schemes":    base(both(groups, shares, raw(wire.ExtSignatureAlgorithms, vector(many(2, func(i int) []byte { return u16(0xf000 - i) }))))),
		"protocols":  base(both(groups, shares, raw(wire.ExtALPN, vector(many(3, func(i int) []byte { return append([]byte{2}, u16(i)...) }))))),
		"authorities": base(both(groups, shares, raw(wire.ExtCertificateAuthorities,
			vector(many(6, func(i int) []byte { return append([]byte{0, 4, 0x30, 2}, u16(0x3100+i&0xff)...) }))))),
		"identities": base(both(groups, shares, raw(wire.ExtPSKKeyExchangeModes, []byte{1, 1}), raw(wire.ExtPreSharedKey,
			append(vector(many(7, func(i int) []byte { return []byte{0, 1, byte(i), 0, 0, 0, 0} })[:7*1400]), vector(slices.Repeat(append([]byte{32}, make([]byte, 32)...), 1400))...)))),
	}
}

// TestCostlyHelloIsRefusedBriefly sends costly hellos to a server: its error is
// short, however long the hello's lists are.
func TestCostlyHelloIsRefusedBriefly(t *testing.T) {
	for name, hello := range costlyHellos(t) {
		t.Run(name, func(t *testing.T) {
			sc := &ServerConfig{Config: fuzzConfig(t), ALPN: []string{"h2"}}
			var err error
			against(t, recordlayer.Server, func(x recordlayer.Exchange) error {
				_, err = Server(t.Context(), x, sc)
				return err
			}, func(x recordlayer.Exchange) {
				x.WriteMessage(hello)
				x.Flush()
			})
			if err == nil {
				t.Fatal("the handshake succeeded")
			}
			if len(err.Error()) > 512 {
				t.Errorf("%d bytes of an error: %.200s...", len(err.Error()), err.Error())
			}
		})
	}
}

func BenchmarkCostlyHello(b *testing.B) {
	for name, hello := range costlyHellos(b) {
		b.Run(name, func(b *testing.B) {
			cfg := fuzzConfig(b)
			sc := &ServerConfig{Config: cfg, ALPN: []string{"h2"}}
			for b.Loop() {
				s := newServer(recordlayer.Exchange{}, sc)
				if err := s.parseHello(hello, false); err != nil {
					b.Fatal(err)
				}
				s.version = suite.TLS13
				if err := s.checkHello13(); err != nil {
					b.Log(err)
				}
				_ = s.chooseALPN(b.Context())
				_, err := s.chooseParameters13(b.Context())
				_ = err
			}
		})
	}
}
