package recordlayer_test

import (
	"errors"
	"io"
	"testing"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
)

// TestReadReturnsManySmallRecords: a Read returns the buffered application data
// that fits; other records are handled after the data before them.
func TestReadReturnsManySmallRecords(t *testing.T) {
	for name, v := range map[string]suite.Version{"AEAD": suite.TLS13, "CBC": suite.TLS12} {
		t.Run(name, func(t *testing.T) {
			var sealer record.Sealer
			if err := sealer.SetKeys(keysFor(v)); err != nil {
				t.Fatal(err)
			}
			var in []byte
			add := func(c record.ContentType, payload string) {
				in = sealer.Seal(in, suite.TLS12, c, []byte(payload), 0)
			}
			add(record.ApplicationData, "one ")
			add(record.ApplicationData, "")
			add(record.ApplicationData, "two ")
			add(record.Handshake, "\x18\x00\x00\x01\x00")
			add(record.ApplicationData, "three ")
			add(record.Alert, "\x01\x00")
			l := recordlayer.New(&tape{in: in}, recordlayer.Client)
			x := begin(l)
			x.SetVersion(v)
			l.Handle(nothing{})
			if err := x.SetReadKeys(keysFor(v)); err != nil {
				t.Fatal(err)
			}
			x.Established()
			x.End()
			buf := make([]byte, 1000)
			for _, want := range []string{"one two ", "three "} {
				if n, err := l.Read(buf); err != nil || string(buf[:n]) != want {
					t.Fatalf("read %q, %v, want %q", buf[:n], err, want)
				}
			}
			if n, err := l.Read(buf); n != 0 || err != io.EOF {
				t.Errorf("at the end %q, %v", buf[:n], err)
			}
		})
	}
}

// TestReadGivesDataBeforeTheError: data that precedes an error is returned first,
// also if both arrived at once.
func TestReadGivesDataBeforeTheError(t *testing.T) {
	var sealer record.Sealer
	if err := sealer.SetKeys(keysFor(suite.TLS13)); err != nil {
		t.Fatal(err)
	}
	in := sealer.Seal(nil, suite.TLS12, record.ApplicationData, []byte("good"), 0)
	in = sealer.Seal(in, suite.TLS12, record.ApplicationData, []byte("bad"), 0)
	in[len(in)-1] ^= 1
	wire := &tape{in: in}
	l := recordlayer.New(wire, recordlayer.Client)
	x := begin(l)
	x.SetVersion(suite.TLS13)
	l.Handle(nothing{})
	if err := x.SetReadKeys(keysFor(suite.TLS13)); err != nil {
		t.Fatal(err)
	}
	x.Established()
	x.End()
	buf := make([]byte, 1000)
	if n, err := l.Read(buf); err != nil || string(buf[:n]) != "good" {
		t.Fatalf("read %q, %v", buf[:n], err)
	}
	var e *failure.Error
	if n, err := l.Read(buf); n != 0 || !errors.Is(err, failure.DecryptionFailed) || !errors.As(err, &e) {
		t.Errorf("then %q, %v", buf[:n], err)
	}
	if wire.out.Len() == 0 {
		t.Error("the peer got no alert")
	}
}

// keysFor are keys of a version, the same for both directions.
func keysFor(v suite.Version) record.Keys {
	s := suite.ByName("TLS_AES_128_GCM_SHA256")
	if v < suite.TLS13 {
		s = suite.ByName("ECDHE-RSA-AES128-SHA")
	}
	return record.Keys{Suite: s, Version: v, Key: make([]byte, 16), IV: make([]byte, s.Cipher.Info().IVLen(v)), MAC: make([]byte, s.MAC.Size())}
}
