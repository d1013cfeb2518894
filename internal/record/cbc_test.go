package record

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

// cbcKeys are the keys of CBC without encrypt-then-MAC.
func cbcKeys() []Keys {
	var all []Keys
	for _, k := range protections() {
		if k.Suite.IsCBC() && !k.EncryptThenMAC {
			all = append(all, k)
		}
	}
	return all
}

// plainMAC is the MAC of the first record, by the book.
func plainMAC(k Keys, content []byte) []byte {
	h := hmac.New(k.Suite.MAC.Hash().New, k.MAC)
	h.Write(make([]byte, 8))
	h.Write(Header{ApplicationData, k.Version, len(content)}.appendTo(nil))
	h.Write(content)
	return h.Sum(nil)
}

// padWith appends n+1 bytes of n.
func padWith(b []byte, n int) []byte {
	return append(b, bytes.Repeat([]byte{byte(n)}, n+1)...)
}

// encryptRaw makes a first record of whole blocks that may be anything.
func encryptRaw(t testing.TB, k Keys, blocks []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(k.Key)
	if err != nil {
		t.Fatal(err)
	}
	iv, explicit := k.IV, []byte(nil)
	if k.Version != suite.TLS10 {
		iv = bytes.Repeat([]byte{0xD4}, aes.BlockSize)
		explicit = iv
	}
	rec := Header{ApplicationData, k.Version, len(explicit) + len(blocks)}.appendTo(nil)
	rec = append(append(rec, explicit...), blocks...)
	sealed := rec[HeaderLen+len(explicit):]
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, sealed)
	return rec
}

// TestAllPaddings opens records with each length of padding, and the same records
// with a byte of the MAC or the padding changed: every byte in turn for the longest
// padding, whose first byte OpenSSL once did not check, and some bytes for the
// others.
func TestAllPaddings(t *testing.T) {
	for _, k := range cbcKeys() {
		t.Run(k.String(), func(t *testing.T) {
			_, o := newPair(t, k)
			for n := range maxPadding {
				size := k.Suite.MAC.Size()
				content := bytes.Repeat([]byte{'c'}, 32-(size+n+1)%aes.BlockSize)
				blocks := padWith(append(content[:len(content):len(content)], plainMAC(k, content)...), n)
				step := 19
				if n == maxPadding-1 {
					step = 1
				}
				for i := len(content); i < len(blocks); i += step {
					blocks[i] ^= 1 << (i % 8)
					if _, plain, err := o.Open(encryptRaw(t, k, blocks)); !errors.Is(err, failure.DecryptionFailed) {
						t.Fatalf("padding %d: byte %d of %d changed: %q, %v", n, i, len(blocks), plain, err)
					}
					blocks[i] ^= 1 << (i % 8)
				}
				_, plain, err := o.Open(encryptRaw(t, k, blocks))
				if err != nil || !bytes.Equal(plain, content) {
					t.Fatalf("padding %d: %q, %v", n, plain, err)
				}
				*o = *mustOpener(t, k)
			}
		})
	}
}

