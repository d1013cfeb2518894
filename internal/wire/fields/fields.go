// Package fields parses handshake messages for display: field by field, with the
// names of the RFCs, and a malformed message as far as it can be read. What fields
// a message and an extension have is data, in messages.go and extensions.go.
// Handshakes use the codecs of package wire, which refuse malformed messages; a
// fuzz target checks that both agree.
package fields

import (
	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/suite"
	"polytls/internal/wire"
)

// Kind says what the bytes of a field are.
type Kind uint8

// The kinds of fields.
const (
	Bytes      Kind = iota
	Number          // big-endian
	List            // Fields are its elements, those that have several parts one after another
	Extensions      // Fields has one for each
	Extension       // Fields are those of its body, nil for one that is not known
	Random          // 32 bytes
	Version
	CipherSuite
	CompressionMethod
	Group
	Scheme
	PointFormat
	PSKMode
	MaxFragmentLength
	CertificateType        // RFC 7250
	ClientCertificateType  // of a CertificateRequest up to TLS 1.2
	CertificateCompression // RFC 8879
	Protocol               // a name of ALPN
	KeyUpdateRequest
	DistinguishedName // DER
	Certificate       // DER
	PublicKey         // SubjectPublicKeyInfo, DER
)

// Field is a part of a message.
type Field struct {
	Name   string // that of the RFC; of an extension, wire's
	Kind   Kind
	Value  []byte // without the length of a vector
	Fields []Field
	Type   wire.ExtensionType // of an Extension
	// Prefix is the size in bytes of the length before Value, 0 for a field of a fixed
	// size and for one that is absent.
	Prefix uint8

	// Malformed says that Value is not what Kind announces: Fields are those
	// before the fault.
	Malformed bool
}

// Uint is the value of a field that is a number of up to 4 bytes.
func (f *Field) Uint() uint32 {
	var n uint32
	for _, b := range f.Value {
		n = n<<8 | uint32(b)
	}
	return n
}

// Find returns the first field of a name, in a list or below it, nil if there is none.
func Find(list []Field, name string) *Field {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
		if f := Find(list[i].Fields, name); f != nil {
			return f
		}
	}
	return nil
}

// Message is a handshake message as a list of fields.
type Message struct {
	Type      wire.MessageType
	Length    int // that the header announces
	Body      []byte
	Fields    []Field
	Malformed bool // Fields are those before the fault, or there are trailing bytes
	Known     bool // whether the fields of this type of message are known
}

// Context is what else the form of a message depends on.
type Context struct {
	Version     suite.Version // 0 before a ServerHello
	KeyExchange suite.KeyExchange
	Auth        suite.Authentication
	// RawPublicKey says that the sender's certificate is one of RFC 7250.
	RawPublicKey bool
}

// Describe parses the message raw, header included. Its cost is linear in the
// length of raw, whose bytes the fields alias.
func Describe(raw []byte, c Context) Message {
	t, length, ok := wire.ParseHeader(raw)
	if !ok {
		return Message{Body: raw, Malformed: true}
	}
	m := Message{Type: t, Length: length, Body: raw[wire.HeaderLen:]}
	form, known := c.form(t, m.Body)
	if !known {
		return m
	}
	m.Known = true
	m.Fields, m.Malformed = parse(m.Body, form)
	m.Malformed = m.Malformed || length != len(m.Body)
	return m
}

// part is a row of a form: a field and how its length is determined.
type part struct {
	name string
	kind Kind
	size size
	of   []part     // of an element of a List
	in   wire.Place // of Extensions
}

// size is a number of bytes, or one of those below.
type size int8

const (
	vec8     size = -1 // a vector whose length has 8 bits
	vec16    size = -2
	vec24    size = -3
	rest     size = -4 // all that is left
	optional size = -5 // a vec16 that may be absent
)

// read reads a field's value off the front of s.
func (n size) read(s *cryptobyte.String, out *[]byte) bool {
	v := (*cryptobyte.String)(out)
	switch n {
	case vec8:
		return s.ReadUint8LengthPrefixed(v)
	case vec16:
		return s.ReadUint16LengthPrefixed(v)
	case vec24:
		return s.ReadUint24LengthPrefixed(v)
	case optional:
		return s.Empty() || s.ReadUint16LengthPrefixed(v)
	case rest:
		*out = *s
		*s = nil
		return true
	}
	return s.ReadBytes(out, int(n))
}

// prefix is the size in bytes of the length that precedes value.
func (n size) prefix(value []byte) uint8 {
	switch n {
	case vec8:
		return 1
	case vec16:
		return 2
	case vec24:
		return 3
	case optional:
		if value != nil {
			return 2
		}
	}
	return 0
}

// parse reads the fields of b and reports whether it is malformed: too short, with
// a malformed field, or with trailing bytes.
func parse(b []byte, form []part) (list []Field, malformed bool) {
	s := cryptobyte.String(b)
	list, malformed = appendParts(nil, &s, form)
	return list, malformed || !s.Empty()
}

func appendParts(list []Field, s *cryptobyte.String, form []part) ([]Field, bool) {
	for _, p := range form {
		f := Field{Name: p.name, Kind: p.kind}
		if !p.size.read(s, &f.Value) {
			return list, true
		}
		f.Prefix = p.size.prefix(f.Value)
		switch p.kind {
		case List:
			f.Fields, f.Malformed = elements(f.Value, p.of)
		case Extensions:
			f.Fields, f.Malformed = extensionFields(f.Value, p.in)
		}
		list = append(list, f)
		if f.Malformed {
			return list, true
		}
	}
	return list, false
}

// elements reads the elements of a list.
func elements(b []byte, of []part) (list []Field, malformed bool) {
	for s := cryptobyte.String(b); !s.Empty() && !malformed; {
		list, malformed = appendParts(list, &s, of)
	}
	return list, malformed
}

// extensionFields reads a block of extensions. A malformed body does not make the
// block malformed.
func extensionFields(b []byte, in wire.Place) (list []Field, malformed bool) {
	for s := cryptobyte.String(b); !s.Empty(); {
		x := Field{Kind: Extension, Prefix: vec16.prefix(nil)}
		if !s.ReadUint16((*uint16)(&x.Type)) || !vec16.read(&s, &x.Value) {
			return list, true
		}
		x.Name = x.Type.String()
		if form := extensionForm(x.Type, in); form != nil {
			x.Fields, x.Malformed = parse(x.Value, form)
		}
		list = append(list, x)
	}
	return list, false
}

// Numbers returns the values of a kind of 8 or 16 bits that fields hold, at any depth.
func Numbers[T ~uint8 | ~uint16](kind Kind, list []Field) (values []T) {
	for _, f := range list {
		if f.Kind == kind {
			values = append(values, T(f.Uint()))
		} else {
			values = append(values, Numbers[T](kind, f.Fields)...)
		}
	}
	return values
}

// Names returns the names of the values of a kind that fields hold, at any depth, and
// values without a name as they are.
func Names(kind Kind, list []Field) (names []string) {
	for _, f := range list {
		if f.Kind != kind {
			names = append(names, Names(kind, f.Fields)...)
			continue
		}
		name, ok := kind.registered(f.Uint())
		if !ok {
			name = string(f.Value)
		}
		names = append(names, name)
	}
	return names
}
