package record

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

// TestRefusesFlippedBits flips each bit of a record in turn. The Opener must
// then still open the record as it was.
func TestRefusesFlippedBits(t *testing.T) {
	for _, k := range protections() {
		t.Run(k.String(), func(t *testing.T) {
			s, o := newPair(t, k)
			rec := s.Seal(nil, wireVersion(k), ApplicationData, []byte("attack at dawn"), 5)
			for bit := range len(rec) * 8 {
				bad := slices.Clone(rec)
				bad[bit/8] ^= 1 << (bit % 8)
				want := failure.DecryptionFailed
				switch at := bit / 8; {
				case at == 0 && k.Version == suite.TLS13:
					want = failure.BadRecordType
				case at == 3 || at == 4:
					want = failure.LengthMismatch
				}
				if _, plain, err := o.Open(bad); !errors.Is(err, want) || plain != nil {
					t.Fatalf("bit %d: got %x, %v, wanted %v", bit, plain, err, want)
				}
			}
			if _, plain, err := o.Open(rec); err != nil || string(plain) != "attack at dawn" {
				t.Errorf("the record itself: %q, %v", plain, err)
			}
		})
	}
}

// TestRefusesTruncatedRecords removes bytes from the end and corrects the header.
func TestRefusesTruncatedRecords(t *testing.T) {
	for _, k := range protections() {
		t.Run(k.String(), func(t *testing.T) {
			s, o := newPair(t, k)
			rec := s.Seal(nil, wireVersion(k), ApplicationData, []byte("attack at dawn"), 0)
			for n := range len(rec) {
				if _, _, err := o.Open(slices.Clone(rec[:n])); !errors.Is(err, failure.LengthMismatch) {
					t.Errorf("%d bytes: %v, wanted a length mismatch", n, err)
				}
			}
			for n := range len(rec) - HeaderLen {
				bad := slices.Clone(rec[:HeaderLen+n])
				bad[3], bad[4] = 0, byte(n)
				_, _, err := o.Open(bad)
				requireAlert(t, err, failure.DecryptionFailed, failure.AlertBadRecordMAC)
			}
		})
	}
}

// TestRefusesOtherOrder opens the second record first, and a record twice.
func TestRefusesOtherOrder(t *testing.T) {
	for _, k := range protections() {
		t.Run(k.String(), func(t *testing.T) {
			s, o := newPair(t, k)
			first := s.Seal(nil, wireVersion(k), ApplicationData, []byte("first"), 0)
			second := s.Seal(nil, wireVersion(k), ApplicationData, []byte("second"), 0)
			if _, _, err := o.Open(slices.Clone(second)); !errors.Is(err, failure.DecryptionFailed) {
				t.Errorf("the second record first: %v", err)
			}
			if _, _, err := o.Open(slices.Clone(first)); err != nil {
				t.Errorf("the first record: %v", err)
			}
			if _, _, err := o.Open(first); !errors.Is(err, failure.DecryptionFailed) {
				t.Errorf("the first record again: %v", err)
			}
			if _, plain, err := o.Open(second); err != nil || string(plain) != "second" {
				t.Errorf("the second record: %q, %v", plain, err)
			}
		})
	}
}

// requireAlert checks the row of the table and the alert of an error.
func requireAlert(t *testing.T, err error, want failure.Failure, a failure.Alert) {
	t.Helper()
	var e *failure.Error
	if !errors.Is(err, want) || !errors.As(err, &e) || e.Alert != a {
		t.Errorf("got %v, wanted %v with %s", err, want, a)
	}
}

func TestSealAppends(t *testing.T) {
	for _, k := range protections() {
		s, _ := newPair(t, k)
		dst := append(make([]byte, 0, 2000), "before"...)
		out := s.Seal(dst, wireVersion(k), Handshake, []byte("payload"), 0)
		if !bytes.HasPrefix(out, []byte("before")) || &out[0] != &dst[0] {
			t.Errorf("%s: the record was not appended in place", k)
		}
	}
}
