package kex

import (
	"bytes"
	"crypto/subtle"

	"filippo.io/bigmod"

	"polytls/failure"
	"polytls/internal/suite"
)

// DHParams is a group for DHE up to TLS 1.2: ServerDHParams of RFC 5246,
// section 7.4.3, without the public value.
type DHParams struct {
	P, G []byte // big-endian
	// PrivateBits is the length of private exponents that the group's maker
	// states, 0 for none.
	PrivateBits int
}

// NamedDH returns the group of RFC 7919 for DHE up to TLS 1.2, nil for a group
// that is not one.
func NamedDH(g suite.Group) *DHParams {
	if f, ok := methods[g].(finiteField); ok {
		return f.params()
	}
	return nil
}

// AutoDH chooses a group as OpenSSL's ssl_get_auto_dh does: as strong as the
// certificate's RSA key of certBits bits, 0 for none, and as the security
// level requires, but of 2,048 bits at least. A caller that wants a larger group
// passes more bits than those of the key.
func AutoDH(certBits int, level suite.Level) *DHParams {
	switch bits := max(certBits, level.ModulusBits()); {
	case bits >= 7680:
		return modp8192.params()
	case bits > 3072:
		return modp4096.params()
	case bits > 2048:
		return modp3072.params()
	}
	return modp2048.params()
}

// Bits returns the length of the prime in bits.
func (p *DHParams) Bits() int { return bitLen(p.P) }

// CheckLevel is the check of OpenSSL's security level. Its error is
// failure.DHKeyTooSmall: handshake_failure.
func (p *DHParams) CheckLevel(level suite.Level) error {
	if want := level.MinDHBits(); p.Bits() < want {
		return failure.DHKeyTooSmall.New("a DH group of %d bits is too small at security level %d, which wants %d", p.Bits(), level, want)
	}
	return nil
}

// CheckServerParams is a client's check of the group in a ServerKeyExchange,
// except for the test that its modulus is prime: see CheckServerPrime. The prime is odd
// (failure.CheckPNotPrime) and has at least 512 bits (failure.ModulusTooSmall), at
// most those of the limits (failure.ModulusTooLarge), the generator is less than it
// (failure.NotSuitableGenerator), and it has the minimum of the limits
// (failure.DHParamSize) and of the level (failure.DHKeyTooSmall).
func CheckServerParams(p *DHParams, limits DHLimits, level suite.Level) error {
	var e *failure.Error
	if most := limits.most(p); p.Bits() > most { // before anything is computed
		e = tooLarge(p.Bits(), most)
	} else {
		_, e = p.modulus()
	}
	if e != nil {
		return e.Prefixed("ServerKeyExchange: DH ")
	}
	if p.Bits() < limits.MinBits {
		return failure.DHParamSize.New("ServerKeyExchange: dh_p of %d bits, wanted %d", p.Bits(), limits.MinBits)
	}
	if want := level.MinDHBits(); p.Bits() < want {
		return failure.DHKeyTooSmall.New("ServerKeyExchange: dh_p of %d bits, security level %d wants %d", p.Bits(), level, want)
	}
	return nil
}

// DHLimits are a client's limits of the size of a server's group, in bits.
type DHLimits struct {
	MinBits int
	// MaxBits bounds the primes that are not in RFC 3526 or RFC 7919; 0 for 4,096.
	// They have to be tested for primality, which takes seconds for large ones.
	MaxBits int
}

// defaultMaxBits is DHLimits.MaxBits unless it is set.
const defaultMaxBits = 4096

func (l DHLimits) most(p *DHParams) int {
	most := l.MaxBits
	if most == 0 {
		most = defaultMaxBits
	}
	if k := knownPrime(trim(p.P)); k != nil {
		return max(most, k.bits)
	}
	return most
}

