package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
)

// ticketCipher holds the states of the ciphers of a ticket key. They are reset for
// each ticket, since making them costs more than a ticket does. It is used by one
// goroutine at a time; the key has a pool of them.
type ticketCipher struct {
	mac       hash.Hash
	encrypter blockMode
	decrypter blockMode
	sum       [sha256.Size]byte
}

// blockMode is what all CBC modes of the standard library are.
type blockMode interface {
	cipher.BlockMode
	SetIV([]byte)
}

// cipher returns a ticketCipher that goes back to k.ciphers.
func (k *TicketKey) cipher() *ticketCipher {
	if c, ok := k.ciphers.Get().(*ticketCipher); ok {
		return c
	}
	hmacKey, _ := k.halves()
	anyIV := make([]byte, aes.BlockSize)
	return &ticketCipher{
		mac:       hmac.New(sha256.New, hmacKey),
		encrypter: cipher.NewCBCEncrypter(k.block, anyIV).(blockMode),
		decrypter: cipher.NewCBCDecrypter(k.block, anyIV).(blockMode),
	}
}

// seal encrypts in place what comes after the ticket's header, whole blocks, and
// appends the MAC.
func (k *TicketKey) seal(ticket []byte) []byte {
	c := k.cipher()
	defer k.ciphers.Put(c)
	iv, body := ticket[ticketNameSize:ticketHeader], ticket[ticketHeader:]
	c.encrypter.SetIV(iv)
	c.encrypter.CryptBlocks(body, body)
	return c.appendMAC(ticket, ticket)
}

// open returns what seal was given after the header, false if the MAC is another
// key's or forged. The ticket holds at least a header and a MAC, and whole blocks.
func (k *TicketKey) open(ticket []byte) ([]byte, bool) {
	c := k.cipher()
	defer k.ciphers.Put(c)
	sealed, tag := ticket[:len(ticket)-sha256.Size], ticket[len(ticket)-sha256.Size:]
	// The MAC comes first and takes the same time whatever it finds, so that a forged
	// ticket reveals nothing about its padding.
	if !hmac.Equal(tag, c.appendMAC(c.sum[:0], sealed)) {
		return nil, false
	}
	iv, body := sealed[ticketNameSize:ticketHeader], sealed[ticketHeader:]
	plain := make([]byte, len(body))
	c.decrypter.SetIV(iv)
	c.decrypter.CryptBlocks(plain, body)
	return plain, true
}

// appendMAC appends the HMAC-SHA256 of data.
func (c *ticketCipher) appendMAC(b, data []byte) []byte {
	c.mac.Reset()
	c.mac.Write(data)
	return c.mac.Sum(b)
}
