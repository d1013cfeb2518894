package keyfile

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"reflect"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/sign"
	"polytls/internal/suite"
)

// keyFiles are the readable private keys of testdata and the certificates that
// say what they hold; the encrypted ones have the passphrase "sample".
var keyFiles = []struct{ file, certificate string }{
	{"rsa-key.pem", "rsa"},
	{"rsa-pkcs1.pem", "rsa"},
	{"rsa-dek-aes256.pem", "rsa"},
	{"rsa-pbes2-aes256.pem", "rsa"},
	{"pss-key.pem", "pss"},
	{"pss-pbes2-aes256.pem", "pss"},
	{"pss384-key.pem", "pss384"},
	{"p256-key.pem", "p256"},
	{"p256-sec1.pem", "p256"},
	{"p256-compressed-sec1.pem", "p256"},
	{"p256-explicit-sec1.pem", "p256"},
	{"p256-explicit.pem", "p256"},
	{"p384-explicit-sec1.pem", "p384"},
	{"p521-explicit-pbes2-aes256.pem", "p521"},
	{"p256-pbes1-des3.pem", "p256"},
	{"p256-dek-aes128.pem", "p256"},
	{"p256-dek-aes192.pem", "p256"},
	{"p256-dek-des3.pem", "p256"},
	{"p256-pbes2-aes128-sha1.pem", "p256"},
	{"p256-pbes2-aes192-sha224.pem", "p256"},
	{"p256-pbes2-des3-sha384.pem", "p256"},
	{"p256-pbes2-aes256-sha512.pem", "p256"},
	{"p256-pbes2-scrypt.pem", "p256"},
	{"p384-key.pem", "p384"},
	{"p521-key.pem", "p521"},
	{"bp384-key.pem", "bp384"},
	{"bp384-sec1.pem", "bp384"},
	{"bp384-pbes2-aes256.pem", "bp384"},
	{"ed25519-key.pem", "ed25519"},
	{"ed448-key.pem", "ed448"},
	{"ed448-pbes2-aes256.pem", "ed448"},
	// RFC 9881, appendix C; the encrypted ones by Node.
	{"mldsa44-key.pem", "mldsa44"},
	{"mldsa44-expanded.pem", "mldsa44"},
	{"mldsa44-both.pem", "mldsa44"},
	{"mldsa44-expanded-pbes2-aes128.pem", "mldsa44"},
	{"mldsa65-key.pem", "mldsa65"},
	{"mldsa65-expanded.pem", "mldsa65"},
	{"mldsa65-both.pem", "mldsa65"},
	{"mldsa65-pbes2-aes256.pem", "mldsa65"},
	{"mldsa87-key.pem", "mldsa87"},
	{"mldsa87-expanded.pem", "mldsa87"},
	{"mldsa87-both.pem", "mldsa87"},
}

