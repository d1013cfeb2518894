package sign

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"testing"

	"polytls/failure"
)

// specified is SpecifiedECDomain (SEC 1, appendix C.2), as encoding/asn1 writes it.
type specified struct {
	Version int
	Field   struct {
		Type  asn1.ObjectIdentifier
		Prime *big.Int
	}
	Curve struct {
		A, B []byte
		Seed asn1.BitString `asn1:"optional"`
	}
	Base     []byte
	Order    *big.Int
	Cofactor int `asn1:"optional"`
}

// fipsCurves returns the curves of FIPS 186-4.
func fipsCurves() []namedCurve {
	return slices.DeleteFunc(slices.Clone(curves[:]), func(c namedCurve) bool { return c.seed == nil })
}

// specify writes a curve's parameters out.
func specify(c namedCurve) *specified {
	p := c.Params()
	size := (p.BitSize + 7) / 8
	s := &specified{Version: 1, Order: p.N, Cofactor: 1}
	s.Field.Type, s.Field.Prime = oidPrimeField, p.P
	s.Curve.A = new(big.Int).Sub(p.P, big.NewInt(3)).FillBytes(make([]byte, size))
	s.Curve.B = p.B.FillBytes(make([]byte, size))
	s.Curve.Seed = asn1.BitString{Bytes: c.seed, BitLength: 8 * len(c.seed)}
	s.Base = slices.Concat([]byte{4}, p.Gx.FillBytes(make([]byte, size)), p.Gy.FillBytes(make([]byte, size)))
	return s
}

func (s *specified) der(t *testing.T) []byte {
	t.Helper()
	der, err := asn1.Marshal(*s)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestReadsExplicitCurves(t *testing.T) {
	for _, c := range fipsCurves() {
		key, err := ecdsa.GenerateKey(c.Curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(s *specified){
			"whole":            func(*specified) {},
			"without seed":     func(s *specified) { s.Curve.Seed = asn1.BitString{} },
			"without cofactor": func(s *specified) { s.Cofactor = 0 },
			"compressed base":  func(s *specified) { s.Base = compressed(s.Base) },
			"version 3":        func(s *specified) { s.Version = 3 },
			"b without zeros":  func(s *specified) { s.Curve.B = bytes.TrimLeft(s.Curve.B, "\x00") },
		} {
			s := specify(c)
			change(s)
			der := spki(t, OIDEC, s.der(t), point)
			wantKey(t, name, der, &key.PublicKey)
			wantKey(t, name+", compressed", spki(t, OIDEC, s.der(t), compressed(point)), &key.PublicKey)
			if !HasExplicitCurve(der) {
				t.Errorf("%s: the curve counts as named", name)
			}
		}
		named, err := asn1.Marshal(c.oid)
		if err != nil {
			t.Fatal(err)
		}
		if HasExplicitCurve(spki(t, OIDEC, named, point)) {
			t.Error("a named curve counts as explicit")
		}
	}
}

// TestRefusesOtherCurves changes each parameter. With a generator of its choice
// (CVE-2020-0601) a peer knows a private key for any public key.
func TestRefusesOtherCurves(t *testing.T) {
	for _, c := range fipsCurves() {
		point := specify(c).Base // a point like another
		key, err := ecdsa.GenerateKey(c.Curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		other, err := key.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(s *specified){
			"another generator":   func(s *specified) { s.Base = other },
			"another, compressed": func(s *specified) { s.Base = compressed(other) },
			"the generator's other": func(s *specified) {
				s.Base = append([]byte{2 + 1 - s.Base[len(s.Base)-1]&1}, s.Base[1:1+len(s.Base)/2]...)
			},
			"generator at infinity": func(s *specified) { s.Base = []byte{0} },
			"no generator":          func(s *specified) { s.Base = nil },
			"another order":         func(s *specified) { s.Order = new(big.Int).Add(s.Order, big.NewInt(2)) },
			"negative order":        func(s *specified) { s.Order = new(big.Int).Neg(s.Order) },
			"another prime":         func(s *specified) { s.Field.Prime = new(big.Int).Add(s.Field.Prime, big.NewInt(2)) },
			"another field":         func(s *specified) { s.Field.Type = asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 2} },
			"another a":             func(s *specified) { s.Curve.A = make([]byte, len(s.Curve.A)) },
			"another b":             func(s *specified) { s.Curve.B = slices.Clone(s.Curve.A) },
			"b and a zero more":     func(s *specified) { s.Curve.B = append([]byte{0}, s.Curve.B...) },
			"another seed":          func(s *specified) { s.Curve.Seed = asn1.BitString{Bytes: make([]byte, 20), BitLength: 160} },
			"another cofactor":      func(s *specified) { s.Cofactor = 2 },
			"version 0":             func(s *specified) { s.Version = 0 },
		} {
			s := specify(c)
			change(s)
			if key, err := ParsePublicKey(spki(t, OIDEC, s.der(t), point)); !errors.Is(err, failure.UnknownCertificateType) {
				t.Errorf("%s, %s: %T, %v", c.Params().Name, name, key, err)
			}
		}
		der := specify(c).der(t)
		for n := range der {
			if _, _, err := ParseECParameters(der[:n]); err == nil {
				t.Fatalf("the first %d of %d bytes are read as a curve", n, len(der))
			}
		}
		if _, _, err := ParseECParameters(append(der, 5, 0)); err == nil {
			t.Error("a curve that is followed by something is read")
		}
	}
}
