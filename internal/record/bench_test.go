package record

import (
	"fmt"
	"testing"

	"polytls/internal/suite"
)

// The benchmarks are compared with the bare AEAD, which is what a record cannot cost
// less than.

var benchSizes = []int{64, 1400, MaxPlaintext}

func benchEach(b *testing.B, run func(b *testing.B, k Keys, payload []byte)) {
	for _, k := range protections() {
		for _, n := range benchSizes {
			b.Run(fmt.Sprintf("%s/%d", k, n), func(b *testing.B) {
				b.SetBytes(int64(n))
				b.ReportAllocs()
				run(b, k, make([]byte, n))
			})
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	benchEach(b, func(b *testing.B, k Keys, payload []byte) {
		s, _ := newPair(b, k)
		dst := make([]byte, 0, len(payload)+s.Overhead())
		for b.Loop() {
			s.Seal(dst, wireVersion(k), ApplicationData, payload, 0)
		}
	})
}

// BenchmarkOpen opens one record repeatedly; the measurement includes copying it.
func BenchmarkOpen(b *testing.B) {
	benchEach(b, func(b *testing.B, k Keys, payload []byte) {
		s, o := newPair(b, k)
		sealed := s.Seal(nil, wireVersion(k), ApplicationData, payload, 0)
		rec := make([]byte, len(sealed))
		for b.Loop() {
			copy(rec, sealed)
			o.seq = 0
			if _, _, err := o.Open(rec); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkBareAEADSeal(b *testing.B) {
	benchEach(b, func(b *testing.B, k Keys, payload []byte) {
		aead, err := k.newAEAD()
		if err != nil {
			b.Skip(k, "is no AEAD")
		}
		n, data := make([]byte, suite.NonceLen), make([]byte, HeaderLen)
		dst := make([]byte, 0, len(payload)+aead.Overhead())
		for b.Loop() {
			aead.Seal(dst, n, payload, data)
		}
	})
}
