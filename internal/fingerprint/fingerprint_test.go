package fingerprint

import (
	"encoding/hex"
	"strings"
	"testing"

	"polytls/internal/suite"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// listOf is a list of numbers with its length in front, as in the extensions of the
// test.
func listOf(lengthBytes int, list ...uint16) []byte {
	b := make([]byte, lengthBytes)
	b[lengthBytes-1] = byte(2 * len(list))
	for _, n := range list {
		b = append(b, byte(n>>8), byte(n))
	}
	return b
}

func alpn(protocol string) []byte {
	return append([]byte{0, byte(len(protocol) + 1), byte(len(protocol))}, protocol...)
}

func described(t *testing.T, m wire.Message) *fields.Message {
	t.Helper()
	raw, err := wire.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	d := fields.Describe(raw, fields.Context{})
	return &d
}

// TestPublishedClients uses the examples of the descriptions of JA3 and JA4.
func TestPublishedClients(t *testing.T) {
	chrome := &wire.ClientHello{
		LegacyVersion: suite.TLS12, CompressionMethods: []byte{0},
		CipherSuites: []suite.ID{0x7A7A, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
	}
	for _, x := range []wire.ExtensionType{0x3A3A, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015} {
		e := wire.Extension{Type: x}
		switch x {
		case wire.ExtALPN:
			e.Body = alpn("h2")
		case wire.ExtSignatureAlgorithms:
			e.Body = listOf(2, 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)
		case wire.ExtSupportedVersions:
			e.Body = listOf(1, 0xFAFA, 0x0304, 0x0303)
		}
		chrome.Extensions = append(chrome.Extensions, e)
	}
	if _, got := Client(described(t, chrome)); got != "t13d1516h2_8daaf6152771_e5627efa2ab1" {
		t.Errorf("JA4 %s", got)
	}
	tests := []struct {
		ja3   string
		hello *wire.ClientHello
	}{
		{"ada70206e40642a3e4461f35503241d5", &wire.ClientHello{
			LegacyVersion: suite.TLS10, CipherSuites: []suite.ID{47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4},
			Extensions: wire.Extensions{{Type: wire.ExtServerName}, {Type: wire.ExtSupportedGroups, Body: listOf(2, 23, 24, 25)}, {Type: wire.ExtPointFormats, Body: []byte{1, 0}}},
		}},
		{"de350869b8c85de67a350c8d186f11e6", &wire.ClientHello{LegacyVersion: suite.TLS10, CipherSuites: []suite.ID{4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99}}},
	}
	for _, tt := range tests {
		tt.hello.CompressionMethods = []byte{0}
		if got, _ := Client(described(t, tt.hello)); got != tt.ja3 {
			t.Errorf("JA3 %s, want %s", got, tt.ja3)
		}
	}
}

func TestPublishedServer(t *testing.T) {
	m := &wire.ServerHello{LegacyVersion: suite.TLS12, CipherSuite: 0xc030}
	for _, x := range []wire.ExtensionType{0x0005, 0x0017, 0xff01, 0x0000} {
		m.Extensions = append(m.Extensions, wire.Extension{Type: x})
	}
	if _, got := Server(described(t, m)); got != "t120400_c030_4e8089b08790" {
		t.Errorf("JA4S %s", got)
	}
}

// TestEnds uses the examples of JA4 for protocols that are not text.
func TestEnds(t *testing.T) {
	for protocol, want := range map[string]string{
		"": "00", "68": "hh", "6832": "h2", "687474702f312e31": "h1",
		"ab": "ab", "abcd": "ad", "30ab": "3b", "3031abcd": "3d", "30abcd31": "01",
	} {
		b, _ := hex.DecodeString(protocol)
		if got := ends(string(b)); got != want {
			t.Errorf("%s: %s, want %s", protocol, got, want)
		}
	}
}

// TestOddHellos uses hellos with empty lists, unknown versions and too many suites,
// and truncated ones.
func TestOddHellos(t *testing.T) {
	raw, err := wire.Marshal(&wire.ClientHello{LegacyVersion: 0x0505, CompressionMethods: []byte{0}, CipherSuites: make([]suite.ID, 200)})
	if err != nil {
		t.Fatal(err)
	}
	for n := range raw {
		m := fields.Describe(raw[:n], fields.Context{})
		if ja3, ja4 := Client(&m); len(ja3) != 32 || !strings.HasPrefix(ja4, "t00i") {
			t.Errorf("of %d bytes: %q %q", n, ja3, ja4)
		}
	}
	m := fields.Describe(raw, fields.Context{})
	if _, ja4 := Client(&m); !strings.HasPrefix(ja4, "t00i990000_") || !strings.HasSuffix(ja4, "_000000000000") {
		t.Errorf("JA4 %s", ja4)
	}
}
