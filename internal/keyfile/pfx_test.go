package keyfile

import (
	"errors"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
	"polytls/internal/trust/certtest"
)

func TestReadsPFX(t *testing.T) {
	tests := []struct {
		file, passphrase, leaf string
		extra                  []string
	}{
		{"modern", "sample", "p256", []string{"rsa"}},
		{"des3", "sample", "p256", []string{"rsa"}},
		{"nopass", "", "p256", []string{"rsa"}},
		{"nomac", "sample", "p256", []string{"rsa"}},
		{"plain", "", "p256", []string{"rsa"}},
		{"plain", "anything", "p256", []string{"rsa"}},
		{"mac384", "sample", "p256", []string{"rsa"}},
		{"pss", "sample", "pss", nil},
		{"ed448", "sample", "ed448", nil},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			data := append(file(t, tt.file+".pfx"), "what follows is ignored"...)
			signer, leaf, extra, err := ParsePFX(data, tt.passphrase)
			if err != nil {
				t.Fatal(err)
			}
			var want [][]byte
			for _, name := range tt.extra {
				want = append(want, certificate(t, name))
			}
			if !equalChains([][]byte{leaf}, [][]byte{certificate(t, tt.leaf)}) || !equalChains(extra, want) {
				t.Error("the certificates are others")
			}
			if err := Matches(leaf, signer); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefusesPFX(t *testing.T) {
	modern := file(t, "modern.pfx")
	tests := []struct {
		name       string
		data       []byte
		passphrase string
		want       error
	}{
		{"wrong passphrase", modern, "wrong", ErrMACVerifyFailure},
		{"no passphrase", modern, "", ErrMACVerifyFailure},
		{"a passphrase where there is none", file(t, "nopass.pfx"), "sample", ErrMACVerifyFailure},
		{"wrong passphrase and 3DES", file(t, "des3.pfx"), "wrong", ErrMACVerifyFailure},
		{"wrong passphrase and RC2", file(t, "rc2.pfx"), "wrong", ErrMACVerifyFailure},
		{"wrong passphrase and SHA-384", file(t, "mac384.pfx"), "wrong", ErrMACVerifyFailure},
		{"wrong passphrase and no MAC", file(t, "nomac.pfx"), "wrong", ErrBadDecrypt},
		{"RC2", file(t, "rc2.pfx"), "sample", failure.CryptoUnsupportedOperation},
		{"no key", file(t, "certonly.pfx"), "sample", failure.CryptoOperationFailed},
		{"no certificate", file(t, "keyonly.pfx"), "sample", failure.CryptoOperationFailed},
		{"empty", nil, "", ErrNotEnoughData},
		{"garbage", []byte("garbage"), "", ErrNotEnoughData},
		{"PEM", file(t, "p256-key.pem"), "", ErrNotEnoughData},
		{"certificate", certificate(t, "p256"), "", ErrNotEnoughData},
		{"cut off", modern[:len(modern)/2], "sample", ErrNotEnoughData},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, _, err := ParsePFX(tt.data, tt.passphrase)
			wantError(t, err, tt.want)
		})
	}
}

// pfxWith returns a PFX of one content, with macData if it is not nil.
func pfxWith(content, macData cryptobyte.BuilderContinuation) []byte {
	var b, safe cryptobyte.Builder
	safe.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1(cbasn1.SEQUENCE, content) })
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidData)
			b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(safe.BytesOrPanic()) })
		})
		if macData != nil {
			b.AddASN1(cbasn1.SEQUENCE, macData)
		}
	})
	return b.BytesOrPanic()
}

// TestBoundsIterationsOfPFX asks for 2^62 iterations; were a bound missing, the
// test would not end.
func TestBoundsIterationsOfPFX(t *testing.T) {
	const many = 1 << 62
	noBags := func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidData)
		b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddASN1OctetString([]byte{0x30, 0x00}) })
	}
	mac := func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidData) })
			b.AddASN1OctetString(nil)
		})
		b.AddASN1OctetString([]byte("salt"))
		b.AddASN1Int64(many)
	}
	pbmac1 := func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidPBMAC1)
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1ObjectIdentifier(oidPBKDF2)
						b.AddBytes(sequence(many))
					})
				})
			})
			b.AddASN1OctetString(nil)
		})
		b.AddASN1OctetString([]byte("salt"))
	}
	encrypted := func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidEncryptedData)
		b.AddASN1(context0, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(0)
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oidData)
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1ObjectIdentifier(oidPBE3DES)
						b.AddBytes(sequence(many))
					})
					b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(make([]byte, 8)) })
				})
			})
		})
	}
	for name, data := range map[string][]byte{
		"MAC":            pfxWith(noBags, mac),
		"PBMAC1":         pfxWith(noBags, pbmac1),
		"encrypted data": pfxWith(encrypted, nil),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := ParsePFX(data, "")
			wantError(t, err, failure.CryptoUnsupportedOperation)
		})
	}
}

func TestRefusesTruncatedPFX(t *testing.T) {
	data := file(t, "plain.pfx")
	for n := range data {
		if _, _, _, err := ParsePFX(data[:n], ""); err == nil {
			t.Fatalf("the first %d of %d bytes are read", n, len(data))
		}
	}
}

func FuzzParsePFX(f *testing.F) {
	for _, name := range []string{"modern.pfx", "des3.pfx", "rc2.pfx", "nomac.pfx", "plain.pfx", "pss.pfx", "ed448.pfx", "keyonly.pfx"} {
		f.Add(file(f, name), "sample")
	}
	f.Add(certtest.BER(file(f, "modern.pfx")), "sample")
	f.Fuzz(func(t *testing.T, data []byte, passphrase string) {
		signer, leaf, _, err := ParsePFX(data, passphrase)
		if err != nil {
			return
		}
		if err := Matches(leaf, signer); err != nil {
			t.Fatalf("the key is not that of the certificate: %v", err)
		}
	})
}

// TestNestedBagsAreBounded: the depth of nested SafeContents is bounded.
func TestNestedBagsAreBounded(t *testing.T) {
	for depth, want := range map[int]error{4: nil, 8: ErrNotEnoughData} {
		contents := []byte{0x30, 0}
		for range depth {
			inner := contents
			var b cryptobyte.Builder
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oidNestedBags)
					b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddBytes(inner) })
				})
			})
			contents = b.BytesOrPanic()
		}
		if err := new(safe).readBags(contents, ""); !errors.Is(err, want) {
			t.Errorf("%d in each other: %v", depth, err)
		}
	}
}
