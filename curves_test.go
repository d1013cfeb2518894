package polytls_test

import (
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// TestCurvesOfPeersAreOurs up to TLS 1.2, where the signature scheme does not
// name the curve: a certificate's curve must be among our groups, which a
// policy narrows.
func TestCurvesOfPeersAreOurs(t *testing.T) {
	for _, change := range []polytls.ContextOptions{{ECDHCurve: "P-256:P-384"}, {CompliancePolicy: "fips-202205"}} {
		o := change
		so, co := serving(localhost), trusting(ca)
		so.RequestCert, so.CA = true, [][]byte{ca.PEM()}
		so.ECDHCurve, so.CompliancePolicy, so.MaxVersion = o.ECDHCurve, o.CompliancePolicy, "TLSv1.2"
		id := identity(ca.Issue(testcert.Template{CommonName: "client", Kind: testcert.P521}))
		co.Cert, co.Key = id.Cert, id.Key
		err := handshake(t, so, co).serverErr
		wantCode(t, "a client with P-521", err, "ERR_SSL_WRONG_CURVE")
		wantAlert(t, "a client with P-521", err, polytls.SideUs, 47)
	}
}
