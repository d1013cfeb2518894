package files

import (
	"crypto"
	"crypto/x509"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/issue"
	"polytls/internal/keyfile"
)

// Authority reads a CA from the files of its certificate and its key.
func Authority(certPath, keyPath, passphrase string) (*issue.Authority, error) {
	cert, err := Certificate("--ca", certPath)
	if err != nil {
		f := explain.Of(err)
		if f.Code == "ENOENT" {
			f.Hint = "create a CA with polytls cert ca, or give one with --ca"
		}
		return nil, f
	}
	key, err := Key("--ca-key", keyPath, passphrase)
	if err != nil {
		return nil, err
	}
	if err := keyfile.Matches(cert.Raw, key); err != nil {
		f := explain.At("--ca-key", err)
		f.Hint = "give the key that belongs to --ca"
		return nil, f
	}
	if !cert.IsCA {
		return nil, explain.New("INVALID_CA", "give a CA certificate, as polytls cert ca makes it", "--ca: %s: not a CA certificate", certPath)
	}
	return &issue.Authority{Certificate: cert, Key: key}, nil
}

// Certificate reads the first certificate of a file.
func Certificate(flag, path string) (*x509.Certificate, error) {
	ders, err := Chain(flag, path)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(ders[0])
	if err != nil {
		return nil, explain.New("ERR_OSSL_ASN1_PARSE_ERROR", "", "%s: %s: %v", flag, path, err)
	}
	return cert, nil
}

// Chain reads the certificates of a file.
func Chain(flag, path string) ([][]byte, error) {
	return parse(flag, path, keyfile.ParseCertificates)
}

// Anchors is Chain for trusted certificates: it keeps the trust settings of TRUSTED
// CERTIFICATE blocks.
func Anchors(flag, path string) ([][]byte, error) {
	return parse(flag, path, func(data []byte) ([][]byte, error) {
		_, err := keyfile.ParseCertificates(data)
		return keyfile.ParseCAs(data), err
	})
}

// Key reads a private key.
func Key(flag, path, passphrase string) (crypto.Signer, error) {
	return parse(flag, path, func(data []byte) (crypto.Signer, error) {
		return keyfile.ParsePrivateKey(data, []byte(passphrase))
	})
}

// RevocationLists reads the lists of a file.
func RevocationLists(flag, path string) ([]*x509.RevocationList, error) {
	return parse(flag, path, keyfile.ParseCRLs)
}

// parse reads and parses a file.
func parse[T any](flag, path string, f func([]byte) (T, error)) (parsed T, err error) {
	data, err := Read(flag, path)
	if err != nil {
		return parsed, err
	}
	if parsed, err = f(data); err != nil {
		return parsed, explain.At(flag+": "+path, err)
	}
	return parsed, nil
}
