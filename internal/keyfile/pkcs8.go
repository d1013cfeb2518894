package keyfile

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"github.com/cloudflare/circl/sign/ed448"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
	"polytls/internal/sign"
)

// parsePKCS8 reads a PrivateKeyInfo or OneAsymmetricKey (RFC 5958, section 2).
func parsePKCS8(der []byte) (crypto.Signer, error) {
	var info, algorithm, key cryptobyte.String
	var version int
	var oid asn1.ObjectIdentifier
	input := cryptobyte.String(der)
	switch {
	case !input.ReadASN1(&info, cbasn1.SEQUENCE), !input.Empty():
		return nil, unsupported("PKCS#8: not one SEQUENCE")
	case !info.ReadASN1Integer(&version), version < 0, version > 1:
		return nil, unsupported("PKCS#8: version, want 0 or 1")
	case !info.ReadASN1(&algorithm, cbasn1.SEQUENCE), !algorithm.ReadASN1ObjectIdentifier(&oid):
		return nil, unsupported("PKCS#8: privateKeyAlgorithm")
	case !info.ReadASN1(&key, cbasn1.OCTET_STRING):
		return nil, unsupported("PKCS#8: privateKey")
	}
	switch {
	case oid.Equal(sign.OIDEC):
		return parseECKey(algorithm, key)
	case oid.Equal(sign.OIDRSAPSS):
		return parsePSSKey(algorithm, key)
	case oid.Equal(sign.OIDEd448):
		var seed cryptobyte.String
		if !key.ReadASN1(&seed, cbasn1.OCTET_STRING) || len(seed) != ed448.SeedSize || !key.Empty() {
			return nil, unsupported("PKCS#8: Ed448 key, want one OCTET STRING of %d bytes", ed448.SeedSize)
		}
		return ed448.NewKeyFromSeed(seed), nil
	case sign.IsMLDSA(oid):
		return parseMLDSAKey(oid, algorithm, key)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, unsupported("PKCS#8: algorithm %v", oid).Wrap(err)
	}
	return usable(parsed)
}

// parsePSSKey reads an RSA key whose AlgorithmIdentifier is id-RSASSA-PSS, with
// optional parameters (RFC 4055, section 1.2).
func parsePSSKey(parameters cryptobyte.String, der []byte) (crypto.Signer, error) {
	key, err := x509.ParsePKCS1PrivateKey(der)
	if err != nil {
		return nil, unsupported("PKCS#8: RSASSA-PSS key").Wrap(err)
	}
	if _, err := usable(key); err != nil {
		return nil, err
	}
	pss := &sign.PSSPrivateKey{Key: key}
	if parameters.Empty() {
		return pss, nil
	}
	pss.PSSParameters, err = sign.ParsePSSParameters(parameters)
	if err != nil {
		return nil, unsupported("PKCS#8").Wrap(err)
	}
	return pss, nil
}

// parseMLDSAKey reads a key of ML-DSA (RFC 9881, section 6), which has no parameters.
func parseMLDSAKey(oid asn1.ObjectIdentifier, parameters cryptobyte.String, der []byte) (crypto.Signer, error) {
	if !parameters.Empty() {
		return nil, unsupported("PKCS#8: ML-DSA key with parameters, want none")
	}
	key, err := sign.ParseMLDSAPrivateKey(oid, der)
	switch {
	case errors.Is(err, failure.InvalidKey):
		return nil, err
	case err != nil:
		return nil, unsupported("PKCS#8").Wrap(err)
	}
	return key, nil
}

// MarshalPrivateKey returns the key as PKCS#8 in PEM, readable by
// ParsePrivateKey. The signer must hold its key: one of the types that
// ParsePrivateKey returns.
func MarshalPrivateKey(signer crypto.Signer) ([]byte, error) {
	der, err := marshalPKCS8(signer)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: labelPKCS8, Bytes: der}), nil
}

// MarshalEncryptedPrivateKey is MarshalPrivateKey under a passphrase of at most
// 1,024 bytes: PBES2 with PBKDF2-HMAC-SHA-256 (600,000 iterations) and
// AES-256-CBC, with salt and IV from random.
func MarshalEncryptedPrivateKey(random io.Reader, signer crypto.Signer, passphrase []byte) ([]byte, error) {
	if len(passphrase) > maxPassphrase {
		return nil, fmt.Errorf("tls: passphrase: %d bytes, want at most %d", len(passphrase), maxPassphrase)
	}
	der, err := marshalPKCS8(signer)
	if err != nil {
		return nil, err
	}
	encrypted, err := encryptPKCS8(random, der, passphrase)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: labelEncrypted, Bytes: encrypted}), nil
}

func marshalPKCS8(signer crypto.Signer) ([]byte, error) {
	switch key := signer.(type) {
	case *sign.PSSPrivateKey:
		algorithm, err := key.AlgorithmIdentifier()
		if err != nil {
			return nil, err
		}
		return privateKeyInfo(algorithm, x509.MarshalPKCS1PrivateKey(key.Key))
	case *sign.MLDSAPrivateKey:
		return privateKeyInfo(key.AlgorithmIdentifier(), key.Marshal())
	case ed448.PrivateKey:
		var seed cryptobyte.Builder
		seed.AddASN1OctetString(key.Seed())
		return privateKeyInfo([]byte(sign.Ed448AlgorithmIdentifier), seed.BytesOrPanic())
	}
	if key, ok := signer.(*ecdsa.PrivateKey); ok && sign.VariableTimeCurve(key) != 0 {
		algorithm, der, err := sign.MarshalECPrivateKey(key)
		if err != nil {
			return nil, err
		}
		return privateKeyInfo(algorithm, der)
	}
	return x509.MarshalPKCS8PrivateKey(signer)
}

func privateKeyInfo(algorithm, key []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		b.AddBytes(algorithm)
		b.AddASN1OctetString(key)
	})
	return b.Bytes()
}
