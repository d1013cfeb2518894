package keyfile

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"reflect"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
	"polytls/internal/peertest"
	"polytls/internal/sign"
	"polytls/internal/suite"
)

// mldsaExpanded are the sizes of expanded keys (FIPS 204, table 2).
var mldsaExpanded = map[string]int{"mldsa44": 2560, "mldsa65": 4032, "mldsa87": 4896}

// mldsaKeyDER returns the PKCS #8 of a file of testdata.
func mldsaKeyDER(t *testing.T, name string) []byte {
	t.Helper()
	block, _ := pem.Decode(file(t, name))
	if block == nil {
		t.Fatalf("%s is not PEM", name)
	}
	return block.Bytes
}

// TestFormsOfMLDSAKeysAreOneKey: the public key of each form of RFC 9881 verifies
// the signatures of the others. A seed is kept, and an expanded key is written as
// it was read.
func TestFormsOfMLDSAKeysAreOneKey(t *testing.T) {
	for name, size := range mldsaExpanded {
		seed := mldsaKeyDER(t, name+"-key.pem")
		expanded := mldsaKeyDER(t, name+"-expanded.pem")
		for form, der := range map[string][]byte{"seed": seed, "expanded": expanded, "both": mldsaKeyDER(t, name+"-both.pem")} {
			key, err := parsePKCS8(der)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, form, err)
			}
			signature, err := key.Sign(nil, []byte("message"), crypto.Hash(0))
			if err != nil {
				t.Fatal(err)
			}
			public, err := PublicKey(certificate(t, name))
			if err != nil {
				t.Fatal(err)
			}
			scheme := sign.Schemes(public, suite.TLS13)[0]
			if err := sign.Verify(public, scheme, []byte("message"), signature); err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
			}
			want := seed
			if form == "expanded" {
				want = expanded
			}
			if again, err := marshalPKCS8(key); err != nil || !bytes.Equal(again, want) {
				t.Errorf("%s, %s: written as %d bytes, %v", name, form, len(again), err)
			}
		}
		if n := len(expanded); n < size {
			t.Errorf("%s: the expanded key has %d bytes, want %d", name, n, size)
		}
	}
}

// TestRefusesInconsistentMLDSAKeys uses two keys of RFC 9881, appendix C.4, and
// invalid coefficients.
func TestRefusesInconsistentMLDSAKeys(t *testing.T) {
	keys := map[string][]byte{
		"two keys":  mldsaKeyDER(t, "bad-mldsa44-both.pem"),
		"wrong tr":  mldsaKeyDER(t, "bad-mldsa44-tr.pem"),
		"eta of 65": mldsaKeyDER(t, "mldsa65-expanded.pem"),
		"eta of 44": mldsaKeyDER(t, "mldsa44-expanded.pem"),
		"s2 of 87":  mldsaKeyDER(t, "mldsa87-expanded.pem"),
	}
	start := func(name string) []byte {
		return keys[name][len(keys[name])-mldsaExpanded["mldsa"+name[len(name)-2:]]:]
	}
	start("eta of 65")[128] |= 0xF0
	start("eta of 44")[128] |= 0x07
	start("s2 of 87")[128+15*96-1] |= 0xE0 // the last coefficient
	for name, der := range keys {
		t.Run(name, func(t *testing.T) {
			_, err := parsePKCS8(der)
			wantError(t, err, failure.InvalidKey)
		})
	}
}

// TestInconsistentMLDSAKeysMakeNoSignature: a small fault of t0, as in the third
// example of RFC 9881, appendix C.4, rarely shows in a signature; but no signature
// is returned that does not verify.
func TestInconsistentMLDSAKeysMakeNoSignature(t *testing.T) {
	der := mldsaKeyDER(t, "mldsa44-expanded.pem")
	keys := [][]byte{mldsaKeyDER(t, "bad-mldsa44-t0.pem")}
	for bit := range 8 {
		changed := bytes.Clone(der)
		changed[len(changed)-1] ^= 1 << bit
		keys = append(keys, changed)
	}
	changed := bytes.Clone(der)
	clear(changed[len(changed)-4*256*13/8:])
	keys = append(keys, changed)
	refused := 0
	for i, der := range keys {
		key, err := parsePKCS8(der)
		if err != nil {
			wantError(t, err, failure.InvalidKey)
			refused++
			continue
		}
		for range 4 {
			signature, err := key.Sign(nil, []byte("message"), crypto.Hash(0))
			if err != nil {
				continue
			}
			if err := sign.Verify(key.Public(), suite.MLDSA44, []byte("message"), signature); err != nil {
				t.Errorf("key %d: %v", i, err)
			}
		}
	}
	if refused == 0 { // that without any t0 at least
		t.Error("no key was refused")
	}
}

