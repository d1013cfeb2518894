package record

import (
	"bytes"
	"crypto/aes"
	"errors"
	"testing"
	"testing/iotest"

	"polytls/internal/suite"
)

func TestRefusesWrongKeys(t *testing.T) {
	good := testKeys(gcm, suite.TLS12)
	cbc := testKeys(&suite.CipherSuite{Name: "CBC", Cipher: suite.AES128CBC, MAC: suite.SHA1}, suite.TLS10)
	for _, c := range []struct {
		name string
		edit func() Keys
	}{
		{"no suite", func() Keys { k := good; k.Suite = nil; return k }},
		{"no version", func() Keys { k := good; k.Version = 0; return k }},
		{"a version to come", func() Keys { k := good; k.Version = 0x0305; return k }},
		{"AEAD in TLS 1.1", func() Keys { k := good; k.Version = suite.TLS11; return k }},
		{"CBC in TLS 1.3", func() Keys { k := cbc; k.Version, k.IV = suite.TLS13, nil; return k }},
		{"short key", func() Keys { k := good; k.Key = k.Key[1:]; return k }},
		{"salt as in TLS 1.3", func() Keys { k := good; k.IV = make([]byte, 12); return k }},
		{"no IV in TLS 1.0", func() Keys { k := cbc; k.IV = nil; return k }},
		{"no MAC key", func() Keys { k := cbc; k.MAC = nil; return k }},
		{"a MAC key for an AEAD", func() Keys { k := good; k.MAC = make([]byte, 20); return k }},
		{"an AEAD known by name", func() Keys {
			return testKeys(&suite.CipherSuite{Name: "ARIA", Cipher: suite.ARIA128GCM}, suite.TLS12)
		}},
		{"a CBC cipher known by name", func() Keys {
			return testKeys(&suite.CipherSuite{Name: "SEED", Cipher: suite.SEEDCBC, MAC: suite.SHA1}, suite.TLS12)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if s, err := NewSealer(c.edit()); err == nil {
				t.Errorf("NewSealer returned %v", s)
			}
			if o, err := NewOpener(c.edit()); err == nil {
				t.Errorf("NewOpener returned %v", o)
			}
		})
	}
	for _, k := range []Keys{good, cbc} {
		newPair(t, k) // what the cases vary is itself good
	}
}

// TestExplicitIVs: they are read from Rand, and if Rand fails, no predictable IV is
// used.
func TestExplicitIVs(t *testing.T) {
	k := testKeys(&suite.CipherSuite{Name: "CBC", Cipher: suite.AES128CBC, MAC: suite.SHA1}, suite.TLS12)
	for _, etm := range []bool{false, true} {
		k.EncryptThenMAC = etm
		ivs := func(s *Sealer) (a, b []byte) {
			a = s.Seal(nil, suite.TLS12, ApplicationData, nil, 0)[HeaderLen:][:aes.BlockSize]
			b = s.Seal(nil, suite.TLS12, ApplicationData, nil, 0)[HeaderLen:][:aes.BlockSize]
			return a, b
		}
		k.Rand = bytes.NewReader([]byte("the first 16 b..the second 16 b."))
		s, _ := newPair(t, k)
		if a, b := ivs(s); string(a) != "the first 16 b.." || string(b) != "the second 16 b." {
			t.Errorf("IVs %q and %q", a, b)
		}
		k.Rand = nil
		s, _ = newPair(t, k)
		if a, b := ivs(s); bytes.Equal(a, b) {
			t.Errorf("IV %x twice", a)
		}
		k.Rand = iotest.ErrReader(errors.New("no entropy"))
		s, _ = newPair(t, k)
		if a, b := ivs(s); bytes.Equal(a, b) {
			t.Errorf("IV %x twice from a failing Rand", a)
		}
	}
}

func TestSealPanicsOnLargePayload(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a payload of 16385 bytes was sealed")
		}
	}()
	new(Sealer).Seal(nil, suite.TLS12, ApplicationData, make([]byte, MaxPlaintext+1), 0)
}
