package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
)

// spki makes a SubjectPublicKeyInfo; parameters are DER, nil for none.
func spki(t *testing.T, oid asn1.ObjectIdentifier, parameters, key []byte) []byte {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid)
			b.AddBytes(parameters)
		})
		b.AddASN1BitString(key)
	})
	return b.BytesOrPanic()
}

// rsaPublicKey makes an RSAPublicKey with the given contents of its two INTEGERs.
func rsaPublicKey(n, e []byte, after ...byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(n) })
		b.AddASN1(cbasn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(e) })
		b.AddBytes(after)
	})
	return b.BytesOrPanic()
}

var null = []byte{5, 0}

func TestReadsOddEncodings(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	n, e := key.N.Bytes(), []byte{1, 0, 1}
	padded := append([]byte{0}, n...)
	for name, der := range map[string][]byte{
		"plain":             spki(t, oidRSA, null, rsaPublicKey(padded, e)),
		"no parameters":     spki(t, oidRSA, nil, rsaPublicKey(padded, e)),
		"negative modulus":  spki(t, oidRSA, null, rsaPublicKey(n, e)),
		"padded modulus":    spki(t, oidRSA, null, rsaPublicKey(append([]byte{0, 0}, padded...), e)),
		"padded exponent":   spki(t, oidRSA, null, rsaPublicKey(padded, append([]byte{0, 0}, e...))),
		"all of it at once": spki(t, oidRSA, nil, rsaPublicKey(append([]byte{0, 0}, padded...), append([]byte{0}, e...))),
	} {
		wantKey(t, "RSA, "+name, der, &key.PublicKey)
	}
	for _, c := range fipsCurves() {
		key, err := ecdsa.GenerateKey(c.Curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		curve, err := asn1.Marshal(c.oid)
		if err != nil {
			t.Fatal(err)
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		wantKey(t, "uncompressed", spki(t, OIDEC, curve, point), &key.PublicKey)
		wantKey(t, "compressed", spki(t, OIDEC, curve, compressed(point)), &key.PublicKey)
	}
}

func compressed(point []byte) []byte {
	size := len(point) / 2
	return append([]byte{2 + point[2*size]&1}, point[1:1+size]...)
}

func wantKey(t *testing.T, name string, der []byte, want interface{ Equal(crypto.PublicKey) bool }) {
	t.Helper()
	if got, err := ParsePublicKey(der); err != nil || !want.Equal(got) {
		t.Errorf("%s: %T, %v", name, got, err)
	}
}

func TestRefusesDoubtfulEncodings(t *testing.T) {
	n, e := append([]byte{0}, bytes.Repeat([]byte{0x81}, 256)...), []byte{1, 0, 1}
	p256, err := asn1.Marshal(curves[0].oid)
	if err != nil {
		t.Fatal(err)
	}
	params := elliptic.P256().Params()
	base := append([]byte{4}, append(params.Gx.FillBytes(make([]byte, 32)), params.Gy.FillBytes(make([]byte, 32))...)...)
	hybrid := append([]byte{6 + base[64]&1}, base[1:]...)
	for name, der := range map[string][]byte{
		"RSA with other parameters":  spki(t, oidRSA, []byte{4, 0}, rsaPublicKey(n, e)),
		"RSA with two parameters":    spki(t, oidRSA, append(null, null...), rsaPublicKey(n, e)),
		"RSA with a full NULL":       spki(t, oidRSA, []byte{5, 1, 0}, rsaPublicKey(n, e)),
		"RSA with three numbers":     spki(t, oidRSA, null, rsaPublicKey(n, e, 2, 1, 0)),
		"RSA followed by something":  spki(t, oidRSA, null, append(rsaPublicKey(n, e), 0)),
		"RSA modulus of 0":           spki(t, oidRSA, null, rsaPublicKey([]byte{0}, e)),
		"RSA modulus without octets": spki(t, oidRSA, null, rsaPublicKey(nil, e)),
		"RSA exponent of 0":          spki(t, oidRSA, null, rsaPublicKey(n, []byte{0})),
		"RSA exponent of 32 bits":    spki(t, oidRSA, null, rsaPublicKey(n, []byte{0, 0x80, 0, 0, 1})),
		"EC without a curve":         spki(t, OIDEC, nil, base),
		"EC with NULL":               spki(t, OIDEC, null, base),
		"EC hybrid":                  spki(t, OIDEC, p256, hybrid),
		"EC short":                   spki(t, OIDEC, p256, base[:64]),
		"EC at infinity":             spki(t, OIDEC, p256, []byte{0}),
		"EC compressed, no point":    spki(t, OIDEC, p256, append([]byte{2}, bytes.Repeat([]byte{0xff}, 32)...)),
		"EC off the curve":           spki(t, OIDEC, p256, append(bytes.Clone(base[:64]), base[64]^1)),
	} {
		if key, err := ParsePublicKey(der); !errors.Is(err, failure.UnknownCertificateType) {
			t.Errorf("%s: %T, %v", name, key, err)
		}
	}
}
