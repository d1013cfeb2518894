package keyfile

import (
	"encoding/asn1"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
)

// sequence returns a SEQUENCE of a salt and INTEGERs: PBKDF2-params and
// scrypt-params without their optional ends.
func sequence(numbers ...int64) cryptobyte.String {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1OctetString([]byte("salt"))
		for _, n := range numbers {
			b.AddASN1Int64(n)
		}
	})
	return b.BytesOrPanic()
}

// TestBoundsKeyDerivation asks for more work than any key derivation may do; were a
// bound missing, the test would not end.
func TestBoundsKeyDerivation(t *testing.T) {
	tests := []struct {
		name   string
		oid    asn1.ObjectIdentifier
		params cryptobyte.String
		words  string
	}{
		{"PBKDF2 iterations", oidPBKDF2, sequence(maxIterations + 1), "iterationCount"},
		{"PBKDF2 iterations of 63 bits", oidPBKDF2, sequence(1<<63 - 1), "iterationCount"},
		{"PBKDF2 no iterations", oidPBKDF2, sequence(0), "iterationCount"},
		{"PBKDF2 negative iterations", oidPBKDF2, sequence(-1), "iterationCount"},
		{"PBKDF2 key of other length", oidPBKDF2, sequence(1, 16), "keyLength"},
		{"PBKDF2 key of 63 bits", oidPBKDF2, sequence(1, 1<<63-1), "keyLength"},
		{"scrypt memory", oidScrypt, sequence(1<<17, 8, 1), "memory"},
		{"scrypt block", oidScrypt, sequence(2, 1<<19, 1), "memory"},
		{"scrypt work", oidScrypt, sequence(1<<16, 8, 17), "work"},
		{"scrypt overflow of 64 bits", oidScrypt, sequence(1<<32, 1<<32, 1), "costParameter"},
		{"scrypt no cost", oidScrypt, sequence(0, 8, 1), "costParameter"},
		{"scrypt cost no power of two", oidScrypt, sequence(1000, 8, 1), "scrypt"},
		{"scrypt key of other length", oidScrypt, sequence(2, 1, 1, 16), "keyLength"},
		{"HKDF", asn1.ObjectIdentifier{1, 2, 3}, sequence(1), "1.2.3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := deriveKey(tt.oid, tt.params, []byte("passphrase"), 32)
			wantError(t, err, failure.UnsupportedKey)
			if !strings.Contains(err.Error(), tt.words) {
				t.Errorf("error %q does not name %s", err, tt.words)
			}
		})
	}
}

func TestTakesKeyLengthOfTheCipher(t *testing.T) {
	for name, oid := range map[string]asn1.ObjectIdentifier{"PBKDF2": oidPBKDF2, "scrypt": oidScrypt} {
		numbers := []int64{2}
		if name == "scrypt" {
			numbers = []int64{2, 1, 1}
		}
		without, err := deriveKey(oid, sequence(numbers...), []byte("passphrase"), 32)
		if err != nil {
			t.Fatal(err)
		}
		with, err := deriveKey(oid, sequence(append(numbers, 32)...), []byte("passphrase"), 32)
		if err != nil {
			t.Fatal(err)
		}
		if len(with) != 32 || string(with) != string(without) {
			t.Errorf("%s: keys %x and %x, want 32 equal bytes", name, with, without)
		}
	}
}
