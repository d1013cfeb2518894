package record

import (
	"crypto/subtle"
	"encoding/binary"

	"polytls/internal/suite"
)

// nonce is the nonce of one record.
type nonce [suite.NonceLen]byte

// mask sets the nonce to the sequence number, padded on the left, XORed with
// the IV (RFC 8446, section 5.3; RFC 7905, section 2). With an IV of a salt and
// eight zeros it makes the explicit nonce of RFC 5288, section 3, and RFC 6655,
// section 3.
func (n *nonce) mask(iv *[suite.NonceLen]byte, seq uint64) []byte {
	clear(n[:4])
	binary.BigEndian.PutUint64(n[4:], seq)
	subtle.XORBytes(n[:], n[:], iv[:])
	return n[:]
}
