package kex

import (
	"math/big"

	"polytls/failure"
)

// finiteField is a group of RFC 7919.
type finiteField struct{ *knownGroup }

func (f finiteField) generate() (agreement, error) {
	return f.private(randomExponent(f.exponentBits))
}

func (f finiteField) private(b []byte) (agreement, error) {
	if len(b) == 0 || len(b) > len(f.prime()) {
		return nil, errPrivate(len(b), len(f.prime()))
	}
	return finiteFieldKey{f, newDHKey(f.modulus(), f.generator(), b)}, nil
}

type finiteFieldKey struct {
	group finiteField
	*DHKey
}

func (k finiteFieldKey) public() []byte { return k.Public() }

func (k finiteFieldKey) shared(peer []byte) ([]byte, error) {
	secret, err := k.agree(peer)
	if err != nil {
		return nil, err
	}
	// The prime p is 2q+1, so the subgroup of order q that our generator spans
	// is that of the squares.
	y, p := new(big.Int).SetBytes(peer), new(big.Int).SetBytes(k.group.prime())
	if big.Jacobi(y, p) != 1 {
		return nil, failure.BadDHValue.New("key exchange: DH public value outside the subgroup")
	}
	return secret, nil
}