// TestFaultyMLDSAKeysGiveTheSameResult: whether a key with a fault of t0 is refused depends
// on the key alone, however large its fault is.
func TestFaultyMLDSAKeysGiveTheSameResult(t *testing.T) {
	der := mldsaKeyDER(t, "mldsa44-expanded.pem")
	refused := 0
	for size := 1; size <= 1024; size *= 2 {
		changed := bytes.Clone(der)
		clear(changed[len(changed)-size:])
		_, first := parsePKCS8(changed)
		for range 8 {
			if _, err := parsePKCS8(changed); (err == nil) != (first == nil) {
				t.Fatalf("%d bytes of t0 cleared: %v, then %v", size, first, err)
			}
		}
		if first != nil {
			refused++
		}
	}
	if refused == 0 {
		t.Error("no key was refused")
	}
}

func TestRefusesMLDSAKeysOfOtherForms(t *testing.T) {
	seed := make([]byte, 32)
	octets := func(tag cbasn1.Tag, values ...[]byte) []byte {
		var b cryptobyte.Builder
		for _, value := range values {
			b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(value) })
		}
		return b.BytesOrPanic()
	}
	sequence := func(values ...[]byte) []byte { return octets(cbasn1.SEQUENCE, octets(cbasn1.OCTET_STRING, values...)) }
	context := cbasn1.Tag(0).ContextSpecific()
	plain := []byte("\x30\x0B\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11")
	for name, key := range map[string]struct{ algorithm, der []byte }{
		"NULL parameters":     {[]byte("\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11\x05\x00"), octets(context, seed)},
		"short seed":          {plain, octets(context, seed[1:])},
		"long seed":           {plain, octets(context, append(seed, 0))},
		"seed of another tag": {plain, octets(cbasn1.Tag(1).ContextSpecific(), seed)},
		"bare seed":           {plain, seed},
		"two seeds":           {plain, octets(context, seed, seed)},
		"short expanded":      {plain, octets(cbasn1.OCTET_STRING, make([]byte, 2559))},
		"expanded of 65":      {plain, octets(cbasn1.OCTET_STRING, make([]byte, 4032))},
		"trailing":            {plain, append(octets(cbasn1.OCTET_STRING, make([]byte, 2560)), 0)},
		"both without seed":   {plain, sequence(make([]byte, 2560))},
		"both with short":     {plain, sequence(seed[1:], make([]byte, 2560))},
		"both and more":       {plain, sequence(seed, make([]byte, 2560), seed)},
		"nothing":             {plain, nil},
	} {
		t.Run(name, func(t *testing.T) {
			der, err := privateKeyInfo(key.algorithm, key.der)
			if err != nil {
				t.Fatal(err)
			}
			_, err = parsePKCS8(der)
			wantError(t, err, failure.UnsupportedKey)
		})
	}
}

func TestMarshalsExpandedMLDSAKeys(t *testing.T) {
	key, err := ParsePrivateKey(file(t, "mldsa44-expanded.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := MarshalPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ParsePrivateKey(text, nil); err != nil || !reflect.DeepEqual(again, key) {
		t.Errorf("it reads back as another: %v", err)
	}
}

// TestMarshalsPFX reads what it writes, and has Node read it.
func TestMarshalsPFX(t *testing.T) {
	files := map[string]string{"mldsa44-expanded.pem": "mldsa44", "ed448-key.pem": "ed448"}
	type pfx struct{ Data []byte }
	var made []pfx
	for name, leaf := range files {
		key, err := ParsePrivateKey(file(t, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		chain := [][]byte{certificate(t, leaf), certificate(t, "rsa")}
		data, err := MarshalPFX(rand.Reader, key, chain, "secret")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made = append(made, pfx{data})
		signer, got, extra, err := ParsePFX(data, "secret")
		if err == nil {
			err = Matches(got, signer)
		}
		if err != nil || !equalChains(append([][]byte{got}, extra...), chain) {
			t.Errorf("%s: it reads back as another: %v", name, err)
		}
		if _, _, _, err := ParsePFX(data, "wrong"); !errors.Is(err, ErrMACVerifyFailure) {
			t.Errorf("%s: under another passphrase: %v", name, err)
		}
	}
	if _, err := MarshalPFX(rand.Reader, nil, nil, ""); err == nil {
		t.Error("a PFX without a certificate is made")
	}
	var read []string
	peertest.RunNode(t, `
		const tls = require("tls");
		console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(0)).map(({ Data }) => {
			const pfx = Buffer.from(Data, "base64");
			try { tls.createSecureContext({ pfx, passphrase: "wrong" }); return "any passphrase"; } catch {}
			try { tls.createSecureContext({ pfx, passphrase: "secret" }); return ""; } catch (e) { return e.message; }
		})));`, made, &read)
	for i, words := range read {
		if words != "" {
			t.Errorf("Node, archive %d: %s", i, words)
		}
	}
}
