package kex

import (
	"bytes"
	"crypto/sha1"
	"iter"
	"slices"

	"filippo.io/bigmod"

	"polytls/failure"
)

// srpSecretBits is the length of a and b: OpenSSL's, where RFC 5054, section
// 2.5.4, wants 256 at least.
const srpSecretBits = 384

// SRPGroup is a group of RFC 5054, appendix A.
type SRPGroup struct{ *knownGroup }

var srpGroups = [...]*SRPGroup{
	{srp1024}, {srp1536}, {srp2048}, {srp3072}, {srp4096}, {srp6144}, {srp8192},
}

// SRPGroups returns the groups, smallest first.
func SRPGroups() iter.Seq[*SRPGroup] { return slices.Values(srpGroups[:]) }

// SRPGroupOf returns RFC 5054's group of so many bits.
func SRPGroupOf(bits int) (*SRPGroup, error) {
	for _, g := range srpGroups {
		if g.bits == bits {
			return g, nil
		}
	}
	return nil, failure.InvalidArgValue.About("SRP verifier", "RFC 5054 has no group of %d bits", bits)
}

// FindSRPGroup returns the group with this prime and generator, nil for
// unknown ones.
func FindSRPGroup(n, g []byte) *SRPGroup {
	n, g = trim(n), trim(g)
	for _, group := range srpGroups {
		if bytes.Equal(group.prime(), n) && bytes.Equal(group.generator(), g) {
			return group
		}
	}
	return nil
}

// Bits returns the length of the prime in bits.
func (g *SRPGroup) Bits() int { return g.bits }

// N returns the prime, big-endian. It must not be written to.
func (g *SRPGroup) N() []byte { return g.prime() }

// G returns the generator, big-endian.
func (g *SRPGroup) G() []byte { return g.generator() }

// power returns the generator to a secret exponent.
func (g *SRPGroup) power(exponent []byte) *bigmod.Nat {
	return power(g.nat(g.generator()), exponent, g.modulus())
}

// nat reads a number that is known to be below the prime.
func (g *SRPGroup) nat(b []byte) *bigmod.Nat {
	n, err := bigmod.NewNat().SetBytes(b, g.modulus())
	if err != nil {
		panic("kex: SRP: " + err.Error())
	}
	return n
}

// multiplier is k = SHA1(N | PAD(g)) of RFC 5054, section 2.5.3.
func (g *SRPGroup) multiplier() *bigmod.Nat {
	return g.nat(sha1Of(g.prime(), g.pad(g.generator())))
}

// scramble is u = SHA1(PAD(A) | PAD(B)) of RFC 5054, section 2.6.
func (g *SRPGroup) scramble(a, b []byte) []byte { return sha1Of(g.pad(a), g.pad(b)) }

// pad left-pads a public number to the length of the prime.
func (g *SRPGroup) pad(b []byte) []byte {
	b = trim(b)
	return slices.Concat(make([]byte, g.bits/8-len(b)), b)
}

// public reads a peer's A or B. Zero modulo the prime would fix the secret
// (RFC 5054, sections 2.5.3 and 2.5.4); as in OpenSSL, it must be less than
// the prime.
func (g *SRPGroup) public(name string, b []byte) (*bigmod.Nat, error) {
	n, err := residue(b, g.modulus())
	if err != nil {
		return nil, failure.BadSRPParameters.New("%s: %v", name, err)
	}
	if n.IsZero() == 1 {
		return nil, failure.BadSRPParameters.New("%s: 0", name)
	}
	return n, nil
}

// SRPClient is a client's half of RFC 5054, after ServerKeyExchange.
type SRPClient struct {
	group  *SRPGroup
	secret []byte // a
	share  []byte // A
	b      []byte // B
	salt   []byte
}

