package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha1" // for levels that allow it
	_ "crypto/sha256"
	_ "crypto/sha512"

	"github.com/cloudflare/circl/sign/ed448"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/sign"
	"polytls/internal/trust/certder"
)

// keyKind is what kind of key makes a signature.
type keyKind uint8

const (
	rsaPKCS1 keyKind = iota + 1
	rsaPSS
	ecdsaKey
	ed25519Key
	ed448Key
)

// signatureAlgorithm is a row of the signature algorithms of certificates
// (RFC 3279, 4055, 5758, 8410).
type signatureAlgorithm struct {
	id       string
	kind     keyKind
	hash     crypto.Hash // none where the algorithm or its parameters fix it
	strength int         // security bits, X509_get_signature_info's
}

const oidPSS = "1.2.840.113549.1.1.10"

// Stricter: MD5, MD4 and MD2 are not here, so that no level allows them.
var signatureAlgorithms = [...]signatureAlgorithm{
	{id: "1.2.840.113549.1.1.5", kind: rsaPKCS1, hash: crypto.SHA1, strength: sha1Strength},
	{id: "1.2.840.113549.1.1.14", kind: rsaPKCS1, hash: crypto.SHA224, strength: 112},
	{id: "1.2.840.113549.1.1.11", kind: rsaPKCS1, hash: crypto.SHA256, strength: 128},
	{id: "1.2.840.113549.1.1.12", kind: rsaPKCS1, hash: crypto.SHA384, strength: 192},
	{id: "1.2.840.113549.1.1.13", kind: rsaPKCS1, hash: crypto.SHA512, strength: 256},
	{id: oidPSS, kind: rsaPSS},
	{id: "1.2.840.10045.4.1", kind: ecdsaKey, hash: crypto.SHA1, strength: sha1Strength},
	{id: "1.2.840.10045.4.3.1", kind: ecdsaKey, hash: crypto.SHA224, strength: 112},
	{id: "1.2.840.10045.4.3.2", kind: ecdsaKey, hash: crypto.SHA256, strength: 128},
	{id: "1.2.840.10045.4.3.3", kind: ecdsaKey, hash: crypto.SHA384, strength: 192},
	{id: "1.2.840.10045.4.3.4", kind: ecdsaKey, hash: crypto.SHA512, strength: 256},
	{id: "1.3.101.112", kind: ed25519Key, strength: 128},
	{id: "1.3.101.113", kind: ed448Key, strength: 224},
}

// sha1Strength is OpenSSL's estimate of what collisions of SHA-1 cost, below
// level 1's 80 bits.
const sha1Strength = 63

// algorithm is a signature algorithm with its parameters.
type algorithm struct {
	signatureAlgorithm
	pss sign.PSSParameters
}

// parseAlgorithm reads an AlgorithmIdentifier with its header.
func parseAlgorithm(der []byte) (algorithm, bool) {
	s := cryptobyte.String(der)
	var seq cryptobyte.String
	var id string
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !certder.ReadOID(&seq, &id) {
		return algorithm{}, false
	}
	for _, row := range signatureAlgorithms {
		if row.id != id {
			continue
		}
		a := algorithm{signatureAlgorithm: row}
		return a, a.readParameters(seq)
	}
	return algorithm{}, false
}

func (a *algorithm) readParameters(s cryptobyte.String) bool {
	if a.kind != rsaPSS {
		var null cryptobyte.String
		return s.Empty() || s.ReadASN1(&null, cbasn1.NULL) && null.Empty() && s.Empty()
	}
	var err error
	if a.pss, err = sign.ParsePSSParameters(s); err != nil {
		return false
	}
	a.hash = a.pss.Hash
	a.strength = a.hash.Size() * 4
	if a.hash == crypto.SHA1 || a.pss.MGFHash == crypto.SHA1 {
		a.strength = sha1Strength
	}
	return true
}

