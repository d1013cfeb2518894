package record

import (
	"crypto/cipher"

	"polytls/internal/suite"
)

// aead12 is GenericAEADCipher, RFC 5246, section 6.2.3.3, with the nonces of
// RFC 5288, RFC 6655 and RFC 7905.
type aead12 struct {
	aeadKey // its IV is the salt and zeros, or the whole mask
	// explicit is the length of the nonce's part that travels with the
	// record: 8, or 0 for ChaCha20-Poly1305.
	explicit int
}

func newAEAD12(k *Keys) (*aead12, error) {
	key, err := newAEADKey(k)
	if err != nil {
		return nil, err
	}
	a := &aead12{aeadKey: key, explicit: 8}
	if k.Suite.Cipher == suite.ChaCha20Poly1305 {
		a.explicit = 0
	}
	return a, nil
}

func (a *aead12) overhead() int { return HeaderLen + a.explicit + a.tagLen() }

func (a *aead12) seal(dst []byte, seq uint64, h Header, payload []byte, _ int) []byte {
	aead := a.state()
	data := aead.data.set(seq, h)
	n := aead.nonce.mask(&a.iv, seq)
	h.Length = a.explicit + len(payload) + a.tagLen()
	dst = h.appendTo(dst)
	dst = append(dst, n[nonceLen-a.explicit:]...)
	return aead.Seal(dst, n, payload, data)
}

func (a *aead12) open(dst []byte, seq uint64, rec []byte) ([]byte, error) {
	h := ParseHeader(rec)
	h.Length -= a.explicit + a.tagLen()
	if h.Length < 0 {
		return nil, errDecrypt()
	}
	explicit, sealed := rec[HeaderLen:HeaderLen+a.explicit], rec[HeaderLen+a.explicit:]
	aead := a.state()
	n := aead.nonce.mask(&a.iv, seq)
	copy(n[nonceLen-a.explicit:], explicit) // the peer need not count as we do
	return openAEAD(aead, dst, n, sealed, aead.data.set(seq, h))
}

// openAEAD opens into dst if it has room for the plaintext, else in place.
func openAEAD(aead cipher.AEAD, dst, nonce, sealed, data []byte) ([]byte, error) {
	if cap(dst) < len(sealed)-aead.Overhead() {
		dst = sealed[:0]
	}
	plaintext, err := aead.Open(dst[:0], nonce, sealed, data)
	if err != nil {
		return nil, errDecrypt()
	}
	return plaintext, nil
}
