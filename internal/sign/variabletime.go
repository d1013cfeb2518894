package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
	"polytls/internal/suite"
)

// This file has the private keys on curves whose arithmetic is not in constant time.
// crypto/ecdsa signs with them, in math/big: whoever measures the time of signatures may
// find the key. Such keys need the consent of the user.

// VariableTimeCurve returns the curve of a private key of this process with which
// signing takes a time that depends on the key, 0 for all others. A signer that has its
// key elsewhere may be on any curve.
func VariableTimeCurve(signer crypto.Signer) suite.Group {
	if key, ok := signer.(*ecdsa.PrivateKey); ok && IsVariableTime(key.Curve) {
		return CurveOf(key.Curve)
	}
	return 0
}

// ParseECPrivateKey returns the key with a scalar, as long as the order of the curve.
func ParseECPrivateKey(curve elliptic.Curve, scalar []byte) (*ecdsa.PrivateKey, error) {
	if !IsVariableTime(curve) {
		return ecdsa.ParseRawPrivateKey(curve, scalar)
	}
	d := new(big.Int).SetBytes(scalar)
	if d.Sign() == 0 || d.Cmp(curve.Params().N) >= 0 {
		return nil, failure.UnsupportedKey.Local("a private key that is 0, or not below the order of %s", CurveOf(curve))
	}
	//lint:ignore SA1019 crypto/ecdsa does not parse keys on curves of other modules
	x, y := curve.ScalarBaseMult(scalar)
	//lint:ignore SA1019 the same
	return &ecdsa.PrivateKey{PublicKey: ecdsa.PublicKey{Curve: curve, X: x, Y: y}, D: d}, nil
}

// MarshalECPrivateKey returns the DER AlgorithmIdentifier and ECPrivateKey (RFC 5915,
// section 3) of a key that VariableTimeCurve has a curve for.
func MarshalECPrivateKey(key *ecdsa.PrivateKey) (algorithm, der []byte, err error) {
	c := rowOf(key.Curve)
	if c == nil {
		return nil, nil, failure.UnsupportedKey.Local("a private key that is on no curve that TLS signs with")
	}
	scalar := make([]byte, (c.Params().N.BitLen()+7)/8)
	//lint:ignore SA1019 crypto/ecdsa does not encode keys on curves of other modules
	key.D.FillBytes(scalar)
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1OctetString(scalar)
	})
	der, err = b.Bytes()
	return c.algorithmIdentifier(), der, err
}
