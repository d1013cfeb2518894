package polytls_test

import (
	"testing"

	"polytls/internal/testcert"
)

// TestSchemesChooseTheCertificate: in TLS 1.3 the order of signature algorithms
// decides between an RSA and an ECDSA certificate, whichever is given first; at
// 1.2 that of the suites does, of which ECDHE-RSA is the first by default.
func TestSchemesChooseTheCertificate(t *testing.T) {
	rsa := ca.Issue(testcert.Template{CommonName: "rsa", DNS: []string{"localhost"}, Kind: testcert.RSA2048})
	ec := ca.Issue(testcert.Template{CommonName: "ec", DNS: []string{"localhost"}, Kind: testcert.P256})
	for _, order := range [][]*testcert.Cert{{rsa, ec}, {ec, rsa}} {
		for version, want := range map[string]string{"TLSv1.3": "ec", "TLSv1.2": "rsa"} {
			co := trusting(ca)
			only(&co.ContextOptions, version)
			_, client := pair(t, serving(order...), co)
			if got := client.PeerCertificate(false).Subject.Get("CN")[0]; got != want {
				t.Errorf("%s, %s first: the server showed %s, want %s", version, order[0].Subject.CommonName, got, want)
			}
		}
	}
}
