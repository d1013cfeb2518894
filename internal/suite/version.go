package suite

import (
	"fmt"
	"iter"
)

// Version is a ProtocolVersion (RFC 8446, section 4.1.2). Zero is none.
type Version uint16

// The supported versions.
const (
	TLS10 Version = 0x0301
	TLS11 Version = 0x0302
	TLS12 Version = 0x0303
	TLS13 Version = 0x0304
)

// String returns Node's name: "TLSv1", "TLSv1.1", "TLSv1.2" or "TLSv1.3".
func (v Version) String() string {
	switch v {
	case TLS10:
		return "TLSv1"
	case TLS11:
		return "TLSv1.1"
	case TLS12:
		return "TLSv1.2"
	case TLS13:
		return "TLSv1.3"
	}
	return fmt.Sprintf("0x%04X", uint16(v))
}

// Versions returns all versions, the oldest first.
func Versions() iter.Seq[Version] {
	return func(yield func(Version) bool) {
		for v := TLS10; v <= TLS13 && yield(v); v++ {
		}
	}
}

// ParseVersion reads Node's name of a version.
func ParseVersion(name string) (Version, bool) {
	for v := range Versions() {
		if v.String() == name {
			return v, true
		}
	}
	return 0, false
}
