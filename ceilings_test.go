package polytls_test

import (
	"testing"

	"polytls"
	"polytls/failure"
	"polytls/internal/testcert"
)

// TestMaxRSABits: a key above the bound ends the handshake before anything is
// verified with it, wherever it is in the chain.
func TestMaxRSABits(t *testing.T) {
	large := testcert.Template{CommonName: "large", DNS: []string{"localhost"}, Kind: testcert.RSA3072}
	authority := testcert.Template{CommonName: "large authority", CA: true, Kind: testcert.RSA3072}
	for name, chain := range map[string]*testcert.Cert{
		"leaf":         ca.Issue(large),
		"intermediate": ca.Issue(authority).Server("localhost"),
	} {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			for most, refused := range map[int]bool{0: false, 3072: false, 3071: true} {
				so, co := serving(chain), trusting(ca)
				only(&so.ContextOptions, version)
				co.MaxRSABits = most
				o := handshake(t, so, co)
				if !refused {
					o.must(t)
					continue
				}
				what := name + " at " + version
				wantCode(t, what, o.clientErr, "ERR_SSL_MODULUS_TOO_LARGE")
				wantAlert(t, what, o.clientErr, polytls.SideUs, failure.AlertBadCertificate)
			}
		}
	}
	co := trusting(ca)
	co.MaxRSABits = -1
	_, err := polytls.NewSecureContext(co.ContextOptions)
	wantCode(t, "negative", err, "ERR_OUT_OF_RANGE")
}
