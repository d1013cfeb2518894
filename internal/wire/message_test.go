package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"

	"polytls/failure"
)

// forms makes a message of each form, by the names that testdata uses.
var forms = map[string]func() Message{
	"HelloRequest":          func() Message { return new(HelloRequest) },
	"ClientHello":           func() Message { return new(ClientHello) },
	"ServerHello":           func() Message { return new(ServerHello) },
	"NewSessionTicket12":    func() Message { return new(NewSessionTicket12) },
	"NewSessionTicket13":    func() Message { return new(NewSessionTicket13) },
	"EndOfEarlyData":        func() Message { return new(EndOfEarlyData) },
	"EncryptedExtensions":   func() Message { return new(EncryptedExtensions) },
	"Certificate12":         func() Message { return new(Certificate12) },
	"Certificate13":         func() Message { return new(Certificate13) },
	"RawPublicKey12":        func() Message { return new(RawPublicKey12) },
	"ServerKeyExchange":     func() Message { return new(ServerKeyExchange) },
	"CertificateRequest10":  func() Message { return new(CertificateRequest10) },
	"CertificateRequest12":  func() Message { return new(CertificateRequest12) },
	"CertificateRequest13":  func() Message { return new(CertificateRequest13) },
	"ServerHelloDone":       func() Message { return new(ServerHelloDone) },
	"CertificateVerify":     func() Message { return new(CertificateVerify) },
	"CertificateVerify10":   func() Message { return new(CertificateVerify10) },
	"ClientKeyExchange":     func() Message { return new(ClientKeyExchange) },
	"Finished":              func() Message { return new(Finished) },
	"CertificateStatus":     func() Message { return new(CertificateStatus) },
	"KeyUpdate":             func() Message { return new(KeyUpdate) },
	"CompressedCertificate": func() Message { return new(CompressedCertificate) },
}

// vector is a whole message of another implementation.
type vector struct {
	form string
	raw  []byte
}

// vectors reads all of testdata: lines of a form and hex.
func vectors(t testing.TB) []vector {
	t.Helper()
	var all []vector
	for _, file := range []string{"rfc8448.txt", "openssl.txt", "grammar.txt"} {
		text, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			form, digits, _ := strings.Cut(strings.TrimSpace(line), " ")
			raw, err := hex.DecodeString(digits)
			if err != nil || forms[form] == nil {
				t.Fatalf("%s: bad line %q: %v", file, line, err)
			}
			all = append(all, vector{form, raw})
		}
	}
	return all
}

func TestReencodesForeignMessages(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range vectors(t) {
		seen[v.form] = true
		m := forms[v.form]()
		if err := Parse(v.raw, m); err != nil {
			t.Errorf("%s %x: %v", v.form, v.raw, err)
			continue
		}
		got, err := Marshal(m)
		if err != nil || !bytes.Equal(got, v.raw) {
			t.Errorf("%s: got %x, %v\nwant %x", v.form, got, err, v.raw)
		}
	}
	for form := range forms {
		if !seen[form] {
			t.Errorf("no vector of %s", form)
		}
	}
}

// A prefix of a body, with a matching header, is refused, unless the missing part
// is optional.
func TestRefusesPrefixes(t *testing.T) {
	for _, v := range vectors(t) {
		for n := range v.raw {
			err := Parse(v.raw[:n], forms[v.form]())
			if !errors.Is(err, failure.Decode) {
				t.Fatalf("%s: %d of %d bytes: %v", v.form, n, len(v.raw), err)
			}
		}
		optional := map[int]bool{} // sizes of bodies at which the grammar may end
		switch m := forms[v.form]().(type) {
		case *Finished, *ServerKeyExchange, *ClientKeyExchange:
			continue // opaque
		case *ClientHello:
			if err := Parse(v.raw, m); err != nil {
				t.Fatal(err)
			}
			m.Extensions = nil
			optional[marshaledLen(t, m)] = true
		case *ServerHello:
			if err := Parse(v.raw, m); err != nil {
				t.Fatal(err)
			}
			m.Extensions = nil
			optional[marshaledLen(t, m)] = true
		}
		for n := HeaderLen; n < len(v.raw); n++ {
			raw := append(AppendHeader(nil, MessageType(v.raw[0]), n-HeaderLen), v.raw[HeaderLen:n]...)
			err := Parse(raw, forms[v.form]())
			if optional[n] != (err == nil) || err != nil && !errors.Is(err, failure.Decode) {
				t.Fatalf("%s cut to %d of %d bytes: %v", v.form, n, len(v.raw), err)
			}
		}
	}
}

