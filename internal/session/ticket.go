package session

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"slices"
)

// Ring is a set of ticket keys: the newest seals, all of them open. It does
// not change once it is made.
type Ring struct{ keys []*TicketKey }

// NewRing returns the ring of the given keys, newest first.
func NewRing(keys ...*TicketKey) *Ring { return &Ring{keys: slices.Clone(keys)} }

// Seal returns the session as a ticket (RFC 5077, section 4):
//
//	key name 16 | IV 16 | AES-CBC(DER, PKCS#7) | HMAC-SHA256 over all before
//
// The session's ID and Ticket are left out, since OpenSSL refuses a ticket with
// an ID in it. It is an error if the ring is empty or if the ticket would not
// fit the 65,535 bytes that a NewSessionTicket holds.
func (r *Ring) Seal(s *Session) ([]byte, error) {
	if len(r.keys) == 0 {
		return nil, errors.New("session ticket: no key to seal it")
	}
	key := r.keys[0]
	inside := *s
	inside.ID, inside.Ticket = nil, nil
	der := pad(inside.Marshal())
	size := ticketHeader + len(der) + sha256.Size
	if size > maxTicket {
		return nil, errors.New("session ticket: longer than 65535 bytes")
	}
	ticket := make([]byte, 0, size)
	ticket = append(ticket, key.bytes[:ticketNameSize]...)
	ticket = ticket[:ticketHeader]
	iv := ticket[ticketNameSize:]
	rand.Read(iv) // never fails
	cipher.NewCBCEncrypter(key.block, iv).CryptBlocks(der, der)
	ticket = append(ticket, der...)
	return append(ticket, key.mac(ticket)...), nil
}

// Open reads a ticket that one of the ring's keys sealed, here or in Node or
// OpenSSL. renew says that it was not the newest, so that the client ought to
// get a new ticket. An unknown key, a wrong MAC and a ticket without a session
// in it are errors that match [ErrUnusable].
func (r *Ring) Open(ticket []byte) (s *Session, renew bool, err error) {
	if len(ticket) > maxTicket || len(ticket) < ticketHeader+aes.BlockSize+sha256.Size ||
		len(ticket)%aes.BlockSize != 0 {
		return nil, false, unusable("session ticket: %d bytes", len(ticket))
	}
	for i, key := range r.keys {
		// The name is public; keys may share one, as OpenSSL lets them.
		if !bytes.Equal(ticket[:ticketNameSize], key.bytes[:ticketNameSize]) {
			continue
		}
		body, tag := ticket[:len(ticket)-sha256.Size], ticket[len(ticket)-sha256.Size:]
		// The MAC comes first and takes the same time whatever it finds, so
		// that nobody learns about padding from tickets he made.
		if !hmac.Equal(tag, key.mac(body)) {
			continue
		}
		s, err := key.decrypt(body)
		return s, i > 0, err
	}
	return nil, false, unusable("session ticket: no key opens it")
}

func (k *TicketKey) mac(data []byte) []byte {
	hmacKey, _ := k.halves()
	h := hmac.New(sha256.New, hmacKey)
	h.Write(data)
	return h.Sum(nil)
}

// decrypt reads a ticket without its MAC, which must have been checked.
func (k *TicketKey) decrypt(body []byte) (*Session, error) {
	der := bytes.Clone(body[ticketHeader:])
	cipher.NewCBCDecrypter(k.block, body[ticketNameSize:ticketHeader]).CryptBlocks(der, der)
	der, ok := unpad(der)
	if !ok {
		return nil, unusable("session ticket: padding")
	}
	s, err := Parse(der)
	if err != nil {
		return nil, err
	}
	if len(s.ID) != 0 {
		return nil, unusable("session ticket: session_id: %d bytes, none wanted", len(s.ID))
	}
	return s, nil
}

// pad appends PKCS #7 padding (RFC 5652, section 6.3) to der.
func pad(der []byte) []byte {
	n := aes.BlockSize - len(der)%aes.BlockSize
	return append(der, bytes.Repeat([]byte{byte(n)}, n)...)
}

// unpad removes it. What it removes was authenticated: its time tells nothing.
func unpad(b []byte) ([]byte, bool) {
	n := int(b[len(b)-1])
	if n == 0 || n > aes.BlockSize {
		return nil, false
	}
	der, padding := b[:len(b)-n], b[len(b)-n:]
	return der, bytes.Equal(padding, bytes.Repeat([]byte{byte(n)}, n))
}

const ticketHeader = ticketNameSize + aes.BlockSize // key name and IV
