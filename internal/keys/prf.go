package keys

import (
	"crypto"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/subtle"
	"hash"
	"slices"
	"strings"

	"polytls/internal/reason"
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

const (
	masterLen     = 48 // bytes of a master secret (RFC 5246, section 8.1)
	verifyDataLen = 12 // bytes of a Finished (RFC 5246, section 7.4.9)
)

// MasterSecret returns the 48 bytes of RFC 5246, section 8.1.
func (p PRF) MasterSecret(premaster, clientRandom, serverRandom []byte) []byte {
	return p.derive(premaster, labelMaster, slices.Concat(clientRandom, serverRandom), masterLen)
}

// ExtendedMasterSecret returns the 48 bytes of RFC 7627, section 4.
// sessionHash is the transcript's up to ClientKeyExchange.
func (p PRF) ExtendedMasterSecret(premaster, sessionHash []byte) []byte {
	return p.derive(premaster, labelExtendedMaster, sessionHash, masterLen)
}

// KeyBlock returns n bytes of RFC 5246, section 6.3.
func (p PRF) KeyBlock(master, clientRandom, serverRandom []byte, n int) []byte {
	return p.derive(master, labelKeyBlock, slices.Concat(serverRandom, clientRandom), n)
}

// ClientFinished returns the 12 bytes of the client's verify_data.
func (p PRF) ClientFinished(master, transcriptHash []byte) []byte {
	return p.derive(master, labelClientFinished, transcriptHash, verifyDataLen)
}

// ServerFinished returns the 12 bytes of the server's verify_data.
func (p PRF) ServerFinished(master, transcriptHash []byte) []byte {
	return p.derive(master, labelServerFinished, transcriptHash, verifyDataLen)
}

// VerifyClient checks the client's verify_data in constant time. Its error is
// reason.DigestCheckFailed.
func (p PRF) VerifyClient(master, transcriptHash, got []byte) error {
	return checkFinished(p.ClientFinished(master, transcriptHash), got)
}

// VerifyServer checks the server's verify_data in constant time. Its error is
// reason.DigestCheckFailed.
func (p PRF) VerifyServer(master, transcriptHash, got []byte) error {
	return checkFinished(p.ServerFinished(master, transcriptHash), got)
}

// Exporter returns length bytes of RFC 5705, section 4. A nil context is none,
// which differs from an empty one. The labels of TLS itself are refused, and
// contexts whose length does not fit 16 bits.
func (p PRF) Exporter(master, clientRandom, serverRandom []byte, label string, context []byte, length int) ([]byte, error) {
	for _, own := range ownLabels {
		// A prefix is enough: what follows our label could be the seed's start.
		if strings.HasPrefix(label, own) {
			return nil, reason.IllegalExporterLabel.Local("exporter: label %q is reserved", label)
		}
	}
	if len(context) > 0xFFFF {
		return nil, reason.PassedInvalidArgument.Local("exporter: context of %d bytes, at most 65535 fit", len(context))
	}
	if length < 0 {
		return nil, reason.Internal.Local("exporter: length %d", length)
	}
	seed := slices.Concat(clientRandom, serverRandom)
	if context != nil {
		seed = append(seed, byte(len(context)>>8), byte(len(context)))
		seed = append(seed, context...)
	}
	return p.derive(master, label, seed, length), nil
}

// Block is a key block in its parts (RFC 5246, section 6.3).
type Block struct {
	ClientMAC, ServerMAC []byte
	ClientKey, ServerKey []byte
	ClientIV, ServerIV   []byte
}

// Keys cuts the key block of s under v.
func (p PRF) Keys(s *suite.CipherSuite, v suite.Version, master, clientRandom, serverRandom []byte) Block {
	mac, key, iv := s.MAC.Size(), s.Cipher.KeyLen(), s.IVLen(v)
	rest := p.KeyBlock(master, clientRandom, serverRandom, 2*(mac+key+iv))
	next := func(n int) []byte {
		part := rest[:n:n]
		rest = rest[n:]
		return part
	}
	return Block{
		ClientMAC: next(mac), ServerMAC: next(mac),
		ClientKey: next(key), ServerKey: next(key),
		ClientIV: next(iv), ServerIV: next(iv),
	}
}

// derive is PRF(secret, label, seed) of length n.
func (p PRF) derive(secret []byte, label string, seed []byte, n int) []byte {
	out := make([]byte, n)
	seed = slices.Concat([]byte(label), seed)
	if p.hash != 0 {
		pHash(out, p.hash.New, secret, seed)
		return out
	}
	// RFC 2246, section 5: the halves share a byte if the length is odd.
	half := (len(secret) + 1) / 2
	pHash(out, md5.New, secret[:half], seed)
	other := make([]byte, n)
	pHash(other, sha1.New, secret[len(secret)-half:], seed)
	subtle.XORBytes(out, out, other)
	return out
}

// pHash fills out with P_hash of RFC 5246, section 5.
func pHash(out []byte, h func() hash.Hash, secret, seed []byte) {
	mac := hmac.New(h, secret)
	mac.Write(seed)
	a := mac.Sum(nil)
	block := make([]byte, 0, mac.Size())
	for len(out) > 0 {
		mac.Reset()
		mac.Write(a)
		mac.Write(seed)
		block = mac.Sum(block[:0])
		out = out[copy(out, block):]

		mac.Reset()
		mac.Write(a)
		a = mac.Sum(a[:0])
	}
}

// The labels of TLS 1.0 to 1.2.
const (
	labelMaster         = "master secret"
	labelExtendedMaster = "extended master secret"
	labelKeyBlock       = "key expansion"
	labelClientFinished = "client finished"
	labelServerFinished = "server finished"
)

var ownLabels = [...]string{labelMaster, labelExtendedMaster, labelKeyBlock, labelClientFinished, labelServerFinished}
