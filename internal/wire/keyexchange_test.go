package wire

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
	"polytls/internal/suite"
)

// opaqueVectors returns the bodies of testdata's messages of one form.
func opaqueVectors(t *testing.T, form string) [][]byte {
	t.Helper()
	var all [][]byte
	for _, v := range vectors(t) {
		if v.form == form {
			all = append(all, v.raw[HeaderLen:])
		}
	}
	if len(all) != 4 { // ECDHE by TLS 1.2 and 1.0, DHE-PSK, ECDHE-PSK
		t.Fatalf("%d messages %s, want 4", len(all), form)
	}
	return all
}

// exchange reads the parts of a key exchange and appends them again.
type exchange func(s *cryptobyte.String) ([]byte, error)

func readECDHE(v suite.Version) exchange {
	return func(s *cryptobyte.String) ([]byte, error) {
		p, err := ReadECDHEParams(s)
		if err != nil {
			return nil, err
		}
		scheme, signature, err := ReadSignature(s, v)
		if err != nil {
			return nil, err
		}
		return AppendSignature(p.Append(nil), v, scheme, signature), nil
	}
}

func readDHEPSK(s *cryptobyte.String) ([]byte, error) {
	hint, err := ReadPSKHint(s)
	if err != nil {
		return nil, err
	}
	p, err := ReadDHEParams(s)
	if err != nil {
		return nil, err
	}
	return p.Append(AppendPSKHint(nil, hint)), ReadEnd(s)
}

func readECDHEPSK(s *cryptobyte.String) ([]byte, error) {
	hint, err := ReadPSKHint(s)
	if err != nil {
		return nil, err
	}
	p, err := ReadECDHEParams(s)
	if err != nil {
		return nil, err
	}
	return p.Append(AppendPSKHint(nil, hint)), ReadEnd(s)
}

func readSRP(s *cryptobyte.String) ([]byte, error) {
	p, err := ReadSRPParams(s)
	if err != nil {
		return nil, err
	}
	return p.Append(nil), ReadEnd(s)
}

// share is a client's share: a PSK identity first if psk says so.
func share(psk bool, read func(*cryptobyte.String) ([]byte, error), appendTo func(b, v []byte) []byte) exchange {
	return func(s *cryptobyte.String) ([]byte, error) {
		var b []byte
		if psk {
			identity, err := ReadPSKIdentity(s)
			if err != nil {
				return nil, err
			}
			b = AppendPSKIdentity(b, identity)
		}
		v, err := read(s)
		if err != nil {
			return nil, err
		}
		return appendTo(b, v), ReadEnd(s)
	}
}

var clientDH = share(true, ReadDHPublic, AppendDHPublic)

// exchanges holds all forms with an example of each.
func exchanges(t *testing.T) map[string]struct {
	read exchange
	raw  []byte
} {
	server, client := opaqueVectors(t, "ServerKeyExchange"), opaqueVectors(t, "ClientKeyExchange")
	return map[string]struct {
		read exchange
		raw  []byte
	}{
		"server ECDHE, TLS 1.2": {readECDHE(suite.TLS12), server[0]},
		"server ECDHE, TLS 1.0": {readECDHE(suite.TLS10), server[1]},
		"server DHE-PSK":        {readDHEPSK, server[2]},
		"server ECDHE-PSK":      {readECDHEPSK, server[3]},
		"server SRP":            {readSRP, unhex(t, "0002aabb"+"000102"+"03010203"+"0002ccdd")},
		"client ECDHE":          {share(false, ReadECPoint, AppendECPoint), client[0]},
		"client DHE-PSK":        {clientDH, client[2]},
		"client ECDHE-PSK":      {share(true, ReadECPoint, AppendECPoint), client[3]},
		"client RSA-PSK":        {share(true, ReadEncryptedPremaster, AppendEncryptedPremaster), unhex(t, "0000"+"0003aabbcc")},
		"client SRP":            {share(false, ReadSRPPublic, AppendSRPPublic), unhex(t, "0002aabb")},
	}
}

