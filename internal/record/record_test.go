package record

import (
	"bytes"
	"crypto"
	"fmt"
	"testing"

	"polytls/internal/suite"
)

// protections are all ways to protect records that there are: suites that
// differ in cipher or MAC, in each version that can have them.
func protections() []Keys {
	aead := func(c suite.Cipher, name string) *suite.CipherSuite {
		return &suite.CipherSuite{Name: name, Cipher: c, MAC: suite.AEAD, Hash: crypto.SHA256}
	}
	var all []Keys
	for _, s := range []*suite.CipherSuite{
		aead(suite.AES128GCM, "AES128GCM"), aead(suite.AES256GCM, "AES256GCM"),
		aead(suite.ChaCha20Poly1305, "ChaCha20Poly1305"),
		aead(suite.AES128CCM, "AES128CCM"), aead(suite.AES256CCM, "AES256CCM"),
		aead(suite.AES128CCM8, "AES128CCM8"), aead(suite.AES256CCM8, "AES256CCM8"),
	} {
		all = append(all, testKeys(s, suite.TLS12), testKeys(s, suite.TLS13))
	}
	macs := map[suite.MAC]string{suite.MD5: "MD5", suite.SHA1: "SHA", suite.SHA256: "SHA256", suite.SHA384: "SHA384"}
	ciphers := map[suite.Cipher]string{suite.NULL: "NULL", suite.AES128CBC: "AES128CBC", suite.AES256CBC: "AES256CBC"}
	for _, c := range []suite.Cipher{suite.NULL, suite.AES128CBC, suite.AES256CBC} {
		for _, m := range []suite.MAC{suite.MD5, suite.SHA1, suite.SHA256, suite.SHA384} {
			s := &suite.CipherSuite{Name: ciphers[c] + "-" + macs[m], Cipher: c, MAC: m}
			for _, v := range []suite.Version{suite.TLS10, suite.TLS11, suite.TLS12} {
				if c != suite.NULL && m == suite.MD5 {
					continue
				}
				k := testKeys(s, v)
				all = append(all, k)
				if c != suite.NULL {
					k.EncryptThenMAC = true
					all = append(all, k)
				}
			}
		}
	}
	return all
}

// testKeys returns keys whose bytes tell which they are.
func testKeys(s *suite.CipherSuite, v suite.Version) Keys {
	return Keys{
		Suite: s, Version: v,
		MAC: bytes.Repeat([]byte{0xA1}, s.MAC.Size()),
		Key: bytes.Repeat([]byte{0xB2}, s.Cipher.KeyLen()),
		IV:  bytes.Repeat([]byte{0xC3}, s.IVLen(v)),
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
