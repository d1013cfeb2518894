package trust

import (
	"testing"
	"time"

	"polytls/internal/testcert"
)

// TestLargeAnchorsAreBounded: a root that the user trusts may have any key. With a
// key above OpenSSL's bound nothing is computed, and the work with smaller keys is
// within the bound for any chain.
func TestLargeAnchorsAreBounded(t *testing.T) {
	for bits, most := range map[int]work{8192: 2_000_000, 16384: strangerWork, 16385: 20_000, 100_000: 20_000} {
		root := testcert.SelfSigned(testcert.Template{CommonName: "large", CA: true, Signer: testcert.UnusableRSA(bits)})
		leaf, err := ParseCertificate(root.Server("localhost").Raw)
		if err != nil {
			t.Fatal(err)
		}
		v := verify([]*Certificate{leaf}, Options{Roots: NewPool(root.Raw), Now: time.Now()})
		if v.result() != CertSignatureFailure {
			t.Errorf("%d bits: %v", bits, v.err())
		}
		if v.spent > most {
			t.Errorf("%d bits: work of %d, want at most %d", bits, v.spent, most)
		}
	}
}
