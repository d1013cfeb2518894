package record

import (
	"crypto/aes"
	"crypto/subtle"
)

// openCBC opens MAC-then-encrypt. The position of the MAC depends on the padding,
// which is not authenticated yet: an attacker who learns from the time, the memory
// touched or the error whether it was well formed can decrypt (Vaudenay; Lucky
// Thirteen). So once the record is decrypted, its bytes, the padding's length and all
// that follows from it are secret. Branches, indices and loop bounds depend on the
// record's length alone until the one result at the end.
type openCBC struct {
	cbc      cbcDecrypter
	mac      secretMAC
	received []byte // the record's MAC
	rotated  []byte
}

func newOpenCBC(k *Keys) (*openCBC, error) {
	cbc, err := newCBCDecrypter(k)
	if err != nil {
		return nil, err
	}
	mac, err := newSecretMAC(k)
	if err != nil {
		return nil, err
	}
	room := make([]byte, 2*mac.size)
	return &openCBC{cbc: cbc, mac: *mac, received: room[:mac.size:mac.size], rotated: room[mac.size:]}, nil
}

func (o *openCBC) open(_ []byte, seq uint64, rec []byte) ([]byte, error) {
	fragment := rec[HeaderLen:]
	size := len(fragment) - o.cbc.iv.explicit // of what is encrypted
	if size < o.mac.size+1 || size%aes.BlockSize != 0 {
		return nil, errDecrypt()
	}
	plaintext := o.cbc.decrypt(seq, fragment)
	padding, good := paddingOf(plaintext, o.mac.size)
	n := len(plaintext) - o.mac.size - padding // secret, not negative

	o.extractMAC(plaintext, n)
	want := o.mac.sum(seq, ParseHeader(rec), plaintext, n)
	good &= subtle.ConstantTimeCompare(want, o.received)
	if good != 1 {
		return nil, errDecrypt()
	}
	return plaintext[:n], nil
}

// maxPadding is the most bytes that padding and its length byte take.
const maxPadding = 256

// paddingOf returns the length of the padding at the end of b in bytes, its
// length byte included, and 1 if it is well formed and leaves at least keep
// bytes. If not it returns 1 and 0, so that the work that follows is the same.
// b has at least keep+1 bytes. It takes the same time for all b of a length:
// every byte that could be padding is compared, and masks choose which of the
// results count.
func paddingOf(b []byte, keep int) (padding, good int) {
	last := b[len(b)-1]
	good = subtle.ConstantTimeLessOrEq(keep+1+int(last), len(b))
	var diff byte
	for i := 1; i < min(maxPadding, len(b)); i++ {
		counts := mask(subtle.ConstantTimeLessOrEq(i, int(last)))
		diff |= counts & (b[len(b)-1-i] ^ last)
	}
	good &= subtle.ConstantTimeByteEq(diff, 0)
	return subtle.ConstantTimeSelect(good, int(last), 0) + 1, good
}

// mask turns 1 into all ones and 0 into zero.
func mask(bit int) byte { return -byte(bit) }

// extractMAC copies the MAC that begins at the secret index n of b. It reads
// every byte that could belong to a MAC, in order, into a ring as long as the
// MAC, and then turns the ring by the secret distance, one bit of it at a time.
func (o *openCBC) extractMAC(b []byte, n int) {
	size := o.mac.size
	clear(o.received)
	ring, distance, inside := 0, 0, 0
	for i := max(0, len(b)-size-maxPadding); i < len(b); i++ {
		begins := subtle.ConstantTimeEq(int32(i), int32(n))
		ends := subtle.ConstantTimeEq(int32(i), int32(n+size))
		inside = (inside | begins) &^ ends
		distance |= subtle.ConstantTimeSelect(begins, ring, 0)
		o.received[ring] |= b[i] & mask(inside)
		if ring++; ring == size {
			ring = 0
		}
	}
	for step := 1; step < size; step <<= 1 {
		turn := distance & 1
		distance >>= 1
		for i := range o.rotated {
			o.rotated[i] = o.received[(i+step)%size]
		}
		subtle.ConstantTimeCopy(turn, o.received, o.rotated)
	}
}
