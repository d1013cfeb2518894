package wire

import (
	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/suite"
)

// ClientHello is the message of RFC 8446, section 4.1.2, and RFC 5246, section
// 7.4.1.2.
type ClientHello struct {
	LegacyVersion      suite.Version
	Random             [32]byte
	SessionID          []byte // up to 32 bytes
	CipherSuites       []suite.ID
	CompressionMethods []byte
	Extensions         Extensions // nil if the block is absent
}

// Type returns TypeClientHello.
func (*ClientHello) Type() MessageType { return TypeClientHello }

func (m *ClientHello) parse(s *cryptobyte.String) error {
	switch {
	case !s.ReadUint16((*uint16)(&m.LegacyVersion)):
		return malformed("legacy_version")
	case !s.CopyBytes(m.Random[:]):
		return malformed("random")
	case !readSessionID(s, &m.SessionID):
		return malformed("legacy_session_id")
	case !readNumbers(s, vector16, &m.CipherSuites):
		return malformed("cipher_suites")
	case !readVector8(s, &m.CompressionMethods), len(m.CompressionMethods) == 0:
		return malformed("legacy_compression_methods")
	}
	return m.Extensions.parseOptional(s, InClientHello)
}

func (m *ClientHello) appendTo(b *builder) {
	b.AddUint16(uint16(m.LegacyVersion))
	b.AddBytes(m.Random[:])
	addVector8(b, m.SessionID)
	b.AddUint16LengthPrefixed(func(b *builder) { addNumbers(b, m.CipherSuites) })
	addVector8(b, m.CompressionMethods)
	m.Extensions.appendOptional(b)
}

// ServerHello is the message of RFC 8446, section 4.1.3, and RFC 5246, section
// 7.4.1.3. A HelloRetryRequest is one too (RFC 8446, section 4.1.4).
type ServerHello struct {
	LegacyVersion     suite.Version
	Random            [32]byte
	SessionID         []byte // up to 32 bytes
	CipherSuite       suite.ID
	CompressionMethod uint8
	Extensions        Extensions // nil if the block is absent
}

// HelloRetryRandom is the Random that makes a ServerHello a HelloRetryRequest:
// the SHA-256 of "HelloRetryRequest". It must not be written to.
var HelloRetryRandom = [32]byte{
	0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
	0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
}

// IsRetry reports whether the message is a HelloRetryRequest.
func (m *ServerHello) IsRetry() bool { return m.Random == HelloRetryRandom }

// Type returns TypeServerHello.
func (*ServerHello) Type() MessageType { return TypeServerHello }

func (m *ServerHello) parse(s *cryptobyte.String) error {
	switch {
	case !s.ReadUint16((*uint16)(&m.LegacyVersion)):
		return malformed("legacy_version")
	case !s.CopyBytes(m.Random[:]):
		return malformed("random")
	case !readSessionID(s, &m.SessionID):
		return malformed("legacy_session_id_echo")
	case !s.ReadUint16((*uint16)(&m.CipherSuite)):
		return malformed("cipher_suite")
	case !s.ReadUint8(&m.CompressionMethod):
		return malformed("legacy_compression_method")
	}
	if m.IsRetry() {
		return m.Extensions.parseOptional(s, InRetry)
	}
	return m.Extensions.parseOptional(s, InServerHello)
}

func (m *ServerHello) appendTo(b *builder) {
	b.AddUint16(uint16(m.LegacyVersion))
	b.AddBytes(m.Random[:])
	addVector8(b, m.SessionID)
	b.AddUint16(uint16(m.CipherSuite))
	b.AddUint8(m.CompressionMethod)
	m.Extensions.appendOptional(b)
}

func readSessionID(s *cryptobyte.String, out *[]byte) bool {
	return readVector8(s, out) && len(*out) <= 32
}

// EncryptedExtensions is the message of RFC 8446, section 4.3.1.
type EncryptedExtensions struct {
	Extensions Extensions
}

// Type returns TypeEncryptedExtensions.
func (*EncryptedExtensions) Type() MessageType { return TypeEncryptedExtensions }

func (m *EncryptedExtensions) parse(s *cryptobyte.String) error {
	return m.Extensions.parse(s, InEncryptedExtensions)
}

func (m *EncryptedExtensions) appendTo(b *builder) { m.Extensions.appendTo(b) }

// HelloRequest is the message of RFC 5246, section 7.4.1.1.
type HelloRequest struct{ empty }

// Type returns TypeHelloRequest.
func (*HelloRequest) Type() MessageType { return TypeHelloRequest }

// ServerHelloDone is the message of RFC 5246, section 7.4.5.
type ServerHelloDone struct{ empty }

// Type returns TypeServerHelloDone.
func (*ServerHelloDone) Type() MessageType { return TypeServerHelloDone }

// EndOfEarlyData is the message of RFC 8446, section 4.5.
type EndOfEarlyData struct{ empty }

// Type returns TypeEndOfEarlyData.
func (*EndOfEarlyData) Type() MessageType { return TypeEndOfEarlyData }

// empty is the body of messages and extensions that have none.
type empty struct{}

func (empty) parse(*cryptobyte.String) error { return nil }

func (empty) appendTo(*builder) {}