func marshaledLen(t *testing.T, m Message) int {
	t.Helper()
	raw, err := Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return len(raw)
}

func TestRefusesTrailingBytes(t *testing.T) {
	for _, v := range vectors(t) {
		err := Parse(append(bytes.Clone(v.raw), 0), forms[v.form]())
		wantAlert(t, v.form+" and a byte after it", err, failure.Decode, failure.AlertDecodeError)

		switch forms[v.form]().(type) {
		case *Finished, *ServerKeyExchange, *ClientKeyExchange:
			continue // opaque
		}
		raw := AppendHeader(nil, MessageType(v.raw[0]), len(v.raw)-HeaderLen+1)
		raw = append(append(raw, v.raw[HeaderLen:]...), 0)
		err = Parse(raw, forms[v.form]())
		wantAlert(t, v.form+" with a byte more", err, failure.Decode, failure.AlertDecodeError)
	}
}

// wantAlert checks an error's row and alert, and that it has a text.
func wantAlert(t *testing.T, what string, err error, row failure.Failure, a failure.Alert) {
	t.Helper()
	var e *failure.Error
	if !errors.As(err, &e) || !errors.Is(err, row) || e.Alert != a || e.AlertFrom != failure.SideUs {
		t.Errorf("%s: got %v (%+v), want %v with %v", what, err, e, row, a)
	}
}

func TestRefusesAnotherType(t *testing.T) {
	err := Parse([]byte{14, 0, 0, 0}, new(ClientHello))
	wantAlert(t, "ServerHelloDone for ClientHello", err, failure.UnexpectedMessage, failure.AlertUnexpectedMessage)
	for _, name := range []string{"ServerHelloDone", "ClientHello"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
}

func TestRefusesExcessiveMessages(t *testing.T) {
	for form, newForm := range forms {
		m := newForm()
		length := MaxLength(m.Type()) + 1
		raw := append(AppendHeader(nil, m.Type(), length), bytes.Repeat([]byte{0}, length)...)
		wantAlert(t, form, Parse(raw, m), failure.ExcessiveMessageSize, failure.AlertIllegalParameter)
	}
}

func TestErrorsNameTheMessage(t *testing.T) {
	for form, newForm := range forms {
		m := newForm()
		if err := Parse(AppendHeader(nil, m.Type(), 9), m); err == nil || !strings.Contains(err.Error(), m.Type().String()+": ") {
			t.Errorf("%s: %v", form, err)
		}
	}
	if err := Parse([]byte{8, 0, 0, 1, 0}, new(EncryptedExtensions)); err == nil || !strings.Contains(err.Error(), "EncryptedExtensions: malformed extensions") {
		t.Errorf("a field: %v", err)
	}
}

func TestHeader(t *testing.T) {
	b := AppendHeader([]byte{7}, TypeCertificate, 0x123456)
	if want := []byte{7, 11, 0x12, 0x34, 0x56}; !bytes.Equal(b, want) {
		t.Errorf("got %x, want %x", b, want)
	}
	if typ, length, ok := ParseHeader(b[1:]); typ != TypeCertificate || length != 0x123456 || !ok {
		t.Errorf("got %v, %#x, %v", typ, length, ok)
	}
	if _, _, ok := ParseHeader([]byte{11, 0, 0}); ok {
		t.Error("three bytes are a header")
	}
}

func TestMessageTypeNames(t *testing.T) {
	for form, newForm := range forms {
		if name := newForm().Type().String(); !strings.HasPrefix(form, name) && form != "RawPublicKey12" {
			t.Errorf("%s is of type %s", form, name)
		}
	}
	if got := MessageType(99).String(); got != "message(99)" {
		t.Errorf("got %q", got)
	}
}

// The longest ticket of TLS 1.3 is within the bound, as in OpenSSL.
func TestAcceptsTheLongestTicket(t *testing.T) {
	m := &NewSessionTicket13{
		Nonce:      make([]byte, 255),
		Ticket:     make([]byte, 65535),
		Extensions: Extensions{{Type: ExtALPN, Body: make([]byte, 65531)}},
	}
	raw, err := Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw)-HeaderLen != MaxLength(TypeNewSessionTicket) {
		t.Errorf("%d bytes, the bound is %d", len(raw)-HeaderLen, MaxLength(TypeNewSessionTicket))
	}
	if err := Parse(raw, new(NewSessionTicket13)); err != nil {
		t.Error(err)
	}
}

