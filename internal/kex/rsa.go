package kex

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"io"

	"polytls/failure"
	"polytls/internal/suite"
)

// premasterLen is the length in bytes of an RSA premaster secret: the version
// and 46 random bytes (RFC 5246, section 7.4.7.1).
const premasterLen = 48

// EncryptPremaster makes a client's premaster secret. clientVersion is the
// version of its ClientHello, not the negotiated one. A key that is too small
// or malformed is failure.Internal.
func EncryptPremaster(pub *rsa.PublicKey, clientVersion suite.Version) (premaster, ciphertext []byte, err error) {
	premaster = random(premasterLen)
	premaster[0], premaster[1] = byte(clientVersion>>8), byte(clientVersion)
	//lint:ignore SA1019 the protocol up to TLS 1.2 wants this padding
	ciphertext, err = rsa.EncryptPKCS1v15(rand.Reader, pub, premaster)
	if err != nil {
		return nil, nil, failure.Internal.New("ClientKeyExchange: EncryptedPreMasterSecret: %v", err)
	}
	return premaster, ciphertext, nil
}

// ContextDecrypter is a crypto.Decrypter that is told when the handshake which needs
// the decryption has ended. DecryptPremaster calls DecryptContext in place of Decrypt,
// with the same arguments after ctx.
type ContextDecrypter interface {
	crypto.Decrypter
	DecryptContext(ctx context.Context, rand io.Reader, ciphertext []byte, opts crypto.DecrypterOpts) ([]byte, error)
}

// DecryptPremaster returns a server's premaster secret of 48 bytes. It rejects
// implicitly (RFC 5246, section 7.4.7.1): bad padding, a wrong length or version
// inside, and a ciphertext that is not as long as the modulus, give a random secret,
// so that the handshake fails at Finished and Bleichenbacher's oracle learns nothing.
func DecryptPremaster(ctx context.Context, dec crypto.Decrypter, ciphertext []byte, clientVersion suite.Version) (premaster []byte, err error) {
	pub, ok := dec.Public().(*rsa.PublicKey)
	if !ok {
		return nil, failure.Internal.New("ClientKeyExchange: the private key is %T, wanted RSA", dec.Public())
	}
	substitute := random(premasterLen) // first, so that the time does not depend on the secret
	if len(ciphertext) != pub.Size() { // which is public
		return substitute, nil
	}

	//lint:ignore SA1019 the protocol up to TLS 1.2 wants this padding
	options := &rsa.PKCS1v15DecryptOptions{SessionKeyLen: premasterLen}
	var plain []byte
	if d, ok := dec.(ContextDecrypter); ok {
		plain, err = d.DecryptContext(ctx, rand.Reader, ciphertext, options)
	} else {
		plain, err = dec.Decrypt(rand.Reader, ciphertext, options)
	}
	if err != nil || len(plain) != premasterLen {
		// Package rsa fails for ciphertexts above the modulus only, which is public
		// too. With other keys the cause is unknown, and must not be revealed.
		return substitute, nil
	}
	// Whether the version matched is secret: both outcomes copy.
	version := []byte{byte(clientVersion >> 8), byte(clientVersion)}
	good := subtle.ConstantTimeCompare(plain[:2], version)
	subtle.ConstantTimeCopy(good, substitute, plain)
	return substitute, nil
}
