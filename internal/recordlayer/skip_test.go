package recordlayer_test

import (
	"bytes"
	"errors"
	"testing"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
)

// TestSkippedEarlyData is bounded by the capacity of its records, and not by their
// number.
func TestSkippedEarlyData(t *testing.T) {
	const bound, overhead = 1000, 1 + 16
	foreign := func(n, size int) []byte { // n bytes in records of size
		var out []byte
		for n > 0 {
			k := min(n, size)
			out = append(out, plain(record.ApplicationData, make([]byte, k+overhead)...)...)
			n -= k
		}
		return out
	}
	empty := plain(record.ApplicationData, make([]byte, overhead)...)
	for _, tt := range []struct {
		name string
		data []byte
		want error
	}{
		{"all in one record", foreign(bound, bound), nil},
		{"a byte each", foreign(bound, 1), nil},
		{"in records of seven", foreign(bound, 7), nil},
		{"a byte more", foreign(bound+1, bound+1), failure.TooMuchSkippedEarlyData},
		{"a byte more in another record", foreign(bound+1, bound), failure.TooMuchSkippedEarlyData},
		{"a flood of records without any", bytes.Repeat(empty, bound+1), failure.TooMuchSkippedEarlyData},
		{"records too short for a tag", bytes.Repeat(plain(record.ApplicationData, 1), bound+1), failure.TooMuchSkippedEarlyData},
		{"none", nil, nil},
	} {
		for _, protected := range []bool{true, false} {
			message := hand(20, 32)
			in := concat(tt.data, plain(record.Handshake, message...))
			if protected {
				in = concat(tt.data, sealed(t)(record.Handshake, message...))
			}
			l := recordlayer.New(&tape{in: in}, recordlayer.Server)
			x := begin(l)
			x.SetVersion(suite.TLS13)
			if protected {
				if err := x.SetReadKeys(keysFor(suite.TLS13)); err != nil {
					t.Fatal(err)
				}
			}
			x.SkipEarlyData(bound)
			got, err := x.ReadMessage()
			x.End()
			if tt.want != nil && !errors.Is(err, tt.want) || tt.want == nil && (err != nil || !bytes.Equal(got, message)) {
				t.Errorf("%s, protected %t: got %x, %v", tt.name, protected, got, err)
			}
		}
	}
}

// TestNothingIsSkippedAfterAMessage: a record that can be opened ends the early
// data.
func TestNothingIsSkippedAfterAMessage(t *testing.T) {
	stray := plain(record.ApplicationData, make([]byte, 100)...)
	l := recordlayer.New(&tape{in: concat(stray, sealed(t)(record.Handshake, hand(20, 32)...), stray)}, recordlayer.Server)
	x := begin(l)
	defer x.End()
	x.SetVersion(suite.TLS13)
	if err := x.SetReadKeys(keysFor(suite.TLS13)); err != nil {
		t.Fatal(err)
	}
	x.SkipEarlyData(1000)
	if _, err := x.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	if _, err := x.ReadMessage(); !errors.Is(err, failure.DecryptionFailed) {
		t.Errorf("got %v", err)
	}
}