func mustOpener(t testing.TB, k Keys) *Opener {
	t.Helper()
	o, err := NewOpener(k)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// openPlainly opens the blocks of a first record without care for time.
func openPlainly(k Keys, blocks []byte) (content []byte, ok bool) {
	last := int(blocks[len(blocks)-1])
	end := len(blocks) - last - 1
	n := end - k.Suite.MAC.Size()
	if n < 0 || !bytes.Equal(blocks[end:], bytes.Repeat([]byte{byte(last)}, last+1)) {
		return nil, false
	}
	return blocks[:n], bytes.Equal(blocks[n:end], plainMAC(k, blocks[:n]))
}

// TestOpensAsPlainly compares with openPlainly on blocks that are made and then
// damaged at random: padding longer than the record, padding that leaves no space
// for a MAC, a MAC over another length.
func TestOpensAsPlainly(t *testing.T) {
	const seed = 5246
	r := rand.New(rand.NewPCG(seed, seed))
	for _, k := range cbcKeys() {
		good := 0
		for range 1500 {
			content := make([]byte, r.IntN(400))
			blocks := append(content[:len(content):len(content)], plainMAC(k, content)...)
			blocks = padWith(blocks, (aes.BlockSize-1-len(blocks)%aes.BlockSize+aes.BlockSize*r.IntN(16))%maxPadding)
			switch r.IntN(4) {
			case 0:
				blocks[len(blocks)-1] = byte(r.IntN(256))
			case 1:
				blocks[r.IntN(len(blocks))] ^= byte(r.IntN(256))
			case 2:
				from := max(0, len(blocks)-1-r.IntN(maxPadding))
				copy(blocks[from:], bytes.Repeat([]byte{byte(r.IntN(256))}, len(blocks)-from))
			}
			want, ok := openPlainly(k, blocks)
			_, plain, err := mustOpener(t, k).Open(encryptRaw(t, k, blocks))
			if (err == nil) != ok || !bytes.Equal(plain, want[:len(plain)]) || ok && len(plain) != len(want) {
				t.Fatalf("%s, seed %d: blocks %x: got %x, %v, wanted %x, %v", k, seed, blocks, plain, err, want, ok)
			}
			if ok {
				good++
			}
		}
		if good < 300 || good > 1200 {
			t.Errorf("%s: %d of 1500 records were good, the test tells little", k, good)
		}
	}
}

// TestRefusesPaddingWithoutMAC: padding must not overlap the MAC.
func TestRefusesPaddingWithoutMAC(t *testing.T) {
	for _, k := range cbcKeys() {
		for _, n := range []int{16, 32, 48, 64, 256} {
			_, plain, err := mustOpener(t, k).Open(encryptRaw(t, k, padWith(nil, n-1)))
			if !errors.Is(err, failure.DecryptionFailed) {
				t.Errorf("%s: %d bytes of padding alone: %x, %v", k, n, plain, err)
			}
		}
	}
}

// TestSecretMAC compares with HMAC for every length that a record of each size
// can hide.
func TestSecretMAC(t *testing.T) {
	body := []byte(strings.Repeat("Lucky Thirteen. ", 40))
	for _, m := range []suite.MAC{suite.SHA1, suite.SHA256, suite.SHA384} {
		k := testKeys(&suite.CipherSuite{Cipher: suite.AES128CBC, MAC: m}, suite.TLS12)
		mac, err := newSecretMAC(&k)
		if err != nil {
			t.Fatal(err)
		}
		plain := newRecordMAC(&k)
		h := Header{Type: Handshake, Version: suite.TLS12}
		for size := m.Size() + 1; size <= len(body); size += 7 {
			for n := max(0, size-m.Size()-maxPadding); n <= size-m.Size()-1; n++ {
				got, want := mac.sum(99, h, body[:size], n), plain.append(nil, 99, h, body[:n])
				if !bytes.Equal(got, want) {
					t.Fatalf("MAC %v of %d out of %d bytes: got %x, wanted %x", m.Hash(), n, size, got, want)
				}
			}
		}
	}
}

// TestETMChecksPadding opens records with wrong padding and a right MAC.
func TestETMChecksPadding(t *testing.T) {
	k := testKeys(&suite.CipherSuite{Cipher: suite.AES128CBC, MAC: suite.SHA1}, suite.TLS12)
	k.EncryptThenMAC = true
	authenticated := func(blocks []byte) []byte {
		raw := encryptRaw(t, k, blocks)
		mac := newRecordMAC(&k)
		h := ParseHeader(raw)
		sum := mac.append(nil, 0, h, raw[HeaderLen:])
		h.Length += len(sum)
		return append(append(h.appendTo(nil), raw[HeaderLen:]...), sum...)
	}
	for _, c := range []struct {
		name   string
		blocks []byte
		ok     bool
	}{
		{"least", padWith([]byte("fifteen bytes.."), 0), true},
		{"nothing but padding", padWith(nil, 15), true},
		{"most", padWith(nil, 255), true},
		{"a wrong first byte", append([]byte{0}, padWith(nil, 15)[1:]...), false},
		{"longer than the record", bytes.Repeat([]byte{16}, 16), false},
		{"a stray byte before it", append(bytes.Repeat([]byte{9}, 8), padWith(nil, 7)...), true},
		{"of 16 with a hole", append(bytes.Repeat([]byte{15}, 8), append([]byte{3}, bytes.Repeat([]byte{15}, 7)...)...), false},
	} {
		_, _, err := mustOpener(t, k).Open(authenticated(c.blocks))
		if (err == nil) != c.ok || !c.ok && !errors.Is(err, failure.DecryptionFailed) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
