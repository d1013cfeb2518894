package polytls

import (
	"context"
	"crypto"
	"io"
)

// ContextSigner is a crypto.Signer, given as Key.Signer, that is told when the
// handshake which waits for its signature has ended. It signs for ServerKeyExchange
// and CertificateVerify of all versions, also in renegotiations and post-handshake
// authentication.
type ContextSigner interface {
	crypto.Signer
	// SignContext is called in place of Sign, with the same arguments after ctx. ctx
	// ends with the handshake: after HandshakeTimeout, with the context of Connect,
	// Client or ServerSocket, with Close, and when the peer closes the connection. Even
	// then the handshake waits until the method returns. Its error is the cause of an
	// ERR_SSL_INTERNAL_ERROR; the peer gets the alert internal_error.
	SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

// ContextDecrypter is for RSA key exchange what ContextSigner is for signatures: a
// Key.Signer that is a crypto.Decrypter, too.
type ContextDecrypter interface {
	crypto.Decrypter
	// DecryptContext is called in place of Decrypt, with the same arguments after ctx.
	// As with Decrypt, its error is not reported, since the peer must not learn whether
	// its ciphertext was valid (RFC 5246, section 7.4.7.1): the handshake fails at the
	// client's Finished.
	DecryptContext(ctx context.Context, rand io.Reader, ciphertext []byte, opts crypto.DecrypterOpts) ([]byte, error)
}
