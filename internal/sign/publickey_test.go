package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

func TestPublicKeysRoundTrip(t *testing.T) {
	for name, key := range testKeys() {
		if name == "ECDSA P-224" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			der, err := MarshalPublicKey(key.Public())
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParsePublicKey(der)
			if err != nil {
				t.Fatal(err)
			}
			if !got.(interface{ Equal(crypto.PublicKey) bool }).Equal(key.Public()) {
				t.Errorf("got %v, want %v", got, key.Public())
			}
			for n := range der {
				if _, err := ParsePublicKey(der[:n]); err == nil {
					t.Fatalf("the first %d of %d bytes are read as a key", n, len(der))
				}
			}
			if _, err := ParsePublicKey(append(der, 0)); err == nil {
				t.Error("a trailing byte is taken")
			}
		})
	}
}

// TestPSSDefaults reads empty parameters, which mean the defaults (RFC 4055,
// section 3.1).
func TestPSSDefaults(t *testing.T) {
	got, err := ParsePSSParameters([]byte{0x30, 0x00})
	if want := (PSSParameters{crypto.SHA1, crypto.SHA1, 20}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestRefusesPSSParameters(t *testing.T) {
	tests := map[string]struct{ der, words string }{
		"empty":                {"", "SEQUENCE"},
		"trailing byte":        {"300000", "SEQUENCE"},
		"hash MD5":             {"3010a00e300c06082a864886f70d02050500", "hashAlgorithm"},
		"hash with parameters": {"300ea00c300a06052b0e03021a040100", "hashAlgorithm"},
		"MGF1 of nothing":      {"300fa10d300b06092a864886f70d010108", "maskGenAlgorithm"},
		"other mask":           {"3010a10e300c06032a0304300506032a0305", "maskGenAlgorithm"},
		"negative salt":        {"3005a2030201ff", "saltLength"},
		"salt of 2,049 bytes":  {"3006a20402020801", "saltLength"},
		"salt of 65 bits":      {"300da20b0209010000000000000000", "saltLength"},
		"trailer 2":            {"3005a303020102", "trailerField"},
		"unknown field":        {"3005a403020101", "trailerField"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParsePSSParameters(unhex(t, tt.der))
			wantAlert(t, name, err, failure.UnknownCertificateType, failure.AlertBadCertificate)
			if err != nil && !strings.Contains(err.Error(), tt.words) {
				t.Errorf("error %q does not name %s", err, tt.words)
			}
		})
	}
}

func TestMarshalRefusesUnknownPSSHash(t *testing.T) {
	pub := &PSSPublicKey{testKeys()["RSA 2048"].Public().(*rsa.PublicKey), PSSParameters{Hash: crypto.MD5, MGFHash: crypto.MD5}}
	if der, err := MarshalPublicKey(pub); err == nil {
		t.Errorf("MD5 is written as %x", der)
	}
}

func TestRefusesKeysThatTLSDoesNotSignWith(t *testing.T) {
	agreement, err := ecdh.X25519().GenerateKey(rand.Reader)
	must(err)
	marshal := func(pub any) []byte {
		der, err := x509.MarshalPKIXPublicKey(pub)
		must(err)
		return der
	}
	ed448Key, err := MarshalPublicKey(testKeys()["Ed448"].Public())
	must(err)
	mldsaKey, err := MarshalPublicKey(testKeys()["ML-DSA-44"].Public())
	must(err)
	mldsaOID := func(last byte) []byte { return []byte{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, last} }
	for name, tt := range map[string]struct {
		der  []byte
		want failure.Alert
	}{
		"X25519":           {marshal(agreement.PublicKey()), failure.AlertUnsupportedCertificate},
		"P-224":            {marshal(testKeys()["ECDSA P-224"].Public()), failure.AlertUnsupportedCertificate},
		"Ed448 with NULL":  {unhex(t, "3045300706032b65710500033a00"+strings.Repeat("00", 57)), failure.AlertBadCertificate},
		"Ed448 of 25519":   {bytes.Replace(marshal(testKeys()["Ed25519"].Public()), []byte{0x2b, 0x65, 0x70}, []byte{0x2b, 0x65, 0x71}, 1), failure.AlertBadCertificate},
		"Ed448 as Ed25519": {bytes.Replace(ed448Key, []byte{0x2b, 0x65, 0x71}, []byte{0x2b, 0x65, 0x70}, 1), failure.AlertBadCertificate},
		"ML-DSA-44 as 65":  {bytes.Replace(mldsaKey, mldsaOID(17), mldsaOID(18), 1), failure.AlertBadCertificate},
		"HashML-DSA-44":    {bytes.Replace(mldsaKey, mldsaOID(17), mldsaOID(32), 1), failure.AlertBadCertificate},
		"ML-DSA with NULL": {spki(t, mldsaSets[0].oid, []byte{5, 0}, make([]byte, 1312)), failure.AlertBadCertificate},
		"unused bits":      {unhex(t, "3043300506032b6571033a01"+strings.Repeat("00", 57)), failure.AlertBadCertificate},
		"empty":            {nil, failure.AlertBadCertificate},
	} {
		_, err := ParsePublicKey(tt.der)
		wantAlert(t, name, err, failure.UnknownCertificateType, tt.want)
	}
}

func TestPSSKeysSignOnlyPSS(t *testing.T) {
	key := testKeys()["PSS"]
	if _, err := key.Sign(rand.Reader, make([]byte, 32), crypto.SHA256); err == nil {
		t.Error("an RSASSA-PSS key makes a PKCS#1 signature")
	}
	if _, decrypts := key.(crypto.Decrypter); decrypts {
		t.Error("an RSASSA-PSS key decrypts")
	}
}

func FuzzParsePublicKey(f *testing.F) {
	for name, key := range testKeys() {
		if der, err := MarshalPublicKey(key.Public()); err == nil && name != "ECDSA P-224" {
			f.Add(der)
		}
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		pub, err := ParsePublicKey(der)
		if err != nil {
			return
		}
		again, err := MarshalPublicKey(pub)
		if err != nil {
			t.Fatalf("a key that was read cannot be written: %v", err)
		}
		reread, err := ParsePublicKey(again)
		if err != nil || !reread.(interface{ Equal(crypto.PublicKey) bool }).Equal(pub) {
			t.Fatalf("reads back as %v, %v", reread, err)
		}
	})
}

// FuzzVerify verifies arbitrary signatures with every key.
func FuzzVerify(f *testing.F) {
	f.Add(uint16(0x0403), []byte{0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01})
	f.Add(uint16(0x0804), make([]byte, 256))
	f.Add(uint16(0x0808), make([]byte, 114))
	f.Fuzz(func(t *testing.T, scheme uint16, sig []byte) {
		for name, key := range testKeys() {
			if Verify(key.Public(), suite.Scheme(scheme), []byte("message"), sig) == nil {
				t.Fatalf("%s: %x verifies", name, sig)
			}
		}
	})
}
