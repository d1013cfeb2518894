package keyfile

import (
	"bytes"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trust/certtest"
)

func TestReadsPFXInBER(t *testing.T) {
	for _, name := range []string{"modern", "des3", "nopass", "nomac", "plain", "mac384"} {
		t.Run(name, func(t *testing.T) {
			der := file(t, name+".pfx")
			passphrase := "sample"
			if name == "nopass" {
				passphrase = ""
			}
			_, want, wantExtra, err := ParsePFX(der, passphrase)
			if err != nil {
				t.Fatal(err)
			}
			safe, err := readPFX(der, passphrase)
			if err != nil {
				t.Fatal(err)
			}
			safe.contents = certtest.BER(safe.contents)
			inside, err := safe.authenticated(passphrase)
			if err != nil {
				t.Fatal(err)
			}
			for form, ber := range map[string][]byte{"outside": certtest.BER(der), "inside": inside, "both": certtest.BER(inside)} {
				signer, leaf, extra, err := ParsePFX(append(ber, "what follows is ignored"...), passphrase)
				if err != nil {
					t.Errorf("%s: %v", form, err)
					continue
				}
				if !bytes.Equal(leaf, want) || !equalChains(extra, wantExtra) {
					t.Errorf("%s: the certificates are others", form)
				}
				if err := Matches(leaf, signer); err != nil {
					t.Errorf("%s: %v", form, err)
				}
				cause := ErrMACVerifyFailure
				if form == "outside" && name == "nomac" {
					cause = ErrBadDecrypt
				}
				if name == "plain" && form == "outside" { // neither MAC nor encryption
					continue
				}
				_, _, _, err = ParsePFX(ber, "wrong")
				wantError(t, err, cause)
			}
		})
	}
}

// TestReads3DESWithoutMAC reads a file whose keys only go-pkcs12 decrypts, although
// it does not read the whole file.
func TestReads3DESWithoutMAC(t *testing.T) {
	safe, err := readPFX(file(t, "des3.pfx"), "sample")
	if err != nil {
		t.Fatal(err)
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidData)
			b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(safe.contents) })
		})
	})
	signer, leaf, _, err := ParsePFX(b.BytesOrPanic(), "sample")
	if err != nil {
		t.Fatal(err)
	}
	if err := Matches(leaf, signer); err != nil {
		t.Error(err)
	}
	_, _, _, err = ParsePFX(b.BytesOrPanic(), "wrong")
	wantError(t, err, ErrBadDecrypt)
}

func TestTurnsBERIntoDER(t *testing.T) {
	for _, name := range []string{"modern", "des3", "plain", "pss"} {
		der := file(t, name+".pfx")
		for form, data := range map[string][]byte{"DER": der, "BER": certtest.BER(der)} {
			if got, ok := toDER(data); !ok || !bytes.Equal(got, der) {
				t.Errorf("%s in %s: got %d octets, want %d", name, form, len(got), len(der))
			}
		}
	}
	for name, tt := range map[string]struct{ ber, der string }{
		"length in four octets":  {"\x30\x84\x00\x00\x00\x02\x05\x00", "\x30\x02\x05\x00"},
		"empty string in pieces": {"\x24\x80\x00\x00", "\x04\x00"},
		"pieces in pieces":       {"\x24\x80\x24\x05\x04\x01a\x04\x00\x04\x01b\x00\x00", "\x04\x02ab"},
		"a wrapper stays one":    {"\x30\x80\x05\x00\xa0\x80\x04\x01a\x00\x00\x00\x00", "\x30\x07\x05\x00\xa0\x03\x04\x01a"},
	} {
		if got, ok := toDER([]byte(tt.ber)); !ok || string(got) != tt.der {
			t.Errorf("%s: got %x", name, got)
		}
	}
	deep := bytes.Repeat([]byte{0x30, 0x80}, 1000)
	for name, data := range map[string]string{
		"nothing": "", "no length": "\x30", "cut off": "\x30\x02\x05", "open string": "\x04\x80a\x00\x00",
		"never closed": "\x30\x80\x05\x00", "long tag": "\x3f\x81\x01\x00", "length in five octets": "\x30\x85\x00\x00\x00\x00\x00",
		"huge": "\x30\x84\xff\xff\xff\xff", "child longer than parent": "\x30\x02\x04\x05aaaaa", "deep": string(append(deep, make([]byte, 2000)...)),
	} {
		if got, ok := toDER([]byte(data)); ok {
			t.Errorf("%s: got %x", name, got)
		}
	}
}

func TestRefusesTruncatedPFXInBER(t *testing.T) {
	data := certtest.BER(file(t, "plain.pfx"))
	for n := range data {
		if _, _, _, err := ParsePFX(data[:n], ""); err == nil {
			t.Fatalf("the first %d of %d bytes are read", n, len(data))
		}
	}
}
