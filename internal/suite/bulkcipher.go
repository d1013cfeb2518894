package suite

import (
	"crypto/aes"
	"crypto/cipher"

	"github.com/pion/dtls/v3/pkg/crypto/ccm"
	"golang.org/x/crypto/chacha20poly1305"
)

// Cipher is a suite's bulk cipher and its mode.
type Cipher uint8

// The bulk ciphers.
const (
	NULL Cipher = iota
	AES128CBC
	AES256CBC
	AES128GCM
	AES256GCM
	AES128CCM
	AES256CCM
	AES128CCM8
	AES256CCM8
	ChaCha20Poly1305
	TripleDESCBC
	ARIA128GCM
	ARIA256GCM
	Camellia128CBC
	Camellia256CBC
	SEEDCBC
	IDEACBC
	RC4
	GOST
)

// CipherKind is a form of record protection (RFC 5246, section 6.2.3).
type CipherKind uint8

// The forms of record protection.
const (
	StreamCipher CipherKind = iota // with a MAC
	BlockCipher                    // CBC, with a MAC
	AEADCipher                     // with a MAC of its own
)

// CipherInfo is a row of the table of bulk ciphers. Lengths are in bytes.
type CipherInfo struct {
	Name string // OpenSSL's, the same for all key sizes: AESGCM
	Kind CipherKind

	KeyLen int
	// StrengthBits and AlgorithmBits are OpenSSL's strength_bits and alg_bits.
	StrengthBits, AlgorithmBits int

	// FixedIVLen is the part of the nonce that the key block holds up to TLS 1.2,
	// and RecordIVLen the part that each record carries (RFC 5246, section 6.1).
	// For an AEAD their sum is NonceLen. CBC uses FixedIVLen in TLS 1.0, and
	// RecordIVLen from TLS 1.1 on.
	FixedIVLen, RecordIVLen int
	// TagLen is the length of an AEAD's tag.
	TagLen int
	// RecordLimit is how many records of TLS 1.3 may be sealed before the keys are
	// updated; 0 means no limit.
	RecordLimit uint64

	// NewAEAD or NewBlock makes the cipher under a key of KeyLen. A cipher without
	// either is known by name only, so that lists with it mean the same as in
	// OpenSSL; NULL needs neither.
	NewAEAD  func(key []byte) (cipher.AEAD, error)
	NewBlock func(key []byte) (cipher.Block, error)
}

// NonceLen is the length in bytes of the nonces of all AEADs, and of their IVs in
// TLS 1.3 (RFC 8446, section 5.3).
const NonceLen = 12

const (
	gcmLimit = 1 << 24 // RFC 8446, section 5.5: 2^24.5 full-size records
	ccmLimit = 1 << 23 // RFC 9147, section 4.5.3 and appendix B
)

