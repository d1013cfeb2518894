// Package sign makes and checks the signatures of a handshake, by signature
// scheme (RFC 8446, sections 4.2.3 and 4.4.3; RFC 5246, section 7.4.1.4.1;
// RFC 4346, section 7.4.3), and tells which key fits which scheme in which
// version.
//
// A private key is any crypto.Signer: it may be in another process or in hardware. A
// public key is one of the types that ParsePublicKey returns.
package sign

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	_ "crypto/sha256" // the hashes of the registry's schemes
	_ "crypto/sha512"
	"errors"
	"io"

	"filippo.io/mldsa"
	"github.com/cloudflare/circl/sign/ed448"

	"polytls/failure"
	"polytls/internal/suite"
)

// ContextSigner is a crypto.Signer that is told when the handshake which needs the
// signature has ended. Sign calls SignContext in place of the signer's Sign, with the
// same arguments after ctx.
type ContextSigner interface {
	crypto.Signer
	SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

// maxSignature is the most that CertificateVerify and ServerKeyExchange can
// hold, in bytes: opaque signature<0..2^16-1>.
const maxSignature = 1<<16 - 1

// Sign signs message, which it hashes itself, with scheme. The salt of
// RSASSA-PSS is as long as the hash; EdDSA and ML-DSA signers get the message
// itself and crypto.Hash(0); rsa_pss_pss signers may say that their public key is a plain
// *rsa.PublicKey. Errors have ERR_SSL_INTERNAL_ERROR and internal_error, with
// the signer's own error as cause.
func Sign(ctx context.Context, signer crypto.Signer, scheme suite.Scheme, message []byte) ([]byte, error) {
	info := scheme.Info()
	if info == nil {
		return nil, failure.Internal.New("signature: unknown scheme %v", scheme)
	}
	if pub := signer.Public(); !canSign(pub, info) {
		return nil, failure.Internal.New("signature: a %s key cannot sign with %v", KeyName(pub), scheme)
	}
	if err := ctx.Err(); err != nil {
		return nil, failure.Internal.New("signature: the handshake ended before the signer was asked").Wrap(err)
	}
	digest, opts := hashed(info, message), options(info)
	var signature []byte
	var err error
	if s, ok := signer.(ContextSigner); ok {
		signature, err = s.SignContext(ctx, rand.Reader, digest, opts)
	} else {
		signature, err = signer.Sign(rand.Reader, digest, opts)
	}
	switch {
	case err != nil:
		return nil, failure.Internal.New("signature: the private key's signer failed with %v", scheme).Wrap(err)
	case len(signature) == 0, len(signature) > maxSignature:
		return nil, failure.Internal.New("signature: the private key's signer returned %d bytes, want 1 to %d", len(signature), maxSignature)
	}
	return signature, nil
}

// Verify checks sig over message, which it hashes itself. Its errors are
// failure.BadSignature (decrypt_error), failure.WrongSignatureType
// (illegal_parameter) when the scheme is unknown or not one for the key,
// whatever the version, and failure.EEKeyTooSmall for RSA keys that crypto/rsa
// refuses (under 1,024 bits unless GODEBUG says rsa1024min=0).
func Verify(pub crypto.PublicKey, scheme suite.Scheme, message, sig []byte) error {
	info := scheme.Info()
	if info == nil || !fitsKey(pub, info) {
		return failure.WrongSignatureType.New("signature: scheme %v does not fit the peer's %s key", scheme, KeyName(pub))
	}
	valid := false
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		return verifyRSA(pub, info, message, sig)
	case *PSSPublicKey:
		return verifyRSA(pub.Key, info, message, sig)
	case *ecdsa.PublicKey:
		valid = ecdsa.VerifyASN1(pub, hashed(info, message), sig)
	case ed25519.PublicKey:
		valid = ed25519.Verify(pub, message, sig)
	case ed448.PublicKey:
		valid = ed448.Verify(pub, message, sig, "")
	case *mldsa.PublicKey:
		valid = mldsa.Verify(pub, message, sig, nil) == nil
	}
	if !valid {
		return badSignature(info, nil)
	}
	return nil
}

func verifyRSA(pub *rsa.PublicKey, info *suite.SchemeInfo, message, sig []byte) error {
	var err error
	if info.Kind == suite.PKCS1 {
		err = rsa.VerifyPKCS1v15(pub, info.Hash, hashed(info, message), sig)
	} else {
		err = rsa.VerifyPSS(pub, info.Hash, hashed(info, message), sig, pssOptions(info))
	}
	switch {
	case err == nil:
		return nil
	case pub.N.BitLen() < MinRSABits && !errors.Is(err, rsa.ErrVerification):
		return failure.EEKeyTooSmall.New("signature: RSA key of %d bits, want at least %d", pub.N.BitLen(), MinRSABits).Wrap(err)
	}
	return badSignature(info, err)
}

func badSignature(info *suite.SchemeInfo, cause error) *failure.Error {
	return failure.BadSignature.New("signature: %s signature does not verify", info.Name).Wrap(cause)
}

// hashed returns what is signed: the digest, or the message for EdDSA and ML-DSA.
func hashed(info *suite.SchemeInfo, message []byte) []byte {
	switch info.Hash {
	case 0:
		return message
	case crypto.MD5SHA1: // RFC 4346, section 7.4.3: both, one after the other
		m, s := md5.Sum(message), sha1.Sum(message)
		return append(m[:], s[:]...)
	}
	h := info.Hash.New()
	h.Write(message)
	return h.Sum(nil)
}

// options returns the crypto.SignerOpts of a scheme.
func options(info *suite.SchemeInfo) crypto.SignerOpts {
	if info.Kind == suite.PSSRSAE || info.Kind == suite.PSSPSS {
		return pssOptions(info)
	}
	return info.Hash
}

// pssOptions are those of RFC 8446, section 4.2.3: the salt is as long as the
// digest, and the mask generation function uses the same hash.
func pssOptions(info *suite.SchemeInfo) *rsa.PSSOptions {
	return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: info.Hash}
}
