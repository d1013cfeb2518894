package record

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

var gcm = &suite.CipherSuite{Name: "GCM", Cipher: suite.AES128GCM}

// sealInner seals an arbitrary TLSInnerPlaintext.
func sealInner(t *testing.T, k Keys, inner []byte) []byte {
	t.Helper()
	var a aeadKey
	if err := a.set(&k); err != nil {
		t.Fatal(err)
	}
	outer := Header{Type: ApplicationData, Version: suite.TLS12, Length: len(inner) + a.tagLen()}
	rec := outer.appendTo(nil)
	aead := a.state()
	return aead.Seal(rec, aead.nonce.mask(&a.iv, 0), inner, rec)
}

func TestInnerPlaintext(t *testing.T) {
	k := testKeys(gcm, suite.TLS13)
	zeros := func(n int) []byte { return make([]byte, n) }
	data := func(n int) []byte { return append(bytes.Repeat([]byte{'x'}, n), byte(ApplicationData)) }
	for _, c := range []struct {
		name  string
		inner []byte
		limit int
		size  int
		err   error
	}{
		{"nothing", nil, 0, 0, failure.BadRecordType},
		{"only padding", zeros(10), 0, 0, failure.BadRecordType},
		{"the largest padding", zeros(MaxPlaintext + 1), 0, 0, failure.BadRecordType},
		{"too large a padding", zeros(MaxPlaintext + 2), 0, 0, failure.DataLengthTooLong},
		{"empty", data(0), 0, 0, nil},
		{"empty, padded", append(data(0), zeros(300)...), 0, 0, nil},
		{"full", data(MaxPlaintext), 0, MaxPlaintext, nil},
		{"full and a byte", data(MaxPlaintext + 1), 0, 0, failure.DataLengthTooLong},
		{"full, padded", append(data(MaxPlaintext), 0), 0, 0, failure.DataLengthTooLong},
		{"padded to be full", append(data(8192), zeros(8192)...), 0, 8192, nil},
		{"record_size_limit", data(99), 100, 99, nil},
		{"above record_size_limit", data(100), 100, 0, failure.DataLengthTooLong},
		{"padded above record_size_limit", append(data(50), zeros(50)...), 100, 0, failure.DataLengthTooLong},
		{"a limit above the protocol's", data(MaxPlaintext + 1), 1 << 16, 0, failure.DataLengthTooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, o := newPair(t, k)
			o.SetLimit(c.limit)
			typ, plain, err := o.Open(sealInner(t, k, c.inner))
			if !errors.Is(err, c.err) || len(plain) != c.size {
				t.Fatalf("got %d bytes, %v, wanted %d, %v", len(plain), err, c.size, c.err)
			}
			if err == nil && (typ != ApplicationData || o.Opened() != 1) {
				t.Errorf("type %s, %d opened", typ, o.Opened())
			}
			if err != nil && o.Opened() != 0 {
				t.Errorf("%d opened after a failure", o.Opened())
			}
		})
	}
}

// TestRefusesLargePlaintext opens a record whose plaintext is too long, and one
// that is too long before it is decrypted.
func TestRefusesLargePlaintext(t *testing.T) {
	for _, k := range protections() {
		s, o := newPair(t, k)
		if k.Version < suite.TLS13 {
			h := Header{Type: ApplicationData, Version: k.Version, Length: MaxPlaintext + 1}
			large := make([]byte, MaxPlaintext+1)
			rec := s.protection.seal(make([]byte, 0, 2*MaxPlaintext), 0, h, large, 0)
			_, _, err := o.Open(rec)
			requireAlert(t, err, failure.DataLengthTooLong, failure.AlertRecordOverflow)

			s, _ = newPair(t, k) // as if nothing had happened
			if _, _, err := o.Open(s.Seal(nil, k.Version, Handshake, []byte("next"), 0)); err != nil {
				t.Errorf("%s: after a record that was too large: %v", k, err)
			}
		}
		n := o.MaxCiphertext() + 1
		rec := append(Header{ApplicationData, wireVersion(k), n}.appendTo(nil), make([]byte, n)...)
		_, _, err := o.Open(rec)
		requireAlert(t, err, failure.EncryptedLengthTooLong, failure.AlertRecordOverflow)
	}
}

// TestLimitCountsPlaintext: before TLS 1.3 record_size_limit bounds the payload.
func TestLimitCountsPlaintext(t *testing.T) {
	for _, k := range protections() {
		s, o := newPair(t, k)
		o.SetLimit(100)
		n := o.MaxPlaintext()
		if want := 100; k.Version < suite.TLS13 && n != want || k.Version == suite.TLS13 && n != want-1 {
			t.Errorf("%s: MaxPlaintext is %d", k, n)
		}
		if _, _, err := o.Open(s.Seal(nil, wireVersion(k), ApplicationData, make([]byte, n), 0)); err != nil {
			t.Errorf("%s: %d bytes: %v", k, n, err)
		}
		_, _, err := o.Open(s.Seal(nil, wireVersion(k), ApplicationData, make([]byte, n+1), 0))
		requireAlert(t, err, failure.DataLengthTooLong, failure.AlertRecordOverflow)
	}
}

