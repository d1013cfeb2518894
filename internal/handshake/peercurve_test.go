package handshake

import (
	"errors"
	"os"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/keyfile"
)

// TestNamesThePackageOfAPeersCurve: the error of a peer's certificate whose key the
// program cannot read says what is missing.
func TestNamesThePackageOfAPeersCurve(t *testing.T) {
	text, err := os.ReadFile("../credentials/testdata/secp256k1.pem")
	if err != nil {
		t.Fatal(err)
	}
	chain, err := keyfile.ParseCertificates(text)
	if err != nil {
		t.Fatal(err)
	}
	_, err = new(Config).parseChain(chain)
	if !errors.Is(err, failure.UnknownCertificateType) || !strings.Contains(err.Error(), "package polytls/secp256k1") {
		t.Errorf("%v", err)
	}
}
