package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"os"
	"strings"
	"testing"

	"github.com/cloudflare/circl/sign/ed448"

	"polytls/failure"
	"polytls/internal/suite"
)

// TestRFC8032 signs and verifies the vectors of RFC 8032: EdDSA signatures are
// deterministic.
func TestRFC8032(t *testing.T) {
	text, err := os.ReadFile("testdata/rfc8032.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[suite.Scheme]int{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		secret, public, message, want := unhex(t, f[1]), unhex(t, f[2]), unhex(t, strings.TrimPrefix(f[3], "-")), unhex(t, f[4])
		var key crypto.Signer
		var pub crypto.PublicKey
		var scheme suite.Scheme
		switch f[0] {
		case "ed25519":
			key, pub, scheme = ed25519.NewKeyFromSeed(secret), ed25519.PublicKey(public), suite.Ed25519
		case "ed448":
			key, pub, scheme = ed448.NewKeyFromSeed(secret), ed448.PublicKey(public), suite.Ed448
		}
		seen[scheme]++
		if got, err := MarshalPublicKey(key.Public()); err != nil || !bytes.HasSuffix(got, public) {
			t.Errorf("%s %s: public key %x, %v, want %x", scheme, f[1], got, err, public)
		}
		got, err := Sign(context.Background(), key, scheme, message)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s %s: signature %x, %v\nwant %x", scheme, f[1], got, err, want)
		}
		if err := Verify(pub, scheme, message, want); err != nil {
			t.Errorf("%s %s: %v", scheme, f[1], err)
		}
		wantAlert(t, f[0]+", another message", Verify(pub, scheme, append(message, 0), want), failure.BadSignature, failure.AlertDecryptError)
	}
	if seen[suite.Ed25519] < 4 || seen[suite.Ed448] < 8 {
		t.Errorf("vectors: %v", seen)
	}
}
