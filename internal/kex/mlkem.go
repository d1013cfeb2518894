package kex

import (
	"crypto/mlkem"

	circl "github.com/cloudflare/circl/kem"
	circl512 "github.com/cloudflare/circl/kem/mlkem/mlkem512"

	"polytls/failure"
)

// kem is a parameter set of ML-KEM (FIPS 203): a group by itself
// (draft-ietf-tls-mlkem), and half of a hybrid.
type kem struct {
	decapsulationKey func(seed []byte) (d decapsulator, encapsulationKey []byte, err error)
	encapsulateTo    func(encapsulationKey []byte) (secret, ciphertext []byte, err error)
}

type decapsulator interface {
	Decapsulate(ciphertext []byte) (sharedKey []byte, err error)
}

var (
	mlkem512  = kem{decapsulationKey512, encapsulateTo512}
	mlkem768  = newKEM(mlkem.NewDecapsulationKey768, mlkem.NewEncapsulationKey768)
	mlkem1024 = newKEM(mlkem.NewDecapsulationKey1024, mlkem.NewEncapsulationKey1024)
)

func (k *kem) generate() (agreement, error) { return k.private(random(mlkem.SeedSize)) }

func (k *kem) private(seed []byte) (agreement, error) {
	if len(seed) != mlkem.SeedSize {
		return nil, errPrivate(len(seed), mlkem.SeedSize)
	}
	d, encapsulationKey, err := k.decapsulationKey(seed)
	if err != nil {
		return nil, err
	}
	return kemKey{d, encapsulationKey}, nil
}

// encapsulate is the server's half.
func (k *kem) encapsulate(encapsulationKey []byte) (ciphertext, secret []byte, err error) {
	secret, ciphertext, err = k.encapsulateTo(encapsulationKey)
	if err != nil {
		// FIPS 203, section 7.2: the coefficients were not reduced.
		return nil, nil, failure.BadECPoint.New("key exchange: ML-KEM encapsulation key: %v", err)
	}
	return ciphertext, secret, nil
}

type kemKey struct {
	decapsulator     decapsulator
	encapsulationKey []byte
}

func (k kemKey) public() []byte { return k.encapsulationKey }

func (k kemKey) shared(ciphertext []byte) ([]byte, error) {
	// ML-KEM rejects implicitly: only a wrong length is an error.
	secret, err := k.decapsulator.Decapsulate(ciphertext)
	if err != nil {
		return nil, failure.BadECPoint.New("key exchange: ML-KEM ciphertext: %v", err)
	}
	return secret, nil
}

// newKEM makes one of the types that package mlkem has for each parameter set.
func newKEM[D interface {
	decapsulator
	EncapsulationKey() E
}, E interface {
	Bytes() []byte
	Encapsulate() (sharedKey, ciphertext []byte)
}](newDecapsulationKey func([]byte) (D, error), newEncapsulationKey func([]byte) (E, error)) kem {
	return kem{
		decapsulationKey: func(seed []byte) (decapsulator, []byte, error) {
			d, err := newDecapsulationKey(seed)
			if err != nil {
				return nil, nil, err
			}
			return d, d.EncapsulationKey().Bytes(), nil
		},
		encapsulateTo: func(encapsulationKey []byte) (secret, ciphertext []byte, err error) {
			e, err := newEncapsulationKey(encapsulationKey)
			if err != nil {
				return nil, nil, err
			}
			secret, ciphertext = e.Encapsulate()
			return secret, ciphertext, nil
		},
	}
}

// scheme512 is ML-KEM-512, which package mlkem lacks.
var scheme512 = circl512.Scheme()

type decapsulator512 struct{ key circl.PrivateKey }

func decapsulationKey512(seed []byte) (decapsulator, []byte, error) {
	public, private := scheme512.DeriveKeyPair(seed)
	encapsulationKey, err := public.MarshalBinary()
	return decapsulator512{private}, encapsulationKey, err
}

func (d decapsulator512) Decapsulate(ciphertext []byte) ([]byte, error) {
	return scheme512.Decapsulate(d.key, ciphertext)
}

func encapsulateTo512(encapsulationKey []byte) (secret, ciphertext []byte, err error) {
	key, err := scheme512.UnmarshalBinaryPublicKey(encapsulationKey)
	if err != nil {
		return nil, nil, err
	}
	ciphertext, secret, err = scheme512.Encapsulate(key)
	return secret, ciphertext, err
}
