package redisstore

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync/atomic"
)

// A sealed value is
//
//	version 1 | key id 8 | nonce 12 | AES-256-GCM(session) | tag 16
//
// The key and its id are the first 32 and the last 8 bytes of
//
//	HKDF-SHA256(secret = ticket key 48, no salt, info = "polytls session store v1", 40 bytes)
//
// The associated data is the first 9 bytes of the value and the key in Redis,
// prefix included, so that a value opens only where it was put. Nonces are
// random: a ticket key should be replaced before it has sealed 2^32 sessions
// (NIST SP 800-38D, section 8.3), which rotation does.
const (
	version     = 1
	keyIDSize   = 8
	headerSize  = 1 + keyIDSize
	nonceSize   = 12
	tagSize     = 16
	overhead    = headerSize + nonceSize + tagSize
	sealingInfo = "polytls session store v1"
)

// ticketKeySize is the length of a ticket key in bytes.
const ticketKeySize = 48

var errNoKeys = errors.New("no ticket keys are set")

// keyring is a list of sealing keys, replaced as a whole.
type keyring struct{ list atomic.Pointer[[]sealingKey] }

type sealingKey struct {
	id   [keyIDSize]byte
	aead cipher.AEAD
}

// set derives a sealing key from each ticket key.
func (r *keyring) set(ticketKeys [][]byte) error {
	if len(ticketKeys) == 0 {
		return errors.New("redisstore: option TicketKeys: no key is given")
	}
	list := make([]sealingKey, 0, len(ticketKeys))
	for _, ticketKey := range ticketKeys {
		if len(ticketKey) != ticketKeySize {
			return fmt.Errorf("redisstore: option TicketKeys: a key has %d bytes, want %d", len(ticketKey), ticketKeySize)
		}
		key, err := derive(ticketKey)
		if err != nil {
			return err
		}
		list = append(list, key)
	}
	r.list.Store(&list)
	return nil
}

func derive(ticketKey []byte) (sealingKey, error) {
	var key sealingKey
	secret, err := hkdf.Key(sha256.New, ticketKey, nil, sealingInfo, 32+keyIDSize)
	if err != nil {
		return key, err
	}
	block, err := aes.NewCipher(secret[:32])
	if err != nil {
		return key, err
	}
	copy(key.id[:], secret[32:])
	key.aead, err = cipher.NewGCM(block)
	return key, err
}

// ready reports whether there are keys.
func (r *keyring) ready() bool { return r.list.Load() != nil }

// seal returns a session sealed for a key in Redis. The keyring must be ready.
func (r *keyring) seal(place string, session []byte) []byte {
	key := &(*r.list.Load())[0]
	value := make([]byte, headerSize+nonceSize, overhead+len(session))
	value[0] = version
	copy(value[1:], key.id[:])
	nonce := value[headerSize:]
	rand.Read(nonce) // never fails
	return key.aead.Seal(value, nonce, session, associated(value, place))
}

// open returns the session in a value from a key in Redis, nil if it does not open:
// the cause is not reported. The keyring must be ready.
func (r *keyring) open(place string, value []byte) []byte {
	if len(value) < overhead || value[0] != version {
		return nil
	}
	id := [keyIDSize]byte(value[1:headerSize])
	nonce, sealed := value[headerSize:headerSize+nonceSize], value[headerSize+nonceSize:]
	for _, key := range *r.list.Load() {
		if key.id != id { // public
			continue
		}
		if session, err := key.aead.Open([]byte{}, nonce, sealed, associated(value, place)); err == nil {
			return session
		}
	}
	return nil
}

// associated is the associated data: the value's header has a fixed length, so
// that what follows needs no delimiter.
func associated(value []byte, place string) []byte {
	data := make([]byte, 0, headerSize+len(place))
	data = append(data, value[:headerSize]...)
	return append(data, place...)
}
