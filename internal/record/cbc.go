package record

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"io"

	"polytls/internal/suite"
)

// The two orders of CBC and MAC are in files of their own: MAC-then-encrypt (RFC
// 5246, section 6.2.3.2) in cbcseal.go and cbcopen.go, encrypt-then-MAC (RFC 7366) in
// etm.go. This file has what they share: the mode and its IVs.

// blockMode is what the standard library's CBC modes are.
type blockMode interface {
	cipher.BlockMode
	SetIV([]byte)
}

// cbcIV is where a record's IV is: before the ciphertext from TLS 1.1 on
// (RFC 4346, section 6.2.3.2), at the end of the previous record in TLS 1.0.
type cbcIV struct {
	explicit int // length in the record: 16 or 0
	chain    [aes.BlockSize]byte
}

func newCBCIV(k *Keys) cbcIV {
	iv := cbcIV{explicit: aes.BlockSize}
	if k.Version == suite.TLS10 {
		iv.explicit = 0
		copy(iv.chain[:], k.IV)
	}
	return iv
}

// cbcEncrypter is the sealing half.
type cbcEncrypter struct {
	mode blockMode
	iv   cbcIV
	rand io.Reader
}

func newCBCEncrypter(k *Keys) (cbcEncrypter, error) {
	block, err := k.newBlock()
	if err != nil {
		return cbcEncrypter{}, err
	}
	iv := newCBCIV(k)
	mode, ok := cipher.NewCBCEncrypter(block, iv.chain[:]).(blockMode)
	if !ok {
		return cbcEncrypter{}, errNotImplemented(k.Suite)
	}
	return cbcEncrypter{mode: mode, iv: iv, rand: k.ivSource()}, nil
}

// appendIV appends the record's explicit IV, if it has one.
func (c *cbcEncrypter) appendIV(dst []byte) []byte {
	if c.iv.explicit == 0 {
		return dst
	}
	start := len(dst)
	dst = dst[:start+aes.BlockSize]
	if _, err := io.ReadFull(c.rand, dst[start:]); err != nil {
		rand.Read(dst[start:]) // it cannot fail; a predictable IV would allow BEAST
	}
	c.mode.SetIV(dst[start:])
	return dst
}

// encrypt pads dst from start on (RFC 5246, section 6.2.3.2) and encrypts it
// there. In TLS 1.0 the mode itself keeps the IV between records.
func (c *cbcEncrypter) encrypt(dst []byte, start int) []byte {
	last := byte(paddedLen(len(dst)-start) - (len(dst) - start) - 1)
	for range int(last) + 1 {
		dst = append(dst, last)
	}
	c.mode.CryptBlocks(dst[start:], dst[start:])
	return dst
}

// paddedLen returns the length that n bytes have once padded.
func paddedLen(n int) int { return (n/aes.BlockSize + 1) * aes.BlockSize }

// cbcDecrypter is the opening half.
type cbcDecrypter struct {
	mode blockMode
	iv   cbcIV
	// In TLS 1.0, next is the end of the record with the sequence number seq.
	next [aes.BlockSize]byte
	seq  uint64
}

func newCBCDecrypter(k *Keys) (cbcDecrypter, error) {
	block, err := k.newBlock()
	if err != nil {
		return cbcDecrypter{}, err
	}
	iv := newCBCIV(k)
	mode, ok := cipher.NewCBCDecrypter(block, iv.chain[:]).(blockMode)
	if !ok {
		return cbcDecrypter{}, errNotImplemented(k.Suite)
	}
	return cbcDecrypter{mode: mode, iv: iv, next: iv.chain}, nil
}

// decrypt decrypts a fragment, an explicit IV and at least one whole block, in
// place and returns what follows the IV. In TLS 1.0 the IV is that of the last record
// that was authenticated: a record that fails changes nothing.
func (c *cbcDecrypter) decrypt(seq uint64, fragment []byte) []byte {
	if c.iv.explicit > 0 {
		c.mode.SetIV(fragment[:aes.BlockSize])
		fragment = fragment[aes.BlockSize:]
		c.mode.CryptBlocks(fragment, fragment)
		return fragment
	}
	if seq != c.seq {
		c.iv.chain, c.seq = c.next, seq
	}
	copy(c.next[:], fragment[len(fragment)-aes.BlockSize:])
	c.mode.SetIV(c.iv.chain[:])
	c.mode.CryptBlocks(fragment, fragment)
	return fragment
}