// TestLimitWithoutProtection: max_fragment_length bounds all records.
func TestLimitWithoutProtection(t *testing.T) {
	var s Sealer
	var o Opener
	o.SetLimit(512)
	if _, _, err := o.Open(s.Seal(nil, suite.TLS12, Handshake, make([]byte, 512), 0)); err != nil {
		t.Error(err)
	}
	_, _, err := o.Open(s.Seal(nil, suite.TLS12, Handshake, make([]byte, 513), 0))
	requireAlert(t, err, failure.DataLengthTooLong, failure.AlertRecordOverflow)
}

func TestZeroValuesDoNotProtect(t *testing.T) {
	var s Sealer
	var o Opener
	payload := bytes.Repeat([]byte("hello"), 100)
	rec := s.Seal(nil, suite.TLS10, Handshake, payload, 9)
	if want := append([]byte{22, 3, 1, 1, 244}, payload...); !bytes.Equal(rec, want) {
		t.Errorf("sealed %x, wanted %x", rec, want)
	}
	typ, plain, err := o.Open(rec)
	if err != nil || typ != Handshake || !bytes.Equal(plain, payload) || &plain[0] != &rec[HeaderLen] {
		t.Errorf("opened %s %x, %v", typ, plain, err)
	}
	if s.Overhead() != HeaderLen || s.SplitsCBC() || s.Exhausted() || s.Sealed() != 0 || s.Limit() != math.MaxUint64 {
		t.Errorf("overhead %d, splits %v, exhausted %v, sealed %d, limit %d", s.Overhead(), s.SplitsCBC(), s.Exhausted(), s.Sealed(), s.Limit())
	}
	long := append([]byte{22, 3, 1, 0x40, 1}, make([]byte, MaxPlaintext+1)...)
	_, _, err = o.Open(long)
	requireAlert(t, err, failure.DataLengthTooLong, failure.AlertRecordOverflow)
}

func TestRefusesOuterType(t *testing.T) {
	_, o := newPair(t, testKeys(gcm, suite.TLS13))
	for _, typ := range []ContentType{0, ChangeCipherSpec, Alert, Handshake, 24} {
		rec := append(Header{typ, suite.TLS12, 40}.appendTo(nil), make([]byte, 40)...)
		_, _, err := o.Open(rec)
		requireAlert(t, err, failure.BadRecordType, failure.AlertUnexpectedMessage)
	}
}

// TestPaddingFits asks for more padding than a record can hold.
func TestPaddingFits(t *testing.T) {
	s, o := newPair(t, testKeys(gcm, suite.TLS13))
	for _, n := range []int{0, 1, 1000, MaxPlaintext - 1, MaxPlaintext} {
		rec := s.Seal(nil, suite.TLS12, ApplicationData, make([]byte, n), 1<<20)
		if want := HeaderLen + MaxPlaintext + 1 + 16; len(rec) != want {
			t.Errorf("%d bytes: a record of %d, wanted %d", n, len(rec), want)
		}
		if _, plain, err := o.Open(rec); err != nil || len(plain) != n {
			t.Errorf("%d bytes: %d, %v", n, len(plain), err)
		}
	}
	if rec := s.Seal(nil, suite.TLS12, ApplicationData, nil, -1); len(rec) != HeaderLen+1+16 {
		t.Errorf("a record of %d bytes under a padding of -1", len(rec))
	}
}

func TestSequenceNumbersDoNotWrap(t *testing.T) {
	for _, k := range protections() {
		s, o := newPair(t, k)
		s.seq, o.seq = math.MaxUint64-1, math.MaxUint64-1
		rec := s.Seal(nil, wireVersion(k), ApplicationData, []byte("last"), 0)
		if _, plain, err := o.Open(slices.Clone(rec)); err != nil || string(plain) != "last" {
			t.Errorf("%s: the last record: %q, %v", k, plain, err)
		}
		if got := s.Seal([]byte("dst"), wireVersion(k), ApplicationData, []byte("more"), 0); !s.Exhausted() || string(got) != "dst" {
			t.Errorf("%s: an exhausted sealer appended %q", k, got)
		}
		if _, _, err := o.Open(rec); !errors.Is(err, failure.Internal) || o.seq != math.MaxUint64 {
			t.Errorf("%s: a record too many: %v", k, err)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, k := range protections() {
		want := uint64(math.MaxUint64)
		if k.Version == suite.TLS13 {
			switch k.Suite.Cipher {
			case suite.AES128GCM, suite.AES256GCM:
				want = 16777216
			case suite.AES128CCM, suite.AES256CCM, suite.AES128CCM8, suite.AES256CCM8:
				want = 8388608
			}
		}
		s, _ := newPair(t, k)
		if s.Limit() != want {
			t.Errorf("%s: limit %d, wanted %d: this test names the limit of each AEAD, and none for others", k, s.Limit(), want)
		}
		if s.SplitsCBC() != (k.Version == suite.TLS10 && k.Suite.IsCBC()) {
			t.Errorf("%s: SplitsCBC is %v", k, s.SplitsCBC())
		}
	}
}
