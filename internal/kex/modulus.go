package kex

import (
	"bytes"
	"fmt"
	"math/big"

	"filippo.io/bigmod"

	"polytls/failure"
)

// maxModulusBits bounds the work for a peer's group: OpenSSL's
// OPENSSL_DH_MAX_MODULUS_BITS.
const maxModulusBits = 10000

// minModulusBits is OpenSSL's DH_MIN_MODULUS_BITS.
const minModulusBits = 512

// newModulus reads a public modulus. bigmod exponentiates modulo odd numbers
// only, which every prime here is. The error has the first reason that
// OpenSSL's DH_check_params would return.
func newModulus(p []byte) (*bigmod.Modulus, *failure.Error) {
	p = trim(p)
	switch bits := bitLen(p); {
	case bits == 0, p[len(p)-1]&1 == 0:
		return nil, failure.CheckPNotPrime.New("even modulus")
	case bits < minModulusBits:
		return nil, failure.ModulusTooSmall.New("modulus of %d bits, want %d at least", bits, minModulusBits)
	case bits > maxModulusBits:
		return nil, tooLarge(bits, maxModulusBits)
	}
	m, err := bigmod.NewModulus(p)
	if err != nil {
		return nil, failure.CheckPNotPrime.New("modulus: %v", err)
	}
	return m, nil
}

// tooLarge refuses a modulus with the alert that OpenSSL's client sends.
func tooLarge(bits, most int) *failure.Error {
	return failure.ModulusTooLarge.With(failure.AlertIllegalParameter, "modulus of %d bits, want %d at most", bits, most)
}

// element reads a public value with 1 < y < m-1, which excludes the subgroups of
// order 1 and 2.
func element(y []byte, m *bigmod.Modulus) (*bigmod.Nat, error) {
	n, err := residue(y, m)
	if err != nil {
		return nil, err
	}
	if n.IsZero()|n.IsOne()|n.IsMinusOne(m) != 0 {
		return nil, fmt.Errorf("0, 1 or p-1")
	}
	return n, nil
}

// residue reads a public value below m.
func residue(y []byte, m *bigmod.Modulus) (*bigmod.Nat, error) {
	y = trim(y)
	if len(y) > m.Size() {
		return nil, fmt.Errorf("%d bytes, the modulus has %d", len(y), m.Size())
	}
	n, err := bigmod.NewNat().SetBytes(y, m)
	if err != nil {
		return nil, fmt.Errorf("not below the modulus")
	}
	return n, nil
}

// power returns base^exponent mod m. Its time reveals the exponent's length in bytes
// and nothing else of it.
func power(base *bigmod.Nat, exponent []byte, m *bigmod.Modulus) *bigmod.Nat {
	return bigmod.NewNat().Exp(base, exponent, m)
}

// randomExponent returns a big-endian number of exactly the given bits.
func randomExponent(bits int) []byte {
	b := random((bits + 7) / 8)
	top := uint(bits-1) % 8
	b[0] = b[0]&(1<<top-1) | 1<<top
	return b
}

// bitLen is the length in bits of a public big-endian number.
func bitLen(b []byte) int { return new(big.Int).SetBytes(b).BitLen() }

// trim drops the leading zeros of a public big-endian number.
func trim(b []byte) []byte { return bytes.TrimLeft(b, "\x00") }
