package wire

import (
	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
)

// Finished is the message of RFC 8446, section 4.4.4, and RFC 5246, section 7.4.9.
type Finished struct {
	VerifyData []byte // 12 bytes up to TLS 1.2, as long as the hash in TLS 1.3
}

// Type returns TypeFinished.
func (*Finished) Type() MessageType { return TypeFinished }

func (m *Finished) parse(s *cryptobyte.String) error {
	readRest(s, &m.VerifyData)
	return nil
}

func (m *Finished) appendTo(b *builder) { b.AddBytes(m.VerifyData) }

// KeyUpdate is the message of RFC 8446, section 4.6.3.
type KeyUpdate struct {
	Request bool // update_requested
}

// Type returns TypeKeyUpdate.
func (*KeyUpdate) Type() MessageType { return TypeKeyUpdate }

func (m *KeyUpdate) parse(s *cryptobyte.String) error {
	var request uint8
	if !s.ReadUint8(&request) {
		return malformed("request_update")
	}
	if request > 1 { // the RFC names the alert: illegal_parameter
		return failure.BadKeyUpdate.New("request_update: %d, wanted 0 or 1", request)
	}
	m.Request = request == 1
	return nil
}

func (m *KeyUpdate) appendTo(b *builder) {
	if m.Request {
		b.AddUint8(1)
	} else {
		b.AddUint8(0)
	}
}
