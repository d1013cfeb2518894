package testcert

import (
	"bytes"
	"testing"
	"time"

	"polytls/internal/keyfile"
	"polytls/internal/trust"
)

// TestMakesChainsOfEveryKind checks that each chain is verified and each key paired
// with its certificate by the packages that read them.
func TestMakesChainsOfEveryKind(t *testing.T) {
	for _, kind := range append(Kinds(), BrainpoolP256, BrainpoolP384, BrainpoolP512) {
		root := SelfSigned(Template{CommonName: "root", CA: true, Kind: kind})
		leaf := root.Issue(Template{CommonName: "leaf", DNS: []string{"localhost"}, Kind: kind})
		parsed, err := trust.ParseCertificate(leaf.Raw)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		_, err = trust.Verify([]*trust.Certificate{parsed}, trust.Options{
			Roots: trust.NewPool(root.Raw), Purpose: trust.ServerAuth, Level: 2, Now: time.Now(),
		})
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		key, err := keyfile.ParsePrivateKey(leaf.KeyPEM(), nil)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if err := keyfile.Matches(leaf.Raw, key); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestMakesPFX(t *testing.T) {
	leaf := CA("root").Issue(Template{CommonName: "middle", CA: true}).Server("localhost")
	_, der, extra, err := keyfile.ParsePFX(leaf.PFX("open"), "open")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(der, leaf.Raw) || len(extra) != 1 || !bytes.Equal(extra[0], leaf.Issuer.Raw) {
		t.Errorf("got another leaf, or %d issuers, want 1", len(extra))
	}
}
