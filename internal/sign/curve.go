package sign

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"
	"encoding/hex"
	"math/big"

	"github.com/ProtonMail/go-crypto/brainpool"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
	"polytls/internal/suite"
)

// namedCurve is a curve of keys (RFC 5480, section 2.1.1.1).
type namedCurve struct {
	elliptic.Curve // nil if it is in a package that the program does not import
	group          suite.Group
	oid            asn1.ObjectIdentifier
	seed           []byte // from which FIPS 186-4, appendix D.1.2, derives it; nil for others
	// variableTime says that the time of its arithmetic depends on the operands.
	variableTime bool
}

// curves is the one list of curves of keys: those of FIPS 186-4, those of RFC 5639, and
// secp256k1, which package polytls/secp256k1 adds.
var curves = [...]namedCurve{
	{Curve: elliptic.P256(), group: suite.P256, oid: asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}, seed: unhexSeed("c49d360886e704936a6678e1139d26b7819f7e90")},
	{Curve: elliptic.P384(), group: suite.P384, oid: asn1.ObjectIdentifier{1, 3, 132, 0, 34}, seed: unhexSeed("a335926aa319a27a1d00896a6773a4827acdac73")},
	{Curve: elliptic.P521(), group: suite.P521, oid: asn1.ObjectIdentifier{1, 3, 132, 0, 35}, seed: unhexSeed("d09e8800291cb85396cc6717393284aaa0da64ba")},
	{Curve: brainpool.P256r1(), group: suite.BrainpoolP256r1, oid: asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 7}, variableTime: true},
	{Curve: brainpool.P384r1(), group: suite.BrainpoolP384r1, oid: asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 11}, variableTime: true},
	{Curve: brainpool.P512r1(), group: suite.BrainpoolP512r1, oid: asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 13}, variableTime: true},
	{group: suite.Secp256k1, oid: asn1.ObjectIdentifier{1, 3, 132, 0, 10}, variableTime: true},
}

func unhexSeed(s string) []byte {
	seed, err := hex.DecodeString(s)
	if err != nil {
		panic("sign: " + err.Error())
	}
	return seed
}

// RegisterCurve adds a curve that package sign does not link. It is called while the
// program initializes its packages.
func RegisterCurve(group suite.Group, curve elliptic.Curve) {
	findCurve(func(c *namedCurve) bool { return c.group == group }).Curve = curve
}

// findCurve returns the row of a curve, nil for none.
func findCurve(is func(*namedCurve) bool) *namedCurve {
	for i := range curves {
		if is(&curves[i]) {
			return &curves[i]
		}
	}
	return nil
}

// HasCurve reports whether keys can be on a curve: secp256k1 may be missing.
func HasCurve(curve suite.Group) bool {
	return findCurve(func(c *namedCurve) bool { return c.group == curve && c.Curve != nil }) != nil
}

// CurveOf returns the number that TLS has for a curve, 0 for one that keys cannot be on.
// The keys of a signer may be on another implementation of the curve.
func CurveOf(curve elliptic.Curve) suite.Group {
	if c := rowOf(curve); c != nil {
		return c.group
	}
	return 0
}

// rowOf returns the row of a curve, nil for none.
func rowOf(curve elliptic.Curve) *namedCurve {
	if curve == nil {
		return nil
	}
	if c := findCurve(func(c *namedCurve) bool { return c.Curve == curve }); c != nil {
		return c
	}
	return findCurve(func(c *namedCurve) bool { return c.Curve != nil && isSame(c.Params(), curve.Params()) })
}

// isSame reports whether parameters are those of the same curve. Their B may be missing.
func isSame(a, b *elliptic.CurveParams) bool {
	return b != nil && equal(a.P, b.P) && equal(a.N, b.N) && equal(a.Gx, b.Gx) && equal(a.Gy, b.Gy)
}

func equal(a, b *big.Int) bool { return a != nil && b != nil && a.Cmp(b) == 0 }

// IsVariableTime reports whether the arithmetic of a curve is in math/big or in another
// implementation that is slower than that of the standard library's curves, and whose
// time depends on the operands.
func IsVariableTime(curve elliptic.Curve) bool {
	c := findCurve(func(c *namedCurve) bool { return c.Curve == curve })
	return c == nil || c.variableTime
}

// isBrainpool reports whether the curve of a scheme is one of RFC 5639, which have
// schemes of their own in TLS 1.3.
func isBrainpool(curve suite.Group) bool {
	return curve >= suite.BrainpoolP256r1 && curve <= suite.BrainpoolP512r1
}

// missingCurve is the error of a curve that has no row, or whose package is missing.
func missingCurve(oid asn1.ObjectIdentifier) error {
	if oid.Equal(findCurve(func(c *namedCurve) bool { return c.group == suite.Secp256k1 }).oid) {
		return failure.UnknownCertificateType.New("public key: curve secp256k1 needs an import of package polytls/secp256k1")
	}
	return failure.UnknownCertificateType.New("public key: curve %s, want P-256, P-384, P-521, secp256k1, brainpoolP256r1, brainpoolP384r1 or brainpoolP512r1", oid)
}

// parseBigPoint reads an uncompressed point of a curve that is not the standard
// library's. It must be on the curve, since arithmetic with another panics.
func parseBigPoint(curve elliptic.Curve, point []byte) (*ecdsa.PublicKey, error) {
	size := (curve.Params().BitSize + 7) / 8
	if len(point) != 1+2*size || point[0] != 4 {
		return nil, badKey("EC point of %d bytes on %s, want %d, uncompressed", len(point), CurveOf(curve), 1+2*size)
	}
	x, y := new(big.Int).SetBytes(point[1:1+size]), new(big.Int).SetBytes(point[1+size:])
	p := curve.Params().P
	//lint:ignore SA1019 crypto/ecdsa does not parse keys on curves of other modules
	if x.Cmp(p) >= 0 || y.Cmp(p) >= 0 || !curve.IsOnCurve(x, y) {
		return nil, badKey("EC point is not on %s", CurveOf(curve))
	}
	//lint:ignore SA1019 the same
	return &ecdsa.PublicKey{Curve: curve, X: x, Y: y}, nil
}

// marshalBigPoint is the inverse of parseBigPoint: a SubjectPublicKeyInfo with an
// uncompressed point.
func marshalBigPoint(pub *ecdsa.PublicKey) ([]byte, error) {
	c := rowOf(pub.Curve)
	if c == nil {
		return nil, failure.UnknownCertificateType.Local("public key: it is on no curve that TLS signs with")
	}
	size := (c.Params().BitSize + 7) / 8
	//lint:ignore SA1019 crypto/ecdsa does not encode keys on curves of other modules
	x, y := pub.X, pub.Y
	if x == nil || y == nil || x.Sign() < 0 || y.Sign() < 0 || x.BitLen() > 8*size || y.BitLen() > 8*size {
		return nil, failure.UnknownCertificateType.Local("public key: it is not on %s", c.group)
	}
	point := make([]byte, 1+2*size)
	point[0] = 4 // uncompressed
	x.FillBytes(point[1 : 1+size])
	y.FillBytes(point[1+size:])
	return marshalKey(c.algorithmIdentifier(), point)
}

// algorithmIdentifier is that of a key (RFC 5480, section 2.1.1).
func (c *namedCurve) algorithmIdentifier() []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(OIDEC)
		b.AddASN1ObjectIdentifier(c.oid)
	})
	return b.BytesOrPanic()
}
