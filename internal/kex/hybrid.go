package kex

import (
	"crypto/ecdh"
	"crypto/mlkem"
	"slices"
)

// hybrid is an ECDH group beside ML-KEM, whose shares and secrets are
// concatenated (draft-ietf-tls-ecdhe-mlkem, section 4).
type hybrid struct {
	curve      method
	point      int // bytes of the curve's share
	scalar     int // bytes of the curve's private key
	kem        *kem
	curveFirst bool
}

var (
	x25519MLKEM768     = hybrid{curve: curve25519, point: 32, scalar: 32, kem: &mlkem768}
	secP256r1MLKEM768  = hybrid{curve: nist{ecdh.P256()}, point: 65, scalar: 32, kem: &mlkem768, curveFirst: true}
	secP384r1MLKEM1024 = hybrid{curve: nist{ecdh.P384()}, point: 97, scalar: 48, kem: &mlkem1024, curveFirst: true}
)

// join concatenates in the order of the group.
func (h *hybrid) join(curve, kem []byte) []byte {
	if h.curveFirst {
		return slices.Concat(curve, kem)
	}
	return slices.Concat(kem, curve)
}

// split undoes join; the curve's part is n bytes, which b has at least.
func (h *hybrid) split(b []byte, n int) (curve, kem []byte) {
	if h.curveFirst {
		return b[:n], b[n:]
	}
	return b[len(b)-n:], b[:len(b)-n]
}

func (h *hybrid) generate() (agreement, error) {
	curve, err := h.curve.generate()
	if err != nil {
		return nil, err
	}
	kem, err := h.kem.generate()
	if err != nil {
		return nil, err
	}
	return &hybridKey{h, curve, kem}, nil
}

func (h *hybrid) private(b []byte) (agreement, error) {
	if len(b) != h.scalar+mlkem.SeedSize {
		return nil, errPrivate(len(b), h.scalar+mlkem.SeedSize)
	}
	scalar, seed := h.split(b, h.scalar)
	curve, err := h.curve.private(scalar)
	if err != nil {
		return nil, err
	}
	kem, err := h.kem.private(seed)
	if err != nil {
		return nil, err
	}
	return &hybridKey{h, curve, kem}, nil
}

// encapsulate is the server's half.
func (h *hybrid) encapsulate(share []byte) (reply, shared []byte, err error) {
	point, encapsulationKey := h.split(share, h.point)
	ciphertext, kemSecret, err := h.kem.encapsulate(encapsulationKey)
	if err != nil {
		return nil, nil, err
	}
	public, curveSecret, err := answer(h.curve, point)
	if err != nil {
		return nil, nil, err
	}
	return h.join(public, ciphertext), h.join(curveSecret, kemSecret), nil
}

type hybridKey struct {
	*hybrid
	curve, kem agreement
}

func (k *hybridKey) public() []byte { return k.join(k.curve.public(), k.kem.public()) }

func (k *hybridKey) shared(reply []byte) ([]byte, error) {
	point, ciphertext := k.split(reply, k.point)
	kemSecret, err := k.kem.shared(ciphertext)
	if err != nil {
		return nil, err
	}
	curveSecret, err := k.curve.shared(point)
	if err != nil {
		return nil, err
	}
	return k.join(curveSecret, kemSecret), nil
}
