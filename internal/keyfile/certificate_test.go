package keyfile

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/pem"
	"io"
	"slices"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/sign"
)

func TestReadsCertificates(t *testing.T) {
	rsaText, ecText := file(t, "rsa-cert.pem"), file(t, "p256-cert.pem")
	rsaDER, ecDER := certificate(t, "rsa"), certificate(t, "p256")
	old := bytes.ReplaceAll(rsaText, []byte(" CERTIFICATE"), []byte(" X509 CERTIFICATE"))
	tests := []struct {
		name string
		text []byte
		want [][]byte
	}{
		{"one", rsaText, [][]byte{rsaDER}},
		{"chain", append(bytes.Clone(ecText), rsaText...), [][]byte{ecDER, rsaDER}},
		{"text around", slicesJoin("Certificate:\n", ecText, "junk -----BEGIN x"), [][]byte{ecDER}},
		{"other blocks between", slicesJoin(string(ecText), file(t, "rsa-key.pem"), string(rsaText)), [][]byte{ecDER, rsaDER}},
		{"X509 CERTIFICATE", old, [][]byte{rsaDER}},
		{"TRUSTED CERTIFICATE", file(t, "p256-trusted.pem"), [][]byte{ecDER}},
		{"carriage returns", bytes.ReplaceAll(ecText, []byte("\n"), []byte("\r\n")), [][]byte{ecDER}},
		{"no newline at the end", bytes.TrimSpace(ecText), [][]byte{ecDER}},
		{"no-break spaces at the ends of lines", bytes.ReplaceAll(ecText, []byte("\n"), []byte("\u00a0\n")), [][]byte{ecDER}},
		{"byte order mark", slicesJoin("\ufeff", ecText, ""), [][]byte{ecDER}},
		{"byte order marks of two files", slicesJoin("\ufeff"+string(ecText)+"\ufeff", rsaText, ""), [][]byte{ecDER, rsaDER}},
		{"half a beginning before", slicesJoin("-----BEGIN\n-----BEGIN X\n", ecText, ""), [][]byte{ecDER}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			chain, err := ParseCertificates(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if !equalChains(chain, tt.want) {
				t.Errorf("%d certificates, want %d, or they differ", len(chain), len(tt.want))
			}
			if !anchorsOf(ParseCAs(tt.text), tt.want) {
				t.Error("ParseCAs reads something else")
			}
		})
	}
}

// anchorsOf reports whether the anchors are the certificates, perhaps with trust
// settings behind them.
func anchorsOf(anchors, chain [][]byte) bool {
	return slices.EqualFunc(anchors, chain, bytes.HasPrefix)
}

func TestAnchorsKeepTrustSettings(t *testing.T) {
	anchors := ParseCAs(file(t, "p256-trusted.pem"))
	if len(anchors) != 1 || len(anchors[0]) <= len(certificate(t, "p256")) {
		t.Errorf("%d anchors, or without settings", len(anchors))
	}
}

func equalChains(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func TestRefusesBrokenCertificates(t *testing.T) {
	text := file(t, "p256-cert.pem")
	tests := []struct {
		name string
		text []byte
		want error
		cas  int // how many ParseCAs takes
	}{
		{"empty", nil, failure.PEMNoStartLine, 0},
		{"garbage", []byte("garbage"), failure.PEMNoStartLine, 0},
		{"key", file(t, "p256-key.pem"), failure.PEMNoStartLine, 0},
		{"indented", append([]byte("  "), text...), failure.PEMNoStartLine, 0},
		{"no end line", text[:len(text)-20], failure.PEMBadEndLine, 0},
		{"end line of another label", bytes.Replace(text, []byte("END C"), []byte("END TRUSTED C"), 1), failure.PEMBadEndLine, 0},
		{"text after the end line", append(bytes.TrimSpace(bytes.Clone(text)), "x\n"...), failure.PEMBadEndLine, 0},
		{"two without a newline between", append(bytes.TrimSpace(bytes.Clone(text)), text...), failure.PEMBadEndLine, 0},
		{"no end line before the next beginning", append(bytes.Clone(text[:len(text)-26]), text...), failure.PEMBadEndLine, 0},
		{"another block without an end before", append([]byte("-----BEGIN X-----\n"), text...), failure.PEMBadEndLine, 0},
		{"all in one line", bytes.ReplaceAll(text, []byte("\n"), nil), failure.PEMNoStartLine, 0},
		{"octets after the certificate", encodePEM(append(bytes.Clone(certificate(t, "p256")), 0, 0)), failure.ASN1WrongTag, 0},
		{"two in one block", encodePEM(append(bytes.Clone(certificate(t, "p256")), certificate(t, "rsa")...)), failure.ASN1WrongTag, 0},
		{"not base64", replaceOnce(t, text, "\nMII", "\nM!I"), failure.PEMBadBase64, 0},
		{"no DER", []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), failure.ASN1WrongTag, 0},
		{"another structure", []byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"), failure.ASN1WrongTag, 0},
		{"broken trust settings", []byte(strings.ReplaceAll(string(encodePEM(append(bytes.Clone(certificate(t, "p256")), 0x30, 1, 0))), " CERT", " TRUSTED CERT")), failure.ASN1WrongTag, 0},
		{"second glued to a third", slicesJoin(string(text), bytes.TrimSpace(text), string(text)), failure.PEMBadEndLine, 1},
		{"second has no end line", append(bytes.Clone(text), text[:len(text)-20]...), failure.PEMBadEndLine, 1},
		{"second is no DER", slicesJoin(string(text), nil, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), failure.ASN1WrongTag, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseCertificates(tt.text)
			wantError(t, err, tt.want)
			if got := ParseCAs(tt.text); len(got) != tt.cas {
				t.Errorf("ParseCAs takes %d certificates, want %d", len(got), tt.cas)
			}
		})
	}
}

func encodePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// storedKey is a key in a store that calls an RSASSA-PSS key plain RSA.
type storedKey struct{ public *rsa.PublicKey }

func (k storedKey) Public() crypto.PublicKey { return k.public }
func (storedKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, io.EOF
}

func TestMatches(t *testing.T) {
	keys := map[string]crypto.Signer{}
	for _, name := range []string{"rsa", "pss", "pss384", "p256", "p384", "ed25519", "ed448", "mldsa44", "mldsa65"} {
		signer, err := ParsePrivateKey(file(t, name+"-key.pem"), nil)
		if err != nil {
			t.Fatal(err)
		}
		keys[name] = signer
	}
	keys["stored pss"] = storedKey{&keys["pss"].(*sign.PSSPrivateKey).Key.PublicKey}
	tests := []struct {
		certificate, key string
		want             error
	}{
		{"rsa", "rsa", nil},
		{"pss", "pss", nil},
		{"pss", "stored pss", nil},
		{"ed448", "ed448", nil},
		{"pss", "pss384", failure.KeyValuesMismatch},
		{"p256", "p384", failure.KeyValuesMismatch},
		{"rsa", "stored pss", failure.KeyValuesMismatch},
		{"rsa", "p256", failure.KeyTypeMismatch},
		{"rsa", "pss", failure.KeyTypeMismatch},
		{"pss", "rsa", failure.KeyTypeMismatch},
		{"ed25519", "ed448", failure.KeyTypeMismatch},
		{"mldsa44", "mldsa44", nil},
		{"mldsa65", "mldsa44", failure.KeyTypeMismatch},
		{"mldsa65", "p256", failure.KeyTypeMismatch},
		{"p256", "ed25519", failure.KeyTypeMismatch},
	}
	for _, tt := range tests {
		t.Run(tt.certificate+" and "+tt.key, func(t *testing.T) {
			err := Matches(certificate(t, tt.certificate), keys[tt.key])
			if tt.want == nil && err != nil {
				t.Fatal(err)
			}
			if tt.want != nil {
				wantError(t, err, tt.want)
			}
		})
	}
}

func TestPublicKeyRefusesTruncatedCertificates(t *testing.T) {
	der := certificate(t, "ed25519")
	for n := range der {
		if _, err := PublicKey(der[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes have a key", n, len(der))
		}
	}
}

func FuzzParseCertificates(f *testing.F) {
	for _, name := range []string{"rsa-cert.pem", "p256-trusted.pem", "pss384-cert.pem", "p256-key.pem", "crl-v1.pem"} {
		f.Add(file(f, name))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		chain, err := ParseCertificates(text)
		if (err == nil) != (len(chain) > 0) {
			t.Fatalf("%d certificates and error %v", len(chain), err)
		}
		if anchors := ParseCAs(text); err == nil && !anchorsOf(anchors, chain) {
			t.Fatal("ParseCAs reads something else")
		}
		for _, der := range chain {
			_, _ = PublicKey(der) // must not panic
		}
		_, _ = ParseCRLs(text)
	})
}
