package record

import (
	"crypto/cipher"
	"weak"

	"polytls/internal/suite"
)

// aeadKey is an AEAD's key, from which the AEAD itself is made when a record
// needs it. What AES-GCM keeps beside its key is ten times as large, and cheap
// to make again: a weak pointer keeps it from record to record, and the next
// collection takes it from a connection that is idle.
type aeadKey struct {
	suite *suite.CipherSuite
	cache weak.Pointer[aeadState]
	key   [maxKeyLen]byte      // as many bytes as the suite's cipher wants
	iv    [suite.NonceLen]byte // the mask of RFC 8446 and RFC 7905, or a salt and zeros
}

// aeadState is an AEAD, and the room for what its calls are given. It goes
// through the AEAD's interface, so that on the stack it would cost an allocation
// per record.
type aeadState struct {
	cipher.AEAD
	nonce nonce
	data  additionalData
}

// set takes the keys over. It returns an error if there is no AEAD for them.
func (a *aeadKey) set(k *Keys) error {
	aead, err := k.newAEAD()
	if err != nil {
		return err
	}
	*a = aeadKey{suite: k.Suite}
	copy(a.key[:], k.Key)
	copy(a.iv[:], k.IV)
	a.keep(aead)
	return nil
}

// state returns the AEAD, made anew if it is gone.
func (a *aeadKey) state() *aeadState {
	if s := a.cache.Value(); s != nil {
		return s
	}
	k := Keys{Suite: a.suite, Key: a.key[:a.suite.Cipher.Info().KeyLen]}
	aead, _ := k.newAEAD() // it was made of the same key before
	return a.keep(aead)
}

func (a *aeadKey) keep(aead cipher.AEAD) *aeadState {
	s := &aeadState{AEAD: aead}
	a.cache = weak.Make(s)
	return s
}

// tagLen is what the AEAD adds to a plaintext, in bytes.
func (a *aeadKey) tagLen() int { return a.suite.Cipher.Info().TagLen }
