package wire

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

// sslv2 is a hello in the format of SSL 2.0, without its header.
func sslv2(version suite.Version, specs string, id, challenge int) []byte {
	b := []byte{1, byte(version >> 8), byte(version), 0, byte(len(specs)), 0, byte(id), 0, byte(challenge)}
	b = append(b, specs...)
	b = append(b, bytes.Repeat([]byte{0xaa}, id)...)
	for i := range challenge {
		b = append(b, byte(i+1))
	}
	return b
}

const sslv2Specs = "\x00\xc0\x2f\x01\x00\x80\x00\x00\x2f" // two of TLS, one of SSL 2.0 between them

func TestParseSSLv2Hello(t *testing.T) {
	for _, challenge := range []int{0, 16, 31, 32, 33, 48} {
		for _, id := range []int{0, 16, 32} {
			m, err := ParseSSLv2Hello(sslv2(suite.TLS11, sslv2Specs, id, challenge))
			if err != nil {
				t.Fatal(err)
			}
			var random [32]byte
			for i := range min(challenge, 32) {
				random[32-min(challenge, 32)+i] = byte(i + 1)
			}
			if m.LegacyVersion != suite.TLS11 || m.Random != random || m.SessionID != nil || m.Extensions != nil ||
				!slices.Equal(m.CipherSuites, []suite.ID{0xc02f, 0x002f}) || !bytes.Equal(m.CompressionMethods, []byte{0}) {
				t.Errorf("challenge of %d, session_id of %d: %+v", challenge, id, m)
			}
		}
	}
}

func TestParseSSLv2HelloRefuses(t *testing.T) {
	good := sslv2(suite.TLS12, sslv2Specs, 16, 16)
	for n := range good {
		if _, err := ParseSSLv2Hello(good[:n]); !errors.Is(err, failure.Decode) {
			t.Errorf("%d of %d bytes: %v", n, len(good), err)
		}
	}
	for name, tt := range map[string]struct {
		raw  []byte
		want failure.Failure
	}{
		"a byte more":          {append(slices.Clone(good), 0), failure.Decode},
		"another message":      {append([]byte{2}, good[1:]...), failure.Decode},
		"no suites":            {sslv2(suite.TLS12, "", 0, 16), failure.Decode},
		"a suite of two bytes": {sslv2(suite.TLS12, "\x00\x2f", 0, 16), failure.Decode},
		"a long session_id":    {sslv2(suite.TLS12, sslv2Specs, 33, 16), failure.LengthMismatch},
	} {
		if _, err := ParseSSLv2Hello(tt.raw); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %s", name, err, tt.want.Code)
		}
	}
}

func FuzzParseSSLv2Hello(f *testing.F) {
	for _, challenge := range []int{16, 32, 48} {
		f.Add(sslv2(suite.TLS11, sslv2Specs, 16, challenge))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := ParseSSLv2Hello(raw)
		if err != nil || m.CipherSuites == nil { // it may offer those of SSL 2.0 alone
			return
		}
		b, err := Marshal(m)
		if err != nil {
			t.Fatalf("the equivalent hello cannot be written: %v", err)
		}
		if err := Parse(b, new(ClientHello)); err != nil {
			t.Fatalf("the equivalent hello cannot be read: %v", err)
		}
	})
}
