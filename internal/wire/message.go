// Package wire parses and appends handshake messages and extensions.
//
// It checks form only: what does not fit the grammar of RFC 8446, section 4, and of
// its predecessors is a decode_error. The values of a well-formed message are
// checked by package handshake. Parsed slices alias the bytes they were parsed
// from, which the message owns from then on.
package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
)

// Message is a handshake message without its header.
type Message interface {
	// Type returns the type that the header announces.
	Type() MessageType
	// parse reads the body from the front of s. Parse bounds the size before the
	// call, and refuses trailing bytes after it.
	parse(s *cryptobyte.String) error
	appendTo(b *builder)
}

// HeaderLen is the size in bytes of a message's header: its type and the
// length of its body (RFC 8446, section 4).
const HeaderLen = 4

// Marshal returns m with its header. It fails, with internal_error, only if a
// field does not fit its vector.
func Marshal(m Message) ([]byte, error) {
	b := takeBuilder()
	defer returnBuilder(b)
	b.AddUint8(uint8(m.Type()))
	b.AddUint24LengthPrefixed(m.appendTo)
	raw, err := b.Bytes()
	if err != nil {
		return nil, failure.Internal.New("%s: %v", m.Type(), err)
	}
	return bytes.Clone(raw), nil
}

// Parse reads the whole message raw, header included, into m, whose slices
// alias raw afterwards. It fails with failure.UnexpectedMessage if raw is of
// another type, with failure.ExcessiveMessageSize if the body is longer than
// MaxLength allows, and else with failure.Decode unless the message says
// otherwise. Every error names the message.
func Parse(raw []byte, m Message) error {
	t, length, ok := ParseHeader(raw)
	switch want := m.Type(); {
	case !ok:
		return failure.Decode.New("%s: header of %d bytes, wanted %d", want, len(raw), HeaderLen)
	case t != want:
		return failure.UnexpectedMessage.New("unexpected message %s, wanted %s", t, want)
	case length > MaxLength(t):
		return failure.ExcessiveMessageSize.New("%s: %d bytes, at most %d are allowed", t, length, MaxLength(t))
	case length != len(raw)-HeaderLen:
		return failure.Decode.New("%s: header announces %d bytes, got %d", t, length, len(raw)-HeaderLen)
	}
	s := takeInput(raw[HeaderLen:])
	defer returnInput(s)
	err := m.parse(s)
	if err == nil {
		err = ReadEnd(s)
	}
	if err == nil {
		return nil
	}
	return within(t, err)
}

// inputs is a pool of the strings that messages are parsed from: a call through an
// interface moves its argument to the heap.
var inputs = sync.Pool{New: func() any { return new(cryptobyte.String) }}

func takeInput(b []byte) *cryptobyte.String {
	s := inputs.Get().(*cryptobyte.String)
	*s = b
	return s
}

func returnInput(s *cryptobyte.String) {
	*s = nil // the pool holds no message
	inputs.Put(s)
}

// ParseHeader reads the type of the message that b starts with and the length
// in bytes of its body. It reports false if b is shorter than a header.
func ParseHeader(b []byte) (t MessageType, length int, ok bool) {
	if len(b) < HeaderLen {
		return 0, 0, false
	}
	return MessageType(b[0]), int(binary.BigEndian.Uint32(b) & 0xFFFFFF), true
}

// AppendHeader appends the header of a message of type t whose body has length
// bytes, which must be fewer than 1<<24.
func AppendHeader(b []byte, t MessageType, length int) []byte {
	return append(b, byte(t), byte(length>>16), byte(length>>8), byte(length))
}

// MaxLength returns the most bytes that the body of a message of type t may have,
// so that a reader can refuse the message before buffering it. The bounds are
// OpenSSL's, or BoringSSL's 16 KiB where that is smaller and enough.
func MaxLength(t MessageType) int {
	switch t {
	case TypeClientHello: // all of its vectors as long as they may be
		return 2 + 32 + (1 + 32) + (2 + 65534) + (1 + 255) + (2 + 65535)
	case TypeServerHello:
		return 64 << 10
	case TypeCertificate, TypeCompressedCertificate, TypeCertificateRequest:
		return 128 << 10
	case TypeNewSessionTicket:
		return 4 + 4 + (1 + 255) + (2 + 65535) + (2 + 65535) // that of TLS 1.3 is the longer
	case TypeEncryptedExtensions:
		return 20000
	case TypeHelloRequest, TypeServerHelloDone, TypeEndOfEarlyData, TypeKeyUpdate, TypeFinished:
		return 64 // excess bytes of a shorter message are a decode_error
	}
	// This includes unknown types, which are refused later as unknown.
	return 16 << 10
}

// MessageType is a HandshakeType (RFC 8446, section 4; RFC 5246, section 7.4).
type MessageType uint8

// The handshake types.
const (
	TypeHelloRequest          MessageType = 0
	TypeClientHello           MessageType = 1
	TypeServerHello           MessageType = 2
	TypeNewSessionTicket      MessageType = 4
	TypeEndOfEarlyData        MessageType = 5
	TypeEncryptedExtensions   MessageType = 8
	TypeCertificate           MessageType = 11
	TypeServerKeyExchange     MessageType = 12
	TypeCertificateRequest    MessageType = 13
	TypeServerHelloDone       MessageType = 14
	TypeCertificateVerify     MessageType = 15
	TypeClientKeyExchange     MessageType = 16
	TypeFinished              MessageType = 20
	TypeCertificateStatus     MessageType = 22
	TypeKeyUpdate             MessageType = 24
	TypeCompressedCertificate MessageType = 25
	TypeMessageHash           MessageType = 254
)

var messageNames = map[MessageType]string{
	TypeHelloRequest:          "HelloRequest",
	TypeClientHello:           "ClientHello",
	TypeServerHello:           "ServerHello",
	TypeNewSessionTicket:      "NewSessionTicket",
	TypeEndOfEarlyData:        "EndOfEarlyData",
	TypeEncryptedExtensions:   "EncryptedExtensions",
	TypeCertificate:           "Certificate",
	TypeServerKeyExchange:     "ServerKeyExchange",
	TypeCertificateRequest:    "CertificateRequest",
	TypeServerHelloDone:       "ServerHelloDone",
	TypeCertificateVerify:     "CertificateVerify",
	TypeClientKeyExchange:     "ClientKeyExchange",
	TypeFinished:              "Finished",
	TypeCertificateStatus:     "CertificateStatus",
	TypeKeyUpdate:             "KeyUpdate",
	TypeCompressedCertificate: "CompressedCertificate",
	TypeMessageHash:           "MessageHash",
}

// String returns the RFC's name, such as "ClientHello".
func (t MessageType) String() string {
	if name, ok := messageNames[t]; ok {
		return name
	}
	return fmt.Sprintf("message(%d)", uint8(t))
}

// malformed is the error of a field that does not fit the grammar.
func malformed(field string) error { return failure.Decode.New("malformed %s", field) }

// within puts the name of what was being parsed in front of err's text.
func within(name fmt.Stringer, err error) error {
	var e *failure.Error
	if errors.As(err, &e) {
		return e.Prefixed(name.String() + ": ")
	}
	return err
}
