package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha1" // for levels that allow it
	_ "crypto/sha256"
	_ "crypto/sha512"

	"filippo.io/mldsa"
	"github.com/cloudflare/circl/sign/ed448"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/trust/certder"
)

// keyKind is the kind of key that makes a signature.
type keyKind uint8

const (
	rsaPKCS1 keyKind = iota + 1
	rsaPSS
	ecdsaKey
	ed25519Key
	ed448Key
	mldsaKey
)

// algorithm is a signature algorithm of certificates (RFC 3279, 4055, 5758,
// 8410, 9881), with the parameters of RSASSA-PSS.
type algorithm struct {
	id       string
	kind     keyKind
	hash     crypto.Hash // none where the algorithm or its parameters fix it
	strength int         // security bits, X509_get_signature_info's
	pss      sign.PSSParameters
	scheme   suite.Scheme // its name in signature_algorithms_cert, 0 for none
}

const oidPSS = "1.2.840.113549.1.1.10"

// pssSchemes are the names of RSASSA-PSS, with a key of any type.
var pssSchemes = map[crypto.Hash]suite.Scheme{
	crypto.SHA256: suite.RSAPSSRSAESHA256, crypto.SHA384: suite.RSAPSSRSAESHA384, crypto.SHA512: suite.RSAPSSRSAESHA512,
}

// Stricter: MD5, MD4 and MD2 are not here, so that no level allows them. ECDSA is
// named after the hash, regardless of the curve.
var signatureAlgorithms = [...]algorithm{
	{id: "1.2.840.113549.1.1.5", kind: rsaPKCS1, hash: crypto.SHA1, scheme: suite.RSAPKCS1SHA1, strength: sha1Strength},
	{id: "1.2.840.113549.1.1.14", kind: rsaPKCS1, hash: crypto.SHA224, scheme: suite.RSAPKCS1SHA224, strength: 112},
	{id: "1.2.840.113549.1.1.11", kind: rsaPKCS1, hash: crypto.SHA256, scheme: suite.RSAPKCS1SHA256, strength: 128},
	{id: "1.2.840.113549.1.1.12", kind: rsaPKCS1, hash: crypto.SHA384, scheme: suite.RSAPKCS1SHA384, strength: 192},
	{id: "1.2.840.113549.1.1.13", kind: rsaPKCS1, hash: crypto.SHA512, scheme: suite.RSAPKCS1SHA512, strength: 256},
	{id: oidPSS, kind: rsaPSS},
	{id: "1.2.840.10045.4.1", kind: ecdsaKey, hash: crypto.SHA1, scheme: suite.ECDSASHA1, strength: sha1Strength},
	{id: "1.2.840.10045.4.3.1", kind: ecdsaKey, hash: crypto.SHA224, scheme: suite.ECDSASHA224, strength: 112},
	{id: "1.2.840.10045.4.3.2", kind: ecdsaKey, hash: crypto.SHA256, scheme: suite.ECDSAP256SHA256, strength: 128},
	{id: "1.2.840.10045.4.3.3", kind: ecdsaKey, hash: crypto.SHA384, scheme: suite.ECDSAP384SHA384, strength: 192},
	{id: "1.2.840.10045.4.3.4", kind: ecdsaKey, hash: crypto.SHA512, scheme: suite.ECDSAP521SHA512, strength: 256},
	{id: "1.3.101.112", kind: ed25519Key, scheme: suite.Ed25519, strength: 128},
	{id: "1.3.101.113", kind: ed448Key, scheme: suite.Ed448, strength: 224},
	{id: "2.16.840.1.101.3.4.3.17", kind: mldsaKey, scheme: suite.MLDSA44, strength: 128},
	{id: "2.16.840.1.101.3.4.3.18", kind: mldsaKey, scheme: suite.MLDSA65, strength: 192},
	{id: "2.16.840.1.101.3.4.3.19", kind: mldsaKey, scheme: suite.MLDSA87, strength: 256},
}

// sha1Strength is OpenSSL's estimate of the cost of SHA-1 collisions in bits, which
// is below level 1's 80 bits.
const sha1Strength = 63

// parseAlgorithm reads an AlgorithmIdentifier with its header. It returns nil for
// an unknown algorithm, and for parameters that do not match it.
func parseAlgorithm(der []byte) *algorithm {
	s := cryptobyte.String(der)
	var seq cryptobyte.String
	var id string
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !certder.ReadOID(&seq, &id) {
		return nil
	}
	for i := range signatureAlgorithms {
		a := &signatureAlgorithms[i]
		switch {
		case a.id != id:
		case a.kind == rsaPSS:
			return a.withPSS(seq)
		case isNullOrAbsent(seq):
			return a
		}
	}
	return nil
}

func isNullOrAbsent(s cryptobyte.String) bool {
	var null cryptobyte.String
	return s.Empty() || s.ReadASN1(&null, cbasn1.NULL) && null.Empty() && s.Empty()
}

