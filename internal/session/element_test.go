package session

import (
	"bytes"
	"math"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

func TestIntegersAreShortest(t *testing.T) {
	for shift := range 64 {
		for _, off := range []int64{-1, 0, 1} {
			n := int64(uint64(1)<<shift) + off
			for _, n := range []int64{n, -n} {
				want := built(func(b *cryptobyte.Builder) { b.AddASN1Int64(n) })
				checkElement(t, appendInteger(nil, n), integerSize(n), want)
			}
			u := uint64(n)
			want := built(func(b *cryptobyte.Builder) { b.AddASN1Uint64(u) })
			checkElement(t, appendInteger(nil, u), integerSize(u), want)
		}
	}
}

func TestLengthsAreShortest(t *testing.T) {
	for _, n := range []int{0, 1, 127, 128, 255, 256, 65535, 65536, 1<<24 - 1, 1 << 24} {
		content := make([]byte, n)
		want := built(func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
		checkElement(t, appendOctets(nil, content), octetsSize(content), want)
	}
}

func TestReadIntegerRefusesWhatDoesNotFit(t *testing.T) {
	for _, n := range []int64{-1, 256, math.MaxInt64, math.MinInt64} {
		var to uint8
		if readInteger(appendInteger(nil, n), &to) {
			t.Errorf("%d read as %d", n, to)
		}
	}
	for _, n := range []int64{0, 127, 128, 255} {
		var to uint8
		if !readInteger(appendInteger(nil, n), &to) || int64(to) != n {
			t.Errorf("%d read as %d", n, to)
		}
	}
	if readInteger(appendInteger(nil, uint64(1)<<63), new(int64)) {
		t.Error("2^63 fits 64 bits with a sign")
	}
	if readInteger(appendInteger(appendInteger(nil, int64(1)), int64(2)), new(int64)) {
		t.Error("something after it")
	}
	if readOctets(appendOctets(appendOctets(nil, "1"), "2"), new([]byte)) {
		t.Error("something after it")
	}
	if readOctets(cryptobyte.String{byte(asn1.INTEGER), 0}, new([]byte)) {
		t.Error("an INTEGER is no OCTET STRING")
	}
}

func checkElement(t *testing.T, got []byte, size int, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) || size != len(want) {
		head := func(b []byte) []byte { return b[:min(16, len(b))] }
		t.Errorf("%x... of %d bytes, measured as %d, want %x... of %d", head(got), len(got), size, head(want), len(want))
	}
}

func built(add func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	add(&b)
	return b.BytesOrPanic()
}
