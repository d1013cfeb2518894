package keyfile

import (
	"bytes"
	"testing"

	"polytls/failure"
	"polytls/failure/failuretest"
)

// reading is the error of a text of certificates.
func reading(text []byte) func(*testing.T) error {
	return func(*testing.T) error {
		_, err := ParseCertificates(text)
		return err
	}
}

func TestFailures(t *testing.T) {
	text := file(t, "p256-cert.pem")
	failuretest.Triggers{
		failure.ASN1WrongTag: reading([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")),
		failure.CryptoUnsupportedOperation: func(t *testing.T) error {
			_, _, _, err := ParsePFX(file(t, "rc2.pfx"), "sample")
			return err
		},
		failure.InvalidKey: func(t *testing.T) error {
			_, err := ParsePrivateKey(file(t, "bad-mldsa44-both.pem"), nil)
			return err
		},
		failure.KeyTypeMismatch: func(t *testing.T) error {
			key, err := ParsePrivateKey(file(t, "p256-key.pem"), nil)
			if err != nil {
				return err
			}
			return Matches(certificate(t, "rsa"), key)
		},
		failure.PEMBadBase64:  reading(bytes.Replace(text, []byte("\nMII"), []byte("\nM!I"), 1)),
		failure.PEMBadEndLine: reading(text[:len(text)-20]),
		failure.UnsupportedCipher: func(t *testing.T) error {
			_, err := ParsePrivateKey(file(t, "bad-camellia.pem"), []byte("sample"))
			return err
		},
	}.Run(t)
}
