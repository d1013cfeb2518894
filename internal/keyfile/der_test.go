package keyfile

import (
	"bytes"
	"encoding/pem"
	"strings"
	"testing"

	"polytls/failure"
)

// TestReadsDER reads each key, certificate and list in DER as in PEM, and refuses each
// that is cut off or followed by something.
func TestReadsDER(t *testing.T) {
	key := func(name string) func([]byte) error {
		return func(der []byte) error {
			signer, err := ParsePrivateKey(der, []byte("sample"))
			if err != nil {
				return err
			}
			return Matches(certificate(t, name), signer)
		}
	}
	read := map[string]func([]byte) error{
		"p256-cert.pem": func(der []byte) error {
			chain, err := ParseCertificates(der)
			if err == nil && (len(chain) != 1 || !bytes.Equal(chain[0], der) || !bytes.Equal(ParseCAs(der)[0], der)) {
				t.Error("another certificate was read")
			}
			return err
		},
		"crl-v1.pem": func(der []byte) error { _, err := ParseCRLs(der); return err },
		"crl-v2.pem": func(der []byte) error { _, err := ParseCRLs(der); return err },
	}
	for _, tt := range keyFiles {
		if !strings.Contains(tt.file, "-dek-") { // whose parameters are headers of PEM
			read[tt.file] = key(tt.certificate)
		}
	}
	for name, read := range read {
		t.Run(name, func(t *testing.T) {
			block, _ := pem.Decode(file(t, name))
			if block.Type == "EC PARAMETERS" {
				block, _ = pem.Decode(file(t, name)[bytes.Index(file(t, name), []byte("-----BEGIN EC PRIVATE")):])
			}
			if err := read(block.Bytes); err != nil {
				t.Error(err)
			}
			for what, der := range map[string][]byte{
				"cut off":  block.Bytes[:len(block.Bytes)-1],
				"followed": append(bytes.Clone(block.Bytes), 0),
			} {
				if read(der) == nil {
					t.Errorf("%s: it was read", what)
				}
			}
		})
	}
}

// TestReadsDEROfOpenSSL reads what openssl writes with -outform DER.
func TestReadsDEROfOpenSSL(t *testing.T) {
	o := newOpenSSL(t)
	for _, name := range []string{"rsa", "p256", "ed25519"} {
		o.write(t, "key", file(t, name+"-key.pem"))
		o.write(t, "cert", file(t, name+"-cert.pem"))
		for _, how := range []string{"pkey -in key", "pkcs8 -topk8 -in key -passout pass:sample"} {
			signer, err := ParsePrivateKey(o.run(t, how+" -outform DER"), []byte("sample"))
			if err != nil {
				t.Fatalf("%s, %s: %v", name, how, err)
			}
			if err := Matches(certificate(t, name), signer); err != nil {
				t.Errorf("%s, %s: %v", name, how, err)
			}
		}
		if chain, err := ParseCertificates(o.run(t, "x509 -in cert -outform DER")); err != nil || !bytes.Equal(chain[0], certificate(t, name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.write(t, "crl", file(t, "crl-v2.pem"))
	if _, err := ParseCRLs(o.run(t, "crl -in crl -outform DER")); err != nil {
		t.Error(err)
	}
}

// TestRefusesOtherDER names what is missing in DER of other kinds.
func TestRefusesOtherDER(t *testing.T) {
	cert := certificate(t, "p256")
	_, err := ParsePrivateKey(cert, nil)
	wantError(t, err, failure.UnsupportedKey)
	_, err = ParseCRLs(cert)
	wantError(t, err, failure.CryptoOperationFailed)
	block, _ := pem.Decode(file(t, "p256-key.pem"))
	_, err = ParseCertificates(block.Bytes)
	wantError(t, err, failure.ASN1WrongTag)
}
