package handshake

import (
	"context"

	"polytls/internal/kex"
	"polytls/internal/sign"
	"polytls/internal/suite"
)

// This file uses our private keys. The peer is watched only while a key that takes
// a context is used: the use of other keys cannot be cancelled.

// sign signs message with a certificate's key.
func (c *conversation) sign(ctx context.Context, cert *Certificate, s suite.Scheme, message []byte) ([]byte, error) {
	if _, ok := cert.Signer.(sign.ContextSigner); !ok {
		return sign.Sign(ctx, cert.Signer, s, message)
	}
	signature, err := watched(ctx, c, func(ctx context.Context) ([]byte, error) { return sign.Sign(ctx, cert.Signer, s, message) })
	return signature, keyFailed(err)
}

// decrypt returns the premaster secret that a client of RSA key exchange has
// encrypted.
func (s *server) decrypt(ctx context.Context, ciphertext []byte) ([]byte, error) {
	key, version := s.facts.Certificate.Decrypter, s.facts.HelloVersion
	if _, ok := key.(kex.ContextDecrypter); !ok {
		return kex.DecryptPremaster(ctx, key, ciphertext, version)
	}
	premaster, err := watched(ctx, &s.conversation, func(ctx context.Context) ([]byte, error) {
		return kex.DecryptPremaster(ctx, key, ciphertext, version)
	})
	return premaster, keyFailed(err)
}

// keyFailed returns the error of a failed use of a key: that of the peer if it has
// closed the connection meanwhile.
func keyFailed(err error) error {
	if left, ok := err.(*peerLeft); ok {
		return left.error
	}
	return err
}
