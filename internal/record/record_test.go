package record

import (
	"bytes"
	"fmt"
	"testing"

	"polytls/internal/suite"
)

// protection is a way to protect records.
type protection struct {
	cipher  suite.Cipher
	mac     suite.MAC
	version suite.Version
	etm     bool
}

func (k Keys) protection() protection {
	return protection{k.Suite.Cipher, k.Suite.MAC, k.Version, k.EncryptThenMAC}
}

// protections are all that can be negotiated.
func protections() []Keys {
	var all []Keys
	seen := map[protection]bool{}
	for s := range suite.Suites() {
		if !s.Implemented {
			continue
		}
		for v := s.MinVersion; v <= s.MaxVersion; v++ {
			for _, etm := range []bool{false, true} {
				k := testKeys(s, v)
				if k.EncryptThenMAC = etm; etm && !s.IsCBC() || seen[k.protection()] {
					continue
				}
				seen[k.protection()] = true
				all = append(all, k)
			}
		}
	}
	return all
}

// testKeys returns keys that can be distinguished by their bytes.
func testKeys(s *suite.CipherSuite, v suite.Version) Keys {
	return Keys{
		Suite: s, Version: v,
		MAC: bytes.Repeat([]byte{0xA1}, s.MAC.Size()),
		Key: bytes.Repeat([]byte{0xB2}, s.Cipher.Info().KeyLen),
		IV:  bytes.Repeat([]byte{0xC3}, s.Cipher.Info().IVLen(v)),
	}
}

func (k Keys) String() string {
	s := fmt.Sprintf("%s/%s", k.Version, k.Suite.Name)
	if k.EncryptThenMAC {
		s += "/EtM"
	}
	return s
}

func newPair(t testing.TB, k Keys) (*Sealer, *Opener) {
	t.Helper()
	s, err := NewSealer(k)
	if err != nil {
		t.Fatalf("NewSealer(%s): %v", k, err)
	}
	o, err := NewOpener(k)
	if err != nil {
		t.Fatalf("NewOpener(%s): %v", k, err)
	}
	return s, o
}

// wireVersion is what the headers of k's records show.
func wireVersion(k Keys) suite.Version { return min(k.Version, suite.TLS12) }

func TestRoundTrip(t *testing.T) {
	payload := make([]byte, MaxPlaintext)
	for i := range payload {
		payload[i] = byte(i * 7)
	}
	sizes := []int{0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 257, 1000, MaxPlaintext - 1, MaxPlaintext}
	for _, k := range protections() {
		t.Run(k.String(), func(t *testing.T) {
			s, o := newPair(t, k)
			for i, n := range sizes {
				typ := ContentType(20 + i%4)
				rec := s.Seal([]byte("before"), wireVersion(k), typ, payload[:n], i%3)
				rec = rec[len("before"):]
				if h := ParseHeader(rec); h.Length != len(rec)-HeaderLen || h.Version != wireVersion(k) {
					t.Fatalf("size %d: header %+v of a record of %d bytes", n, h, len(rec))
				}
				if len(rec) > n+i%3+s.Overhead() {
					t.Errorf("size %d: record of %d bytes, overhead is said to be %d", n, len(rec), s.Overhead())
				}
				got, plain, err := o.Open(rec)
				if err != nil {
					t.Fatalf("size %d: %v", n, err)
				}
				if got != typ || !bytes.Equal(plain, payload[:n]) {
					t.Errorf("size %d: got %s and %d bytes, wanted %s", n, got, len(plain), typ)
				}
			}
			if n := uint64(len(sizes)); s.Sealed() != n || o.Opened() != n {
				t.Errorf("%d sealed, %d opened, wanted %d", s.Sealed(), o.Opened(), n)
			}
		})
	}
}