// couldHaveSigned says whether c's key is of the kind that d's signature needs.
func (c *Certificate) couldHaveSigned(d *Certificate) bool {
	a, ok := parseAlgorithm(d.der.InnerAlgorithm)
	if !ok {
		return false
	}
	switch c.Public.(type) {
	case *rsa.PublicKey:
		return a.kind == rsaPKCS1 || a.kind == rsaPSS
	case *sign.PSSPublicKey:
		return a.kind == rsaPSS
	case *ecdsa.PublicKey:
		return a.kind == ecdsaKey
	case ed25519.PublicKey:
		return a.kind == ed25519Key
	case ed448.PublicKey:
		return a.kind == ed448Key
	}
	return false
}

// signed says whether c's key made d's signature.
func (c *Certificate) signed(d *Certificate) bool {
	if string(d.der.Algorithm) != string(d.der.InnerAlgorithm) { // RFC 5280, section 4.1.1.2
		return false
	}
	return checkSignature(c.Public, d.der.Algorithm, d.der.TBS, d.der.Signature)
}

// checkSignature verifies a signature as certificates, CRLs and OCSP responses
// carry it.
func checkSignature(pub crypto.PublicKey, identifier, message, signature []byte) bool {
	a, ok := parseAlgorithm(identifier)
	if !ok {
		return false
	}
	digest := message
	if a.hash != 0 {
		h := a.hash.New()
		h.Write(message)
		digest = h.Sum(nil)
	}
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		if a.kind == rsaPKCS1 {
			return rsa.VerifyPKCS1v15(pub, a.hash, digest, signature) == nil
		}
		return a.kind == rsaPSS && a.verifyPSS(pub, digest, signature)
	case *sign.PSSPublicKey:
		return a.kind == rsaPSS && a.allowedBy(pub) && a.verifyPSS(pub.Key, digest, signature)
	case *ecdsa.PublicKey:
		return a.kind == ecdsaKey && ecdsa.VerifyASN1(pub, digest, signature)
	case ed25519.PublicKey:
		return a.kind == ed25519Key && ed25519.Verify(pub, message, signature)
	case ed448.PublicKey:
		return a.kind == ed448Key && ed448.Verify(pub, message, signature, "")
	}
	return false
}

func (a *algorithm) verifyPSS(pub *rsa.PublicKey, digest, signature []byte) bool {
	if a.pss.MGFHash != a.hash { // crypto/rsa masks with the hash of the message
		return false
	}
	options := &rsa.PSSOptions{SaltLength: a.pss.SaltLength, Hash: a.hash}
	if a.pss.SaltLength == 0 { // in crypto/rsa 0 stands for any length
		return false
	}
	return rsa.VerifyPSS(pub, a.hash, digest, signature, options) == nil
}

// allowedBy says whether the key's own parameters permit those of the
// signature (RFC 4055, section 3.3).
func (a *algorithm) allowedBy(pub *sign.PSSPublicKey) bool {
	return pub.Hash == 0 ||
		pub.Hash == a.pss.Hash && pub.MGFHash == a.pss.MGFHash && pub.SaltLength <= a.pss.SaltLength
}

// checkSignaturesAndTimes goes from the anchor down to the leaf
// (internal_verify). The anchor's own signature proves nothing and is not
// checked.
func (v *verification) checkSignaturesAndTimes() bool {
	n := len(v.path) - 1
	issuer := v.path[n]
	if !issuer.likelyIssued(issuer) && !v.AllowPartialChain {
		if n == 0 {
			v.fault(UnableToVerifyLeafSignature, 0)
		} else {
			n--
		}
	}
	for ; n >= 0; n-- {
		subject := v.path[n]
		if n < len(v.path)-1 {
			v.checkIssuer(v.path[n+1], subject, n)
		}
		v.checkTimes(subject, n)
	}
	return true
}

func (v *verification) checkIssuer(issuer, subject *Certificate, depth int) {
	if issuer.facts.hasKeyUsage && issuer.facts.keyUsage&keyCertSign == 0 {
		v.fault(KeyUsageNoCertSign, depth+1)
	}
	switch {
	case issuer.Public == nil:
		v.fault(UnableToDecodeIssuerPublicKey, depth+1)
	case !issuer.signed(subject):
		v.fault(CertSignatureFailure, depth)
	}
}