func (a *algorithm) withPSS(parameters cryptobyte.String) *algorithm {
	pss, err := sign.ParsePSSParameters(parameters)
	if err != nil {
		return nil
	}
	strength := pss.Hash.Size() * 4
	if pss.Hash == crypto.SHA1 || pss.MGFHash == crypto.SHA1 {
		strength = sha1Strength
	}
	return &algorithm{id: a.id, kind: a.kind, hash: pss.Hash, strength: strength, pss: pss, scheme: pssSchemes[pss.Hash]}
}

// couldHaveSigned reports whether c's key is of the kind that d's signature needs.
func (c *Certificate) couldHaveSigned(d *Certificate) bool {
	a := d.inner
	if a == nil {
		return false
	}
	switch pub := c.Public.(type) {
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
	case *mldsa.PublicKey:
		return a.kind == mldsaKey && a.scheme == sign.MLDSAScheme(pub)
	}
	return false
}

// Signed reports whether c's key made d's signature.
func (c *Certificate) Signed(d *Certificate) bool {
	if string(d.der.Algorithm) != string(d.der.InnerAlgorithm) { // RFC 5280, section 4.1.1.2
		return false
	}
	return d.outer != nil && d.outer.verify(c.Public, d.outer.digest(d.der.TBS), d.der.Signature)
}

// digest returns the digest that is signed, or the message itself if the algorithm
// hashes it.
func (a *algorithm) digest(message []byte) []byte {
	if a.hash == 0 {
		return message
	}
	h := a.hash.New()
	h.Write(message)
	return h.Sum(nil)
}

// verify checks a signature of a certificate or a CRL.
func (a *algorithm) verify(pub crypto.PublicKey, digest, signature []byte) bool {
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		if a.kind == rsaPKCS1 {
			return pub.N.BitLen() <= sign.MaxRSABits && rsa.VerifyPKCS1v15(pub, a.hash, digest, signature) == nil
		}
		return a.kind == rsaPSS && a.verifyPSS(pub, digest, signature)
	case *sign.PSSPublicKey:
		return a.kind == rsaPSS && a.allowedBy(pub) && a.verifyPSS(pub.Key, digest, signature)
	case *ecdsa.PublicKey:
		return a.kind == ecdsaKey && ecdsa.VerifyASN1(pub, digest, signature)
	case ed25519.PublicKey:
		return a.kind == ed25519Key && ed25519.Verify(pub, digest, signature)
	case ed448.PublicKey:
		return a.kind == ed448Key && ed448.Verify(pub, digest, signature, "")
	case *mldsa.PublicKey:
		return a.kind == mldsaKey && a.scheme == sign.MLDSAScheme(pub) && mldsa.Verify(pub, digest, signature, nil) == nil
	}
	return false
}

func (a *algorithm) verifyPSS(pub *rsa.PublicKey, digest, signature []byte) bool {
	if a.pss.MGFHash != a.hash || pub.N.BitLen() > sign.MaxRSABits { // crypto/rsa uses the hash of the message for MGF1
		return false
	}
	options := &rsa.PSSOptions{SaltLength: a.pss.SaltLength, Hash: a.hash}
	if a.pss.SaltLength == 0 { // in crypto/rsa 0 means any length
		return false
	}
	return rsa.VerifyPSS(pub, a.hash, digest, signature, options) == nil
}

// allowedBy reports whether the key's own parameters permit those of the
// signature (RFC 4055, section 3.3).
func (a *algorithm) allowedBy(pub *sign.PSSPublicKey) bool {
	return pub.Hash == 0 ||
		pub.Hash == a.pss.Hash && pub.MGFHash == a.pss.MGFHash && pub.SaltLength <= a.pss.SaltLength
}

// verifySignatures checks the signatures of the path from the anchor down. It
// precedes all other expensive checks, so that their work is done only for chains that
// are signed by an anchor. Faults are reported
// later, in OpenSSL's order.
func (v *verification) verifySignatures(anchored bool) bool {
	v.signed = make([]bool, len(v.path)-1)
	for n := len(v.path) - 2; n >= 0; n-- {
		issuer, subject := v.path[n+1], v.path[n]
		if issuer.Public == nil {
			anchored = false
			continue
		}
		if !v.spend(signatureWork(issuer.Public) + work(len(subject.Raw))) {
			return false
		}
		v.signed[n] = issuer.Signed(subject)
		anchored = anchored && v.signed[n]
		if anchored {
			v.allowed = trustedWork
		}
	}
	if anchored {
		v.allowed = trustedWork // the leaf itself may be the anchor
	}
	return true
}

// checkSignaturesAndTimes checks from the anchor down to the leaf (internal_verify).
// The anchor's own signature is meaningless and is not checked.
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
			v.checkIssuer(v.path[n+1], n)
		}
		v.checkTimes(subject, n)
	}
	return true
}

// checkIssuer reports the faults of the signature of the certificate at depth, and
// those of its issuer.
func (v *verification) checkIssuer(issuer *Certificate, depth int) {
	if issuer.facts.hasKeyUsage && issuer.facts.keyUsage&keyCertSign == 0 {
		v.fault(KeyUsageNoCertSign, depth+1)
	}
	switch {
	case issuer.Public == nil:
		v.fault(UnableToDecodeIssuerPublicKey, depth+1)
	case !v.signed[depth]:
		v.fault(CertSignatureFailure, depth)
	}
}