func TestReadsPrivateKeys(t *testing.T) {
	for _, tt := range keyFiles {
		t.Run(tt.file, func(t *testing.T) {
			text := file(t, tt.file)
			for _, text := range [][]byte{
				text,
				slicesJoin("subject=/CN=x\n", text, "\ntext\n-----BEGIN PRIVATE KEY-----\nnot read any more"),
				bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")),
				slicesJoin("\ufeff", text, ""),
			} {
				signer, err := ParsePrivateKey(text, []byte("sample"))
				if err != nil {
					t.Fatal(err)
				}
				if err := Matches(certificate(t, tt.certificate), signer); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func slicesJoin(before string, text []byte, after string) []byte {
	return bytes.Join([][]byte{[]byte(before), text, []byte(after)}, nil)
}

func TestKeepsRestrictionsOfPSSKeys(t *testing.T) {
	for name, want := range map[string]sign.PSSParameters{
		"pss":    {},
		"pss384": {Hash: crypto.SHA384, MGFHash: crypto.SHA384, SaltLength: 48},
	} {
		signer, err := ParsePrivateKey(file(t, name+"-key.pem"), nil)
		if err != nil {
			t.Fatal(err)
		}
		public, err := PublicKey(certificate(t, name))
		if err != nil {
			t.Fatal(err)
		}
		own, ok := signer.Public().(*sign.PSSPublicKey)
		if !ok || own.PSSParameters != want || !own.Equal(public) {
			t.Errorf("%s: public key %+v, want parameters %+v", name, signer.Public(), want)
		}
		if _, decrypts := signer.(crypto.Decrypter); decrypts {
			t.Errorf("%s: the key decrypts", name)
		}
	}
}

func TestRefusesWrongPassphrases(t *testing.T) {
	for _, tt := range keyFiles {
		if !strings.Contains(tt.file, "-dek-") && !strings.Contains(tt.file, "-pbes") {
			continue
		}
		t.Run(tt.file, func(t *testing.T) {
			for passphrase, want := range map[string]error{
				"":                        failure.BadDecrypt,
				"wrong":                   failure.BadDecrypt,
				"SAMPLE":                  failure.BadDecrypt,
				strings.Repeat("x", 1024): failure.BadDecrypt,
				strings.Repeat("x", 1025): failure.CryptoInterrupted,
			} {
				_, err := ParsePrivateKey(file(t, tt.file), []byte(passphrase))
				wantError(t, err, want)
			}
			_, err := ParsePrivateKey(file(t, tt.file), nil)
			wantError(t, err, failure.BadDecrypt)
			if !strings.Contains(err.Error(), "no passphrase was given") {
				t.Errorf("error %q does not say that no passphrase was given", err)
			}
		})
	}
}

func TestRefusesWhatIsNoKeyForTLS(t *testing.T) {
	text := file(t, "p256-key.pem")
	tests := map[string][]byte{
		"empty":             nil,
		"garbage":           []byte("garbage"),
		"DER":               {0x30, 0x03, 0x02, 0x01, 0x00},
		"certificate":       file(t, "p256-cert.pem"),
		"secp256k1":         file(t, "bad-secp256k1.pem"),
		"P-224":             file(t, "bad-p224.pem"),
		"X25519":            file(t, "bad-x25519.pem"),
		"DSA":               []byte("-----BEGIN DSA PRIVATE KEY-----\nMAA=\n-----END DSA PRIVATE KEY-----\n"),
		"no DEK-Info":       replaceOnce(t, file(t, "p256-dek-aes128.pem"), "DEK-Info", "X-DEK-Info"),
		"short IV":          []byte("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMAA=\n-----END EC PRIVATE KEY-----\n"),
		"no end line":       text[:len(text)-20],
		"not base64":        replaceOnce(t, text, "MIG", "M!G"),
		"indented":          append([]byte(" "), text...),
		"P-256 as PKCS#1":   bytes.ReplaceAll(text, []byte("PRIVATE KEY"), []byte("RSA PRIVATE KEY")),
		"RSA as SEC1":       bytes.ReplaceAll(file(t, "rsa-key.pem"), []byte("PRIVATE KEY"), []byte("EC PRIVATE KEY")),
		"SEC1 as PKCS#8":    bytes.ReplaceAll(file(t, "p256-sec1.pem"), []byte("EC PRIVATE KEY"), []byte("PRIVATE KEY")),
		"over 64 kilobytes": pem.EncodeToMemory(&pem.Block{Type: labelPKCS8, Bytes: make([]byte, maxKeyBytes+1)}),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParsePrivateKey(text, []byte("sample"))
			wantError(t, err, failure.UnsupportedKey)
		})
	}
}

// TestKeysOnBrainpool reads a key, and refuses scalars that are none.
func TestKeysOnBrainpool(t *testing.T) {
	text := file(t, "bp384-key.pem")
	key, err := ParsePrivateKey(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := sign.VariableTimeCurve(key); got != suite.BrainpoolP384r1 {
		t.Errorf("a key on %s", got)
	}
	block, _ := pem.Decode(text)
	scalar := []byte("\x04\x30\x5e\x70") // and 46 bytes more
	at := bytes.Index(block.Bytes, scalar) + 2
	if at < 2 {
		t.Fatal("the file has another key")
	}
	for name, octet := range map[string]byte{"0": 0, "the order or more": 0xFF} {
		der := bytes.Clone(block.Bytes)
		copy(der[at:], bytes.Repeat([]byte{octet}, 48))
		_, err := ParsePrivateKey(pem.EncodeToMemory(&pem.Block{Type: labelPKCS8, Bytes: der}), nil)
		if !errors.Is(err, failure.UnsupportedKey) {
			t.Errorf("a scalar of %s: %v", name, err)
		}
	}
}

// TestSecp256k1NeedsItsPackage: the error says which.
func TestSecp256k1NeedsItsPackage(t *testing.T) {
	_, err := ParsePrivateKey(file(t, "bad-secp256k1.pem"), nil)
	wantError(t, err, failure.UnsupportedKey)
	if !strings.Contains(err.Error(), "polytls/secp256k1") {
		t.Errorf("the error does not name the package: %v", err)
	}
}

// TestReadsPKCS8UnderOtherLabels: OpenSSL reads these files, too.
func TestReadsPKCS8UnderOtherLabels(t *testing.T) {
	for _, tt := range []struct{ file, label, certificate string }{
		{"p256-key.pem", labelSEC1, "p256"},
		{"rsa-key.pem", labelPKCS1, "rsa"},
		{"p256-key.pem", labelEncrypted, "p256"},
		{"rsa-key.pem", labelEncrypted, "rsa"},
	} {
		text := bytes.ReplaceAll(file(t, tt.file), []byte(labelPKCS8), []byte(tt.label))
		signer, err := ParsePrivateKey(text, nil)
		if err == nil {
			err = Matches(certificate(t, tt.certificate), signer)
		}
		if err != nil {
			t.Errorf("%s as %s: %v", tt.file, tt.label, err)
		}
	}
}

func TestRefusesOtherCiphers(t *testing.T) {
	dek := file(t, "p256-dek-aes128.pem")
	for cipher, text := range map[string][]byte{
		"CAMELLIA-128-CBC": file(t, "bad-camellia.pem"),
		"ARIA-256-CBC":     file(t, "bad-aria.pem"),
		"PBE-SHA1-2DES":    file(t, "bad-2des.pem"),
		"CAMELLIA-256-CBC": file(t, "bad-dek-camellia.pem"),
		"ARIA-128-CBC":     file(t, "bad-dek-aria.pem"),
		"DES-CBC":          replaceOnce(t, dek, "AES-128-CBC", "DES-CBC"),
	} {
		t.Run(cipher, func(t *testing.T) {
			_, err := ParsePrivateKey(text, []byte("sample"))
			wantError(t, err, failure.UnsupportedCipher)
			if !strings.Contains(err.Error(), cipher) {
				t.Errorf("%v does not name the cipher", err)
			}
		})
	}
	if _, err := ParsePrivateKey(replaceOnce(t, dek, "AES-128-CBC", "aes-128-cbc"), []byte("sample")); err != nil {
		t.Errorf("a cipher in small letters: %v", err)
	}
}

// TestRefusesTruncatedKeys truncates the DER of every kind at every length: no
// prefix is a key, and none panics.
func TestRefusesTruncatedKeys(t *testing.T) {
	for _, name := range []string{"rsa-pkcs1.pem", "pss384-key.pem", "p256-sec1.pem", "p256-explicit-sec1.pem", "bp384-key.pem", "ed448-key.pem", "ed25519-key.pem", "mldsa44-key.pem", "mldsa44-expanded.pem", "mldsa44-both.pem"} {
		for block, err := range blocks(file(t, name), labelPKCS1, labelPKCS8, labelSEC1) {
			if err != nil {
				t.Fatal(err)
			}
			for n := range block.Bytes {
				if _, err := parseKey(block.Type, block.Bytes[:n]); err == nil {
					t.Fatalf("%s: the first %d of %d bytes are read as a key", name, n, len(block.Bytes))
				}
			}
		}
	}
}

func TestMarshalsPrivateKeys(t *testing.T) {
	for _, name := range []string{"rsa", "pss", "pss384", "p256", "p384", "p521", "bp384", "ed25519", "ed448", "mldsa44", "mldsa65", "mldsa87"} {
		t.Run(name, func(t *testing.T) {
			signer, err := ParsePrivateKey(file(t, name+"-key.pem"), nil)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := MarshalPrivateKey(signer)
			if err != nil {
				t.Fatal(err)
			}
			again, err := ParsePrivateKey(plain, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(again, signer) {
				t.Error("the plain key reads back as another")
			}
		})
	}
}

func TestMarshalsEncryptedPrivateKeys(t *testing.T) {
	signer, err := ParsePrivateKey(file(t, "ed448-key.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	encrypted, err := MarshalEncryptedPrivateKey(rand.Reader, signer, []byte("pass"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParsePrivateKey(encrypted, []byte("word")); err == nil {
		t.Error("a wrong passphrase opens the key")
	}
	again, err := ParsePrivateKey(encrypted, []byte("pass"))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, signer) {
		t.Error("the encrypted key reads back as another")
	}
	if _, err := MarshalEncryptedPrivateKey(rand.Reader, signer, make([]byte, maxPassphrase+1)); err == nil {
		t.Error("a passphrase that ParsePrivateKey refuses is taken")
	}
}

func FuzzParsePrivateKey(f *testing.F) {
	for _, tt := range keyFiles {
		f.Add(file(f, tt.file))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		signer, err := ParsePrivateKey(text, []byte("sample"))
		if err != nil {
			return
		}
		plain, err := MarshalPrivateKey(signer)
		if err != nil {
			t.Fatalf("a key that was read cannot be written: %v", err)
		}
		if _, err := ParsePrivateKey(plain, nil); err != nil {
			t.Fatalf("a key that was written cannot be read: %v", err)
		}
	})
}
