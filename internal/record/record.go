// Package record frames and protects records (RFC 8446, section 5; RFC 5246,
// section 6): bytes in, bytes out.
//
// A [Sealer] turns payloads into records and an [Opener] records into
// payloads, each for one direction under one set of [Keys]; a change of keys
// is a new one. Neither is safe for concurrent use. Apart from the CCM suites,
// sealing and opening a record does not allocate.
package record

import (
	"encoding/binary"
	"strconv"

	"polytls/internal/suite"
)

// ContentType is the kind of a record's content (RFC 8446, section 5.1).
type ContentType uint8

// The content types.
const (
	ChangeCipherSpec ContentType = 20
	Alert            ContentType = 21
	Handshake        ContentType = 22
	ApplicationData  ContentType = 23
)

// String returns the RFC's name, such as "application_data".
func (t ContentType) String() string {
	switch t {
	case ChangeCipherSpec:
		return "change_cipher_spec"
	case Alert:
		return "alert"
	case Handshake:
		return "handshake"
	case ApplicationData:
		return "application_data"
	}
	return "content_type(" + strconv.Itoa(int(t)) + ")"
}

// Sizes in bytes.
const (
	// HeaderLen is the length of a record's header.
	HeaderLen = 5
	// MaxPlaintext is the maximum length of a record's plaintext.
	MaxPlaintext = 16384
	// MaxCiphertext12 bounds the length field of a protected record up to TLS
	// 1.2 (RFC 5246, section 6.2.3).
	MaxCiphertext12 = MaxPlaintext + 2048
	// MaxCiphertext13 bounds that of a protected record in TLS 1.3 (RFC 8446,
	// section 5.2).
	MaxCiphertext13 = MaxPlaintext + 256
)

// Header precedes a record's fragment.
type Header struct {
	Type    ContentType
	Version suite.Version
	Length  int // of the fragment, in bytes
}

// ParseHeader reads a header from the first HeaderLen bytes of b, which must be
// there. It checks nothing: any five bytes are a header.
func ParseHeader(b []byte) Header {
	return Header{
		Type:    ContentType(b[0]),
		Version: suite.Version(binary.BigEndian.Uint16(b[1:])),
		Length:  int(binary.BigEndian.Uint16(b[3:])),
	}
}

// appendTo appends the header's five bytes.
func (h Header) appendTo(dst []byte) []byte {
	dst = append(dst, byte(h.Type))
	dst = binary.BigEndian.AppendUint16(dst, uint16(h.Version))
	return binary.BigEndian.AppendUint16(dst, uint16(h.Length))
}

// additionalData authenticates the position and header of a record up to TLS
// 1.2: seq_num, type, version and length of the fragment (RFC 5246, sections
// 6.2.3.1 and 6.2.3.3).
type additionalData [8 + HeaderLen]byte

func (a *additionalData) set(seq uint64, h Header) []byte {
	binary.BigEndian.PutUint64(a[:], seq)
	return h.appendTo(a[:8])
}
