package fields

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"polytls/internal/suite"
	"polytls/internal/wire"
)

// codecs are the messages that package wire reads, with what their form depends on.
var codecs = []struct {
	context Context
	new     func() wire.Message
}{
	{Context{}, func() wire.Message { return new(wire.ClientHello) }},
	{Context{}, func() wire.Message { return new(wire.ServerHello) }},
	{Context{Version: suite.TLS13}, func() wire.Message { return new(wire.EncryptedExtensions) }},
	{Context{Version: suite.TLS12}, func() wire.Message { return new(wire.Certificate12) }},
	{Context{Version: suite.TLS13}, func() wire.Message { return new(wire.Certificate13) }},
	{Context{Version: suite.TLS12, RawPublicKey: true}, func() wire.Message { return new(wire.RawPublicKey12) }},
	{Context{Version: suite.TLS13}, func() wire.Message { return new(wire.CompressedCertificate) }},
	{Context{Version: suite.TLS11}, func() wire.Message { return new(wire.CertificateRequest10) }},
	{Context{Version: suite.TLS12}, func() wire.Message { return new(wire.CertificateRequest12) }},
	{Context{Version: suite.TLS13}, func() wire.Message { return new(wire.CertificateRequest13) }},
	{Context{Version: suite.TLS11}, func() wire.Message { return new(wire.CertificateVerify10) }},
	{Context{Version: suite.TLS12}, func() wire.Message { return new(wire.CertificateVerify) }},
	{Context{}, func() wire.Message { return new(wire.CertificateStatus) }},
	{Context{}, func() wire.Message { return new(wire.Finished) }},
	{Context{}, func() wire.Message { return new(wire.KeyUpdate) }},
	{Context{Version: suite.TLS12}, func() wire.Message { return new(wire.NewSessionTicket12) }},
	{Context{Version: suite.TLS13}, func() wire.Message { return new(wire.NewSessionTicket13) }},
	{Context{}, func() wire.Message { return new(wire.HelloRequest) }},
	{Context{}, func() wire.Message { return new(wire.ServerHelloDone) }},
	{Context{}, func() wire.Message { return new(wire.EndOfEarlyData) }},
}

// samples are messages that all of the codecs' grammars allow.
func samples(f *testing.F) {
	extensions := wire.Extensions{{Type: wire.ExtALPN, Body: []byte("\x00\x03\x02h2")}, {Type: 4711, Body: []byte("x")}}
	for i, m := range []wire.Message{
		&wire.ClientHello{LegacyVersion: suite.TLS12, CipherSuites: []suite.ID{0x1301}, CompressionMethods: []byte{0}, Extensions: extensions},
		&wire.ServerHello{LegacyVersion: suite.TLS12, CipherSuite: 0x1301, Extensions: extensions},
		&wire.EncryptedExtensions{Extensions: extensions},
		&wire.Certificate12{},
		&wire.Certificate13{Entries: []wire.CertificateEntry{{Data: []byte("cert"), Extensions: extensions}}},
		&wire.RawPublicKey12{},
		&wire.CompressedCertificate{Algorithm: 1, UncompressedLength: 5, Compressed: []byte("xyz")},
		&wire.CertificateRequest10{Types: []byte{1}},
		&wire.CertificateRequest12{Types: []byte{1}},
		&wire.CertificateRequest13{Extensions: extensions},
	} {
		if raw, err := wire.Marshal(m); err == nil {
			f.Add(uint8(i), raw)
		}
	}
}

// FuzzAgreesWithWire checks that this package finds no fault in messages that
// package wire accepts, and that neither panics.
func FuzzAgreesWithWire(f *testing.F) {
	samples(f)
	f.Fuzz(func(t *testing.T, which uint8, raw []byte) {
		c := codecs[int(which)%len(codecs)]
		d := Describe(raw, c.context)
		if wire.Parse(raw, c.new()) == nil && (!d.Known || d.Malformed) {
			t.Fatalf("wire reads what this package does not: %+v", d)
		}
		for _, s := range d.Spans() {
			if s.Start > s.Value || !bytes.Equal(raw[s.Value:s.End], s.Field.Value) {
				t.Fatalf("%s is not from %d to %d of %x", s.Field.Name, s.Value, s.End, raw)
			}
			s.Field.Text()
		}
	})
}

// TestKeepsWhatPrecedesTheFault truncates a message at every position: the fields
// before the cut are unchanged.
func TestKeepsWhatPrecedesTheFault(t *testing.T) {
	raw, err := wire.Marshal(&wire.ClientHello{LegacyVersion: suite.TLS12, SessionID: []byte("session"), CipherSuites: []suite.ID{0x1301, 0x1302},
		CompressionMethods: []byte{0}, Extensions: wire.Extensions{{Type: wire.ExtSupportedGroups, Body: []byte{0, 2, 0, 29}}}})
	if err != nil {
		t.Fatal(err)
	}
	whole := Describe(raw, Context{})
	if whole.Malformed || len(whole.Fields) != 6 {
		t.Fatalf("%+v", whole)
	}
	for n := wire.HeaderLen; n < len(raw); n++ {
		part := Describe(raw[:n], Context{})
		if !part.Malformed || len(part.Fields) > len(whole.Fields) {
			t.Fatalf("%d bytes: %+v", n, part)
		}
		for i, f := range part.Fields {
			if f.Name != whole.Fields[i].Name {
				t.Fatalf("%d bytes: field %d is %q, wanted %q", n, i, f.Name, whole.Fields[i].Name)
			}
		}
	}
}

