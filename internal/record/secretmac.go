package record

import (
	"crypto/subtle"
	"encoding"
	"encoding/binary"
	"hash"
	"math/bits"
)

// secretMAC is recordMAC for fragments of secret length. HMAC (RFC 2104) is
// two runs of the hash. The hashes of the standard library reveal the length
// of what they hash by the number of blocks they process, so the inner run is
// given whole blocks only: those that a fragment of the greatest length would
// fill, padding of the hash included. They are built by masks, the hash's state
// is taken after each, and a mask selects the state after the block that is
// really the last. That state is the digest.
type secretMAC struct {
	inner, outer statefulHash
	ipad, opad   []byte // the padded key, one block each
	size         int    // of the MAC
	shift        int    // log2 of the block size
	lengthLen    int    // length of the hash's own length field

	data   additionalData
	block  []byte
	state  []byte // a buffer for one marshaled state
	digest []byte // of the inner run
	result []byte
}

// statefulHash is implemented by the hashes of the standard library. Their marshaled
// state is four bytes of magic, the chaining value, which begins with the
// digest, and then the bytes of an incomplete block.
type statefulHash interface {
	hash.Hash
	encoding.BinaryAppender
}

// stateOffset is where the chaining value begins in a marshaled state.
const stateOffset = 4

func newSecretMAC(k *Keys) (*secretMAC, error) {
	h := k.Suite.MAC.Hash()
	inner, ok := h.New().(statefulHash)
	outer, too := h.New().(statefulHash)
	if !ok || !too {
		return nil, errNotImplemented(k.Suite)
	}
	size, blockSize := inner.Size(), inner.BlockSize()
	state, err := inner.AppendBinary(nil)
	if err != nil || bits.OnesCount(uint(blockSize)) != 1 || len(k.MAC) > blockSize {
		return nil, errNotImplemented(k.Suite)
	}
	return &secretMAC{
		inner: inner, outer: outer,
		ipad:      paddedKey(k.MAC, blockSize, 0x36),
		opad:      paddedKey(k.MAC, blockSize, 0x5c),
		size:      size,
		shift:     bits.TrailingZeros(uint(blockSize)),
		lengthLen: blockSize / 8,
		block:     make([]byte, blockSize),
		state:     state[:0],
		digest:    make([]byte, size),
		result:    make([]byte, 0, size),
	}, nil
}

// paddedKey returns the key, filled up to a block with zeros, XORed with pad.
func paddedKey(key []byte, blockSize int, pad byte) []byte {
	block := make([]byte, blockSize)
	copy(block, key)
	for i := range block {
		block[i] ^= pad
	}
	return block
}

// sum returns the MAC of the first n bytes of b, where n is secret. After them b has
// the MAC of the record and from 1 to maxPadding bytes of padding, which is what
// bounds n. The result is valid until the next call.
func (m *secretMAC) sum(seq uint64, h Header, b []byte, n int) []byte {
	h.Length = n
	most := len(b) - m.size - 1
	least := max(0, len(b)-m.size-maxPadding)
	message := m.data.set(seq, h)
	m.inner.Reset()
	m.inner.Write(m.ipad)

	// Blocks that hold nothing but message whatever n is need no masks.
	plain := (len(message) + least) >> m.shift
	if plain > 0 {
		m.inner.Write(message)
		m.inner.Write(b[:plain<<m.shift-len(message)])
	}
	last := (len(message) + n + m.lengthLen) >> m.shift // secret
	clear(m.digest)
	for i := plain; i <= (len(message)+most+m.lengthLen)>>m.shift; i++ {
		isLast := subtle.ConstantTimeEq(int32(i), int32(last))
		m.buildBlock(i, isLast, b[:most], n)
		m.inner.Write(m.block)
		m.state, _ = m.inner.AppendBinary(m.state[:0])
		subtle.ConstantTimeCopy(isLast, m.digest, m.state[stateOffset:stateOffset+m.size])
	}

	m.outer.Reset()
	m.outer.Write(m.opad)
	m.outer.Write(m.digest)
	m.result = m.outer.Sum(m.result[:0])
	return m.result
}

// buildBlock builds block i of the padded message: additional data, n bytes of
// b, 0x80, zeros and, if isLast, the length of it all in bits. The index is
// public, n and isLast are secret.
func (m *secretMAC) buildBlock(i, isLast int, b []byte, n int) {
	start := i<<m.shift - len(m.data) // where the block begins in b
	for j := range m.block {
		at := start + j
		var c byte
		switch {
		case at < 0:
			c = m.data[at+len(m.data)]
		case at < len(b):
			c = b[at] & mask(subtle.ConstantTimeLessOrEq(at+1, n))
		}
		if at >= 0 {
			c |= 0x80 & mask(subtle.ConstantTimeEq(int32(at), int32(n)))
		}
		m.block[j] = c
	}
	// The key's block counts. 32 bits suffice for any record, and where the
	// length goes the masks left zeros.
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(m.block)+len(m.data)+n)*8)
	for j, c := range length {
		m.block[len(m.block)-len(length)+j] |= c & mask(isLast)
	}
}
