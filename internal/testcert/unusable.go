package testcert

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"io"
	"math/big"

	"polytls/internal/sign"
)

// unusable is a signer whose signatures are zeros.
type unusable struct {
	public crypto.PublicKey
	size   int
}

func (u unusable) Public() crypto.PublicKey { return u.public }

func (u unusable) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return make([]byte, u.size), nil
}

// UnusableRSA is an RSA key of any number of bits that is made at once. No
// signature by it verifies: it is for peers that must not try.
func UnusableRSA(bits int) crypto.Signer {
	public := unusablePublic(bits)
	return unusable{public, public.Size()}
}

// UnusablePSS is UnusableRSA as an RSASSA-PSS key.
func UnusablePSS(bits int) crypto.Signer {
	public := unusablePublic(bits)
	return unusable{&sign.PSSPublicKey{Key: public}, public.Size()}
}

func unusablePublic(bits int) *rsa.PublicKey {
	n := bytes.Repeat([]byte{0xff}, (bits+7)/8)
	n[0] >>= 7 - uint(bits-1)%8
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}
}
