package kex

import (
	"crypto/ecdh"
	"crypto/mlkem"
	"slices"

	"polytls/failure"
)

// hybrid is an ECDH group beside ML-KEM, whose shares and secrets are
// concatenated (draft-ietf-tls-ecdhe-mlkem, section 4).
type hybrid struct {
	curve      method
	point      int // bytes of the curve's share
	scalar     int // bytes of the curve's private key
	kem        kem
	curveFirst bool
}

var (
	x25519MLKEM768     = hybrid{curve: curve25519, point: 32, scalar: 32, kem: mlkem768}
	secP256r1MLKEM768  = hybrid{curve: nist{ecdh.P256()}, point: 65, scalar: 32, kem: mlkem768, curveFirst: true}
	secP384r1MLKEM1024 = hybrid{curve: nist{ecdh.P384()}, point: 97, scalar: 48, kem: mlkem1024, curveFirst: true}
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
	return h.key(curve, random(mlkem.SeedSize))
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
	return h.key(curve, seed)
}

func (h *hybrid) key(curve agreement, seed []byte) (agreement, error) {
	decapsulator, encapsulationKey, err := h.kem.key(seed)
	if err != nil {
		return nil, err
	}
	return &hybridKey{h, curve, decapsulator, encapsulationKey}, nil
}

// encapsulate is the server's half.
func (h *hybrid) encapsulate(share []byte) (reply, shared []byte, err error) {
	point, encapsulationKey := h.split(share, h.point)
	kemSecret, ciphertext, err := h.kem.encapsulate(encapsulationKey)
	if err != nil {
		// FIPS 203, section 7.2: the coefficients were not reduced.
		return nil, nil, failure.BadECPoint.New("key exchange: ML-KEM encapsulation key: %v", err)
	}
	public, curveSecret, err := answer(h.curve, point)
	if err != nil {
		return nil, nil, err
	}
	return h.join(public, ciphertext), h.join(curveSecret, kemSecret), nil
}

type hybridKey struct {
	*hybrid
	curve            agreement
	decapsulator     decapsulator
	encapsulationKey []byte
}

func (k *hybridKey) public() []byte { return k.join(k.curve.public(), k.encapsulationKey) }

func (k *hybridKey) shared(reply []byte) ([]byte, error) {
	point, ciphertext := k.split(reply, k.point)
	// It rejects implicitly: only a wrong length is an error.
	kemSecret, err := k.decapsulator.Decapsulate(ciphertext)
	if err != nil {
		return nil, failure.BadECPoint.New("key exchange: ML-KEM ciphertext: %v", err)
	}
	curveSecret, err := k.curve.shared(point)
	if err != nil {
		return nil, err
	}
	return k.join(curveSecret, kemSecret), nil
}

type decapsulator interface {
	Decapsulate(ciphertext []byte) (sharedKey []byte, err error)
}

// kem is a parameter set of ML-KEM (FIPS 203).
type kem struct {
	key         func(seed []byte) (d decapsulator, encapsulationKey []byte, err error)
	encapsulate func(encapsulationKey []byte) (secret, ciphertext []byte, err error)
}

var (
	mlkem768  = newKEM(mlkem.NewDecapsulationKey768, mlkem.NewEncapsulationKey768)
	mlkem1024 = newKEM(mlkem.NewDecapsulationKey1024, mlkem.NewEncapsulationKey1024)
)

// newKEM makes one of the types that package mlkem has for each parameter set.
func newKEM[D interface {
	decapsulator
	EncapsulationKey() E
}, E interface {
	Bytes() []byte
	Encapsulate() (sharedKey, ciphertext []byte)
}](newDecapsulationKey func([]byte) (D, error), newEncapsulationKey func([]byte) (E, error)) kem {
	return kem{
		key: func(seed []byte) (decapsulator, []byte, error) {
			d, err := newDecapsulationKey(seed)
			if err != nil {
				return nil, nil, err
			}
			return d, d.EncapsulationKey().Bytes(), nil
		},
		encapsulate: func(encapsulationKey []byte) (secret, ciphertext []byte, err error) {
			e, err := newEncapsulationKey(encapsulationKey)
			if err != nil {
				return nil, nil, err
			}
			secret, ciphertext = e.Encapsulate()
			return secret, ciphertext, nil
		},
	}
}
