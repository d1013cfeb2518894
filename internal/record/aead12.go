package record

import (
	"crypto/cipher"

	"polytls/internal/suite"
)

// aead12 is GenericAEADCipher, RFC 5246, section 6.2.3.3, with the nonces of
// RFC 5288, RFC 6655 and RFC 7905.
type aead12 struct{ *aeadKey }

// explicit is the length of the part of the nonce that is sent in the record.
func (a aead12) explicit() int { return a.suite.Cipher.Info().RecordIVLen }

func (a aead12) overhead() int { return HeaderLen + a.explicit() + a.tagLen() }

func (a aead12) seal(dst []byte, seq uint64, h Header, payload []byte, _ int) []byte {
	aead := a.state()
	data := aead.data.set(seq, h)
	n := aead.nonce.mask(&a.iv, seq)
	h.Length = a.explicit() + len(payload) + a.tagLen()
	dst = h.appendTo(dst)
	dst = append(dst, n[suite.NonceLen-a.explicit():]...)
	return aead.Seal(dst, n, payload, data)
}

func (a aead12) open(dst []byte, seq uint64, rec []byte) ([]byte, error) {
	h, fragment := ParseHeader(rec), rec[HeaderLen:]
	h.Length -= a.explicit() + a.tagLen()
	if h.Length < 0 {
		return nil, errDecrypt()
	}
	explicit, sealed := fragment[:a.explicit()], fragment[a.explicit():]
	aead := a.state()
	n := aead.nonce.mask(&a.iv, seq)
	copy(n[suite.NonceLen-len(explicit):], explicit) // the peer need not count as we do
	return openAEAD(aead, dst, n, sealed, aead.data.set(seq, h))
}

// openAEAD opens into dst if its capacity suffices for the plaintext, else in place.
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
