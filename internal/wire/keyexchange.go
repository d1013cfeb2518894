package wire

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/suite"
)

// ServerKeyExchange is the message of RFC 5246, section 7.4.3. Its form depends on
// the cipher suite: a PSK identity hint (ReadPSKHint), then parameters
// (ReadECDHEParams, ReadDHEParams, ReadSRPParams), then a signature over them
// (ReadSignature), or else ReadEnd.
type ServerKeyExchange struct {
	Raw []byte // the whole body
}

// Type returns TypeServerKeyExchange.
func (*ServerKeyExchange) Type() MessageType { return TypeServerKeyExchange }

func (m *ServerKeyExchange) parse(s *cryptobyte.String) error {
	readRest(s, &m.Raw)
	return nil
}

func (m *ServerKeyExchange) appendTo(b *builder) { b.AddBytes(m.Raw) }

// ClientKeyExchange is the message of RFC 5246, section 7.4.7. Its form depends on
// the cipher suite: a PSK identity (ReadPSKIdentity), then the client's share
// (ReadECPoint, ReadDHPublic, ReadEncryptedPremaster, ReadSRPPublic), then ReadEnd.
type ClientKeyExchange struct {
	Raw []byte // the whole body
}

// Type returns TypeClientKeyExchange.
func (*ClientKeyExchange) Type() MessageType { return TypeClientKeyExchange }

func (m *ClientKeyExchange) parse(s *cryptobyte.String) error {
	readRest(s, &m.Raw)
	return nil
}

func (m *ClientKeyExchange) appendTo(b *builder) { b.AddBytes(m.Raw) }

// ECDHEParams is ServerECDHParams (RFC 8422, section 5.4), with a named curve.
type ECDHEParams struct {
	Group suite.Group
	Point []byte // 1 to 255 bytes
}

// namedCurve is the only ECCurveType that RFC 8422 still allows.
const namedCurve = 3

// ReadECDHEParams reads the parameters of ECDHE suites off the front of s.
func ReadECDHEParams(s *cryptobyte.String) (ECDHEParams, error) {
	var p ECDHEParams
	var curveType uint8
	switch {
	case !s.ReadUint8(&curveType), curveType != namedCurve:
		return p, within(TypeServerKeyExchange, malformed("curve_type"))
	case !s.ReadUint16((*uint16)(&p.Group)):
		return p, within(TypeServerKeyExchange, malformed("namedcurve"))
	case !readVector8(s, &p.Point), len(p.Point) == 0:
		return p, within(TypeServerKeyExchange, malformed("point"))
	}
	return p, nil
}

// Append appends the parameters to b. It panics if the point is longer than 255
// bytes.
func (p ECDHEParams) Append(b []byte) []byte {
	b = append(b, namedCurve)
	b = binary.BigEndian.AppendUint16(b, uint16(p.Group))
	return AppendECPoint(b, p.Point)
}

// DHEParams is ServerDHParams (RFC 5246, section 7.4.3): big-endian numbers.
type DHEParams struct {
	P, G, Y []byte // 1 to 65535 bytes each
}

// ReadDHEParams reads the parameters of DHE suites off the front of s.
func ReadDHEParams(s *cryptobyte.String) (DHEParams, error) {
	var p DHEParams
	err := readFields(s, TypeServerKeyExchange,
		field{"dh_p", &p.P}, field{"dh_g", &p.G}, field{"dh_Ys", &p.Y})
	return p, err
}

// Append appends the parameters to b. It panics if one is longer than 65535
// bytes.
func (p DHEParams) Append(b []byte) []byte {
	b = appendVector16(b, p.P)
	b = appendVector16(b, p.G)
	return appendVector16(b, p.Y)
}

// SRPParams is ServerSRPParams (RFC 5054, section 2.8.2): big-endian numbers
// and the salt, which has up to 255 bytes.
type SRPParams struct {
	N, G, Salt, B []byte
}

// ReadSRPParams reads the parameters of SRP suites off the front of s.
func ReadSRPParams(s *cryptobyte.String) (SRPParams, error) {
	var p SRPParams
	if err := readFields(s, TypeServerKeyExchange, field{"srp_N", &p.N}, field{"srp_g", &p.G}); err != nil {
		return p, err
	}
	if !readVector8(s, &p.Salt) || len(p.Salt) == 0 {
		return p, within(TypeServerKeyExchange, malformed("srp_s"))
	}
	err := readFields(s, TypeServerKeyExchange, field{"srp_B", &p.B})
	return p, err
}

// Append appends the parameters to b. It panics if one does not fit its vector.
func (p SRPParams) Append(b []byte) []byte {
	b = appendVector16(b, p.N)
	b = appendVector16(b, p.G)
	b = appendVector8(b, p.Salt)
	return appendVector16(b, p.B)
}

// ReadPSKHint reads the PSK identity hint, which may be empty, off the front of
// s (RFC 4279, section 2; RFC 5489, section 2).
func ReadPSKHint(s *cryptobyte.String) ([]byte, error) {
	var hint []byte
	if !readVector16(s, &hint) {
		return nil, within(TypeServerKeyExchange, malformed("psk_identity_hint"))
	}
	return hint, nil
}

// AppendPSKHint appends a PSK identity hint to b. It panics if the hint is
// longer than 65535 bytes.
func AppendPSKHint(b, hint []byte) []byte { return appendVector16(b, hint) }

