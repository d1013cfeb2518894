package kex

import (
	"crypto/ecdh"
	"crypto/rand"
	"fmt"

	"polytls/failure"
	"polytls/internal/suite"
)

// PrivateKey is an ephemeral key in a named group (RFC 8446, section 4.2.8; RFC
// 8422). It serves one agreement.
type PrivateKey struct {
	info *suite.GroupInfo
	key  agreement
}

// agreement is a private key of some arithmetic. The peer's share has the
// length that the registry states.
type agreement interface {
	public() []byte
	shared(peer []byte) ([]byte, error)
}

// method makes private keys of one arithmetic.
type method interface {
	generate() (agreement, error)
	private(b []byte) (agreement, error)
}

// encapsulator is a method whose server has no key: it encapsulates a secret to
// the client's share.
type encapsulator interface {
	encapsulate(share []byte) (reply, shared []byte, err error)
}

var methods = map[suite.Group]method{
	suite.P256:      nist{ecdh.P256()},
	suite.P384:      nist{ecdh.P384()},
	suite.P521:      nist{ecdh.P521()},
	suite.X25519:    curve25519,
	suite.X448:      curve448,
	suite.FFDHE2048: finiteField{ffdhe2048},
	suite.FFDHE3072: finiteField{ffdhe3072},
	suite.FFDHE4096: finiteField{ffdhe4096},
	suite.FFDHE6144: finiteField{ffdhe6144},
	suite.FFDHE8192: finiteField{ffdhe8192},

	suite.MLKEM512:  &mlkem512,
	suite.MLKEM768:  &mlkem768,
	suite.MLKEM1024: &mlkem1024,

	suite.X25519MLKEM768:     &x25519MLKEM768,
	suite.SecP256r1MLKEM768:  &secP256r1MLKEM768,
	suite.SecP384r1MLKEM1024: &secP384r1MLKEM1024,
}

// Generate makes a fresh key in g. A group that polytls does not implement is
// failure.Internal.
func Generate(g suite.Group) (*PrivateKey, error) {
	m, info, err := lookUp(g)
	if err != nil {
		return nil, err
	}
	key, err := m.generate()
	if err != nil {
		return nil, failure.Internal.New("key exchange: %s: %v", info.Name, err)
	}
	return &PrivateKey{info, key}, nil
}

// NewPrivateKey returns the key in g whose private part is given: a scalar of
// the curve's length, a big-endian exponent of a finite field, ML-KEM's seed of
// 64 bytes, in hybrids this and a scalar in the order of the share.
func NewPrivateKey(g suite.Group, private []byte) (*PrivateKey, error) {
	m, info, err := lookUp(g)
	if err != nil {
		return nil, err
	}
	key, err := m.private(private)
	if err != nil {
		return nil, failure.Internal.New("key exchange: %s: %v", info.Name, err)
	}
	return &PrivateKey{info, key}, nil
}

// Group returns the named group.
func (k *PrivateKey) Group() suite.Group { return k.info.ID }

// Public returns our share as it goes on the wire, a client's one with ML-KEM.
func (k *PrivateKey) Public() []byte { return k.key.public() }

// Shared agrees with the peer's share, a server's one with ML-KEM. In a finite
// field the secret has the length of the prime, as TLS 1.3 wants it (RFC 8446,
// section 7.4.1). Bad shares are failure.BadECPoint, in finite fields
// failure.BadDHValue: illegal_parameter.
func (k *PrivateKey) Shared(peer []byte) ([]byte, error) {
	if len(peer) != k.info.Reply {
		return nil, badLength(k.info, peer, k.info.Reply)
	}
	return k.key.shared(peer)
}

// Reply is the server's half in one call: its share for a client's and the
// secret of both. Errors are those of Shared.
func Reply(g suite.Group, share []byte) (reply, shared []byte, err error) {
	m, info, err := lookUp(g)
	if err != nil {
		return nil, nil, err
	}
	if len(share) != info.Share {
		return nil, nil, badLength(info, share, info.Share)
	}
	if e, ok := m.(encapsulator); ok {
		return e.encapsulate(share)
	}
	return answer(m, share)
}

// answer generates a key and agrees with a share.
func answer(m method, share []byte) (public, shared []byte, err error) {
	key, err := m.generate()
	if err != nil {
		return nil, nil, failure.Internal.New("key exchange: %v", err)
	}
	if shared, err = key.shared(share); err != nil {
		return nil, nil, err
	}
	return key.public(), shared, nil
}

func lookUp(g suite.Group) (method, *suite.GroupInfo, error) {
	m, info := methods[g], g.Info()
	if m == nil || info == nil {
		return nil, nil, failure.Internal.New("key exchange: %s is not implemented", g)
	}
	return m, info, nil
}

func badLength(info *suite.GroupInfo, share []byte, want int) *failure.Error {
	row := failure.BadECPoint
	if info.Kind == suite.FiniteField {
		row = failure.BadDHValue
	}
	return row.New("key exchange: %s share of %d bytes, wanted %d", info.Name, len(share), want)
}

// random returns n bytes of crypto/rand, which never fails.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// errPrivate is that of a private part of a wrong length.
func errPrivate(got, want int) error {
	return fmt.Errorf("private key of %d bytes, wanted %d", got, want)
}
