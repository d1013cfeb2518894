package sign

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"encoding/asn1"
	"io"

	"filippo.io/mldsa"
	circl "github.com/cloudflare/circl/sign"
	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/mldsa/mldsa87"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
	"polytls/internal/suite"
)

// This file has the keys of ML-DSA (FIPS 204) as RFC 9881 encodes them. Public keys
// are those of filippo.io/mldsa, which from Go 1.27 on are crypto/mldsa's. Private keys
// are circl's, since a key may be stored without its seed, and filippo.io/mldsa has no
// such keys.

// mldsaSet is one of the parameter sets.
type mldsaSet struct {
	scheme     suite.Scheme
	oid        asn1.ObjectIdentifier // RFC 9881, section 2
	parameters mldsa.Parameters
	private    circl.Scheme
	// signTo makes a signature with an empty context, hedged or deterministic (FIPS 204,
	// section 3.4).
	signTo func(key circl.PrivateKey, message, signature []byte, hedged bool) error
	// etaBits is the size of a coefficient of s1 and s2, etaMax the largest that is
	// encoded (FIPS 204, algorithm 24), etaBytes the size of them all.
	etaBits, etaMax, etaBytes int
}

var mldsaSets = [...]mldsaSet{
	{
		scheme: suite.MLDSA44, oid: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 17},
		parameters: mldsa.MLDSA44(), private: mldsa44.Scheme(),
		signTo: func(key circl.PrivateKey, message, signature []byte, hedged bool) error {
			return mldsa44.SignTo(key.(*mldsa44.PrivateKey), message, nil, hedged, signature)
		},
		etaBits: 3, etaMax: 4, etaBytes: (4 + 4) * 256 * 3 / 8,
	},
	{
		scheme: suite.MLDSA65, oid: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 18},
		parameters: mldsa.MLDSA65(), private: mldsa65.Scheme(),
		signTo: func(key circl.PrivateKey, message, signature []byte, hedged bool) error {
			return mldsa65.SignTo(key.(*mldsa65.PrivateKey), message, nil, hedged, signature)
		},
		etaBits: 4, etaMax: 8, etaBytes: (5 + 6) * 256 * 4 / 8,
	},
	{
		scheme: suite.MLDSA87, oid: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 19},
		parameters: mldsa.MLDSA87(), private: mldsa87.Scheme(),
		signTo: func(key circl.PrivateKey, message, signature []byte, hedged bool) error {
			return mldsa87.SignTo(key.(*mldsa87.PrivateKey), message, nil, hedged, signature)
		},
		etaBits: 3, etaMax: 4, etaBytes: (7 + 8) * 256 * 3 / 8,
	},
}

func mldsaByOID(oid asn1.ObjectIdentifier) *mldsaSet {
	for i := range mldsaSets {
		if mldsaSets[i].oid.Equal(oid) {
			return &mldsaSets[i]
		}
	}
	return nil
}

func mldsaByScheme(scheme suite.Scheme) *mldsaSet {
	for i := range mldsaSets {
		if mldsaSets[i].scheme == scheme {
			return &mldsaSets[i]
		}
	}
	return nil
}

// mldsaOf returns the parameter set of a key, nil for one that is not in FIPS 204.
func mldsaOf(pub *mldsa.PublicKey) *mldsaSet {
	for i := range mldsaSets {
		if mldsaSets[i].parameters == pub.Parameters() {
			return &mldsaSets[i]
		}
	}
	return nil
}

// IsMLDSA reports whether an object identifier is that of a key of ML-DSA.
func IsMLDSA(oid asn1.ObjectIdentifier) bool { return mldsaByOID(oid) != nil }

// MLDSAScheme returns the only scheme of a key, 0 for none.
func MLDSAScheme(pub *mldsa.PublicKey) suite.Scheme {
	if set := mldsaOf(pub); set != nil {
		return set.scheme
	}
	return 0
}

// algorithmIdentifier has no parameters (RFC 9881, section 2).
func (s *mldsaSet) algorithmIdentifier() []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(s.oid) })
	return b.BytesOrPanic()
}

func (s *mldsaSet) parsePublicKey(parameters cryptobyte.String, key []byte) (*mldsa.PublicKey, error) {
	if size := s.parameters.PublicKeySize(); len(parameters) != 0 || len(key) != size {
		return nil, badKey("%v key of %d bytes, want %d and no parameters", s.parameters, len(key), size)
	}
	pub, err := mldsa.NewPublicKey(s.parameters, key)
	if err != nil {
		return nil, badKey("%v", s.parameters).Wrap(err)
	}
	return pub, nil
}

// MLDSAPrivateKey is a private key of ML-DSA. It is safe for concurrent use.
type MLDSAPrivateKey struct {
	set    *mldsaSet
	public *mldsa.PublicKey
	key    circl.PrivateKey
	seed   []byte // nil for a key that was stored expanded
}

// GenerateMLDSAKey makes a key for a scheme of ML-DSA.
func GenerateMLDSAKey(scheme suite.Scheme) *MLDSAPrivateKey {
	seed := make([]byte, mldsa.PrivateKeySize)
	rand.Read(seed) // it never fails
	key, err := mldsaByScheme(scheme).fromSeed(seed)
	if err != nil {
		panic(err) // of a seed's size alone
	}
	return key
}

func (s *mldsaSet) fromSeed(seed []byte) (*MLDSAPrivateKey, error) {
	if len(seed) != s.private.SeedSize() {
		return nil, badKey("%v seed of %d bytes, want %d", s.parameters, len(seed), s.private.SeedSize())
	}
	public, private := s.private.DeriveKey(seed)
	return s.newKey(public, private, bytes.Clone(seed))
}

func (s *mldsaSet) newKey(public circl.PublicKey, private circl.PrivateKey, seed []byte) (*MLDSAPrivateKey, error) {
	encoded, err := public.MarshalBinary()
	if err != nil {
		return nil, err
	}
	pub, err := mldsa.NewPublicKey(s.parameters, encoded)
	if err != nil {
		return nil, err
	}
	return &MLDSAPrivateKey{set: s, public: pub, key: private, seed: seed}, nil
}

// Public returns the *mldsa.PublicKey.
func (k *MLDSAPrivateKey) Public() crypto.PublicKey { return k.public }

// Sign makes a hedged signature of a message that is not hashed, with an empty context:
// opts.HashFunc must be 0.
func (k *MLDSAPrivateKey) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts != nil && opts.HashFunc() != 0 {
		return nil, failure.Internal.New("signature: an ML-DSA key signs messages, not their %v", opts.HashFunc())
	}
	signature := make([]byte, k.set.parameters.SignatureSize())
	if err := k.set.signTo(k.key, message, signature, true); err != nil {
		return nil, err
	}
	if k.seed == nil { // see parseExpanded
		if err := mldsa.Verify(k.public, message, signature, nil); err != nil {
			return nil, failure.Internal.New("signature: the private key is inconsistent: its signature does not verify").Wrap(err)
		}
	}
	return signature, nil
}

// AlgorithmIdentifier returns the DER AlgorithmIdentifier of the key.
func (k *MLDSAPrivateKey) AlgorithmIdentifier() []byte { return k.set.algorithmIdentifier() }
