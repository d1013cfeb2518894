package record

import (
	"testing"

	"polytls/failure"
	"polytls/failure/failuretest"
	"polytls/internal/suite"
)

// openingChanged is the error of a record of TLS 1.3 after a change.
func openingChanged(change func(rec []byte) []byte) func(*testing.T) error {
	return func(t *testing.T) error {
		k := testKeys(gcm, suite.TLS13)
		s, o := newPair(t, k)
		rec := s.Seal(nil, wireVersion(k), ApplicationData, []byte("attack at dawn"), 0)
		_, _, err := o.Open(change(rec))
		return err
	}
}

func TestFailures(t *testing.T) {
	k := testKeys(gcm, suite.TLS13)
	failuretest.Triggers{
		failure.BadRecordType: func(t *testing.T) error {
			_, o := newPair(t, k)
			_, _, err := o.Open(sealInner(t, k, make([]byte, 10)))
			return err
		},
		failure.DataLengthTooLong: func(t *testing.T) error {
			_, o := newPair(t, k)
			_, _, err := o.Open(sealInner(t, k, make([]byte, MaxPlaintext+2)))
			return err
		},
		failure.DecryptionFailed: openingChanged(func(rec []byte) []byte {
			rec[len(rec)-1] ^= 1
			return rec
		}),
		failure.EncryptedLengthTooLong: func(t *testing.T) error {
			_, o := newPair(t, k)
			n := o.MaxCiphertext() + 1
			_, _, err := o.Open(append(Header{ApplicationData, wireVersion(k), n}.appendTo(nil), make([]byte, n)...))
			return err
		},
		failure.LengthMismatch: openingChanged(func(rec []byte) []byte { return rec[:len(rec)-1] }),
	}.Run(t)
}
