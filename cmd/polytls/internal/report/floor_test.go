package report

import (
	"strings"
	"testing"
)

func TestFloor(t *testing.T) {
	strong := negotiated{protocol: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", group: "x25519", signatures: []string{"rsa_pss_rsae_sha256"}, certBits: 2048}
	tests := []struct {
		change func(*negotiated)
		want   string
	}{
		{func(*negotiated) {}, ""},
		{func(n *negotiated) { n.protocol = "TLSv1.1" }, "RFC 8996"},
		{func(n *negotiated) { n.group = "" }, "no forward secrecy"},
		{func(n *negotiated) { n.cipher = "TLS_AES_128_CCM_8_SHA256" }, "CCM_8"},
		{func(n *negotiated) { n.signatures = []string{"", "rsa_pkcs1_sha1"} }, "signature rsa_pkcs1_sha1"},
		{func(n *negotiated) { n.certBits = 1024 }, "RSA key of 1024 bits"},
		{func(n *negotiated) { n.cipher, n.ems, n.etm = "ECDHE-RSA-AES128-SHA", true, true }, ""},
		{func(n *negotiated) { n.cipher, n.ems = "ECDHE-RSA-AES128-SHA", true }, "Lucky 13"},
		{func(n *negotiated) { n.cipher, n.ems = "ECDHE-RSA-AES128-GCM-SHA256", false }, "RFC 7627"},
		{func(n *negotiated) { n.cipher, n.ems = "AES128-GCM-SHA256", true }, "no forward secrecy"},
		{func(n *negotiated) { n.cipher, n.ems, n.dhBits = "DHE-RSA-AES128-GCM-SHA256", true, 1024 }, "DHE with 1024 bits"},
		{func(n *negotiated) { n.cipher, n.ems = "AECDH-AES128-SHA", true }, "anonymous"},
		{func(n *negotiated) { n.cipher, n.ems = "ECDHE-RSA-NULL-SHA", true }, "no encryption"},
	}
	for _, test := range tests {
		n := strong
		test.change(&n)
		got := FloorLine(BelowFloor(n))
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%+v: %q, want %q", n, got, test.want)
		}
	}
}
