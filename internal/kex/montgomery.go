package kex

import (
	"github.com/cloudflare/circl/dh/x25519"
	"github.com/cloudflare/circl/dh/x448"

	"polytls/failure"
)

// montgomery is a curve of RFC 7748.
type montgomery struct {
	name string
	size int // bytes of a scalar and of a share
	// derive returns the share of a scalar. agree returns the secret of both, and
	// false for a share of low order, with which the secret would be zeros whatever
	// the scalar is (RFC 7748, section 6).
	derive func(scalar []byte) []byte
	agree  func(scalar, share []byte) ([]byte, bool)
}

var curve25519 = montgomery{
	name: "x25519", size: x25519.Size,
	derive: func(scalar []byte) []byte {
		k, public := x25519.Key(scalar), x25519.Key{}
		x25519.KeyGen(&public, &k)
		return public[:]
	},
	agree: func(scalar, share []byte) ([]byte, bool) {
		k, peer, shared := x25519.Key(scalar), x25519.Key(share), x25519.Key{}
		ok := x25519.Shared(&shared, &k, &peer)
		return shared[:], ok
	},
}

var curve448 = montgomery{
	name: "x448", size: x448.Size,
	derive: func(scalar []byte) []byte {
		k, public := x448.Key(scalar), x448.Key{}
		x448.KeyGen(&public, &k)
		return public[:]
	},
	agree: func(scalar, share []byte) ([]byte, bool) {
		k, peer, shared := x448.Key(scalar), x448.Key(share), x448.Key{}
		ok := x448.Shared(&shared, &k, &peer)
		return shared[:], ok
	},
}

func (m montgomery) generate() (agreement, error) { return m.private(random(m.size)) }

func (m montgomery) private(b []byte) (agreement, error) {
	if len(b) != m.size {
		return nil, errPrivate(len(b), m.size)
	}
	return &montgomeryKey{m, b, m.derive(b)}, nil
}

type montgomeryKey struct {
	curve         montgomery
	scalar, share []byte
}

func (k *montgomeryKey) public() []byte { return k.share }

func (k *montgomeryKey) shared(peer []byte) ([]byte, error) {
	secret, ok := k.curve.agree(k.scalar, peer)
	if !ok {
		return nil, failure.BadECPoint.New("key exchange: %s share of low order", k.curve.name)
	}
	return secret, nil
}
