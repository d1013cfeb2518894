package sign

import (
	"bytes"
	"crypto/elliptic"
	"encoding/asn1"
	"encoding/hex"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
	"polytls/internal/suite"
)

// namedCurve is a curve of keys (RFC 5480, section 2.1.1.1).
type namedCurve struct {
	elliptic.Curve
	group suite.Group
	oid   asn1.ObjectIdentifier
	seed  []byte // from which FIPS 186-4, appendix D.1.2, derives it
}

// curves are those that TLS signs on.
var curves = [...]namedCurve{
	{elliptic.P256(), suite.P256, asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}, unhexSeed("c49d360886e704936a6678e1139d26b7819f7e90")},
	{elliptic.P384(), suite.P384, asn1.ObjectIdentifier{1, 3, 132, 0, 34}, unhexSeed("a335926aa319a27a1d00896a6773a4827acdac73")},
	{elliptic.P521(), suite.P521, asn1.ObjectIdentifier{1, 3, 132, 0, 35}, unhexSeed("d09e8800291cb85396cc6717393284aaa0da64ba")},
}

func unhexSeed(s string) []byte {
	seed, err := hex.DecodeString(s)
	if err != nil {
		panic("sign: " + err.Error())
	}
	return seed
}

// ParseECParameters reads the ECParameters of a key: the name of P-256, P-384, P-521 or
// a Brainpool curve, or the parameters of one of the first three (SEC 1, appendix C.2).
// explicit is true for the latter. Its errors are those of ParsePublicKey.
func ParseECParameters(parameters cryptobyte.String) (curve elliptic.Curve, explicit bool, err error) {
	if parameters.PeekASN1Tag(cbasn1.SEQUENCE) {
		curve, err = explicitCurve(parameters)
		return curve, true, err
	}
	var oid asn1.ObjectIdentifier
	if !parameters.ReadASN1ObjectIdentifier(&oid) || !parameters.Empty() {
		return nil, false, badKey("EC parameters, want a curve")
	}
	c := findCurve(func(c *namedCurve) bool { return c.oid.Equal(oid) })
	if c == nil {
		name := oid.String()
		if oid.Equal(oidSecp256k1) {
			name = "secp256k1"
		}
		return nil, false, failure.UnknownCertificateType.New("public key: curve %s, want P-256, P-384, P-521, brainpoolP256r1, brainpoolP384r1 or brainpoolP512r1", name)
	}
	return c.Curve, false, nil
}

// findCurve returns the first row of both tables of curves, nil for none.
func findCurve(is func(*namedCurve) bool) *namedCurve {
	for _, table := range [][]namedCurve{curves[:], brainpoolCurves[:]} {
		for i := range table {
			if is(&table[i]) {
				return &table[i]
			}
		}
	}
	return nil
}

// explicitCurve recognizes a curve by its parameters. A peer chooses them, so each must
// be the curve's, above all the generator: whoever chooses it can compute a private key
// for any public key (CVE-2020-0601).
func explicitCurve(parameters cryptobyte.String) (elliptic.Curve, error) {
	p, err := parseSpecifiedDomain(parameters)
	if err != nil {
		return nil, err
	}
	for _, c := range curves {
		if p.are(c) {
			return c.Curve, nil
		}
	}
	return nil, failure.UnknownCertificateType.New("public key: EC parameters of another curve than P-256, P-384 and P-521")
}

// specifiedDomain is SpecifiedECDomain (SEC 1, appendix C.2) over a prime field.
type specifiedDomain struct {
	prime, order     *big.Int
	a, b, seed, base []byte
}

var oidPrimeField = asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 1}

func parseSpecifiedDomain(parameters cryptobyte.String) (*specifiedDomain, error) {
	var domain, field, curve, a, b, base cryptobyte.String
	var version int
	var fieldType asn1.ObjectIdentifier
	var seed asn1.BitString
	cofactor := big.NewInt(1)
	p := &specifiedDomain{prime: new(big.Int), order: new(big.Int)}
	switch {
	case !parameters.ReadASN1(&domain, cbasn1.SEQUENCE), !parameters.Empty(),
		!domain.ReadASN1Integer(&version), version < 1, version > 3:
		return nil, badKey("EC parameters: version, want 1 to 3")
	case !domain.ReadASN1(&field, cbasn1.SEQUENCE), !field.ReadASN1ObjectIdentifier(&fieldType),
		!fieldType.Equal(oidPrimeField), !field.ReadASN1Integer(p.prime), !field.Empty():
		return nil, badKey("EC parameters: fieldID, want a prime field")
	case !domain.ReadASN1(&curve, cbasn1.SEQUENCE), !curve.ReadASN1(&a, cbasn1.OCTET_STRING), !curve.ReadASN1(&b, cbasn1.OCTET_STRING),
		!curve.Empty() && !curve.ReadASN1BitString(&seed), !curve.Empty():
		return nil, badKey("EC parameters: curve")
	case !domain.ReadASN1(&base, cbasn1.OCTET_STRING):
		return nil, badKey("EC parameters: base")
	case !domain.ReadASN1Integer(p.order):
		return nil, badKey("EC parameters: order")
	case !domain.Empty() && !domain.ReadASN1Integer(cofactor), cofactor.Cmp(big.NewInt(1)) != 0, !domain.Empty():
		return nil, badKey("EC parameters: cofactor, want 1 and no trailing bytes")
	}
	p.a, p.b, p.base, p.seed = a, b, base, seed.RightAlign()
	return p, nil
}

// are reports whether the parameters are those of a curve. a is p-3 for each.
func (p *specifiedDomain) are(c namedCurve) bool {
	want := c.Params()
	size := (want.BitSize + 7) / 8
	a := new(big.Int).Sub(want.P, big.NewInt(3))
	base := make([]byte, 1+2*size)
	base[0] = 4 // uncompressed
	want.Gx.FillBytes(base[1 : 1+size])
	want.Gy.FillBytes(base[1+size:])
	return p.prime.Cmp(want.P) == 0 && p.order.Cmp(want.N) == 0 &&
		isElement(p.a, a, size) && isElement(p.b, want.B, size) &&
		bytes.Equal(decompress(c.Curve, p.base), base) &&
		(len(p.seed) == 0 || bytes.Equal(p.seed, c.seed))
}

// isElement reports whether b is a number of the field, with or without leading
// zeros: older OpenSSL leaves them out.
func isElement(b []byte, n *big.Int, size int) bool {
	return len(b) <= size && n.Cmp(new(big.Int).SetBytes(b)) == 0
}

// HasExplicitCurve reports whether a DER SubjectPublicKeyInfo is of an EC key whose
// curve is not named. X.509 asks for a name (RFC 5480, section 2.1.1).
func HasExplicitCurve(spki []byte) bool {
	var info, algorithm cryptobyte.String
	var oid asn1.ObjectIdentifier
	input := cryptobyte.String(spki)
	return input.ReadASN1(&info, cbasn1.SEQUENCE) && info.ReadASN1(&algorithm, cbasn1.SEQUENCE) &&
		algorithm.ReadASN1ObjectIdentifier(&oid) && oid.Equal(OIDEC) && algorithm.PeekASN1Tag(cbasn1.SEQUENCE)
}
