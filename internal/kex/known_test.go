package kex

import (
	"math/big"
	"testing"
)

// TestPrimesOfFormulas computes the primes of RFC 7919 and RFC 3526 from their
// definitions: 2^b - 2^(b-64) + (floor(2^(b-130) * c) + k)*2^64 - 1 with c = e
// or π and the smallest k that makes a safe prime, as the RFCs state it.
func TestPrimesOfFormulas(t *testing.T) {
	for _, c := range []struct {
		group    *knownGroup
		constant func(bits uint) *big.Int
		k        int64
	}{
		{ffdhe2048, euler, 560316},
		{ffdhe3072, euler, 2625351},
		{ffdhe4096, euler, 5736041},
		{ffdhe6144, euler, 15705020},
		{ffdhe8192, euler, 10965728},
		{modp1024, pi, 129093},
		{modp1536, pi, 741804},
		{modp2048, pi, 124476},
		{modp3072, pi, 1690314},
		{modp4096, pi, 240904},
		{modp6144, pi, 929484},
		{modp8192, pi, 4743158},
	} {
		b := uint(c.group.bits)
		middle := c.constant(b - 130)
		middle.Add(middle, big.NewInt(c.k)).Lsh(middle, 64)
		want := new(big.Int).Sub(power2(b), power2(b-64))
		want.Add(want, middle)
		want = minus(want, 1)
		if got := new(big.Int).SetBytes(c.group.prime()); got.Cmp(want) != 0 {
			t.Errorf("%d bits:\n got %x\nwant %x", b, got, want)
		}
	}
}

// euler returns floor(e * 2^bits), by the sum of 1/n!.
func euler(bits uint) *big.Int {
	const guard = 64
	sum, term := new(big.Int), power2(bits+guard)
	for n := int64(1); term.Sign() > 0; n++ {
		sum.Add(sum, term)
		term.Div(term, big.NewInt(n))
	}
	return sum.Rsh(sum, guard)
}

// pi returns floor(π * 2^bits), by Machin's formula.
func pi(bits uint) *big.Int {
	const guard = 64
	a := arctanInverse(5, bits+guard)
	a.Lsh(a, 2).Sub(a, arctanInverse(239, bits+guard)).Lsh(a, 2)
	return a.Rsh(a, guard)
}

// arctanInverse returns arctan(1/x) * 2^bits.
func arctanInverse(x int64, bits uint) *big.Int {
	square := big.NewInt(x * x)
	power := new(big.Int).Div(power2(bits), big.NewInt(x))
	sum := new(big.Int)
	for n := int64(1); power.Sign() > 0; n += 2 {
		term := new(big.Int).Div(power, big.NewInt(n))
		if n%4 == 1 {
			sum.Add(sum, term)
		} else {
			sum.Sub(sum, term)
		}
		power.Div(power, square)
	}
	return sum
}

// TestSRPPrimes: RFC 5054's own primes are safe.
func TestSRPPrimes(t *testing.T) {
	for _, g := range []*knownGroup{srp1024, srp1536, srp2048} {
		p := new(big.Int).SetBytes(g.prime())
		q := new(big.Int).Rsh(p, 1)
		if p.BitLen() != g.bits || !p.ProbablyPrime(1) || !q.ProbablyPrime(1) {
			t.Errorf("%d bits: no safe prime", g.bits)
		}
	}
}

// TestGenerators: RFC 5054, appendix A. In DHE the generator is 2, a square.
func TestGenerators(t *testing.T) {
	want := map[int]byte{1024: 2, 1536: 2, 2048: 2, 3072: 5, 4096: 5, 6144: 5, 8192: 19}
	for g := range SRPGroups() {
		if g.G()[0] != want[g.Bits()] || len(g.G()) != 1 {
			t.Errorf("%d bits: generator %d", g.Bits(), g.G())
		}
	}
	if len(srpGroups) != len(want) {
		t.Errorf("%d groups", len(srpGroups))
	}
	for _, g := range knownGroups {
		if p := new(big.Int).SetBytes(g.prime()); g.g != 2 || big.Jacobi(big.NewInt(2), p) != 1 {
			t.Errorf("%d bits: generator %d", g.bits, g.g)
		}
	}
}
