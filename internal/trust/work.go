package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"math/bits"

	"filippo.io/mldsa"
	"github.com/cloudflare/circl/sign/ed448"

	"polytls/internal/sign"
	"polytls/internal/suite"
)

// work is the cost of a verification in units of about a nanosecond of a server's
// core. It is counted, not measured, so that the same chain is verified or refused
// on every machine.
type work int64

// The work that is allowed for a chain that is not signed by an anchor, and for one
// that is. The latter may be issued by a constrained authority, which is not fully
// trusted. Real chains need less than a tenth of it.
const (
	strangerWork work = 6_000_000
	trustedWork  work = 25_000_000
)

// The costs of the steps.
const (
	candidateWork work = 50  // is this the issuer?
	nameWork      work = 200 // the form in which a name is compared
	compareWork   work = 20  // a name and a constraint, or two names
)

// spend subtracts work from what is allowed for the verification. If not enough is
// left, it returns false, then and always afterwards, and the work must not be
// done.
func (v *verification) spend(cost work) bool {
	if cost > v.allowed-v.spent {
		v.exhausted = true
	}
	if !v.exhausted {
		v.spent += cost
	}
	return !v.exhausted
}

// signatureWork returns the cost of checking a signature with a key.
func signatureWork(pub crypto.PublicKey) work {
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		return rsaWork(pub)
	case *sign.PSSPublicKey:
		return rsaWork(pub.Key)
	case *ecdsa.PublicKey:
		switch size := sign.Bits(pub); {
		case sign.CurveOf(pub.Curve) == suite.Secp256k1:
			return 250_000
		case sign.IsVariableTime(pub.Curve): // on math/big
			return work(size) * 9_000
		case size <= 256:
			return 70_000
		case size <= 384:
			return 600_000
		}
		return 3_000_000
	case ed25519.PublicKey:
		return 50_000
	case ed448.PublicKey:
		return 190_000
	case *mldsa.PublicKey:
		return 110 * work(pub.Parameters().PublicKeySize())
	}
	return 0
}

// rsaWork counts the multiplications that the public exponent needs, and ten more
// for the setup. A multiplication of 2,048 bits takes 2.6 microseconds.
func rsaWork(pub *rsa.PublicKey) work {
	if pub.N.BitLen() > sign.MaxRSABits { // nothing is computed with it
		return 0
	}
	const setup, perSquareBit = 10, 1600
	exponent, size := uint64(pub.E), work(pub.N.BitLen())
	multiplications := bits.Len64(exponent) + bits.OnesCount64(exponent)
	return work(setup+multiplications) * size * size / perSquareBit
}
