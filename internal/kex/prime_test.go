package kex

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"os/exec"
	"testing"

	"polytls/failure"
	"polytls/internal/peertest"
)

// composites are moduli that look like primes.
func composites() map[string]*big.Int {
	p := new(big.Int).SetBytes(modp1536.prime())
	q := new(big.Int).SetBytes(modp2048.prime())
	r := new(big.Int).SetBytes(smallSafe.P)
	half := func(n *big.Int) *big.Int { return new(big.Int).Rsh(n, 1) }
	return map[string]*big.Int{
		"two primes":          new(big.Int).Mul(p, r),
		"the square of one":   new(big.Int).Mul(p, p),
		"next to a prime":     minus(q, -2),
		"a small factor":      new(big.Int).Mul(p, big.NewInt(65537)),
		"p*(2p+1), p a prime": new(big.Int).Mul(half(p), p),
		"a Mersenne number":   minus(power2(2048), 1),
		// n = (k+1)(2k+1) passes Miller-Rabin to a quarter of the bases.
		"(k+1)(2k+1)": new(big.Int).Mul(half(r), r),
	}
}

func TestRefusesCompositeModuli(t *testing.T) {
	for name, n := range composites() {
		p := &DHParams{P: n.Bytes(), G: []byte{2}}
		refuses(t, name, p.CheckPrime(), failure.BadDHValue, failure.AlertIllegalParameter)
		refuses(t, name, CheckServerPrime(p), failure.BadDHValue, failure.AlertIllegalParameter)
	}
}

// TestAcceptsPrimeModuli: safe primes and others, known and not.
func TestAcceptsPrimeModuli(t *testing.T) {
	x942, err := ParseDHParams([]byte(x942PEM))
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string]*DHParams{"unnamed safe prime": smallSafe, "X9.42": x942}
	for _, k := range knownGroups {
		groups[fmt.Sprintf("known, %d bits", k.bits)] = &DHParams{P: append([]byte{0}, k.prime()...), G: []byte{7}}
	}
	for name, p := range groups {
		if err := p.CheckPrime(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := CheckServerPrime(p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFingerprintsOfRFC5114 compares them with OpenSSL's primes.
func TestFingerprintsOfRFC5114(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	for i, want := range rfc5114 {
		out, err := exec.Command(openssl, "genpkey", "-genparam", "-algorithm", "DHX", "-pkeyopt", fmt.Sprintf("dh_rfc5114:%d", i+1)).Output()
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(out)
		var params struct {
			P, G, Q *big.Int
			Rest    []asn1.RawValue `asn1:"optional"`
		}
		if _, err := asn1.Unmarshal(block.Bytes, &params); err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(params.P.Bytes()); hex.EncodeToString(sum[:]) != want {
			t.Errorf("section 2.%d: %x, want %s", i+1, sum, want)
		}
		if !params.P.ProbablyPrime(1) {
			t.Errorf("section 2.%d: composite", i+1)
		}
	}
}

// TestPrimesAreTestedOnce counts the primality tests and the stored results.
func TestPrimesAreTestedOnce(t *testing.T) {
	tested := 0
	c := &primality{
		test: func(p *big.Int) bool { tested++; return p.Bit(1) == 1 },
		seen: make(map[[sha256.Size]byte]struct{}),
	}
	for range 3 {
		if !c.has([]byte{7}) {
			t.Error("a prime is refused")
		}
	}
	if tested != 1 {
		t.Errorf("a prime was tested %d times", tested)
	}
	for range 3 {
		if c.has([]byte{5}) {
			t.Error("a composite is remembered as a prime")
		}
	}
	for n := range 3 * maxSeen {
		c.has(bytes.Repeat([]byte{3}, n+1))
	}
	if len(c.seen) != maxSeen {
		t.Errorf("%d primes are remembered, want %d", len(c.seen), maxSeen)
	}
}

func BenchmarkFirstTestOfAPrime(b *testing.B) {
	p := new(big.Int).SetBytes(modp2048.prime())
	for b.Loop() {
		if !probablyPrime(p) {
			b.Fatal("composite")
		}
	}
}
