package wire

import (
	"bytes"
	"reflect"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"pgregory.net/rapid"

	"polytls/internal/suite"
)

func bytesOf(t *rapid.T, label string, least, most int) []byte {
	return rapid.SliceOfN(rapid.Byte(), least, most).Draw(t, label)
}

func drawExtensions(t *rapid.T) Extensions {
	list := Extensions{}
	for _, n := range rapid.SliceOfNDistinct(rapid.Uint16Range(60, 65000), 0, 8, rapid.ID[uint16]).Draw(t, "types") {
		list = append(list, Extension{Type: ExtensionType(n), Body: bytesOf(t, "body", 0, 40)})
	}
	return list
}

// Any message within the grammar is unchanged after encoding and parsing.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var random [32]byte
		copy(random[:], bytesOf(t, "random", 32, 32))
		u16 := rapid.Uint16()
		for _, m := range []Message{
			&ClientHello{
				LegacyVersion:      suite.Version(u16.Draw(t, "version")),
				Random:             random,
				SessionID:          bytesOf(t, "session_id", 0, 32),
				CipherSuites:       rapid.SliceOfN(rapid.Custom(func(t *rapid.T) suite.ID { return suite.ID(u16.Draw(t, "suite")) }), 1, 50).Draw(t, "suites"),
				CompressionMethods: bytesOf(t, "compression", 1, 255),
				Extensions:         drawExtensions(t),
			},
			&ServerHello{
				LegacyVersion:     suite.Version(u16.Draw(t, "version")),
				Random:            random,
				SessionID:         bytesOf(t, "session_id", 0, 32),
				CipherSuite:       suite.ID(u16.Draw(t, "suite")),
				CompressionMethod: rapid.Byte().Draw(t, "compression"),
				Extensions:        drawExtensions(t),
			},
			&Certificate13{
				Context: bytesOf(t, "context", 0, 255),
				Entries: []CertificateEntry{
					{bytesOf(t, "cert_data", 1, 300), drawExtensions(t)},
					{bytesOf(t, "cert_data", 1, 300), drawExtensions(t)},
				},
			},
			&NewSessionTicket13{
				Lifetime:   rapid.Uint32().Draw(t, "lifetime"),
				AgeAdd:     rapid.Uint32().Draw(t, "age_add"),
				Nonce:      bytesOf(t, "nonce", 0, 255),
				Ticket:     bytesOf(t, "ticket", 1, 300),
				Extensions: drawExtensions(t),
			},
			&CompressedCertificate{
				Algorithm:          u16.Draw(t, "algorithm"),
				UncompressedLength: rapid.IntRange(0, 1<<24-1).Draw(t, "uncompressed_length"),
				Compressed:         bytesOf(t, "compressed", 1, 300),
			},
		} {
			raw, err := Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			got := reflect.New(reflect.TypeOf(m).Elem()).Interface().(Message)
			if err := Parse(raw, got); err != nil || !reflect.DeepEqual(got, m) {
				t.Fatalf("got %+v, %v\nwant %+v", got, err, m)
			}
		}
	})
}

// fuzzForms fuzzes the messages of some forms: what parses re-encodes.
func fuzzForms(f *testing.F, names ...string) {
	for _, v := range vectors(f) {
		for i, name := range names {
			if v.form == name {
				f.Add(uint8(i), v.raw)
			}
		}
	}
	f.Fuzz(func(t *testing.T, form uint8, raw []byte) {
		m := forms[names[int(form)%len(names)]]()
		if Parse(raw, m) != nil {
			return
		}
		got, err := Marshal(m)
		if err != nil || !bytes.Equal(got, raw) {
			t.Fatalf("%T: got %x, %v\nwant %x", m, got, err, raw)
		}
	})
}

func FuzzHello(f *testing.F) {
	fuzzForms(f, "ClientHello", "ServerHello", "EncryptedExtensions", "HelloRequest", "ServerHelloDone", "EndOfEarlyData")
}

func FuzzCertificate(f *testing.F) {
	fuzzForms(f, "Certificate12", "Certificate13", "RawPublicKey12", "CompressedCertificate", "CertificateStatus",
		"CertificateVerify", "CertificateVerify10", "CertificateRequest10", "CertificateRequest12", "CertificateRequest13")
}

func FuzzAfterwards(f *testing.F) {
	fuzzForms(f, "NewSessionTicket12", "NewSessionTicket13", "KeyUpdate", "Finished", "ServerKeyExchange", "ClientKeyExchange")
}

func FuzzExtensionBody(f *testing.F) {
	for i, c := range bodies {
		f.Add(uint8(i), unhex(f, c.raw))
	}
	f.Fuzz(func(t *testing.T, form uint8, raw []byte) {
		body := blank(bodies[int(form)%len(bodies)].body)
		if len(raw) > 0xFFFF || parseBody(raw, body) != nil {
			return
		}
		var e Extensions
		e.Add(body)
		if e[0].err != nil || !bytes.Equal(e[0].Body, raw) {
			t.Fatalf("%T: got %x, %v\nwant %x", body, e[0].Body, e[0].err, raw)
		}
	})
}

func FuzzKeyExchange(f *testing.F) {
	readers := []exchange{
		readECDHE(suite.TLS12), readECDHE(suite.TLS11), readDHEPSK, readECDHEPSK, readSRP, clientDH,
		share(false, ReadECPoint, AppendECPoint),
		share(true, ReadEncryptedPremaster, AppendEncryptedPremaster),
		share(false, ReadSRPPublic, AppendSRPPublic),
	}
	for _, v := range vectors(f) {
		if v.form == "ServerKeyExchange" || v.form == "ClientKeyExchange" {
			for i := range readers {
				f.Add(uint8(i), v.raw[HeaderLen:])
			}
		}
	}
	f.Fuzz(func(t *testing.T, form uint8, raw []byte) {
		s := cryptobyte.String(raw)
		got, err := readers[int(form)%len(readers)](&s)
		if err == nil && !bytes.Equal(got, raw) {
			t.Fatalf("got %x\nwant %x", got, raw)
		}
	})
}
