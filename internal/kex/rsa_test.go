package kex

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"math/big"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestRSAPremaster(t *testing.T) {
	key := rsaKey(t)
	premaster, ciphertext, err := EncryptPremaster(&key.PublicKey, suite.TLS12)
	if err != nil {
		t.Fatal(err)
	}
	if len(premaster) != 48 || premaster[0] != 3 || premaster[1] != 3 || len(ciphertext) != 256 {
		t.Errorf("premaster %x, ciphertext of %d bytes", premaster, len(ciphertext))
	}
	got, err := DecryptPremaster(t.Context(), key, ciphertext, suite.TLS12)
	if err != nil || !bytes.Equal(got, premaster) {
		t.Errorf("%x, %v, wanted %x", got, err, premaster)
	}
	again, _, err := EncryptPremaster(&key.PublicKey, suite.TLS12)
	if err != nil || bytes.Equal(again, premaster) {
		t.Errorf("two premaster secrets are one, or %v", err)
	}
}

// TestRSARejectsImplicitly: none of these may be distinguishable from a valid
// ciphertext, and each gives a random secret.
func TestRSARejectsImplicitly(t *testing.T) {
	key := rsaKey(t)
	pad := func(block byte, separator int, message []byte) []byte {
		em := bytes.Repeat([]byte{0x55}, 256)
		em[0], em[1] = 0, block
		if separator >= 0 {
			em[separator] = 0
		}
		copy(em[256-len(message):], message)
		return rawEncrypt(&key.PublicKey, em)
	}
	message := append([]byte{3, 3}, bytes.Repeat([]byte{7}, 46)...)
	rollback := append([]byte{3, 1}, bytes.Repeat([]byte{7}, 46)...)
	for name, ciphertext := range map[string][]byte{
		"block type 1":       pad(1, 207, message),
		"block type 3":       pad(3, 207, message),
		"no separator":       pad(2, -1, message),
		"short padding":      pad(2, 9, message),
		"47 bytes":           pad(2, 208, message[1:]),
		"49 bytes":           pad(2, 206, append([]byte{3}, message...)),
		"no message":         pad(2, 255, nil),
		"wrong version":      pad(2, 207, rollback),
		"zero":               make([]byte, 256),
		"above the modulus":  bytes.Repeat([]byte{0xFF}, 256),
		"zero separator too": pad(2, 2, message),
	} {
		first, err1 := DecryptPremaster(t.Context(), key, ciphertext, suite.TLS12)
		second, err2 := DecryptPremaster(t.Context(), key, ciphertext, suite.TLS12)
		if err1 != nil || err2 != nil {
			t.Errorf("%s: %v, %v", name, err1, err2)
			continue
		}
		if len(first) != 48 || bytes.Equal(first, second) || bytes.HasSuffix(first, message[2:]) {
			t.Errorf("%s: %x, then %x", name, first, second)
		}
	}
	// The same construction, right in everything, is accepted.
	got, err := DecryptPremaster(t.Context(), key, pad(2, 207, message), suite.TLS12)
	if err != nil || !bytes.Equal(got, message) {
		t.Errorf("the good one: %x, %v", got, err)
	}
}

func TestRSAHidesWrongLengths(t *testing.T) {
	key := rsaKey(t)
	for _, n := range []int{0, 1, 255, 257, 65535} {
		first, err1 := DecryptPremaster(t.Context(), key, make([]byte, n), suite.TLS12)
		second, err2 := DecryptPremaster(t.Context(), key, make([]byte, n), suite.TLS12)
		if err1 != nil || err2 != nil || len(first) != 48 || bytes.Equal(first, second) {
			t.Errorf("%d bytes: %x, %v, then %x, %v", n, first, err1, second, err2)
		}
	}
}

// failing is an external key that reports padding errors, as some do.
type failing struct {
	crypto.PublicKey
	plain []byte
	err   error
}

func (f failing) Public() crypto.PublicKey { return f.PublicKey }

func (f failing) Decrypt(io.Reader, []byte, crypto.DecrypterOpts) ([]byte, error) {
	return f.plain, f.err
}

func TestRSAHidesErrorsOfOtherKeys(t *testing.T) {
	pub := &rsaKey(t).PublicKey
	for name, dec := range map[string]failing{
		"error":         {pub, nil, errors.New("padding")},
		"short":         {pub, make([]byte, 47), nil},
		"long":          {pub, make([]byte, 49), nil},
		"wrong version": {pub, make([]byte, 48), nil},
	} {
		got, err := DecryptPremaster(t.Context(), dec, make([]byte, 256), suite.TLS12)
		if err != nil || len(got) != 48 || allZero(got) {
			t.Errorf("%s: %x, %v", name, got, err)
		}
	}
	good := append([]byte{3, 2}, make([]byte, 46)...)
	got, err := DecryptPremaster(t.Context(), failing{pub, good, nil}, make([]byte, 256), suite.TLS11)
	if err != nil || !bytes.Equal(got, good) {
		t.Errorf("a good one: %x, %v", got, err)
	}
}

func TestRSARefusesOtherKeys(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, err = DecryptPremaster(t.Context(), failing{PublicKey: key.Public()}, make([]byte, 256), suite.TLS12)
	refuses(t, "ECDSA", err, failure.Internal, failure.AlertInternalError)
	small := *rsaKey(t)
	small.N = smallModulus()
	_, _, err = EncryptPremaster(&small.PublicKey, suite.TLS12)
	refuses(t, "small key", err, failure.Internal, failure.AlertInternalError)
}

func TestPSKPremaster(t *testing.T) {
	for _, c := range []struct {
		other, psk []byte
		want       string
	}{
		{nil, []byte{1, 2, 3}, "0003000000" + "0003010203"},
		{[]byte{9}, []byte{1, 2}, "000109" + "00020102"},
		{[]byte{}, []byte{1, 2}, "0000" + "00020102"},
	} {
		if got := PSKPremaster(c.other, c.psk); !bytes.Equal(got, unhex(c.want)) {
			t.Errorf("%x with %x: %x, wanted %s", c.other, c.psk, got, c.want)
		}
	}
}

// rawEncrypt is RSA without padding.
func rawEncrypt(pub *rsa.PublicKey, em []byte) []byte {
	c := new(big.Int).Exp(new(big.Int).SetBytes(em), big.NewInt(int64(pub.E)), pub.N)
	return c.FillBytes(make([]byte, pub.Size()))
}

// smallModulus has 256 bits, too few for a premaster secret.
func smallModulus() *big.Int { return minus(power2(256), 189) }
