package kex

import (
	"crypto/ecdh"
	"crypto/rand"

	"polytls/failure"
)

// nist is a curve of RFC 8422 with uncompressed points.
type nist struct{ curve ecdh.Curve }

func (n nist) generate() (agreement, error) {
	k, err := n.curve.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return nistKey{k}, nil
}

func (n nist) private(b []byte) (agreement, error) {
	k, err := n.curve.NewPrivateKey(b)
	if err != nil {
		return nil, err
	}
	return nistKey{k}, nil
}

type nistKey struct{ *ecdh.PrivateKey }

func (k nistKey) public() []byte { return k.PublicKey().Bytes() }

// shared refuses compressed points and points off the curve, which would reveal the
// key modulo a small order.
func (k nistKey) shared(peer []byte) ([]byte, error) {
	point, err := k.Curve().NewPublicKey(peer)
	if err != nil {
		return nil, failure.BadECPoint.New("key exchange: %v share: %v", k.Curve(), err)
	}
	secret, err := k.ECDH(point)
	if err != nil {
		return nil, failure.BadECPoint.New("key exchange: %v share: %v", k.Curve(), err)
	}
	return secret, nil
}
