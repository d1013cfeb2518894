package credentials

import (
	"crypto/tls"
	"testing"

	"polytls/internal/suite"
)

// BenchmarkFromTLS is the cost, in each handshake, of a certificate that OnClientHello
// or OnCertificateRequest returns.
func BenchmarkFromTLS(b *testing.B) {
	leaf := ca.Server("a.test")
	given := &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: leaf.Signer}
	rules := Rules{Level: suite.DefaultLevel}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rules.FromTLS(given); err != nil {
			b.Fatal(err)
		}
	}
}