// ReadSignature reads the end of a ServerKeyExchange: the scheme, which is 0
// before TLS 1.2, and the signature. Nothing may follow it.
func ReadSignature(s *cryptobyte.String, v suite.Version) (suite.Scheme, []byte, error) {
	var scheme suite.Scheme
	var signature []byte
	switch {
	case v >= suite.TLS12 && !s.ReadUint16((*uint16)(&scheme)):
		return 0, nil, within(TypeServerKeyExchange, malformed("algorithm"))
	case !readVector16(s, &signature):
		return 0, nil, within(TypeServerKeyExchange, malformed("signature"))
	}
	return scheme, signature, within(TypeServerKeyExchange, ReadEnd(s))
}

// AppendSignature appends the end of a ServerKeyExchange to b; the scheme only
// from TLS 1.2 on. It panics if the signature is longer than 65535 bytes.
func AppendSignature(b []byte, v suite.Version, scheme suite.Scheme, signature []byte) []byte {
	if v >= suite.TLS12 {
		b = binary.BigEndian.AppendUint16(b, uint16(scheme))
	}
	return appendVector16(b, signature)
}

// ReadPSKIdentity reads the client's PSK identity, which may be empty, off the
// front of s (RFC 4279, section 2).
func ReadPSKIdentity(s *cryptobyte.String) ([]byte, error) {
	var identity []byte
	if !readVector16(s, &identity) {
		return nil, within(TypeClientKeyExchange, malformed("psk_identity"))
	}
	return identity, nil
}

// AppendPSKIdentity appends a PSK identity to b. It panics if the identity is
// longer than 65535 bytes.
func AppendPSKIdentity(b, identity []byte) []byte { return appendVector16(b, identity) }

// ReadECPoint reads the client's point, the end of a ClientKeyExchange (RFC 8422,
// section 5.7). Nothing may follow it.
func ReadECPoint(s *cryptobyte.String) ([]byte, error) {
	var point []byte
	if !readVector8(s, &point) || len(point) == 0 {
		return nil, within(TypeClientKeyExchange, malformed("ecdh_Yc"))
	}
	return point, within(TypeClientKeyExchange, ReadEnd(s))
}

// AppendECPoint appends a point to b. It panics if the point is longer than 255
// bytes.
func AppendECPoint(b, point []byte) []byte { return appendVector8(b, point) }

// ReadDHPublic reads the client's Diffie-Hellman value, the end of a
// ClientKeyExchange (RFC 5246, section 7.4.7.2). Nothing may follow it.
func ReadDHPublic(s *cryptobyte.String) ([]byte, error) {
	return readLast(s, "dh_Yc")
}

// AppendDHPublic appends a Diffie-Hellman value to b. It panics if it is longer
// than 65535 bytes.
func AppendDHPublic(b, y []byte) []byte { return appendVector16(b, y) }

// ReadEncryptedPremaster reads the RSA ciphertext, of any length, the end of a
// ClientKeyExchange (RFC 5246, section 7.4.7.1). Nothing may follow it.
func ReadEncryptedPremaster(s *cryptobyte.String) ([]byte, error) {
	var ciphertext []byte
	if !readVector16(s, &ciphertext) {
		return nil, within(TypeClientKeyExchange, malformed("EncryptedPreMasterSecret"))
	}
	return ciphertext, within(TypeClientKeyExchange, ReadEnd(s))
}

// AppendEncryptedPremaster appends an RSA ciphertext to b. It panics if it is
// longer than 65535 bytes.
func AppendEncryptedPremaster(b, ciphertext []byte) []byte { return appendVector16(b, ciphertext) }

// ReadSRPPublic reads the client's SRP value A, the end of a ClientKeyExchange (RFC
// 5054, section 2.8.3). Nothing may follow it.
func ReadSRPPublic(s *cryptobyte.String) ([]byte, error) {
	return readLast(s, "srp_A")
}

// AppendSRPPublic appends an SRP value A to b. It panics if it is longer than
// 65535 bytes.
func AppendSRPPublic(b, a []byte) []byte { return appendVector16(b, a) }

// field is a number in a key exchange: its RFC name and where it is stored.
type field struct {
	name string
	out  *[]byte
}

// readFields reads numbers, each in a vector of 1 to 65535 bytes.
func readFields(s *cryptobyte.String, message MessageType, fields ...field) error {
	for _, f := range fields {
		if !readVector16(s, f.out) || len(*f.out) == 0 {
			return within(message, malformed(f.name))
		}
	}
	return nil
}

// readLast reads the number that ends a ClientKeyExchange.
func readLast(s *cryptobyte.String, name string) ([]byte, error) {
	var n []byte
	if err := readFields(s, TypeClientKeyExchange, field{name, &n}); err != nil {
		return nil, err
	}
	return n, within(TypeClientKeyExchange, ReadEnd(s))
}

func appendVector8(b, v []byte) []byte {
	mustFit(v, 0xFF)
	return append(append(b, byte(len(v))), v...)
}

func appendVector16(b, v []byte) []byte {
	mustFit(v, 0xFFFF)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(v))), v...)
}

// mustFit panics rather than let a length wrap around. The values are made from our
// own keys and configuration, whose sizes are checked earlier.
func mustFit(v []byte, limit int) {
	if len(v) > limit {
		panic(fmt.Sprintf("wire: %d bytes in a vector of at most %d", len(v), limit))
	}
}
