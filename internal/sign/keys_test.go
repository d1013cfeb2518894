package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"sync"
	"testing"

	"github.com/cloudflare/circl/sign/ed448"

	"polytls/internal/suite"
)

// testKeys holds a key of every kind, made once; the names say what they are.
var testKeys = sync.OnceValue(func() map[string]crypto.Signer {
	large, small := newRSA(2048), newRSA(1024)
	_, edwards25519, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	_, edwards448, err := ed448.GenerateKey(rand.Reader)
	must(err)
	return map[string]crypto.Signer{
		"RSA 2048":      large,
		"RSA 1024":      small,
		"PSS":           &PSSPrivateKey{Key: large},
		"PSS 1024":      &PSSPrivateKey{Key: small},
		"PSS SHA-384":   &PSSPrivateKey{Key: large, PSSParameters: PSSParameters{crypto.SHA384, crypto.SHA384, 48}},
		"PSS SHA-1":     &PSSPrivateKey{Key: large, PSSParameters: PSSParameters{crypto.SHA1, crypto.SHA1, 20}},
		"PSS mixed":     &PSSPrivateKey{Key: large, PSSParameters: PSSParameters{crypto.SHA256, crypto.SHA1, 20}},
		"PSS long":      &PSSPrivateKey{Key: large, PSSParameters: PSSParameters{crypto.SHA256, crypto.SHA256, 33}},
		"PSS no salt":   &PSSPrivateKey{Key: large, PSSParameters: PSSParameters{crypto.SHA256, crypto.SHA256, 0}},
		"ECDSA P-256":   newECDSA(elliptic.P256()),
		"ECDSA P-384":   newECDSA(elliptic.P384()),
		"ECDSA P-521":   newECDSA(elliptic.P521()),
		"ECDSA P-224":   newECDSA(elliptic.P224()),
		"Ed25519":       edwards25519,
		"Ed448":         edwards448,
		"RSA as stored": storedKey{large},
		"ML-DSA-44":     GenerateMLDSAKey(suite.MLDSA44),
		"ML-DSA-65":     GenerateMLDSAKey(suite.MLDSA65),
		"ML-DSA-87":     GenerateMLDSAKey(suite.MLDSA87),
	}
})

// storedKey hides its private key, as key stores do.
type storedKey struct{ crypto.Signer }

func newRSA(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	must(err)
	return key
}

func newECDSA(curve elliptic.Curve) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	must(err)
	return key
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func unhex(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
