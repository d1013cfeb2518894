package record

import (
	"crypto/cipher"
	"weak"

	"polytls/internal/suite"
)

// aeadKey is an AEAD's key, from which the AEAD itself is made when a record
// needs it. The expanded state of AES-GCM is ten times as large as the key and
// cheap to compute. A weak pointer holds it between records, so that a garbage
// collection frees it if the connection is idle.
type aeadKey struct {
	suite *suite.CipherSuite
	cache weak.Pointer[aeadState]
	key   [maxKeyLen]byte      // as many bytes as the suite's cipher needs
	iv    [suite.NonceLen]byte // the mask of RFC 8446 and RFC 7905, or a salt and zeros
}

// aeadState is an AEAD with the arguments of its calls. These are passed through an
// interface, so that on the stack they would cost an allocation for each record.
type aeadState struct {
	cipher.AEAD
	nonce nonce
	data  additionalData
}

// set sets the keys. It returns an error if there is no AEAD for them.
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

// state returns the AEAD, which it makes again if it was freed.
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
