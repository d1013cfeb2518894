package sign

import (
	"crypto"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// PSSParameters are RSASSA-PSS-params (RFC 4055, section 3.1). The zero value
// stands for a key without restrictions.
type PSSParameters struct {
	Hash    crypto.Hash
	MGFHash crypto.Hash // that of MGF1
	// SaltLength is in bytes: of a signature's salt, or the minimum of a key's.
	SaltLength int
}

// pssHashes are the hash functions of RFC 4055, section 2.1.
var pssHashes = [...]struct {
	oid  asn1.ObjectIdentifier
	hash crypto.Hash
}{
	{asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}, crypto.SHA1},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 4}, crypto.SHA224},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, crypto.SHA256},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}, crypto.SHA384},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, crypto.SHA512},
}

var oidMGF1 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}

// maxSaltLength is in bytes; a salt fills less than the largest modulus.
const maxSaltLength = MaxRSABits / 8

// ParsePSSParameters reads DER RSASSA-PSS-params, with the defaults
// SHA-1 and 20 bytes. Errors are those of ParsePublicKey.
func ParsePSSParameters(der []byte) (PSSParameters, error) {
	p := PSSParameters{Hash: crypto.SHA1, MGFHash: crypto.SHA1, SaltLength: 20}
	input := cryptobyte.String(der)
	var params, hash, mgf, salt, trailer cryptobyte.String
	var hasHash, hasMGF, hasSalt, hasTrailer bool
	switch {
	case !input.ReadASN1(&params, cbasn1.SEQUENCE), !input.Empty():
		return p, badKey("RSASSA-PSS-params: not one SEQUENCE")
	case !params.ReadOptionalASN1(&hash, &hasHash, explicit(0)),
		hasHash && !(readHash(&hash, &p.Hash) && hash.Empty()):
		return p, badKey("RSASSA-PSS-params: hashAlgorithm")
	case !params.ReadOptionalASN1(&mgf, &hasMGF, explicit(1)),
		hasMGF && !(readMGF(&mgf, &p.MGFHash) && mgf.Empty()):
		return p, badKey("RSASSA-PSS-params: maskGenAlgorithm")
	case !params.ReadOptionalASN1(&salt, &hasSalt, explicit(2)),
		hasSalt && !(salt.ReadASN1Integer(&p.SaltLength) && salt.Empty()),
		p.SaltLength < 0, p.SaltLength > maxSaltLength:
		return p, badKey("RSASSA-PSS-params: saltLength, want 0 to %d", maxSaltLength)
	}
	one := 1
	if !params.ReadOptionalASN1(&trailer, &hasTrailer, explicit(3)) || !params.Empty() ||
		hasTrailer && !(trailer.ReadASN1Integer(&one) && trailer.Empty()) || one != 1 {
		return p, badKey("RSASSA-PSS-params: trailerField, want 1")
	}
	return p, nil
}

func explicit(tag uint8) cbasn1.Tag { return cbasn1.Tag(tag).Constructed().ContextSpecific() }

// readHash reads an AlgorithmIdentifier of a hash; its parameters are NULL or
// absent (RFC 4055, section 2.1).
func readHash(s *cryptobyte.String, hash *crypto.Hash) bool {
	var id, null cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1(&id, cbasn1.SEQUENCE) || !id.ReadASN1ObjectIdentifier(&oid) {
		return false
	}
	if !id.Empty() && !(id.ReadASN1(&null, cbasn1.NULL) && null.Empty() && id.Empty()) {
		return false
	}
	for _, row := range pssHashes {
		if row.oid.Equal(oid) {
			*hash = row.hash
			return true
		}
	}
	return false
}

func readMGF(s *cryptobyte.String, hash *crypto.Hash) bool {
	var id cryptobyte.String
	var oid asn1.ObjectIdentifier
	return s.ReadASN1(&id, cbasn1.SEQUENCE) &&
		id.ReadASN1ObjectIdentifier(&oid) && oid.Equal(oidMGF1) &&
		readHash(&id, hash) && id.Empty()
}

// AlgorithmIdentifier returns the DER AlgorithmIdentifier of id-RSASSA-PSS with
// these parameters; the zero value has none. It fails for a hash that RFC 4055
// does not list.
func (p PSSParameters) AlgorithmIdentifier() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(OIDRSAPSS)
		if p.Hash == 0 {
			return
		}
		b.AddASN1(cbasn1.SEQUENCE, p.appendTo)
	})
	return b.Bytes()
}

// appendTo leaves defaults out, as DER demands.
func (p PSSParameters) appendTo(b *cryptobyte.Builder) {
	if p.Hash != crypto.SHA1 {
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { addHash(b, p.Hash) })
	}
	if p.MGFHash != crypto.SHA1 {
		b.AddASN1(explicit(1), func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidMGF1)
				addHash(b, p.MGFHash)
			})
		})
	}
	if p.SaltLength != 20 {
		b.AddASN1(explicit(2), func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(p.SaltLength)) })
	}
}

func addHash(b *cryptobyte.Builder, hash crypto.Hash) {
	for _, row := range pssHashes {
		if row.hash == hash {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(row.oid)
				b.AddASN1NULL()
			})
			return
		}
	}
	b.SetError(fmt.Errorf("tls: RSASSA-PSS-params: no identifier for %v", hash))
}
