package wire

import (
	"errors"

	"golang.org/x/crypto/cryptobyte"
)

// Padding is padding (RFC 7685).
type Padding struct {
	Length int // bytes, all of them zero
}

// Extension returns ExtPadding.
func (*Padding) Extension() ExtensionType { return ExtPadding }

func (x *Padding) parse(s *cryptobyte.String) error {
	var padding []byte
	readRest(s, &padding)
	for _, p := range padding {
		if p != 0 {
			return malformed("padding: a byte is not zero")
		}
	}
	x.Length = len(padding)
	return nil
}

func (x *Padding) appendTo(b *builder) {
	if x.Length < 0 || x.Length > 0xFFFF {
		b.SetError(errors.New("padding does not fit 16 bits"))
		return
	}
	b.AddBytes(make([]byte, x.Length))
}

// MaxFragmentLength is max_fragment_length (RFC 6066, section 4), of the client and
// of the server's answer.
type MaxFragmentLength struct {
	Code uint8 // 1 to 4 for 2^9 to 2^12 bytes of plaintext
}

// Extension returns ExtMaxFragmentLength.
func (*MaxFragmentLength) Extension() ExtensionType { return ExtMaxFragmentLength }

func (x *MaxFragmentLength) parse(s *cryptobyte.String) error {
	if !s.ReadUint8(&x.Code) {
		return malformed("MaxFragmentLength")
	}
	return nil
}

func (x *MaxFragmentLength) appendTo(b *builder) { b.AddUint8(x.Code) }

// RecordSizeLimit is record_size_limit (RFC 8449, section 4).
type RecordSizeLimit struct {
	Limit uint16 // bytes of plaintext, from TLS 1.3 on with the content type
}

// Extension returns ExtRecordSizeLimit.
func (*RecordSizeLimit) Extension() ExtensionType { return ExtRecordSizeLimit }

func (x *RecordSizeLimit) parse(s *cryptobyte.String) error {
	if !s.ReadUint16(&x.Limit) {
		return malformed("RecordSizeLimit")
	}
	return nil
}

func (x *RecordSizeLimit) appendTo(b *builder) { b.AddUint16(x.Limit) }

// EncryptThenMAC is encrypt_then_mac (RFC 7366, section 2).
type EncryptThenMAC struct{ empty }

// Extension returns ExtEncryptThenMAC.
func (*EncryptThenMAC) Extension() ExtensionType { return ExtEncryptThenMAC }

// ExtendedMasterSecret is extended_master_secret (RFC 7627, section 5.1).
type ExtendedMasterSecret struct{ empty }

// Extension returns ExtExtendedMasterSecret.
func (*ExtendedMasterSecret) Extension() ExtensionType { return ExtExtendedMasterSecret }

// PostHandshakeAuth is post_handshake_auth (RFC 8446, section 4.2.6).
type PostHandshakeAuth struct{ empty }

// Extension returns ExtPostHandshakeAuth.
func (*PostHandshakeAuth) Extension() ExtensionType { return ExtPostHandshakeAuth }

// RenegotiationInfo is renegotiation_info (RFC 5746, section 3.2).
type RenegotiationInfo struct {
	// VerifyData is renegotiated_connection: empty at first, then the client's
	// verify_data, from the server followed by its own.
	VerifyData []byte
}

// Extension returns ExtRenegotiationInfo.
func (*RenegotiationInfo) Extension() ExtensionType { return ExtRenegotiationInfo }

func (x *RenegotiationInfo) parse(s *cryptobyte.String) error {
	if !readVector8(s, &x.VerifyData) {
		return malformed("renegotiated_connection")
	}
	return nil
}

func (x *RenegotiationInfo) appendTo(b *builder) { addVector8(b, x.VerifyData) }
