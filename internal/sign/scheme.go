package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"slices"

	"filippo.io/mldsa"
	"github.com/cloudflare/circl/sign/ed448"

	"polytls/internal/suite"
)

// Schemes returns the schemes that a key can sign or be verified with in
// handshakes of version v, in the registry's order. TLS 1.3 binds an ECDSA
// key's curve to the hash and has neither RSASSA-PKCS1-v1_5 nor SHA-1
// (RFC 8446, section 4.2.3); TLS 1.2 takes any hash with any curve (RFC 5246,
// section 7.4.1.4.1) and EdDSA (RFC 8422), but not ML-DSA; before that the key's type alone
// decides (RFC 4346, section 7.4.3).
func Schemes(pub crypto.PublicKey, v suite.Version) []suite.Scheme {
	var fitting []suite.Scheme
	for info := range suite.Schemes() {
		if fits(pub, &info, v) {
			fitting = append(fitting, info.ID)
		}
	}
	return fitting
}

// Fits reports whether Schemes(pub, v) holds scheme.
func Fits(pub crypto.PublicKey, scheme suite.Scheme, v suite.Version) bool {
	info := scheme.Info()
	return info != nil && fits(pub, info, v)
}

// Choose returns the scheme to sign with: the first of ours that is in peers and fits
// the key. A caller that prefers the peer's order (OpenSSL without
// SSL_OP_CIPHER_SERVER_PREFERENCE) gives the two lists the other way round. Before
// TLS 1.2 nothing is negotiated: the lists do not count.
func Choose(pub crypto.PublicKey, v suite.Version, ours, peers []suite.Scheme) (suite.Scheme, bool) {
	if v < suite.TLS12 {
		ours = Schemes(pub, v)
		peers = ours
	}
	for _, s := range ours {
		if Fits(pub, s, v) && slices.Contains(peers, s) {
			return s, true
		}
	}
	return 0, false
}

func fits(pub crypto.PublicKey, info *suite.SchemeInfo, v suite.Version) bool {
	return fitsVersion(info, v) && fitsKey(pub, info) && (v < suite.TLS13 || fitsCurve(pub, info))
}

func fitsVersion(info *suite.SchemeInfo, v suite.Version) bool {
	switch {
	case v < info.MinVersion:
		return false
	case v >= suite.TLS13:
		return info.TLS13
	case v == suite.TLS12:
		return info.ID != suite.RSAPKCS1MD5SHA1
	}
	return info.ID == suite.RSAPKCS1MD5SHA1 || info.ID == suite.ECDSASHA1
}

func fitsCurve(pub crypto.PublicKey, info *suite.SchemeInfo) bool {
	key, ok := pub.(*ecdsa.PublicKey)
	return !ok || CurveOf(key.Curve) == info.Curve
}

// fitsKey reports whether a key of this type and size can carry the scheme's
// signatures, whatever the version.
func fitsKey(pub crypto.PublicKey, info *suite.SchemeInfo) bool {
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		return (info.Kind == suite.PKCS1 || info.Kind == suite.PSSRSAE) && pub.Size() >= minRSASize(info)
	case *PSSPublicKey:
		return info.Kind == suite.PSSPSS && pub.Key.Size() >= minRSASize(info) && pub.permits(info.Hash)
	case *ecdsa.PublicKey:
		curve := CurveOf(pub.Curve)
		return info.Kind == suite.ECDSA && curve != 0 && (!isBrainpool(info.Curve) || info.Curve == curve)
	case ed25519.PublicKey:
		return info.ID == suite.Ed25519
	case ed448.PublicKey:
		return info.ID == suite.Ed448
	case *mldsa.PublicKey:
		return info.ID == MLDSAScheme(pub)
	}
	return false
}

// canSign is fitsKey for a signer, which may call the key of an id-RSASSA-PSS
// certificate a plain RSA key, as key stores do.
func canSign(pub crypto.PublicKey, info *suite.SchemeInfo) bool {
	if key, ok := pub.(*rsa.PublicKey); ok && info.Kind == suite.PSSPSS {
		pub = &PSSPublicKey{Key: key}
	}
	return fitsKey(pub, info)
}

// minRSASize returns the size in bytes of the smallest RSA modulus that holds
// a signature of the scheme: hash, salt and two bytes for RSASSA-PSS (RFC 8017,
// section 9.1.1), DigestInfo and eleven bytes for RSASSA-PKCS1-v1_5 (9.2).
func minRSASize(info *suite.SchemeInfo) int {
	switch {
	case info.Kind != suite.PKCS1:
		return 2*info.Hash.Size() + 2
	case info.Hash == crypto.MD5SHA1: // no DigestInfo
		return info.Hash.Size() + 11
	}
	const digestInfo = 19 // the longest prefix, that of the SHA-2 family
	return digestInfo + info.Hash.Size() + 11
}
