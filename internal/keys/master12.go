package keys

import (
	"strings"

	"polytls/failure"
	"polytls/internal/suite"
)

const (
	masterLen     = 48 // bytes of a master secret (RFC 5246, section 8.1)
	verifyDataLen = 12 // bytes of a Finished (RFC 5246, section 7.4.9)
)

// MasterSecret returns the 48 bytes of RFC 5246, section 8.1.
func (p PRF) MasterSecret(premaster, clientRandom, serverRandom []byte) []byte {
	return p.keyed(premaster).derive(masterLen, labelMaster, clientRandom, serverRandom)
}

// ExtendedMasterSecret returns the 48 bytes of RFC 7627, section 4.
// sessionHash is the transcript's up to ClientKeyExchange.
func (p PRF) ExtendedMasterSecret(premaster, sessionHash []byte) []byte {
	return p.keyed(premaster).derive(masterLen, labelExtendedMaster, sessionHash)
}

// Master12 is a master secret up to TLS 1.2. It holds the PRF keyed by it,
// which is many times as large as its 48 bytes, so no Master12 outlives its handshake.
type Master12 struct{ prf *keyedPRF }

// Master keys the PRF by the 48 bytes of a master secret.
func (p PRF) Master(secret []byte) Master12 { return Master12{p.keyed(secret)} }

// KeyBlock returns n bytes of RFC 5246, section 6.3.
func (m Master12) KeyBlock(clientRandom, serverRandom []byte, n int) []byte {
	return m.prf.derive(n, labelKeyBlock, serverRandom, clientRandom)
}

// ClientFinished returns the 12 bytes of the client's verify_data.
func (m Master12) ClientFinished(transcriptHash []byte) []byte {
	return m.prf.derive(verifyDataLen, labelClientFinished, transcriptHash)
}

// ServerFinished returns the 12 bytes of the server's verify_data.
func (m Master12) ServerFinished(transcriptHash []byte) []byte {
	return m.prf.derive(verifyDataLen, labelServerFinished, transcriptHash)
}

// VerifyClient checks the client's verify_data in constant time. Its error is
// failure.DigestCheckFailed.
func (m Master12) VerifyClient(transcriptHash, got []byte) error {
	return checkFinished(m.ClientFinished(transcriptHash), got)
}

// VerifyServer checks the server's verify_data in constant time. Its error is
// failure.DigestCheckFailed.
func (m Master12) VerifyServer(transcriptHash, got []byte) error {
	return checkFinished(m.ServerFinished(transcriptHash), got)
}

// Exporter returns length bytes of RFC 5705, section 4. A nil context is none,
// which differs from an empty one. The labels of TLS itself are refused, and
// contexts whose length does not fit 16 bits.
func (m Master12) Exporter(clientRandom, serverRandom []byte, label string, context []byte, length int) ([]byte, error) {
	for _, own := range ownLabels {
		// A prefix is enough, because the seed could continue a label.
		if strings.HasPrefix(label, own) {
			return nil, failure.IllegalExporterLabel.Local("exporter: label %q is reserved", label)
		}
	}
	if len(context) > 0xFFFF {
		return nil, failure.PassedInvalidArgument.Local("exporter: context of %d bytes, at most 65535 fit", len(context))
	}
	if length < 0 {
		return nil, failure.Internal.Local("exporter: length %d", length)
	}
	if context == nil {
		return m.prf.derive(length, label, clientRandom, serverRandom), nil
	}
	contextLen := []byte{byte(len(context) >> 8), byte(len(context))}
	return m.prf.derive(length, label, clientRandom, serverRandom, contextLen, context), nil
}

// Block is a key block in its parts (RFC 5246, section 6.3).
type Block struct {
	ClientMAC, ServerMAC []byte
	ClientKey, ServerKey []byte
	ClientIV, ServerIV   []byte
}

// Keys returns the parts of the key block of s in version v.
func (m Master12) Keys(s *suite.CipherSuite, v suite.Version, clientRandom, serverRandom []byte) Block {
	mac, key, iv := s.MAC.Size(), s.Cipher.Info().KeyLen, s.Cipher.Info().IVLen(v)
	rest := m.KeyBlock(clientRandom, serverRandom, 2*(mac+key+iv))
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

// The labels of TLS 1.0 to 1.2.
const (
	labelMaster         = "master secret"
	labelExtendedMaster = "extended master secret"
	labelKeyBlock       = "key expansion"
	labelClientFinished = "client finished"
	labelServerFinished = "server finished"
)

var ownLabels = [...]string{labelMaster, labelExtendedMaster, labelKeyBlock, labelClientFinished, labelServerFinished}