// NewSRPClient checks the parameters of ServerKeyExchange, n, g, salt and b, and
// makes a key. Groups that are not in RFC 5054 or have less than minBits are
// failure.BadSRPParameters with insufficient_security; a bad b is
// illegal_parameter.
func NewSRPClient(n, g, salt, b []byte, minBits int) (*SRPClient, error) {
	group := FindSRPGroup(n, g)
	if group == nil {
		return nil, failure.BadSRPParameters.With(failure.AlertInsufficientSecurity, "ServerKeyExchange: srp_N, srp_g: not a group of RFC 5054")
	}
	if group.bits < minBits {
		return nil, failure.BadSRPParameters.With(failure.AlertInsufficientSecurity, "ServerKeyExchange: srp_N of %d bits, wanted %d", group.bits, minBits)
	}
	if _, err := group.public("ServerKeyExchange: srp_B", b); err != nil {
		return nil, err
	}
	return newSRPClient(group, salt, b, randomExponent(srpSecretBits)), nil
}

func newSRPClient(group *SRPGroup, salt, b, secret []byte) *SRPClient {
	share := group.power(secret).Bytes(group.modulus())
	return &SRPClient{group: group, secret: secret, share: share, b: b, salt: salt}
}

// Public returns A, with the length of the prime.
func (c *SRPClient) Public() []byte { return c.share }

// Premaster returns (B - k*g^x)^(a + u*x) without leading zeros (RFC 5054,
// section 2.6). It is computed as base^a * (base^u)^x, because bigmod
// computes modulo a number only.
func (c *SRPClient) Premaster(user, password string) ([]byte, error) {
	base, err := c.group.public("ServerKeyExchange: srp_B", c.b)
	if err != nil {
		return nil, err
	}
	u := c.group.scramble(c.share, c.b)
	if len(trim(u)) == 0 {
		return nil, failure.BadSRPParameters.New("ServerKeyExchange: srp_B: u is 0")
	}
	m := c.group.modulus()
	x := srpX(user, password, c.salt)
	base.Sub(c.group.power(x).Mul(c.group.multiplier(), m), m)
	s := power(power(base, u, m), x, m)
	s.Mul(power(base, c.secret, m), m)
	return stripZeros(s.Bytes(m)), nil
}

// SRPServer is a server's half of RFC 5054.
type SRPServer struct {
	group    *SRPGroup
	verifier *bigmod.Nat
	secret   []byte // b
	share    []byte // B
}

// NewSRPServer makes a key for the user of v. A verifier that is not below the
// prime is failure.Internal.
func NewSRPServer(v *SRPVerifier) (*SRPServer, error) {
	return newSRPServer(v, randomExponent(srpSecretBits))
}

func newSRPServer(v *SRPVerifier, secret []byte) (*SRPServer, error) {
	verifier, err := residue(v.Verifier, v.Group.modulus())
	if err != nil {
		return nil, failure.Internal.New("SRP verifier of %q: %v", v.User, err)
	}
	m := v.Group.modulus()
	// B = k*v + g^b
	b := v.Group.multiplier().Mul(verifier, m).Add(v.Group.power(secret), m)
	return &SRPServer{group: v.Group, verifier: verifier, secret: secret, share: b.Bytes(m)}, nil
}

// Public returns B, with the length of the prime.
func (s *SRPServer) Public() []byte { return s.share }

// Premaster returns (A * v^u)^b without leading zeros (RFC 5054, section 2.6).
// A bad a is failure.BadSRPParameters: illegal_parameter.
func (s *SRPServer) Premaster(a []byte) ([]byte, error) {
	public, err := s.group.public("ClientKeyExchange: srp_A", a)
	if err != nil {
		return nil, err
	}
	m := s.group.modulus()
	u := s.group.scramble(a, s.share)
	base := power(s.verifier, u, m).Mul(public, m)
	return stripZeros(power(base, s.secret, m).Bytes(m)), nil
}

// srpX is x = SHA1(s | SHA1(I | ":" | P)) of RFC 5054, section 2.4.
func srpX(user, password string, salt []byte) []byte {
	return sha1Of(salt, sha1Of([]byte(user+":"+password)))
}

// sha1Of hashes the parts; RFC 5054 has no other hash.
func sha1Of(parts ...[]byte) []byte {
	h := sha1.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
