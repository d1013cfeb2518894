package keyfile

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"

	"polytls/failure"
	"polytls/internal/sign"
)

// The PEM labels of private keys (RFC 7468, sections 10 and 11; RFC 5915,
// section 4; OpenSSL's pem.h).
const (
	labelPKCS8     = "PRIVATE KEY"
	labelEncrypted = "ENCRYPTED PRIVATE KEY"
	labelPKCS1     = "RSA PRIVATE KEY"
	labelSEC1      = "EC PRIVATE KEY"
	labelDSA       = "DSA PRIVATE KEY"
)

// ParsePrivateKey reads the first private key of a PEM file, or that of a file in DER:
// PKCS#1, SEC1 or
// PKCS#8, plain or encrypted (by DEK-Info, RFC 1421, with AES-CBC or
// DES-EDE3-CBC; by PBES2, RFC 8018, with PBKDF2 or scrypt and the same ciphers; RSA
// and ECDSA by pbeWithSHAAnd3-KeyTripleDES-CBC).
// The key is RSA, RSASSA-PSS (*sign.PSSPrivateKey), ECDSA on a curve of
// sign.ParseECParameters, Ed25519, Ed448 or ML-DSA (*sign.MLDSAPrivateKey). Whether it
// may be used is the caller's decision (sign.VariableTimeCurve). The passphrase of a
// plain key is ignored; an empty one means that none was given.
//
// Its errors are failure.UnsupportedKey (ERR_OSSL_UNSUPPORTED: no key, or none
// that can be read), failure.UnsupportedCipher (ERR_OSSL_EVP_UNSUPPORTED: under
// other ciphers), failure.InvalidKey (ERR_OSSL_INVALID_KEY: the parts of an ML-DSA key
// do not belong together), failure.BadDecrypt (ERR_OSSL_BAD_DECRYPT: wrong passphrase
// or none) and failure.CryptoInterrupted (a passphrase over 1,024 bytes).
func ParsePrivateKey(data, passphrase []byte) (crypto.Signer, error) {
	for block, err := range blocks(data, labelPKCS8, labelEncrypted, labelPKCS1, labelSEC1, labelDSA) {
		switch {
		case err != nil:
			return nil, unsupported("the block cannot be read").Wrap(err)
		case len(block.Bytes) > maxKeyBytes:
			return nil, unsupported("%d bytes, want at most %d", len(block.Bytes), maxKeyBytes)
		}
		return parseKeyBlock(block, passphrase)
	}
	return nil, unsupported("there is no block of one in PEM, and no DER")
}

func parseKeyBlock(block *pem.Block, passphrase []byte) (crypto.Signer, error) {
	encrypted := block.Type == labelEncrypted || isDEK(block)
	switch {
	case !encrypted:
		return parseKey(block.Type, block.Bytes)
	case len(passphrase) > maxPassphrase:
		return nil, failure.CryptoInterrupted.Local("passphrase: %d bytes, want at most %d", len(passphrase), maxPassphrase)
	}
	if block.Type == labelEncrypted { // by its label alone
		if key, err := parsePKCS8(block.Bytes); err == nil {
			return key, nil
		}
	}
	label, der, err := decryptKeyBlock(block, passphrase)
	switch {
	case len(passphrase) == 0 && errors.Is(err, failure.BadDecrypt):
		return nil, failure.BadDecrypt.About("private key", "it is encrypted and no passphrase was given")
	case err != nil:
		return nil, err
	}
	return parseKey(label, der)
}

// decryptKeyBlock returns a plain key and the label that it would have.
func decryptKeyBlock(block *pem.Block, passphrase []byte) (label string, der []byte, err error) {
	switch {
	case block.Type == labelEncrypted && isPBES1(block.Bytes):
		return decryptPBES1(block.Bytes, passphrase)
	case block.Type == labelEncrypted:
		der, err = decryptPKCS8(block.Bytes, passphrase)
		return labelPKCS8, der, err
	}
	der, err = decryptDEK(block, passphrase)
	return block.Type, der, err
}

// parseKey reads the DER of a plain key. As OpenSSL, it takes PKCS#8 under the
// label of the key's type as well.
func parseKey(label string, der []byte) (crypto.Signer, error) {
	key, err := parsePKCS8(der)
	if label == labelPKCS8 || err == nil && label == ownLabel(key) {
		return key, err
	}
	switch label {
	case labelPKCS1:
		key, err := x509.ParsePKCS1PrivateKey(der)
		if err != nil {
			return nil, unsupported("PKCS#1").Wrap(err)
		}
		return usable(key)
	case labelSEC1:
		return parseECKey(nil, der)
	}
	return nil, unsupported("%s: keys of this type are not supported", strings.ToLower(label))
}

// ownLabel is that of the key's type, "" for those that have PKCS#8 alone.
func ownLabel(key crypto.Signer) string {
	switch key.(type) {
	case *rsa.PrivateKey:
		return labelPKCS1
	case *ecdsa.PrivateKey:
		return labelSEC1
	}
	return ""
}

// usable returns the key as a signer if it is one that TLS can sign with.
func usable(key any) (crypto.Signer, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits > sign.MaxRSABits {
			return nil, unsupported("RSA modulus of %d bits, want at most %d", bits, sign.MaxRSABits)
		}
		return key, nil
	case *ecdsa.PrivateKey:
		switch key.Curve {
		case elliptic.P256(), elliptic.P384(), elliptic.P521():
			return key, nil
		}
		return nil, unsupported("curve %s, want P-256, P-384 or P-521", key.Curve.Params().Name)
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, unsupported("a key of type %T cannot sign", key)
}

func unsupported(format string, args ...any) *failure.Error {
	return failure.UnsupportedKey.About("private key", format, args...)
}
