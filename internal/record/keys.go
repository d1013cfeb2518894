package record

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"io"

	"github.com/pion/dtls/v3/pkg/crypto/ccm"
	"golang.org/x/crypto/chacha20poly1305"

	"polytls/internal/suite"
)

// Keys are what one direction needs.
type Keys struct {
	Suite   *suite.CipherSuite
	Version suite.Version
	// MAC is as long as the suite's MAC, Key as its cipher's key, and IV as
	// the suite's IVLen. Those that the suite does not use are empty.
	MAC, Key, IV []byte
	// EncryptThenMAC says that RFC 7366 was negotiated. It means something to
	// CBC suites alone.
	EncryptThenMAC bool
	// NoRecordSplitting gives up the guard of CBC in TLS 1.0, see SplitsCBC.
	NoRecordSplitting bool
	// Rand makes the explicit IVs of CBC from TLS 1.1 on; nil is crypto/rand,
	// which also stands in for a Rand that fails.
	Rand io.Reader
}

// check says whether the keys have the lengths that their suite asks for and
// the suite goes with the version.
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
		{"key", len(k.Key), k.Suite.Cipher.KeyLen()},
		{"IV", len(k.IV), k.Suite.IVLen(k.Version)},
	} {
		if part.got != part.want {
			return fmt.Errorf("record: keys: %s: wanted %d bytes for %s, got %d", part.name, part.want, k.Suite.Name, part.got)
		}
	}
	return nil
}

// newAEAD returns the suite's AEAD under the key.
func (k *Keys) newAEAD() (cipher.AEAD, error) {
	if k.Suite.Cipher == suite.ChaCha20Poly1305 {
		return chacha20poly1305.New(k.Key)
	}
	block, err := aes.NewCipher(k.Key)
	if err != nil {
		return nil, err
	}
	switch k.Suite.Cipher {
	case suite.AES128GCM, suite.AES256GCM:
		return cipher.NewGCM(block)
	case suite.AES128CCM, suite.AES256CCM, suite.AES128CCM8, suite.AES256CCM8:
		return ccm.NewCCM(block, tagLen(k.Suite.Cipher), nonceLen)
	}
	return nil, errNotImplemented(k.Suite)
}

// tagLen returns what an AEAD adds to a plaintext, in bytes (RFC 5116, section
// 5; RFC 6655, section 6.1; RFC 8439, section 2.8).
func tagLen(c suite.Cipher) int {
	switch c {
	case suite.AES128CCM8, suite.AES256CCM8:
		return 8
	}
	return 16
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