func TestKeyExchanges(t *testing.T) {
	for name, x := range exchanges(t) {
		s := cryptobyte.String(x.raw)
		if got, err := x.read(&s); err != nil || !bytes.Equal(got, x.raw) {
			t.Errorf("%s: got %x, %v\nwant %x", name, got, err, x.raw)
		}
		side := "ServerKeyExchange: "
		if strings.HasPrefix(name, "client") {
			side = "ClientKeyExchange: "
		}
		for n := range x.raw {
			s := cryptobyte.String(x.raw[:n])
			_, err := x.read(&s)
			wantAlert(t, name+" cut", err, failure.Decode, failure.AlertDecodeError)
			if err != nil && !strings.Contains(err.Error(), side) {
				t.Errorf("%s: %q does not name the message", name, err)
			}
		}
		s = append(bytes.Clone(x.raw), 0)
		_, err := x.read(&s)
		wantAlert(t, name+" with a byte more", err, failure.Decode, failure.AlertDecodeError)
	}
}

func TestKeyExchangeFields(t *testing.T) {
	server, client := opaqueVectors(t, "ServerKeyExchange"), opaqueVectors(t, "ClientKeyExchange")

	s := cryptobyte.String(server[0])
	p, err := ReadECDHEParams(&s)
	if err != nil || p.Group != suite.X25519 || len(p.Point) != 32 {
		t.Errorf("params: %+v, %v", p, err)
	}
	if scheme, signature, err := ReadSignature(&s, suite.TLS12); err != nil || scheme != suite.ECDSAP256SHA256 || len(signature) == 0 {
		t.Errorf("signature: %v, %x, %v", scheme, signature, err)
	}

	s = server[2]
	if hint, err := ReadPSKHint(&s); err != nil || string(hint) != "hint" {
		t.Errorf("hint: %q, %v", hint, err)
	}
	if p, err := ReadDHEParams(&s); err != nil || len(p.P) != 256 || !bytes.Equal(p.G, []byte{2}) || len(p.Y) != 256 {
		t.Errorf("params: %+v, %v", p, err)
	}

	s = client[2]
	if identity, err := ReadPSKIdentity(&s); err != nil || string(identity) != "me" {
		t.Errorf("identity: %q, %v", identity, err)
	}
}

func TestRefusesMalformedKeyExchanges(t *testing.T) {
	for _, c := range []struct {
		what string
		read exchange
		raw  string
	}{
		{"explicit prime curve", readECDHE(suite.TLS12), "01" + "001d" + "01aa" + "0403" + "0000"},
		{"empty point", readECDHEPSK, "0000" + "03" + "001d" + "00"},
		{"empty dh_p", readDHEPSK, "0000" + "0000" + "000102" + "0001aa"},
		{"empty dh_g", readDHEPSK, "0000" + "0001aa" + "0000" + "0001aa"},
		{"empty dh_Ys", readDHEPSK, "0000" + "0001aa" + "000102" + "0000"},
		{"empty salt", readSRP, "0001aa" + "000102" + "00" + "0001cc"},
		{"empty srp_B", readSRP, "0001aa" + "000102" + "0101" + "0000"},
		{"empty point", share(false, ReadECPoint, AppendECPoint), "00"},
		{"empty dh_Yc", clientDH, "0000" + "0000"},
		{"empty srp_A", share(false, ReadSRPPublic, AppendSRPPublic), "0000"},
	} {
		s := cryptobyte.String(unhex(t, c.raw))
		_, err := c.read(&s)
		wantAlert(t, c.what, err, failure.Decode, failure.AlertDecodeError)
	}
}

// Otherwise a length that has wrapped around would be signed and sent.
func TestAppendPanicsRatherThanWrap(t *testing.T) {
	for what, appendTo := range map[string]func(){
		"point of 256 bytes":   func() { AppendECPoint(nil, make([]byte, 256)) },
		"hint of 65,536 bytes": func() { AppendPSKHint(nil, make([]byte, 65536)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", what)
				}
			}()
			appendTo()
		}()
	}
}
