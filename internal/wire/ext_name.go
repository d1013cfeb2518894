package wire

import (
	"bytes"

	"golang.org/x/crypto/cryptobyte"
)

// ServerNames is the server_name of a ClientHello (RFC 6066, section 3). The list
// could hold names of other types, but none was ever defined, and neither OpenSSL
// nor BoringSSL accepts one: a list holds one host_name.
type ServerNames struct {
	HostName string // 1 to 255 bytes, none of them NUL
}

// nameTypeHost is the NameType host_name.
const nameTypeHost = 0

// Extension returns ExtServerName.
func (*ServerNames) Extension() ExtensionType { return ExtServerName }

func (x *ServerNames) parse(s *cryptobyte.String) error {
	var list cryptobyte.String
	var nameType uint8
	var name []byte
	switch {
	case !s.ReadUint16LengthPrefixed(&list):
		return malformed("server_name_list")
	case !list.ReadUint8(&nameType), nameType != nameTypeHost:
		return malformed("name_type")
	case !readVector16(&list, &name), len(name) == 0, len(name) > 255, bytes.IndexByte(name, 0) >= 0:
		return malformed("host_name")
	case !list.Empty():
		return malformed("server_name_list: more than one name")
	}
	x.HostName = string(name)
	return nil
}

func (x *ServerNames) appendTo(b *builder) {
	b.AddUint16LengthPrefixed(func(b *builder) {
		b.AddUint8(nameTypeHost)
		addVector16(b, []byte(x.HostName))
	})
}

// ServerNameAck is the empty server_name by which a server says that it used
// the name.
type ServerNameAck struct{ empty }

// Extension returns ExtServerName.
func (*ServerNameAck) Extension() ExtensionType { return ExtServerName }

// ALPN is application_layer_protocol_negotiation (RFC 7301, section 3.1): the
// client's protocols, or the one that the server chose.
type ALPN struct {
	Protocols []string // 1 to 255 bytes each
}

// Extension returns ExtALPN.
func (*ALPN) Extension() ExtensionType { return ExtALPN }

func (x *ALPN) parse(s *cryptobyte.String) error {
	var list cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&list) || list.Empty() {
		return malformed("protocol_name_list")
	}
	x.Protocols = nil
	for !list.Empty() {
		var name []byte
		if !readVector8(&list, &name) || len(name) == 0 {
			return malformed("protocol_name_list")
		}
		x.Protocols = append(x.Protocols, string(name))
	}
	return nil
}

func (x *ALPN) appendTo(b *builder) {
	b.AddUint16LengthPrefixed(func(b *builder) {
		for _, p := range x.Protocols {
			addVector8(b, []byte(p))
		}
	})
}

// SRPUser is srp (RFC 5054, section 2.8.1): who the client claims to be.
type SRPUser struct {
	Name []byte // 1 to 255 bytes
}

// Extension returns ExtSRP.
func (*SRPUser) Extension() ExtensionType { return ExtSRP }

func (x *SRPUser) parse(s *cryptobyte.String) error {
	if !readVector8(s, &x.Name) || len(x.Name) == 0 {
		return malformed("srp_I")
	}
	return nil
}

func (x *SRPUser) appendTo(b *builder) { addVector8(b, x.Name) }
