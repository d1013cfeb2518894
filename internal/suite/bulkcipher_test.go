package suite

import (
	"crypto/aes"
	"testing"
)

// TestBulkCiphersAreSound checks each row against the cipher that its constructor
// makes, and that the cipher of each implemented suite has a constructor.
func TestBulkCiphersAreSound(t *testing.T) {
	for s := range Suites() {
		c := s.Cipher.Info()
		if (c.Kind == AEADCipher) != (s.MAC == AEAD) && s.MAC != MACOther {
			t.Errorf("%s: MAC and cipher do not go together", s.Name)
		}
		if s.Implemented && s.Cipher != NULL && c.NewAEAD == nil && c.NewBlock == nil {
			t.Errorf("%s is implemented, and its cipher is not", s.Name)
		}
	}
	for i := range bulkCiphers {
		c := &bulkCiphers[i]
		if (c.NewAEAD != nil || c.NewBlock != nil) && c.KeyLen > 32 {
			t.Errorf("%s: a key of %d bytes: raise maxKeyLen of package record, and this limit", c.Name, c.KeyLen)
		}
		key := make([]byte, c.KeyLen)
		if c.Name == "" || c.StrengthBits > c.AlgorithmBits || c.StrengthBits > 8*c.KeyLen && Cipher(i) != GOST {
			t.Errorf("cipher %d: %+v", i, c)
		}
		if c.NewAEAD != nil {
			aead, err := c.NewAEAD(key)
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			if aead.NonceSize() != NonceLen || c.FixedIVLen+c.RecordIVLen != NonceLen || aead.Overhead() != c.TagLen {
				t.Errorf("%s: nonces of %d bytes, tags of %d; %+v", c.Name, aead.NonceSize(), aead.Overhead(), c)
			}
			if c.Kind != AEADCipher || c.NewBlock != nil {
				t.Errorf("%s: %+v", c.Name, c)
			}
		}
		if c.NewBlock != nil {
			block, err := c.NewBlock(key)
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			if n := block.BlockSize(); c.Kind != BlockCipher || c.FixedIVLen != n || c.RecordIVLen != n || c.TagLen != 0 {
				t.Errorf("%s: blocks of %d bytes; %+v", c.Name, n, c)
			} else if n != aes.BlockSize {
				t.Errorf("%s: blocks of %d bytes; package record has CBC for blocks of 16 bytes alone", c.Name, n)
			}
		}
	}
}
