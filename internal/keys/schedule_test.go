package keys

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

// The expectations of this file were made with `openssl kdf TLS13-KDF`,
// `openssl kdf HKDF` and `openssl dgst -mac HMAC`.

var (
	secret32 = unhex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20")
	hashABC  = unhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func same(t *testing.T, got []byte, want string) {
	t.Helper()
	if hex.EncodeToString(got) != want {
		t.Errorf("got %x, wanted %s", got, want)
	}
}

func TestBinderKinds(t *testing.T) {
	e := NewEarly(crypto.SHA256, secret32)
	same(t, e.Binder(ExternalBinder, hashABC), "c9a7a4853e531f4fcdaf14007a72c68aba6709604310c3ab5186c7140fe9a102")
	same(t, e.Binder(ImportedBinder, hashABC), "c2756817df73967e04c8e5e2cc6c84c34faa7759e0a8da247fdbe12074692fae")
}

func TestKeyUpdate(t *testing.T) {
	next := Traffic{Secret: secret32, Hash: crypto.SHA256}.Next()
	same(t, next.Secret, "ebf1d6d4afa5f7dddc88b36831eeb3bc06442dd689b178268aba45a02bd81f07")
	if next.Hash != crypto.SHA256 {
		t.Errorf("hash %v", next.Hash)
	}
}

func TestExporter13(t *testing.T) {
	const none = "b990333f518c53db091ca121ec4088af0f5cbfe27434772449eb82442d1242bb7f11595f9fe0ed06"
	for context, want := range map[string]string{
		"abc": "83c1bfcc790f5b6c7ead9c09519ab74d5bfae8baad8756325bc7cdaa019e4cab27f7cfda9d198e58",
		"":    none,
	} {
		got, err := Exporter13(crypto.SHA256, secret32, "EXPORTER-test", []byte(context), 40)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want)
	}
	// RFC 8446, section 7.5: no context is an empty one.
	got, err := Exporter13(crypto.SHA256, secret32, "EXPORTER-test", nil, 40)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, none)
}

func TestExporter13Limits(t *testing.T) {
	for _, c := range []struct {
		hash   crypto.Hash
		label  int
		length int
		want   error
	}{
		{crypto.SHA256, 5, 0, nil},
		{crypto.SHA256, 5, 255 * 32, nil},
		{crypto.SHA256, 5, 255*32 + 1, failure.Internal},
		{crypto.SHA384, 5, 255 * 48, nil},
		{crypto.SHA384, 5, 255*48 + 1, failure.Internal},
		{crypto.SHA256, 5, 70000, failure.Internal},
		{crypto.SHA256, 5, -1, failure.Internal},
		{crypto.SHA256, 249, 32, nil},
		{crypto.SHA256, 250, 32, failure.IllegalExporterLabel},
	} {
		got, err := Exporter13(c.hash, secret32, strings.Repeat("x", c.label), nil, c.length)
		if !errors.Is(err, c.want) || err == nil && len(got) != c.length {
			t.Errorf("label of %d, length %d: %d bytes, %v", c.label, c.length, len(got), err)
		}
	}
}

func TestImportPSK(t *testing.T) {
	for _, c := range []struct {
		source, target crypto.Hash
		kdf, key       string
	}{
		{crypto.SHA256, crypto.SHA256, "0001", "b901d29cfd0733932450bd4f175f6fd06a09b280513df10a78cd2c2434ae18a2"},
		{crypto.SHA256, crypto.SHA384, "0002", "f31463dc7aba65fd95bf04bbab2f6551458b3df79c60ce335634572609bc762e7a8a70d34483a79c877c2afc82a50c4e"},
		{crypto.SHA384, crypto.SHA256, "0001", "49c1ae9bb6391bcd5395f5a09934cc3ad50523fc06a65f6752a0935edd2f68a4"},
		{crypto.SHA384, crypto.SHA384, "0002", "8c5c3e157a150993a5899b4be6068736aabf2aa72b3cb5033a6340a58f9b9966862d5eb61bd5081d253f945e9be839e8"},
	} {
		imported, key, err := ImportPSK([]byte("alice"), []byte("ctx"), []byte("a secret of some length"), c.source, suite.TLS13, c.target)
		if err != nil {
			t.Fatal(err)
		}
		same(t, imported, "0005616c696365000363747803"+"04"+c.kdf)
		same(t, key, c.key)
	}
}

func TestImportPSKRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		identity, context int
		source, target    crypto.Hash
	}{
		"no identity":    {0, 0, crypto.SHA256, crypto.SHA256},
		"long identity":  {0x10000, 0, crypto.SHA256, crypto.SHA256},
		"long context":   {1, 0x10000, crypto.SHA256, crypto.SHA256},
		"both together":  {0x8000, 0x8000, crypto.SHA256, crypto.SHA256},
		"target":         {1, 0, crypto.SHA256, crypto.SHA1},
		"source":         {1, 0, crypto.SHA1, crypto.SHA256},
		"source missing": {1, 0, 0, crypto.SHA256},
	} {
		if _, _, err := ImportPSK(make([]byte, c.identity), make([]byte, c.context), secret32, c.source, suite.TLS13, c.target); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	imported, _, err := ImportPSK(make([]byte, 0xFFFF-ImportFraming), nil, secret32, crypto.SHA256, suite.TLS13, crypto.SHA256)
	if err != nil || len(imported) != 0xFFFF {
		t.Errorf("the longest identity: %d bytes, %v", len(imported), err)
	}
}

func TestLogLine(t *testing.T) {
	got := LogLine(LogClientRandom, []byte{0xAB, 1}, []byte{0xCD})
	if got != "CLIENT_RANDOM ab01 cd\n" {
		t.Errorf("%q", got)
	}
}

func TestPSKOfZerosIsNoPSK(t *testing.T) {
	a, b := NewEarly(crypto.SHA384, nil), NewEarly(crypto.SHA384, make([]byte, 48))
	if !bytes.Equal(a.secret, b.secret) {
		t.Error("a nil key does not stand for zeros")
	}
}
