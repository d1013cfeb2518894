package wire

import (
	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/suite"
)

// SupportedVersions is the supported_versions of a ClientHello (RFC 8446,
// section 4.2.1).
type SupportedVersions struct {
	Versions []suite.Version // most preferred first
}

// Extension returns ExtSupportedVersions.
func (*SupportedVersions) Extension() ExtensionType { return ExtSupportedVersions }

func (x *SupportedVersions) parse(s *cryptobyte.String) error {
	if !readNumbers(s, vector8, &x.Versions) {
		return malformed("versions")
	}
	return nil
}

func (x *SupportedVersions) appendTo(b *builder) {
	b.AddUint8LengthPrefixed(func(b *builder) { addNumbers(b, x.Versions) })
}

// SelectedVersion is the supported_versions of a ServerHello or a
// HelloRetryRequest.
type SelectedVersion struct {
	Version suite.Version
}

// Extension returns ExtSupportedVersions.
func (*SelectedVersion) Extension() ExtensionType { return ExtSupportedVersions }

func (x *SelectedVersion) parse(s *cryptobyte.String) error {
	if !s.ReadUint16((*uint16)(&x.Version)) {
		return malformed("selected_version")
	}
	return nil
}

func (x *SelectedVersion) appendTo(b *builder) { b.AddUint16(uint16(x.Version)) }

// Cookie is cookie (RFC 8446, section 4.2.2).
type Cookie struct {
	Cookie []byte // 1 to 65535 bytes
}

// Extension returns ExtCookie.
func (*Cookie) Extension() ExtensionType { return ExtCookie }

func (x *Cookie) parse(s *cryptobyte.String) error {
	if !readVector16(s, &x.Cookie) || len(x.Cookie) == 0 {
		return malformed("cookie")
	}
	return nil
}

func (x *Cookie) appendTo(b *builder) { addVector16(b, x.Cookie) }
