package sign

import (
	"crypto"
	"crypto/sha3"
	"crypto/subtle"
	"encoding/asn1"

	"filippo.io/mldsa"
	circl "github.com/cloudflare/circl/sign"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
)

// This file has the forms of private keys of RFC 9881, section 6: a CHOICE of the
// seed, the expanded key of FIPS 204, or both.

var mldsaSeedTag = cbasn1.Tag(0).ContextSpecific()

// ParseMLDSAPrivateKey reads the privateKey of PKCS #8 in one of its forms. The error of
// a key whose parts do not belong together is failure.InvalidKey.
func ParseMLDSAPrivateKey(oid asn1.ObjectIdentifier, der []byte) (*MLDSAPrivateKey, error) {
	set := mldsaByOID(oid)
	if set == nil {
		return nil, badKey("algorithm %v is not ML-DSA", oid)
	}
	input := cryptobyte.String(der)
	var seed, expanded, both cryptobyte.String
	switch {
	case input.PeekASN1Tag(mldsaSeedTag):
		if !input.ReadASN1(&seed, mldsaSeedTag) || !input.Empty() {
			return nil, badKey("%v: seed", set.parameters)
		}
		return set.fromSeed(seed)
	case input.PeekASN1Tag(cbasn1.OCTET_STRING):
		if !input.ReadASN1(&expanded, cbasn1.OCTET_STRING) || !input.Empty() {
			return nil, badKey("%v: expandedKey", set.parameters)
		}
		return set.parseExpanded(expanded)
	case !input.ReadASN1(&both, cbasn1.SEQUENCE), !input.Empty(),
		!both.ReadASN1(&seed, cbasn1.OCTET_STRING),
		!both.ReadASN1(&expanded, cbasn1.OCTET_STRING), !both.Empty():
		return nil, badKey("%v: want seed, expandedKey or both", set.parameters)
	}
	key, err := set.fromSeed(seed)
	if err != nil {
		return nil, err
	}
	if own, err := key.key.MarshalBinary(); err != nil || subtle.ConstantTimeCompare(own, expanded) == 0 {
		return nil, set.inconsistent("the expanded key is not that of the seed")
	}
	return key, nil
}

// parseExpanded reads an expanded key (FIPS 204, algorithm 25). Its s1 and s2 must be in
// range and those of the public key whose hash it holds. Whether its t0 is theirs, too,
// circl does not tell, as OpenSSL does: Sign verifies what such a key has signed, since
// signatures with a wrong t0 do not verify sooner or later.
func (s *mldsaSet) parseExpanded(expanded []byte) (*MLDSAPrivateKey, error) {
	const prefix = 32 + 32 // rho and K
	const hash = 64        // tr
	if size := s.private.PrivateKeySize(); len(expanded) != size {
		return nil, badKey("%v: expandedKey of %d bytes, want %d", s.parameters, len(expanded), size)
	}
	if !s.inRange(expanded[prefix+hash:][:s.etaBytes]) {
		return nil, s.inconsistent("s1 or s2 is out of range")
	}
	private, err := s.private.UnmarshalBinaryPrivateKey(expanded)
	if err != nil {
		return nil, badKey("%v: expandedKey", s.parameters).Wrap(err)
	}
	public := private.(interface{ Public() crypto.PublicKey }).Public().(circl.PublicKey)
	key, err := s.newKey(public, private, nil)
	if err != nil {
		return nil, badKey("%v: expandedKey", s.parameters).Wrap(err)
	}
	if tr := sha3.SumSHAKE256(key.public.Bytes(), hash); subtle.ConstantTimeCompare(tr, expanded[prefix:][:hash]) == 0 {
		return nil, s.inconsistent("tr is not the hash of the public key")
	}
	if err := key.checkSignatures(); err != nil {
		return nil, s.inconsistent("its signatures do not verify").Wrap(err)
	}
	return key, nil
}

// checkSignatures verifies what a key signs. The signatures are deterministic, so that
// the result for a key is always the same.
func (k *MLDSAPrivateKey) checkSignatures() error {
	signature := make([]byte, k.set.parameters.SignatureSize())
	for message := range byte(4) {
		if err := k.set.signTo(k.key, []byte{message}, signature, false); err != nil {
			return err
		}
		if err := mldsa.Verify(k.public, []byte{message}, signature, nil); err != nil {
			return err
		}
	}
	return nil
}

func (s *mldsaSet) inconsistent(what string) *failure.Error {
	return failure.InvalidKey.About("private key", "%v: %s", s.parameters, what)
}

// inRange reports whether no coefficient of s1 and s2 is above the largest. Which is
// the first, it does not tell by its time.
func (s *mldsaSet) inRange(coefficients []byte) bool {
	above, bits, held := 0, 0, 0
	for _, b := range coefficients {
		bits |= int(b) << held
		for held += 8; held >= s.etaBits; held -= s.etaBits {
			above |= (s.etaMax - bits&(1<<s.etaBits-1)) >> 8 // -1 if it is larger
			bits >>= s.etaBits
		}
	}
	return above == 0
}

// Marshal returns the privateKey of PKCS #8: the seed if there is one, which is the
// form that RFC 9881 recommends, and else the expanded key.
func (k *MLDSAPrivateKey) Marshal() []byte {
	var b cryptobyte.Builder
	if k.seed != nil {
		b.AddASN1(mldsaSeedTag, func(b *cryptobyte.Builder) { b.AddBytes(k.seed) })
		return b.BytesOrPanic()
	}
	expanded, err := k.key.MarshalBinary()
	if err != nil {
		panic(err) // it never fails
	}
	b.AddASN1OctetString(expanded)
	return b.BytesOrPanic()
}
