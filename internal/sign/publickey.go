package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"io"

	"filippo.io/mldsa"
	"github.com/cloudflare/circl/sign/ed448"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
)

// The sizes in bits of the RSA moduli that may be computed with: crypto/rsa refuses
// smaller ones unless GODEBUG says rsa1024min=0, OpenSSL larger ones
// (OPENSSL_RSA_MAX_MODULUS_BITS), which it still parses. ParsePublicKey does so, too.
const (
	MinRSABits = 1024
	MaxRSABits = 16384
)

// Object identifiers of the key types that crypto/x509 does not know, or reads too
// strictly. They must not be written to.
var (
	OIDEC     = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}      // RFC 5480, section 2.1.1
	OIDRSAPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10} // RFC 4055, section 3.1
	OIDEd448  = asn1.ObjectIdentifier{1, 3, 101, 113}              // RFC 8410, section 3
)

// Ed448AlgorithmIdentifier is the DER AlgorithmIdentifier of Ed448 keys: a
// SEQUENCE of OIDEd448 alone (RFC 8410, section 3).
const Ed448AlgorithmIdentifier = "\x30\x05\x06\x03\x2B\x65\x71"

// PSSPublicKey is an RSA key of type id-RSASSA-PSS (RFC 4055, section 1.2),
// with the restrictions that its parameters make.
type PSSPublicKey struct {
	Key *rsa.PublicKey
	// PSSParameters restrict the key's signatures when its Hash is not 0; the
	// salt may be longer than theirs.
	PSSParameters
}

// Equal reports whether x is the same id-RSASSA-PSS key with the same parameters.
func (k *PSSPublicKey) Equal(x crypto.PublicKey) bool {
	other, ok := x.(*PSSPublicKey)
	return ok && k.Key.Equal(other.Key) && k.PSSParameters == other.PSSParameters
}

// permits reports whether the key may sign as TLS does: with the same hash for
// message and mask, and a salt of that hash's length.
func (k *PSSPublicKey) permits(hash crypto.Hash) bool {
	return k.Hash == 0 || k.Hash == hash && k.MGFHash == hash && k.SaltLength <= hash.Size()
}

// PSSPrivateKey is the private half of a PSSPublicKey, as a crypto.Signer. It
// is no crypto.Decrypter: keys of this type do not decrypt.
type PSSPrivateKey struct {
	Key *rsa.PrivateKey
	PSSParameters
}

// Public returns the *PSSPublicKey.
func (k *PSSPrivateKey) Public() crypto.PublicKey {
	return &PSSPublicKey{Key: &k.Key.PublicKey, PSSParameters: k.PSSParameters}
}

// Sign makes an RSASSA-PSS signature; opts must be *rsa.PSSOptions.
func (k *PSSPrivateKey) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if _, ok := opts.(*rsa.PSSOptions); !ok {
		return nil, failure.Internal.New("signature: an RSASSA-PSS key signs with *rsa.PSSOptions, not %T", opts)
	}
	return k.Key.Sign(rand, digest, opts)
}

// ParsePublicKey reads a DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
// It returns an *rsa.PublicKey, *PSSPublicKey, *ecdsa.PublicKey on a curve of
// ParseECParameters, ed25519.PublicKey, ed448.PublicKey or *mldsa.PublicKey. Its errors are
// failure.UnknownCertificateType, with the alert unsupported_certificate for
// other keys and bad_certificate for broken ones.
func ParsePublicKey(spki []byte) (crypto.PublicKey, error) {
	var info, algorithm cryptobyte.String
	var oid asn1.ObjectIdentifier
	var key asn1.BitString
	input := cryptobyte.String(spki)
	switch {
	case !input.ReadASN1(&info, cbasn1.SEQUENCE), !input.Empty():
		return nil, badKey("not one SEQUENCE")
	case !info.ReadASN1(&algorithm, cbasn1.SEQUENCE), !algorithm.ReadASN1ObjectIdentifier(&oid):
		return nil, badKey("algorithm")
	case !info.ReadASN1BitString(&key), key.BitLength%8 != 0, !info.Empty():
		return nil, badKey("subjectPublicKey")
	}
	switch {
	case oid.Equal(oidRSA):
		return parseRSAKey(algorithm, key.Bytes)
	case oid.Equal(OIDEC):
		return parseECKey(algorithm, key.Bytes)
	case oid.Equal(OIDRSAPSS):
		return parsePSSKey(algorithm, key.Bytes)
	case oid.Equal(OIDEd448):
		if len(algorithm) != 0 || len(key.Bytes) != ed448.PublicKeySize {
			return nil, badKey("Ed448 key of %d bytes, want %d and no parameters", len(key.Bytes), ed448.PublicKeySize)
		}
		return ed448.PublicKey(key.Bytes), nil
	}
	if set := mldsaByOID(oid); set != nil {
		return set.parsePublicKey(algorithm, key.Bytes)
	}
	pub, err := x509.ParsePKIXPublicKey(spki)
	switch pub, ok := pub.(ed25519.PublicKey); {
	case err != nil:
		return nil, badKey("algorithm %v", oid).Wrap(err)
	case ok:
		return pub, nil
	}
	return nil, failure.UnknownCertificateType.New("public key: algorithm %v cannot sign", oid)
}

func parsePSSKey(parameters cryptobyte.String, der []byte) (*PSSPublicKey, error) {
	key, err := parseRSAPublicKey(der)
	if err != nil {
		return nil, err
	}
	pss := &PSSPublicKey{Key: key}
	if len(parameters) == 0 { // RFC 4055, section 1.2: unrestricted
		return pss, nil
	}
	pss.PSSParameters, err = ParsePSSParameters(parameters)
	if err != nil {
		return nil, err
	}
	return pss, nil
}

// MarshalPublicKey is ParsePublicKey's inverse: the DER SubjectPublicKeyInfo of
// a key of one of its types.
func MarshalPublicKey(pub crypto.PublicKey) ([]byte, error) {
	switch pub := pub.(type) {
	case *PSSPublicKey:
		algorithm, err := pub.AlgorithmIdentifier()
		if err != nil {
			return nil, err
		}
		return marshalKey(algorithm, x509.MarshalPKCS1PublicKey(pub.Key))
	case ed448.PublicKey:
		return marshalKey([]byte(Ed448AlgorithmIdentifier), pub)
	case *mldsa.PublicKey:
		if set := mldsaOf(pub); set != nil {
			return marshalKey(set.algorithmIdentifier(), pub.Bytes())
		}
	case *ecdsa.PublicKey:
		if IsVariableTime(pub.Curve) { // crypto/x509 does not support it
			return marshalBigPoint(pub)
		}
	}
	return x509.MarshalPKIXPublicKey(pub)
}

func marshalKey(algorithm, key []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(algorithm)
		b.AddASN1BitString(key)
	})
	return b.Bytes()
}

func badKey(format string, args ...any) *failure.Error {
	return failure.UnknownCertificateType.With(failure.AlertBadCertificate, "public key: "+format, args...)
}

// KeyName names a key's type and size for people.
func KeyName(pub crypto.PublicKey) string {
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("%d-bit RSA", pub.N.BitLen())
	case *PSSPublicKey:
		return fmt.Sprintf("%d-bit RSASSA-PSS", pub.Key.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + pub.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	case ed448.PublicKey:
		return "Ed448"
	case *mldsa.PublicKey:
		return pub.Parameters().String()
	}
	return fmt.Sprintf("%T", pub)
}
