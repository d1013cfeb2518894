package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"encoding/binary"
	"errors"

	"polytls/internal/record"
	"polytls/internal/suite"
)

// failure is a record that does not open, for a reason.
type failure struct {
	name string
	rec  []byte
}

// newKeys returns keys for CBC in TLS 1.2.
func newKeys(m suite.MAC) record.Keys {
	s := &suite.CipherSuite{Name: "AES128-CBC", Cipher: suite.AES128CBC, MAC: m}
	return record.Keys{
		Suite: s, Version: suite.TLS12,
		MAC: random(m.Size()), Key: random(s.Cipher.Info().KeyLen),
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// failures returns records of one length that fail for every reason there is.
func failures(k record.Keys, size int) []failure {
	// All is random up to the padding, and so no MAC of it.
	badMAC := func(padding int) []byte { return pad(random(size), padding) }
	return []failure{
		{"bad MAC, 1 byte of padding", encrypt(k, badMAC(1))},
		{"bad MAC, 16 bytes of padding", encrypt(k, badMAC(16))},
		{"bad MAC, 128 bytes of padding", encrypt(k, badMAC(128))},
		{"bad MAC, 256 bytes of padding", encrypt(k, badMAC(256))},
		{"padding wrong in its first byte", encrypt(k, spoil(badMAC(256), size-256))},
		{"padding wrong in its last byte", encrypt(k, spoil(badMAC(256), size-2))},
		{"good MAC, padding wrong", encrypt(k, spoil(authenticated(k, size, 16), size-16))},
		{"good MAC, long padding wrong", encrypt(k, spoil(authenticated(k, size, 256), size-256))},
	}
}

// pad makes the last n bytes of b well-formed padding.
func pad(b []byte, n int) []byte {
	copy(b[len(b)-n:], bytes.Repeat([]byte{byte(n - 1)}, n))
	return b
}

func spoil(b []byte, i int) []byte {
	b[i] ^= 0x40
	return b
}

// authenticated returns blocks with a right MAC for the first record.
func authenticated(k record.Keys, size, padding int) []byte {
	b := pad(random(size), padding)
	n := size - padding - k.Suite.MAC.Size()
	copy(b[n:], mac(k, b[:n]))
	return b
}

// mac is that of the first record, by the book (RFC 5246, section 6.2.3.1).
func mac(k record.Keys, content []byte) []byte {
	h := hmac.New(k.Suite.MAC.Hash().New, k.MAC)
	h.Write(make([]byte, 8))
	h.Write(header(len(content)))
	h.Write(content)
	return h.Sum(nil)
}

func header(n int) []byte {
	b := []byte{byte(record.ApplicationData), 3, 3}
	return binary.BigEndian.AppendUint16(b, uint16(n))
}

// encrypt makes a record of blocks.
func encrypt(k record.Keys, blocks []byte) []byte {
	iv := random(aes.BlockSize)
	cipher.NewCBCEncrypter(newBlock(k), iv).CryptBlocks(blocks, blocks)
	rec := append(header(len(iv)+len(blocks)), iv...)
	return append(rec, blocks...)
}

func newBlock(k record.Keys) cipher.Block {
	block, err := aes.NewCipher(k.Key)
	if err != nil {
		panic(err) // newKeys made the key
	}
	return block
}

var errOpen = errors.New("bad record")

// byTheBook returns an opener that leaks in all the ways that it can: it stops
// at wrong padding, and hashes as much as the padding leaves.
func byTheBook(k record.Keys) func([]byte) error {
	block := newBlock(k)
	return func(rec []byte) error {
		iv, b := rec[record.HeaderLen:][:aes.BlockSize], rec[record.HeaderLen+aes.BlockSize:]
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(b, b)
		last := b[len(b)-1]
		end := len(b) - int(last) - 1
		n := end - k.Suite.MAC.Size()
		if n < 0 || !bytes.Equal(b[end:], bytes.Repeat([]byte{last}, int(last)+1)) || !hmac.Equal(b[n:end], mac(k, b[:n])) {
			return errOpen
		}
		return nil
	}
}
