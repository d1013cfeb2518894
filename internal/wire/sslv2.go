package wire

import (
	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
	"polytls/internal/suite"
)

// ParseSSLv2Hello reads a ClientHello in the format of SSL 2.0 (RFC 5246, appendix
// E.2), without its record header, as the equivalent ClientHello. The session
// identifier and the suites of SSL 2.0 are ignored.
func ParseSSLv2Hello(raw []byte) (*ClientHello, error) {
	s := cryptobyte.String(raw)
	var kind uint8
	var specsLen, idLen, challengeLen uint16
	m := &ClientHello{CompressionMethods: []byte{0}}
	if !s.ReadUint8(&kind) || MessageType(kind) != TypeClientHello || !s.ReadUint16((*uint16)(&m.LegacyVersion)) ||
		!s.ReadUint16(&specsLen) || !s.ReadUint16(&idLen) || !s.ReadUint16(&challengeLen) {
		return nil, within(TypeClientHello, malformed("SSL 2.0 header"))
	}
	var specs, id, challenge []byte
	if !s.ReadBytes(&specs, int(specsLen)) || !s.ReadBytes(&id, int(idLen)) || !s.ReadBytes(&challenge, int(challengeLen)) || !s.Empty() {
		return nil, within(TypeClientHello, malformed("SSL 2.0 lengths"))
	}
	const maxID, specLen = 32, 3
	switch {
	case len(id) > maxID:
		return nil, failure.LengthMismatch.With(failure.AlertIllegalParameter, "ClientHello: SSL 2.0 session_id of %d bytes, at most %d are allowed", len(id), maxID)
	case len(specs) == 0, len(specs)%specLen != 0:
		return nil, within(TypeClientHello, malformed("SSL 2.0 cipher_specs"))
	}
	for ; len(specs) > 0; specs = specs[specLen:] {
		if specs[0] == 0 {
			m.CipherSuites = append(m.CipherSuites, suite.ID(specs[1])<<8|suite.ID(specs[2]))
		}
	}
	challenge = challenge[:min(len(challenge), len(m.Random))]
	copy(m.Random[len(m.Random)-len(challenge):], challenge)
	return m, nil
}
