package keys

import (
	"crypto"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/subtle"
	"hash"

	"polytls/internal/suite"
)

// PRF is the pseudorandom function of TLS 1.0 to 1.2 (RFC 2246 and RFC 5246,
// section 5).
type PRF struct {
	hash crypto.Hash // 0 before TLS 1.2: MD5 and SHA-1
}

// NewPRF returns the PRF of v. h is the hash of the cipher suite; TLS 1.0 and
// 1.1 ignore it.
func NewPRF(v suite.Version, h crypto.Hash) PRF {
	if v < suite.TLS12 {
		return PRF{}
	}
	return PRF{h}
}

// keyed returns the PRF under a secret.
func (p PRF) keyed(secret []byte) *keyedPRF {
	if p.hash != 0 {
		return &keyedPRF{macs: [2]hash.Hash{hmac.New(p.hash.New, secret)}}
	}
	// RFC 2246, section 5: the halves share a byte if the length is odd.
	half := (len(secret) + 1) / 2
	return &keyedPRF{macs: [2]hash.Hash{
		hmac.New(md5.New, secret[:half]),
		hmac.New(sha1.New, secret[len(secret)-half:]),
	}}
}

// keyedPRF is the PRF under a secret. Keying HMAC costs more than computing it,
// and the key block and both Finished have the same master secret.
type keyedPRF struct {
	macs [2]hash.Hash // one from TLS 1.2 on

	// Scratch: it fits the label and seed of all but some exporters, and a
	// SHA-384.
	seed     [96]byte
	a, block [48]byte
}

// derive is PRF(secret, label, seed) of length n, where the parts of the seed
// follow each other.
func (k *keyedPRF) derive(n int, label string, seed ...[]byte) []byte {
	s := append(k.seed[:0], label...)
	for _, part := range seed {
		s = append(s, part...)
	}
	out := make([]byte, n)
	for _, mac := range k.macs {
		if mac != nil {
			k.xorPHash(out, mac, s)
		}
	}
	return out
}

// xorPHash adds P_hash of RFC 5246, section 5, to out, which is zero or holds
// the other half of RFC 2246's PRF.
func (k *keyedPRF) xorPHash(out []byte, mac hash.Hash, seed []byte) {
	mac.Write(seed)
	a := mac.Sum(k.a[:0])
	for {
		mac.Reset()
		mac.Write(a)
		mac.Write(seed)
		n := subtle.XORBytes(out, out, mac.Sum(k.block[:0]))
		mac.Reset() // for A(i+1), or another label
		if out = out[n:]; len(out) == 0 {
			return
		}
		mac.Write(a)
		a = mac.Sum(a[:0])
	}
}
