package record

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"io"

	"polytls/internal/suite"
)

// Keys are the keys of one direction.
type Keys struct {
	Suite   *suite.CipherSuite
	Version suite.Version
	// MAC is as long as the suite's MAC, Key as its cipher's key, and IV as
	// the cipher's IVLen. Those that the suite does not use are empty.
	MAC, Key, IV []byte
	// EncryptThenMAC says that RFC 7366 was negotiated. Only CBC suites use it.
	EncryptThenMAC bool
	// NoRecordSplitting turns off the protection of CBC in TLS 1.0, see SplitsCBC.
	NoRecordSplitting bool
	// Rand makes the explicit IVs of CBC from TLS 1.1 on; nil is crypto/rand, which
	// is also used if Rand fails.
	Rand io.Reader
}

// check reports whether the keys have the lengths of their suite, and whether
// the suite is one of the version.
func (k *Keys) check() error {
	if k.Suite == nil {
		return fmt.Errorf("record: keys: no cipher suite")
	}
	if k.Version < suite.TLS10 || k.Version > suite.TLS13 {
		return fmt.Errorf("record: keys: %s is not a version of TLS", k.Version)
	}
	if isAEAD := k.Suite.MAC == suite.AEAD; isAEAD && k.Version < suite.TLS12 || !isAEAD && k.Version == suite.TLS13 {
		return fmt.Errorf("record: keys: %s does not go with %s", k.Suite.Name, k.Version)
	}
	for _, part := range [...]struct {
		name      string
		got, want int
	}{
		{"MAC", len(k.MAC), k.Suite.MAC.Size()},
		{"key", len(k.Key), k.Suite.Cipher.Info().KeyLen},
		{"IV", len(k.IV), k.Suite.Cipher.Info().IVLen(k.Version)},
	} {
		if part.got != part.want {
			return fmt.Errorf("record: keys: %s: wanted %d bytes for %s, got %d", part.name, part.want, k.Suite.Name, part.got)
		}
	}
	return nil
}

// newAEAD returns the suite's AEAD under the key.
func (k *Keys) newAEAD() (cipher.AEAD, error) {
	info := k.Suite.Cipher.Info()
	if info.NewAEAD == nil || info.FixedIVLen+info.RecordIVLen != suite.NonceLen || info.KeyLen > maxKeyLen {
		return nil, errNotImplemented(k.Suite)
	}
	return info.NewAEAD(k.Key)
}

// newBlock returns the block cipher of the suite's CBC under the key.
func (k *Keys) newBlock() (cipher.Block, error) {
	info := k.Suite.Cipher.Info()
	if info.NewBlock == nil {
		return nil, errNotImplemented(k.Suite)
	}
	block, err := info.NewBlock(k.Key)
	if err == nil && (block.BlockSize() != aes.BlockSize || info.FixedIVLen != aes.BlockSize || info.RecordIVLen != aes.BlockSize) {
		return nil, errNotImplemented(k.Suite)
	}
	return block, err
}

// maxKeyLen is the longest key of a suite's cipher, in bytes.
const maxKeyLen = 32

// ivSource returns where explicit IVs come from.
func (k *Keys) ivSource() io.Reader {
	if k.Rand == nil {
		return rand.Reader
	}
	return k.Rand
}

func errNotImplemented(s *suite.CipherSuite) error {
	return fmt.Errorf("record: keys: the cipher of %s is not implemented", s.Name)
}