func TestRetryRandom(t *testing.T) {
	if HelloRetryRandom != sha256.Sum256([]byte("HelloRetryRequest")) {
		t.Error("HelloRetryRandom is not the hash of its name")
	}
	if !(&ServerHello{Random: HelloRetryRandom}).IsRetry() || (&ServerHello{}).IsRetry() {
		t.Error("IsRetry does not go by the random")
	}
}

// An absent block and an empty one differ in the encoding, and therefore in the
// message.
func TestKeepsAbsentExtensionsApart(t *testing.T) {
	for _, block := range []Extensions{nil, {}} {
		raw, err := Marshal(&ServerHello{Extensions: block})
		if err != nil {
			t.Fatal(err)
		}
		var m ServerHello
		if err := Parse(raw, &m); err != nil || len(m.Extensions) != 0 || (m.Extensions == nil) != (block == nil) {
			t.Errorf("%#v came back as %#v, %v", block, m.Extensions, err)
		}
	}
}

func TestRefusesMalformedMessages(t *testing.T) {
	random := strings.Repeat("aa", 32)
	for _, c := range []struct{ what, form, body string }{
		{"session ID of 33 bytes", "ClientHello", "0303" + random + "21" + random + "bb" + "00021301" + "0100"},
		{"no cipher suites", "ClientHello", "0303" + random + "00" + "0000" + "0100"},
		{"half a cipher suite", "ClientHello", "0303" + random + "00" + "0003130100" + "0100"},
		{"no compression methods", "ClientHello", "0303" + random + "00" + "00021301" + "00"},
		{"session ID of 33 bytes", "ServerHello", "0303" + random + "21" + random + "bb" + "1301" + "00"},
		{"empty ticket", "NewSessionTicket13", "00000001" + "00000002" + "00" + "0000" + "0000"},
		{"no certificate types", "CertificateRequest10", "00" + "0000"},
		{"no certificate types", "CertificateRequest12", "00" + "00020401" + "0000"},
		{"no schemes", "CertificateRequest12", "0101" + "0000" + "0000"},
		{"half a scheme", "CertificateRequest12", "0101" + "0003040105" + "0000"},
		{"empty name", "CertificateRequest12", "0101" + "00020401" + "0002" + "0000"},
		{"empty OCSP response", "CertificateStatus", "01" + "000000"},
		{"status of an unknown type", "CertificateStatus", "02" + "00000130"},
		{"empty compressed message", "CompressedCertificate", "0001" + "000010" + "000000"},
		{"half an extension", "EncryptedExtensions", "0003" + "000000"},
	} {
		body, err := hex.DecodeString(c.body)
		if err != nil {
			t.Fatal(err)
		}
		m := forms[c.form]()
		raw := append(AppendHeader(nil, m.Type(), len(body)), body...)
		wantAlert(t, c.form+": "+c.what, Parse(raw, m), failure.Decode, failure.AlertDecodeError)
	}
}

// RFC 8446, section 4.6.3, names the alert.
func TestRefusesUnknownKeyUpdate(t *testing.T) {
	err := Parse([]byte{24, 0, 0, 1, 2}, new(KeyUpdate))
	wantAlert(t, "request_update 2", err, failure.BadKeyUpdate, failure.AlertIllegalParameter)
}

func TestMarshalRefusesWhatDoesNotFit(t *testing.T) {
	long8, long16 := make([]byte, 1<<8), make([]byte, 1<<16)
	var overflow Extensions
	overflow.Add(&SRPUser{Name: long8})
	for what, m := range map[string]Message{
		"session ID":          &ClientHello{SessionID: long8},
		"context":             &CertificateRequest13{Context: long8},
		"certificate":         &Certificate12{Chain: [][]byte{make([]byte, 1<<24)}},
		"uncompressed_length": &CompressedCertificate{UncompressedLength: 1 << 24},
		"ticket":              &NewSessionTicket12{Ticket: long16},
		"extension":           &EncryptedExtensions{Extensions{{Type: ExtALPN, Body: long16}}},
		"extension's field":   &ClientHello{Extensions: overflow},
	} {
		raw, err := Marshal(m)
		wantAlert(t, what, err, failure.Internal, failure.AlertInternalError)
		if raw != nil {
			t.Errorf("%s: bytes came out all the same", what)
		}
	}
}
