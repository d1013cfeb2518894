package inspect

import (
	"strings"
	"testing"

	"polytls"
)

// negotiated is what the weaknesses are found in.
type negotiated struct {
	h       Handshake
	p       polytls.Parameters
	rsaBits int
}

func TestWeaknesses(t *testing.T) {
	strong := negotiated{h: Handshake{Protocol: polytls.TLS13, Cipher: "TLS_AES_128_GCM_SHA256", Group: "x25519", Sigalg: "rsa_pss_rsae_sha256"}, rsaBits: 2048}
	tests := []struct {
		change func(*negotiated)
		want   string
	}{
		{func(*negotiated) {}, ""},
		{func(n *negotiated) { n.h.Protocol = polytls.TLS11 }, "RFC 8996"},
		{func(n *negotiated) { n.h.Group = "" }, "no forward secrecy"},
		{func(n *negotiated) { n.h.Cipher = "TLS_AES_128_CCM_8_SHA256" }, "CCM_8"},
		{func(n *negotiated) { n.h.PeerSigalg = "rsa_pkcs1_sha1" }, "signature rsa_pkcs1_sha1"},
		{func(n *negotiated) { n.rsaBits = 1024 }, "RSA key of 1024 bits"},
		{func(n *negotiated) {
			n.h.Cipher, n.p.ExtendedMasterSecret, n.p.EncryptThenMAC = "ECDHE-RSA-AES128-SHA", true, true
		}, ""},
		{func(n *negotiated) { n.h.Cipher, n.p.ExtendedMasterSecret = "ECDHE-RSA-AES128-SHA", true }, "Lucky 13"},
		{func(n *negotiated) { n.h.Cipher, n.p.ExtendedMasterSecret = "ECDHE-RSA-AES128-GCM-SHA256", false }, "RFC 7627"},
		{func(n *negotiated) { n.h.Cipher, n.p.ExtendedMasterSecret = "AES128-GCM-SHA256", true }, "no forward secrecy"},
		{func(n *negotiated) {
			n.h.Cipher, n.p.ExtendedMasterSecret, n.p.DHBits = "DHE-RSA-AES128-GCM-SHA256", true, 1024
		}, "DHE with 1024 bits"},
		{func(n *negotiated) { n.h.Cipher, n.p.ExtendedMasterSecret = "AECDH-AES128-SHA", true }, "anonymous"},
		{func(n *negotiated) { n.h.Cipher, n.p.ExtendedMasterSecret = "ECDHE-RSA-NULL-SHA", true }, "no encryption"},
	}
	for _, test := range tests {
		n := strong
		test.change(&n)
		got := strings.Join(weaknesses(&n.h, &n.p, n.rsaBits), ", ")
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%+v: %q, want %q", n, got, test.want)
		}
	}
}
