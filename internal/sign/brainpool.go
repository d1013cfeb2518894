package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"
	"math/big"
	"slices"

	"github.com/ProtonMail/go-crypto/brainpool"

	"polytls/failure"
	"polytls/internal/suite"
)

// brainpoolCurves are those of RFC 5639. Their arithmetic is not in constant time: they
// verify signatures, and never take a private key.
var brainpoolCurves = [...]namedCurve{
	{Curve: brainpool.P256r1(), group: suite.BrainpoolP256r1, oid: asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 7}},
	{Curve: brainpool.P384r1(), group: suite.BrainpoolP384r1, oid: asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 11}},
	{Curve: brainpool.P512r1(), group: suite.BrainpoolP512r1, oid: asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 13}},
}

// oidSecp256k1 is a curve that OpenSSL has and polytls has not: the implementations
// that are in constant time hold tables that every program would link.
var oidSecp256k1 = asn1.ObjectIdentifier{1, 3, 132, 0, 10}

// IsBrainpool reports whether a curve is one of RFC 5639.
func IsBrainpool(curve elliptic.Curve) bool {
	return curveGroup(curve) == 0 && certificateCurve(curve) != 0
}

// isBrainpool is IsBrainpool for the curve of a scheme.
func isBrainpool(curve suite.Group) bool {
	return slices.ContainsFunc(brainpoolCurves[:], func(c namedCurve) bool { return c.group == curve })
}

// CheckPrivateCurve refuses private keys on a curve that is only for verifying.
func CheckPrivateCurve(curve elliptic.Curve) error {
	if IsBrainpool(curve) {
		return failure.UnsupportedKey.Local("a private key on %s, whose arithmetic is not in constant time here: only signatures are verified with it; want P-256, P-384 or P-521", certificateCurve(curve))
	}
	return nil
}

// CheckSigner refuses a signer that would sign with such a private key in this
// process. One that has its key elsewhere may be on any curve.
func CheckSigner(signer crypto.Signer) error {
	if key, ok := signer.(*ecdsa.PrivateKey); ok {
		return CheckPrivateCurve(key.Curve)
	}
	return nil
}

// certificateCurve returns the number that TLS has for the curve of a certificate's
// key, 0 for none.
func certificateCurve(curve elliptic.Curve) suite.Group {
	if c := findCurve(func(c *namedCurve) bool { return c.Curve == curve }); c != nil {
		return c.group
	}
	return 0
}

// parseBrainpoolPoint reads an uncompressed point. It must be on the curve, since
// arithmetic with another panics.
func parseBrainpoolPoint(curve elliptic.Curve, point []byte) (*ecdsa.PublicKey, error) {
	size := (curve.Params().BitSize + 7) / 8
	if len(point) != 1+2*size || point[0] != 4 {
		return nil, badKey("EC point of %d bytes on %s, want %d, uncompressed", len(point), certificateCurve(curve), 1+2*size)
	}
	x, y := new(big.Int).SetBytes(point[1:1+size]), new(big.Int).SetBytes(point[1+size:])
	p := curve.Params().P
	//lint:ignore SA1019 crypto/ecdsa does not parse keys on curves of other modules
	if x.Cmp(p) >= 0 || y.Cmp(p) >= 0 || !curve.IsOnCurve(x, y) {
		return nil, badKey("EC point is not on %s", certificateCurve(curve))
	}
	//lint:ignore SA1019 the same
	return &ecdsa.PublicKey{Curve: curve, X: x, Y: y}, nil
}
