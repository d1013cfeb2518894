package kex

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"os"
	"testing"

	"polytls/failure"
	"polytls/internal/openssl"
	"polytls/internal/suite"
)

// TestMLKEMVectors decapsulates ciphertexts of OpenSSL.
func TestMLKEMVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/mlkem.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			Group                                            string
			Seed, EncapsulationKeySHA256, Ciphertext, Secret []byte
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for _, v := range file.Vectors {
		list, err := openssl.ParseGroups(v.Group)
		if err != nil {
			t.Fatal(err)
		}
		key, err := NewPrivateKey(list.Groups()[0], v.Seed)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(key.Public()); !bytes.Equal(sum[:], v.EncapsulationKeySHA256) {
			t.Errorf("%s: another encapsulation key", v.Group)
		}
		if secret, err := key.Shared(v.Ciphertext); err != nil || !bytes.Equal(secret, v.Secret) {
			t.Errorf("%s: secret %x, %v, wanted %x", v.Group, secret, err, v.Secret)
		}
		tried[v.Group] = true
	}
	for info := range suite.Groups() {
		if info.Kind == suite.KEM && !tried[info.Name] {
			t.Errorf("%s: no vector", info.Name)
		}
	}
}

// TestMLKEMRefuses keys that are not reduced (FIPS 203, section 7.2), and expects
// another secret for a changed ciphertext.
func TestMLKEMRefuses(t *testing.T) {
	for info := range suite.Groups() {
		if info.Kind != suite.KEM {
			continue
		}
		unreduced := bytes.Repeat([]byte{0xFF}, info.Share) // coefficients of 4095
		_, _, err := Reply(info.ID, unreduced)
		refuses(t, info.Name, err, failure.BadECPoint, failure.AlertIllegalParameter)

		k, err := Generate(info.ID)
		if err != nil {
			t.Fatal(err)
		}
		ciphertext, secret, err := Reply(info.ID, k.Public())
		if err != nil {
			t.Fatal(err)
		}
		ciphertext[0] ^= 1
		got, err := k.Shared(ciphertext)
		if err != nil || bytes.Equal(got, secret) {
			t.Errorf("%s: changed ciphertext: same secret or %v", info.Name, err)
		}
		again, err := k.Shared(ciphertext)
		if err != nil || !bytes.Equal(got, again) {
			t.Errorf("%s: a changed ciphertext has two secrets, %v", info.Name, err)
		}
	}
}
