package wire

import (
	"bytes"
	"reflect"
	"testing"

	"polytls/internal/suite"
)

var (
	sample = bytes.Repeat([]byte{0xAB}, 32)
	ticket = bytes.Repeat([]byte{0xCD}, 200)
)

// hot are the messages of a resumed handshake and how often each may allocate.
// To add takes a list of extensions, a longer one in a ClientHello, and the
// bytes of each body that has any. To parse takes the lists of cipher suites and
// of extensions.
var hot = []struct {
	message             Message
	bodies              []ExtensionBody
	add, marshal, parse float64
}{
	{
		&ClientHello{
			SessionID:          sample,
			CipherSuites:       []suite.ID{0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8},
			CompressionMethods: []byte{0},
		},
		[]ExtensionBody{
			&ServerNames{HostName: "longer-than-what-fits-the-stack.example"},
			&PointFormats{Formats: []uint8{PointFormatUncompressed}},
			&SupportedGroups{Groups: []suite.Group{suite.X25519, suite.P256, suite.P384}},
			&SessionTicket{Ticket: ticket},
			&ALPN{Protocols: []string{"h2", "http/1.1"}},
			&EncryptThenMAC{},
			&ExtendedMasterSecret{},
			&SignatureAlgorithms{Schemes: []suite.Scheme{suite.ECDSAP256SHA256, suite.Ed25519, suite.Ed448}},
			&SupportedVersions{Versions: []suite.Version{suite.TLS13, suite.TLS12}},
			&PSKModes{Modes: []uint8{PSKDHEKe}},
			&ClientKeyShares{Shares: []KeyShare{{suite.X25519, sample}}},
			&OfferedPSKs{Identities: []PSKIdentity{{ticket, 7}}, Binders: [][]byte{sample}},
		},
		2 + 10, 1, 2,
	},
	{
		&ServerHello{SessionID: sample, CipherSuite: 0x1301},
		[]ExtensionBody{
			&SelectedVersion{Version: suite.TLS13},
			&ServerKeyShare{Share: KeyShare{suite.X25519, sample}},
			&SelectedPSK{Index: 0},
		},
		1 + 3, 1, 1,
	},
	{
		&EncryptedExtensions{},
		[]ExtensionBody{&ServerNameAck{}, &ALPN{Protocols: []string{"h2"}}},
		1 + 1, 1, 1,
	},
	{
		&Finished{VerifyData: sample},
		nil,
		0, 1, 0,
	},
	{
		&NewSessionTicket13{Lifetime: 7200, Nonce: sample[:8], Ticket: ticket},
		[]ExtensionBody{&MaxEarlyData{Size: 16384}},
		1 + 1, 1, 1,
	},
}

// finders look up what the ClientHello has. Each takes the body, if that is not
// empty, and what does not alias the message.
var finders = []struct {
	what   string
	find   func(Extensions) error
	allocs float64
}{
	{"server_name", find[ServerNames], 2},
	{"ec_point_formats", find[PointFormats], 1},
	{"supported_groups", find[SupportedGroups], 2},
	{"session_ticket", find[SessionTicket], 1},
	{"ALPN", find[ALPN], 1 + 2 + 2}, // the list grows once; two names
	{"encrypt_then_mac", find[EncryptThenMAC], 0},
	{"signature_algorithms", find[SignatureAlgorithms], 2},
	{"supported_versions", find[SupportedVersions], 2},
	{"psk_key_exchange_modes", find[PSKModes], 1},
	{"key_share", find[ClientKeyShares], 2},
	{"pre_shared_key", find[OfferedPSKs], 3},
	{"cookie, which is absent", find[Cookie], 0},
}

func find[T any, P interface {
	*T
	ExtensionBody
}](e Extensions) error {
	_, err := Find[T, P](e)
	return err
}

func TestAllocatesLittle(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector pools forget at random")
	}
	check := func(what string, most float64, f func() error) {
		t.Helper()
		allocs := testing.AllocsPerRun(100, func() {
			if err := f(); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		})
		if allocs > most {
			t.Errorf("%s: %v allocations, at most %v wanted", what, allocs, most)
		}
	}
	for _, c := range hot {
		what := c.message.Type().String()
		m, raw, into := marshaled(t, c.message, c.bodies)
		check(what+": add", c.add, func() error { added(c.bodies); return nil })
		check(what+": marshal", c.marshal, func() error { _, err := Marshal(m); return err })
		check(what+": parse", c.parse, func() error { return Parse(raw, into) })
	}
	e := added(hot[0].bodies)
	for _, f := range finders {
		check("find "+f.what, f.allocs, func() error { return f.find(e) })
	}
}

func BenchmarkMessage(b *testing.B) {
	for _, c := range hot {
		m, raw, into := marshaled(b, c.message, c.bodies)
		for _, do := range []struct {
			what string
			f    func()
		}{
			{"add", func() { added(c.bodies) }},
			{"marshal", func() { Marshal(m) }},
			{"parse", func() { Parse(raw, into) }},
		} {
			b.Run(m.Type().String()+"/"+do.what, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					do.f()
				}
			})
		}
	}
	e := added(hot[0].bodies)
	b.Run("ClientHello/find", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, f := range finders {
				f.find(e)
			}
		}
	})
}

func added(bodies []ExtensionBody) Extensions {
	var e Extensions
	for _, body := range bodies {
		e.Add(body)
	}
	return e
}

// marshaled returns m with its extensions, its bytes, and an empty message of
// the same form.
func marshaled(t testing.TB, m Message, bodies []ExtensionBody) (full Message, raw []byte, into Message) {
	t.Helper()
	if bodies != nil {
		reflect.ValueOf(m).Elem().FieldByName("Extensions").Set(reflect.ValueOf(added(bodies)))
	}
	raw, err := Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return m, raw, reflect.New(reflect.TypeOf(m).Elem()).Interface().(Message)
}
