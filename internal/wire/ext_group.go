package wire

import (
	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/suite"
)

// SupportedGroups is supported_groups (RFC 8446, section 4.2.7).
type SupportedGroups struct {
	Groups []suite.Group // most preferred first
}

// Extension returns ExtSupportedGroups.
func (*SupportedGroups) Extension() ExtensionType { return ExtSupportedGroups }

func (x *SupportedGroups) parse(s *cryptobyte.String) error {
	if !readNumbers(s, vector16, &x.Groups) {
		return malformed("named_group_list")
	}
	return nil
}

func (x *SupportedGroups) appendTo(b *builder) {
	b.AddUint16LengthPrefixed(func(b *builder) { addNumbers(b, x.Groups) })
}

// PointFormats is ec_point_formats (RFC 8422, section 5.1.2).
type PointFormats struct {
	Formats []uint8
}

// PointFormatUncompressed is the only ECPointFormat that RFC 8422 still allows.
const PointFormatUncompressed uint8 = 0

// Extension returns ExtPointFormats.
func (*PointFormats) Extension() ExtensionType { return ExtPointFormats }

func (x *PointFormats) parse(s *cryptobyte.String) error {
	if !readVector8(s, &x.Formats) || len(x.Formats) == 0 {
		return malformed("ec_point_format_list")
	}
	return nil
}

func (x *PointFormats) appendTo(b *builder) { addVector8(b, x.Formats) }

// KeyShare is a KeyShareEntry (RFC 8446, section 4.2.8).
type KeyShare struct {
	Group suite.Group
	Data  []byte // key_exchange, 1 to 65535 bytes
}

func (k *KeyShare) parse(s *cryptobyte.String) error {
	switch {
	case !s.ReadUint16((*uint16)(&k.Group)):
		return malformed("group")
	case !readVector16(s, &k.Data), len(k.Data) == 0:
		return malformed("key_exchange")
	}
	return nil
}

func (k *KeyShare) appendTo(b *builder) {
	b.AddUint16(uint16(k.Group))
	addVector16(b, k.Data)
}

// ClientKeyShares is the key_share of a ClientHello. It may be empty, to ask for
// a HelloRetryRequest.
type ClientKeyShares struct {
	Shares []KeyShare // most preferred first
}

// Extension returns ExtKeyShare.
func (*ClientKeyShares) Extension() ExtensionType { return ExtKeyShare }

func (x *ClientKeyShares) parse(s *cryptobyte.String) error {
	var list cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&list) {
		return malformed("client_shares")
	}
	x.Shares = nil
	for !list.Empty() {
		var share KeyShare
		if err := share.parse(&list); err != nil {
			return err
		}
		x.Shares = append(x.Shares, share)
	}
	return nil
}

func (x *ClientKeyShares) appendTo(b *builder) {
	b.AddUint16LengthPrefixed(func(b *builder) {
		for i := range x.Shares {
			x.Shares[i].appendTo(b)
		}
	})
}

// ServerKeyShare is the key_share of a ServerHello.
type ServerKeyShare struct {
	Share KeyShare
}

// Extension returns ExtKeyShare.
func (*ServerKeyShare) Extension() ExtensionType { return ExtKeyShare }

func (x *ServerKeyShare) parse(s *cryptobyte.String) error { return x.Share.parse(s) }

func (x *ServerKeyShare) appendTo(b *builder) { x.Share.appendTo(b) }

// RetryKeyShare is the key_share of a HelloRetryRequest.
type RetryKeyShare struct {
	Group suite.Group
}

// Extension returns ExtKeyShare.
func (*RetryKeyShare) Extension() ExtensionType { return ExtKeyShare }

func (x *RetryKeyShare) parse(s *cryptobyte.String) error {
	if !s.ReadUint16((*uint16)(&x.Group)) {
		return malformed("selected_group")
	}
	return nil
}

func (x *RetryKeyShare) appendTo(b *builder) { b.AddUint16(uint16(x.Group)) }