// modulus checks the group, which may have any size that OpenSSL takes.
func (p *DHParams) modulus() (*bigmod.Modulus, *failure.Error) {
	m, e := newModulus(p.P)
	if e != nil {
		return nil, e
	}
	if _, err := element(p.G, m); err != nil {
		return nil, failure.NotSuitableGenerator.New("generator: %v", err)
	}
	return m, nil
}

// Generate makes a fresh key. Its error for a group that has no modulus or
// generator is that of CheckServerParams.
func (p *DHParams) Generate() (*DHKey, error) {
	if k := p.known(); k != nil {
		return newDHKey(k.modulus(), p.G, randomExponent(k.exponentBits)), nil
	}
	m, e := p.modulus()
	if e != nil {
		return nil, e.Prefixed("DH ")
	}
	return newDHKey(m, p.G, randomExponent(p.exponentBits())), nil
}

// exponentBits is the length that the group states, but at least what the strength
// of the prime needs. Without a stated length it is the longest, since short exponents
// are safe with safe primes only.
func (p *DHParams) exponentBits() int {
	longest := p.Bits() - 1
	if p.PrivateBits == 0 {
		return longest
	}
	return min(max(p.PrivateBits, shortExponent(p.Bits())), longest)
}

// DHKey is an ephemeral key for one handshake. The Raccoon attack needs a key that
// is used again.
type DHKey struct {
	modulus  *bigmod.Modulus
	exponent []byte
	share    []byte
}

// newDHKey needs a generator that has been checked.
func newDHKey(m *bigmod.Modulus, generator, exponent []byte) *DHKey {
	g, err := residue(generator, m)
	if err != nil {
		panic("kex: DH generator: " + err.Error())
	}
	return &DHKey{m, exponent, power(g, exponent, m).Bytes(m)}
}

// Public returns the public value with the length of the prime, as OpenSSL
// sends it.
func (k *DHKey) Public() []byte { return k.share }

// Premaster agrees with the peer's public value. RFC 5246, section 8.1.2,
// requires leading zeros to be stripped, so that the time of what follows reveals
// their number; they are counted in constant time. A value out of 1 < y < p-1, or a
// secret that is, is failure.BadDHValue: illegal_parameter.
func (k *DHKey) Premaster(peer []byte) ([]byte, error) {
	secret, err := k.agree(peer)
	if err != nil {
		return nil, err
	}
	return stripZeros(secret), nil
}

// agree returns the secret with the length of the prime.
func (k *DHKey) agree(peer []byte) ([]byte, error) {
	y, err := element(peer, k.modulus)
	if err != nil {
		return nil, failure.BadDHValue.New("key exchange: DH public value: %v", err)
	}
	z := power(y, k.exponent, k.modulus)
	// NIST SP 800-56A, section 5.7.1.1: a prime that is not safe has more small
	// subgroups than element keeps out.
	if z.IsZero()|z.IsOne()|z.IsMinusOne(k.modulus) != 0 {
		return nil, failure.BadDHValue.New("key exchange: DH secret is 0, 1 or p-1")
	}
	return z.Bytes(k.modulus), nil
}

// stripZeros drops leading zeros. Which bytes are zero is secret until their
// number is known, so all are read alike.
func stripZeros(secret []byte) []byte {
	zeros, leading := 0, 1
	for _, b := range secret {
		leading &= subtle.ConstantTimeByteEq(b, 0)
		zeros += leading
	}
	return secret[zeros:]
}

// known returns the group's row if it is a known one.
func (p *DHParams) known() *knownGroup {
	if k := knownPrime(trim(p.P)); k != nil && bytes.Equal(trim(p.G), k.generator()) {
		return k
	}
	return nil
}

// knownPrime returns the row of a group with the prime, nil if there is none.
func knownPrime(prime []byte) *knownGroup {
	for _, k := range knownGroups {
		if len(prime) == k.bits/8 && bytes.Equal(prime, k.prime()) {
			return k
		}
	}
	return nil
}
