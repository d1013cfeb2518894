package sign

import (
	"bytes"
	"crypto/elliptic"
	"encoding/asn1"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
)

// ParseECParameters reads the ECParameters of a key: the name of a curve, or the
// parameters of P-256, P-384 or P-521 (SEC 1, appendix C.2).
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
	c := findCurve(func(c *namedCurve) bool { return c.Curve != nil && c.oid.Equal(oid) })
	if c == nil {
		return nil, false, missingCurve(oid)
	}
	return c.Curve, false, nil
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
		if c.seed != nil && p.are(c) {
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

// are reports whether the parameters are those of a curve of FIPS 186-4, for each of
// which a is p-3.
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
