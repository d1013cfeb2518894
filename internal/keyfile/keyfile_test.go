package keyfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"polytls/failure"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// certificate returns the DER of testdata/NAME-cert.pem.
func certificate(t testing.TB, name string) []byte {
	t.Helper()
	chain, err := ParseCertificates(file(t, name+"-cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return chain[0]
}

// wantError checks an error's row or sentinel, that it carries no alert, and
// that what has no code in Node has none here.
func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
	var e *failure.Error
	if !errors.As(err, &e) || e.AlertFrom != failure.SideNone || e.Reason == "" {
		t.Fatalf("error %#v, want a local failure.Error with a reason", err)
	}
	if _, coded := want.(failure.Failure); !coded && e.Code != "" {
		t.Fatalf("error %v has code %s, want none", err, e.Code)
	}
}

// replaceOnce fails the test when there is nothing to replace.
func replaceOnce(t testing.TB, data []byte, old, new string) []byte {
	t.Helper()
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("no %q to replace", old)
	}
	return bytes.Replace(data, []byte(old), []byte(new), 1)
}

// TestReportsDamage changes every byte of files of every structure: a file that
// cannot be read gives an error with the reason, and nothing panics.
func TestReportsDamage(t *testing.T) {
	der := func(name, label string) []byte {
		for block, err := range blocks(file(t, name), label) {
			if err != nil {
				t.Fatal(err)
			}
			return block.Bytes
		}
		t.Fatalf("%s: no %s", name, label)
		return nil
	}
	pfx := func(data []byte) error { _, _, _, err := ParsePFX(data, "sample"); return err }
	tests := []struct {
		name  string
		data  []byte
		parse func([]byte) error
	}{
		{"PFX", file(t, "plain.pfx"), pfx},
		{"encrypted PFX", file(t, "modern.pfx"), pfx},
		{"3DES PFX", file(t, "des3.pfx"), pfx},
		{"PBES2", der("p256-pbes2-aes128-sha1.pem", labelEncrypted), func(data []byte) error {
			_, err := decryptPKCS8(data, []byte("sample"))
			return err
		}},
		{"scrypt", der("p256-pbes2-scrypt.pem", labelEncrypted), func(data []byte) error {
			_, err := decryptPKCS8(data, []byte("sample"))
			return err
		}},
		{"PKCS#8", der("ed448-key.pem", labelPKCS8), func(data []byte) error {
			_, err := parsePKCS8(data)
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refused := 0
			for i := range tt.data {
				damaged := bytes.Clone(tt.data)
				damaged[i] ^= 0x11
				err := tt.parse(damaged)
				if err == nil {
					continue
				}
				refused++
				var e *failure.Error
				if !errors.As(err, &e) || e.Reason == "" {
					t.Fatalf("byte %d: error %#v has no reason", i, err)
				}
			}
			if refused < 16 { // the bytes around an Ed448 seed, of which any will do
				t.Errorf("only %d of %d changes are refused", refused, len(tt.data))
			}
		})
	}
}
