package weakness

import (
	"crypto/rsa"
	"math/big"
	"strings"
	"testing"

	"polytls/internal/handshake"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// withRSA is a peer whose certificate has a key of a size.
func withRSA(bits uint) *handshake.Peer {
	key := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), bits-1)}
	return &handshake.Peer{Chain: []*trust.Certificate{{Public: key}}}
}

func TestWeaknesses(t *testing.T) {
	named := func(f *handshake.Facts, name string) {
		if f.Suite = suite.ByName(name); f.Suite == nil {
			t.Fatal(name)
		}
	}
	tests := []struct {
		change func(*handshake.Facts)
		want   string
	}{
		{func(*handshake.Facts) {}, ""},
		{func(f *handshake.Facts) { f.Peer = &handshake.Peer{} }, ""},
		{func(f *handshake.Facts) { f.Version = suite.TLS11 }, "RFC 8996"},
		{func(f *handshake.Facts) { f.Group = 0 }, "no forward secrecy"},
		{func(f *handshake.Facts) { named(f, "TLS_AES_128_CCM_8_SHA256") }, "CCM_8"},
		{func(f *handshake.Facts) { f.Scheme = suite.RSAPKCS1SHA1 }, "signature rsa_pkcs1_sha1"},
		{func(f *handshake.Facts) { f.OurScheme = suite.RSAPKCS1SHA1 }, "signature rsa_pkcs1_sha1"},
		{func(f *handshake.Facts) { f.Peer = withRSA(1024) }, "RSA key of 1024 bits"},
		{func(f *handshake.Facts) {
			f.Peer = withRSA(1024)
			leaf := f.Peer.Chain[0]
			leaf.Public = &sign.PSSPublicKey{Key: leaf.Public.(*rsa.PublicKey)}
		}, "RSA key of 1024 bits"},
		{func(f *handshake.Facts) {
			named(f, "ECDHE-RSA-AES128-SHA")
			f.ExtendedMasterSecret, f.EncryptThenMAC = true, true
		}, ""},
		{func(f *handshake.Facts) { named(f, "ECDHE-RSA-AES128-SHA"); f.ExtendedMasterSecret = true }, "Lucky 13"},
		{func(f *handshake.Facts) { named(f, "ECDHE-RSA-AES128-GCM-SHA256") }, "RFC 7627"},
		{func(f *handshake.Facts) { named(f, "ECDHE-RSA-AES128-GCM-SHA256"); f.Resumed = true }, ""},
		{func(f *handshake.Facts) { named(f, "AES128-GCM-SHA256"); f.ExtendedMasterSecret = true }, "no forward secrecy"},
		{func(f *handshake.Facts) {
			named(f, "DHE-RSA-AES128-GCM-SHA256")
			f.ExtendedMasterSecret, f.DHBits = true, 1024
		}, "DHE with 1024 bits"},
		{func(f *handshake.Facts) { named(f, "AECDH-AES128-SHA"); f.ExtendedMasterSecret = true }, "anonymous"},
		{func(f *handshake.Facts) { named(f, "RC4-SHA") }, "RFC 7465"},
		{func(f *handshake.Facts) { named(f, "DES-CBC3-SHA") }, "Sweet32"},
		{func(f *handshake.Facts) { named(f, "ECDHE-RSA-NULL-SHA"); f.ExtendedMasterSecret = true }, "no encryption"},
	}
	for _, test := range tests {
		f := handshake.Facts{Version: suite.TLS13, Group: suite.X25519, OurScheme: suite.RSAPSSRSAESHA256, Peer: withRSA(2048)}
		named(&f, "TLS_AES_128_GCM_SHA256")
		test.change(&f)
		got := strings.Join(Of(&f), ", ")
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%+v: %q, want %q", f, got, test.want)
		}
	}
}

// TestWeakValues are those of lists.
func TestWeakValues(t *testing.T) {
	for name, want := range map[string]string{
		"TLSv1.1": "RFC 8996", "TLSv1.3": "", "rsa_pkcs1_sha1": "can be forged", "ed25519": "", "x25519": "",
		"AES128-SHA": "no forward secrecy", "ECDHE-RSA-AES128-SHA": "Lucky 13", "TLS_AES_128_GCM_SHA256": "", "ECDHE-RSA-AES128-GCM-SHA256": "",
	} {
		if got := OfValue(name); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
