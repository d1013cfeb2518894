package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"

	"filippo.io/mldsa"
	"github.com/cloudflare/circl/sign/ed448"

	"polytls/internal/suite"
)

// ClientCertificateType values of CertificateRequest (RFC 5246, section 7.4.4;
// RFC 8422, section 5.5).
const (
	RSASign   uint8 = 1
	ECDSASign uint8 = 64
)

// CertificateType returns the ClientCertificateType under which a server asks
// for a certificate with this key: EdDSA counts as ecdsa_sign. It is 0 for ML-DSA,
// which TLS 1.2 does not have, and for keys that ParsePublicKey does not return.
func CertificateType(pub crypto.PublicKey) uint8 {
	switch pub.(type) {
	case *rsa.PublicKey, *PSSPublicKey:
		return RSASign
	case *ecdsa.PublicKey, ed25519.PublicKey, ed448.PublicKey:
		return ECDSASign
	}
	return 0
}

// Bits returns the size of the key in bits, as OpenSSL's EVP_PKEY_bits returns it:
// the RSA modulus, the curve's order, 253 for Ed25519, 448 for Ed448, the whole
// public key for ML-DSA. It is 0 for keys that ParsePublicKey does not return.
func Bits(pub crypto.PublicKey) int {
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		return pub.N.BitLen()
	case *PSSPublicKey:
		return pub.Key.N.BitLen()
	case *ecdsa.PublicKey:
		return pub.Curve.Params().N.BitLen()
	case ed25519.PublicKey:
		return 253
	case ed448.PublicKey:
		return 448
	case *mldsa.PublicKey:
		return 8 * pub.Parameters().PublicKeySize()
	}
	return 0
}

// Strength returns the security strength of the key in bits, for OpenSSL's
// security levels.
func Strength(pub crypto.PublicKey) int {
	switch pub := pub.(type) {
	case *rsa.PublicKey, *PSSPublicKey:
		return suite.ModulusStrength(Bits(pub))
	case *ecdsa.PublicKey:
		return Bits(pub) / 2
	case ed25519.PublicKey:
		return 128
	case ed448.PublicKey:
		return 224
	case *mldsa.PublicKey:
		if info := MLDSAScheme(pub).Info(); info != nil {
			return info.Bits
		}
	}
	return 0
}

// KeyType returns the type of the key in words of policies, "" for keys that
// ParsePublicKey does not return.
func KeyType(pub crypto.PublicKey) suite.KeyType {
	switch pub.(type) {
	case *rsa.PublicKey:
		return suite.RSAKey
	case *PSSPublicKey:
		return suite.RSAPSSKey
	case *ecdsa.PublicKey:
		return suite.ECKey
	case ed25519.PublicKey:
		return suite.Ed25519Key
	case ed448.PublicKey:
		return suite.Ed448Key
	case *mldsa.PublicKey:
		return suite.MLDSAKey
	}
	return ""
}

// Allowed reports whether a policy allows the certificate at a depth of a chain, 0 for
// the leaf, to hold the key.
func Allowed(pub crypto.PublicKey, p *suite.Policy, depth int) bool {
	var curve suite.Group
	if key, ok := pub.(*ecdsa.PublicKey); ok {
		curve = CurveOf(key.Curve)
	}
	return p.AllowsKey(depth, KeyType(pub), Bits(pub), curve)
}
