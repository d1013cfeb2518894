package session

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"slices"
	"sync"

	"polytls/failure"
)

// Lengths in bytes of a ticket key.
const (
	// TicketKeySize is the length of Node's: name 16, HMAC-SHA256 key 16,
	// AES-128-CBC key 16, in this order.
	TicketKeySize = 48
	// LongTicketKeySize is the length of OpenSSL's own
	// (SSL_CTX_set_tlsext_ticket_keys) and of nginx's long file: name 16,
	// HMAC-SHA256 key 32, AES-256-CBC key 32.
	LongTicketKeySize = 80

	ticketNameSize = 16
)

// TicketKey is a key that seals tickets (RFC 5077, section 4). It comes from
// [ParseTicketKeys] or [NewTicketKey] and does not change.
type TicketKey struct {
	bytes []byte // name | HMAC key | AES key
	block cipher.Block

	ciphers sync.Pool // of *ticketCipher
}

// ParseTicketKeys reads Node's ticketKeys, 48 bytes, or OpenSSL's 80. nginx's 48
// bytes hold the AES key before the HMAC key, and nothing in them shows it: they have
// to be put in Node's order first. Another length is an error with Node's code and
// text, ERR_INVALID_ARG_VALUE.
func ParseTicketKeys(b []byte) (*TicketKey, error) {
	if len(b) != TicketKeySize && len(b) != LongTicketKeySize {
		return nil, failure.InvalidArgValue.Local("The property 'options.ticketKeys' must be exactly %d bytes. Received %d",
			TicketKeySize, len(b))
	}
	k := &TicketKey{bytes: bytes.Clone(b)}
	_, aesKey := k.halves()
	var err error
	k.block, err = aes.NewCipher(aesKey)
	return k, err
}

// NewTicketKey makes a random key of Node's length.
func NewTicketKey() (*TicketKey, error) {
	b := make([]byte, TicketKeySize)
	rand.Read(b) // never fails
	return ParseTicketKeys(b)
}

// Bytes returns the key in the form that [ParseTicketKeys] reads: 48 bytes, or
// 80 if it was read from as many.
func (k *TicketKey) Bytes() []byte { return slices.Clone(k.bytes) }

// Name returns the 16 bytes with which the key's tickets begin.
func (k *TicketKey) Name() []byte { return slices.Clone(k.bytes[:ticketNameSize]) }

// halves returns the two secrets, which are of equal length.
func (k *TicketKey) halves() (hmacKey, aesKey []byte) {
	secrets := k.bytes[ticketNameSize:]
	return secrets[:len(secrets)/2], secrets[len(secrets)/2:]
}
