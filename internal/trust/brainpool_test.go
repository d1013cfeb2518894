package trust

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"polytls/internal/keyfile"
	"polytls/internal/suite"
)

// brainpoolChain is a leaf for localhost and its root, with keys on a curve, as
// OpenSSL 3 makes them.
func brainpoolChain(t *testing.T, curve string) (leaf, root []byte) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", curve+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	chain, err := keyfile.ParseCertificates(text)
	if err != nil {
		t.Fatal(err)
	}
	return chain[0], chain[1]
}

// TestBrainpool verifies chains with keys on Brainpool's curves, and refuses them if
// the signature or the point of a key is another.
func TestBrainpool(t *testing.T) {
	for _, curve := range []string{"brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"} {
		leaf, root := brainpoolChain(t, curve)
		verify := func(leaf []byte, policy string) Result {
			cert, err := ParseCertificate(leaf)
			if err != nil {
				t.Fatal(err)
			}
			p, err := suite.ParsePolicy(policy)
			if err != nil {
				t.Fatal(err)
			}
			faults := Faults([]*Certificate{cert}, Options{
				Roots: NewPool(root), Purpose: ServerAuth, Level: suite.DefaultLevel, Policy: p,
				Now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC),
			})
			if len(faults) == 0 {
				return OK
			}
			return faults[len(faults)-1].Result
		}
		for policy, want := range map[string]Result{
			"": OK, "bsi-tr-02102-2": OK, "pci-dss-4": OK, "sp800-52r2": CAKeyTooSmall, "fips-202205": CAKeyTooSmall,
		} {
			if got := verify(leaf, policy); got != want {
				t.Errorf("%s under %q: %s, want %s", curve, policy, got.Code(), want.Code())
			}
		}
		cert, err := ParseCertificate(leaf)
		if err != nil {
			t.Fatal(err)
		}
		forged := bytes.Clone(leaf)
		forged[len(forged)-1] ^= 1
		if got := verify(forged, ""); got != CertSignatureFailure {
			t.Errorf("%s with another signature: %s", curve, got.Code())
		}
		key := bytes.Index(leaf, cert.der.SPKI)
		off := bytes.Clone(leaf)
		off[key+len(cert.der.SPKI)-1] ^= 1
		if got, err := ParseCertificate(off); err != nil || got.Public != nil {
			t.Errorf("%s with a point that is not on it: %v, key %v", curve, err, got.Public)
		}
	}
}