// TestEveryExtensionHasFields: a type is described, or listed here as one of which
// only the name is known.
func TestEveryExtensionHasFields(t *testing.T) {
	nameOnly := []wire.ExtensionType{
		wire.ExtUseSRTP, wire.ExtHeartbeat, wire.ExtStatusRequestV2, wire.ExtDelegatedCredential, wire.ExtQUICTransportParameters,
		wire.ExtNextProtocolNegotiation, wire.ExtECHOuterExtensions, wire.ExtEncryptedClientHello,
	}
	for id := range wire.ExtensionTypes() {
		if _, described := bodies[id]; described == slices.Contains(nameOnly, id) {
			t.Errorf("%s: it wants either fields in extensions.go or a place in nameOnly", id)
		}
	}
}

// TestSpans has the places, the names and the texts of the fields of a hello.
func TestSpans(t *testing.T) {
	raw, err := wire.Marshal(&wire.ClientHello{LegacyVersion: suite.TLS12, SessionID: []byte{7}, CipherSuites: []suite.ID{0x1301, 0x0A0A},
		CompressionMethods: []byte{0}, Extensions: wire.Extensions{{Type: wire.ExtALPN, Body: []byte("\x00\x03\x02h2")}, {Type: 4711, Body: []byte("x")}}})
	if err != nil {
		t.Fatal(err)
	}
	m := Describe(raw, Context{})
	var got []string
	for _, s := range m.Spans() {
		got = append(got, fmt.Sprintf("%*s%s %d %d %d %s", s.Depth, "", s.Field.Name, s.Start, s.Value, s.End, s.Field.Text()))
	}
	want := []string{
		"client_version 4 4 6 TLSv1.2", "random 6 6 38 ", "session_id 38 39 40 ",
		"cipher_suites 40 42 46 ", "  42 42 44 TLS_AES_128_GCM_SHA256", "  44 44 46 GREASE (RFC 8701)",
		"compression_methods 46 47 48 ", "  47 47 48 null", "extensions 48 50 64 ",
		" application_layer_protocol_negotiation 50 54 59 ", "  protocol_name_list 54 56 59 ", "    56 57 59 h2",
		" extension(4711) 59 63 64 ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// TestSections: every known message has one, that of its version.
func TestSections(t *testing.T) {
	hello := func(random [32]byte, version ...wire.Extension) []byte {
		raw, err := wire.Marshal(&wire.ServerHello{LegacyVersion: suite.TLS12, Random: random, CipherSuite: 0x1301, Extensions: version})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	tls13 := wire.Extension{Type: wire.ExtSupportedVersions, Body: []byte{3, 4}}
	for _, tt := range []struct {
		raw  []byte
		c    Context
		want string
	}{
		{[]byte{byte(wire.TypeFinished), 0, 0, 0}, Context{Version: suite.TLS13}, "RFC 8446, section 4.4.4"},
		{[]byte{byte(wire.TypeFinished), 0, 0, 0}, Context{Version: suite.TLS12}, "RFC 5246, section 7.4.9"},
		{[]byte{byte(wire.TypeServerKeyExchange), 0, 0, 0}, Context{Version: suite.TLS12, KeyExchange: suite.KxDHE}, "RFC 5246, section 7.4.3"},
		{[]byte{byte(wire.TypeServerKeyExchange), 0, 0, 0}, Context{Version: suite.TLS12, KeyExchange: suite.KxECDHE}, "RFC 8422, section 5.4"},
		{[]byte{byte(wire.TypeClientKeyExchange), 0, 0, 0}, Context{Version: suite.TLS12, KeyExchange: suite.KxSRP}, "RFC 5054, section 2.5.4"},
		{hello([32]byte{}), Context{}, "RFC 5246, section 7.4.1.3"},
		{hello([32]byte{}, tls13), Context{}, "RFC 8446, section 4.1.3"},
		{hello(wire.HelloRetryRandom, tls13), Context{}, "RFC 8446, section 4.1.4"},
		{[]byte{99, 0, 0, 0}, Context{}, ""},
	} {
		m := Describe(tt.raw, tt.c)
		if got := m.Section(tt.c); got != tt.want {
			t.Errorf("%s: %q, want %q", m.Type, got, tt.want)
		}
	}
	for _, c := range codecs {
		m := Message{Type: c.new().Type(), Body: make([]byte, 40)}
		if m.Section(c.context) == "" {
			t.Errorf("%s has no section", m.Type)
		}
	}
}
