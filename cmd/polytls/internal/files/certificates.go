package files

import (
	"crypto"
	"crypto/x509"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/issue"
	"polytls/internal/keyfile"
)

// Authority reads a CA from its two files.
func Authority(certPath, keyPath, passphrase string) (*issue.Authority, error) {
	cert, err := Certificate("--ca", certPath)
	if err != nil {
		f := explain.Of(err)
		if f.Code == "ENOENT" {
			f.Hint = "make an authority with polytls cert ca, or name one with --ca"
		}
		return nil, f
	}
	key, err := Key("--ca-key", keyPath, passphrase)
	if err != nil {
		return nil, err
	}
	if err := keyfile.Matches(cert.Raw, key); err != nil {
		f := explain.Of(err)
		f.Reason = "--ca-key: " + f.Reason
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

func Chain(flag, path string) ([][]byte, error) {
	data, err := Read(flag, path)
	if err != nil {
		return nil, err
	}
	ders, err := keyfile.ParseCertificates(data)
	if err != nil {
		f := explain.Of(err)
		f.Reason = flag + ": " + path + ": " + f.Reason
		return nil, f
	}
	return ders, nil
}

// Anchors is Chain with the trust settings of TRUSTED CERTIFICATE.
func Anchors(flag, path string) ([][]byte, error) {
	if _, err := Chain(flag, path); err != nil {
		return nil, err
	}
	data, err := Read(flag, path)
	return keyfile.ParseCAs(data), err
}

func Key(flag, path, passphrase string) (crypto.Signer, error) {
	data, err := Read(flag, path)
	if err != nil {
		return nil, err
	}
	key, err := keyfile.ParsePrivateKey(data, []byte(passphrase))
	if err != nil {
		f := explain.Of(err)
		f.Reason = flag + ": " + path + ": " + f.Reason
		return nil, f
	}
	return key, nil
}