// bulkCiphers is the one table of bulk ciphers: GCM is RFC 5288, CCM RFC 6655,
// ChaCha20-Poly1305 RFC 7905.
var bulkCiphers = [...]CipherInfo{
	NULL:             {Name: "None", Kind: StreamCipher},
	AES128CBC:        {Name: "AES", Kind: BlockCipher, KeyLen: 16, StrengthBits: 128, AlgorithmBits: 128, FixedIVLen: 16, RecordIVLen: 16, NewBlock: aes.NewCipher},
	AES256CBC:        {Name: "AES", Kind: BlockCipher, KeyLen: 32, StrengthBits: 256, AlgorithmBits: 256, FixedIVLen: 16, RecordIVLen: 16, NewBlock: aes.NewCipher},
	AES128GCM:        {Name: "AESGCM", Kind: AEADCipher, KeyLen: 16, StrengthBits: 128, AlgorithmBits: 128, FixedIVLen: 4, RecordIVLen: 8, TagLen: 16, RecordLimit: gcmLimit, NewAEAD: newGCM},
	AES256GCM:        {Name: "AESGCM", Kind: AEADCipher, KeyLen: 32, StrengthBits: 256, AlgorithmBits: 256, FixedIVLen: 4, RecordIVLen: 8, TagLen: 16, RecordLimit: gcmLimit, NewAEAD: newGCM},
	AES128CCM:        {Name: "AESCCM", Kind: AEADCipher, KeyLen: 16, StrengthBits: 128, AlgorithmBits: 128, FixedIVLen: 4, RecordIVLen: 8, TagLen: 16, RecordLimit: ccmLimit, NewAEAD: newCCM},
	AES256CCM:        {Name: "AESCCM", Kind: AEADCipher, KeyLen: 32, StrengthBits: 256, AlgorithmBits: 256, FixedIVLen: 4, RecordIVLen: 8, TagLen: 16, RecordLimit: ccmLimit, NewAEAD: newCCM},
	AES128CCM8:       {Name: "AESCCM8", Kind: AEADCipher, KeyLen: 16, StrengthBits: 128, AlgorithmBits: 128, FixedIVLen: 4, RecordIVLen: 8, TagLen: 8, RecordLimit: ccmLimit, NewAEAD: newCCM8},
	AES256CCM8:       {Name: "AESCCM8", Kind: AEADCipher, KeyLen: 32, StrengthBits: 256, AlgorithmBits: 256, FixedIVLen: 4, RecordIVLen: 8, TagLen: 8, RecordLimit: ccmLimit, NewAEAD: newCCM8},
	ChaCha20Poly1305: {Name: "CHACHA20/POLY1305", Kind: AEADCipher, KeyLen: 32, StrengthBits: 256, AlgorithmBits: 256, FixedIVLen: 12, TagLen: 16, NewAEAD: chacha20poly1305.New},
	TripleDESCBC:     {Name: "3DES", Kind: BlockCipher, KeyLen: 24, StrengthBits: 112, AlgorithmBits: 168},
	ARIA128GCM:       {Name: "ARIAGCM", Kind: AEADCipher, KeyLen: 16, StrengthBits: 128, AlgorithmBits: 128},
	ARIA256GCM:       {Name: "ARIAGCM", Kind: AEADCipher, KeyLen: 32, StrengthBits: 256, AlgorithmBits: 256},
	Camellia128CBC:   {Name: "Camellia", Kind: BlockCipher, KeyLen: 16, StrengthBits: 128, AlgorithmBits: 128},
	Camellia256CBC:   {Name: "Camellia", Kind: BlockCipher, KeyLen: 32, StrengthBits: 256, AlgorithmBits: 256},
	SEEDCBC:          {Name: "SEED", Kind: BlockCipher, KeyLen: 16, StrengthBits: 128, AlgorithmBits: 128},
	IDEACBC:          {Name: "IDEA", Kind: BlockCipher, KeyLen: 16, StrengthBits: 128, AlgorithmBits: 128},
	RC4:              {Name: "RC4", Kind: StreamCipher, KeyLen: 16, StrengthBits: 80, AlgorithmBits: 128},
	GOST:             {Name: "GOST89", Kind: StreamCipher, StrengthBits: 256, AlgorithmBits: 256},
}

// Info returns the cipher's row.
func (c Cipher) Info() *CipherInfo { return &bulkCiphers[c] }

// IVLen returns the length in bytes of the IV that the key block of a version
// holds.
func (c *CipherInfo) IVLen(v Version) int {
	switch {
	case c.Kind == AEADCipher && v == TLS13:
		return NonceLen
	case c.Kind == BlockCipher && v > TLS10:
		return 0
	}
	return c.FixedIVLen
}

// IsCBC reports whether records are protected by CBC and a MAC.
func (s *CipherSuite) IsCBC() bool { return s.Cipher.Info().Kind == BlockCipher }

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func newCCM(key []byte) (cipher.AEAD, error) { return ccmOf(key, 16) }

func newCCM8(key []byte) (cipher.AEAD, error) { return ccmOf(key, 8) }

func ccmOf(key []byte, tagLen int) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return ccm.NewCCM(block, tagLen, NonceLen)
}
