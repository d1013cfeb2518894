package record

import (
	"crypto/hmac"
	"crypto/subtle"
	"hash"

	_ "crypto/md5" // linked in for the MACs of the registry
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
)

// recordMAC is MAC(MAC_write_key, seq_num + type + version + length +
// fragment) of RFC 5246, section 6.2.3.1, for fragments of public length.
type recordMAC struct {
	hmac hash.Hash
	data additionalData
	sum  []byte // a buffer for one MAC
}

func newRecordMAC(k *Keys) recordMAC {
	h := hmac.New(k.Suite.MAC.Hash().New, k.MAC)
	return recordMAC{hmac: h, sum: make([]byte, 0, h.Size())}
}

func (m *recordMAC) size() int { return m.hmac.Size() }

// append appends the MAC of a fragment to dst, whose end the fragment may be.
func (m *recordMAC) append(dst []byte, seq uint64, h Header, fragment []byte) []byte {
	h.Length = len(fragment)
	m.hmac.Reset()
	m.hmac.Write(m.data.set(seq, h))
	m.hmac.Write(fragment)
	return m.hmac.Sum(dst)
}

// verify compares in constant time.
func (m *recordMAC) verify(seq uint64, h Header, fragment, mac []byte) bool {
	m.sum = m.append(m.sum[:0], seq, h, fragment)
	return subtle.ConstantTimeCompare(m.sum, mac) == 1
}
