package session

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

var unexported = cmp.AllowUnexported(Session{})

func TestMarshalKeepsEveryField(t *testing.T) {
	want := full()
	got, err := Parse(want.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, unexported); diff != "" {
		t.Errorf("-written +read\n%s", diff)
	}
}

func TestFieldsAreInOrder(t *testing.T) {
	for i, f := range fields {
		if int(f.tag) != i+1 {
			t.Errorf("%s: [%d] in row %d", f.name, f.tag, i+1)
		}
	}
}

func TestMarshalWritesWhatItMeasured(t *testing.T) {
	for name, s := range map[string]*Session{"full": full(), "kept": kept(), "nothing": {}} {
		for _, e := range []encoding{s.encoding(), s.ticketEncoding()} {
			if der := e.appendTo(nil); len(der) != e.size() {
				t.Errorf("%s: %d bytes, measured as %d", name, len(der), e.size())
			}
		}
	}
}

func TestMarshalWritesNoLaterField(t *testing.T) {
	s := full()
	want := s.Marshal()
	s.KexGroup, s.PeerPublicKey, s.PeerChain = 29, []byte("key"), [][]byte{{1}}
	if !bytes.Equal(s.Marshal(), want) {
		t.Error("a field that OpenSSL 1.1.1 does not know was written")
	}
}

func TestParseOwnsItsBytes(t *testing.T) {
	der := full().Marshal()
	s, err := Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	clear(der)
	if diff := cmp.Diff(full(), s, unexported); diff != "" {
		t.Errorf("the session changed with the bytes it was read from:\n%s", diff)
	}
}

func TestReadsLaterFields(t *testing.T) {
	der := with(full(), func(b *cryptobyte.Builder) {
		b.AddASN1(explicit(19), func(b *cryptobyte.Builder) { b.AddASN1Int64(4588) })
		b.AddASN1(explicit(20), func(b *cryptobyte.Builder) { b.AddASN1OctetString([]byte("key")) })
	})
	s, err := Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	if s.KexGroup != 4588 || string(s.PeerPublicKey) != "key" {
		t.Errorf("kex_group %d and peer_rpk %q, want 4588 and \"key\"", s.KexGroup, s.PeerPublicKey)
	}
	if !bytes.Equal(s.Marshal(), full().Marshal()) {
		t.Error("written otherwise than without the later fields")
	}
}

// TestRefusesUnknownFields: an unknown field may restrict when the session can be
// resumed. OpenSSL refuses them, too.
func TestRefusesUnknownFields(t *testing.T) {
	for _, tag := range []uint8{0, 21, 25} {
		der := with(full(), func(b *cryptobyte.Builder) {
			b.AddASN1(explicit(tag), func(b *cryptobyte.Builder) { b.AddASN1Int64(1) })
		})
		if _, err := Parse(der); !errors.Is(err, ErrUnusable) {
			t.Errorf("field %d: %v", tag, err)
		}
	}
}

func TestKeepsEmptyFieldsAndOtherFlags(t *testing.T) {
	s := &Session{Version: 0x303, Suite: 0xC02F}
	der := with(s, func(b *cryptobyte.Builder) {
		for _, tag := range []uint8{6, 7, 8} {
			b.AddASN1(explicit(tag), func(b *cryptobyte.Builder) { b.AddASN1OctetString(nil) })
		}
		b.AddASN1(explicit(13), func(b *cryptobyte.Builder) { b.AddASN1Uint64(1<<63 | 4) })
		b.AddASN1(explicit(16), func(b *cryptobyte.Builder) { b.AddASN1OctetString(nil) })
		b.AddASN1(explicit(18), func(b *cryptobyte.Builder) { b.AddASN1OctetString(nil) })
	})
	s, err := Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Marshal(); !bytes.Equal(got, der) {
		t.Errorf("read  %x\nwrote %x", der, got)
	}
}

func TestReadsSSLv2KeyArgument(t *testing.T) {
	der := sequence(func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1Int64(0x303)
		b.AddASN1OctetString([]byte{0xC0, 0x2F})
		b.AddASN1OctetString(nil)
		b.AddASN1OctetString(nil)
		b.AddASN1(keyArg, func(b *cryptobyte.Builder) { b.AddBytes([]byte("arg")) })
		b.AddASN1(explicit(2), func(b *cryptobyte.Builder) { b.AddASN1Int64(300) })
	})
	if s, err := Parse(der); err != nil || s.Timeout != 5*time.Minute {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestReadsNegativeTimeout(t *testing.T) {
	s := full()
	s.Timeout = -time.Second
	got, err := Parse(s.Marshal())
	if err != nil || got.Timeout != -time.Second {
		t.Errorf("%v, %v", got, err)
	}
}

func TestRefusesEveryPrefix(t *testing.T) {
	der := full().Marshal()
	for n := range der {
		if _, err := Parse(der[:n]); !errors.Is(err, ErrUnusable) {
			t.Fatalf("%d of %d bytes: %v", n, len(der), err)
		}
	}
	if _, err := Parse(append(der, 0)); !errors.Is(err, ErrUnusable) {
		t.Errorf("one byte more: %v", err)
	}
}

func TestRefusesRequiredFields(t *testing.T) {
	type required struct {
		version, protocol int64
		suite, id, master []byte
	}
	for name, change := range map[string]func(*required){
		"nothing":         func(*required) {},
		"version":         func(r *required) { r.version = 2 },
		"SSLv3":           func(r *required) { r.protocol = 0x300 },
		"DTLS 1.2":        func(r *required) { r.protocol = 0xFEFD },
		"negative":        func(r *required) { r.protocol = -1 },
		"short suite":     func(r *required) { r.suite = []byte{1} },
		"SSLv2 suite":     func(r *required) { r.suite = []byte{1, 2, 3} },
		"long identifier": func(r *required) { r.id = make([]byte, MaxID+1) },
		"long master":     func(r *required) { r.master = make([]byte, MaxMaster+1) },
	} {
		r := required{1, 0x303, []byte{0xC0, 0x2F}, make([]byte, MaxID), make([]byte, 48)}
		change(&r)
		_, err := Parse(sequence(func(b *cryptobyte.Builder) {
			b.AddASN1Int64(r.version)
			b.AddASN1Int64(r.protocol)
			b.AddASN1OctetString(r.suite)
			b.AddASN1OctetString(r.id)
			b.AddASN1OctetString(r.master)
		}))
		if name == "nothing" {
			if err != nil {
				t.Errorf("refused as it should be: %v", err)
			}
		} else if !errors.Is(err, ErrUnusable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusesOptionalFields(t *testing.T) {
	number := func(n int64) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddASN1Int64(n) }
	}
	octets := func(n int) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddASN1OctetString(make([]byte, n)) }
	}
	for _, tt := range []struct {
		name    string
		tag     uint8
		content func(*cryptobyte.Builder)
	}{
		{"time before 1970", 1, number(-1)},
		{"time after 9999", 1, number(maxTime + 1)},
		{"timeout of ages", 2, number(maxSeconds + 1)},
		{"timeout of ages ago", 2, number(-maxSeconds - 1)},
		{"certificate that is none", 3, octets(3)},
		{"context of 33 bytes", 4, octets(MaxIDContext + 1)},
		{"verify result that is none", 5, octets(1)},
		{"lifetime of 33 bits", 9, number(1 << 32)},
		{"negative lifetime", 9, number(-1)},
		{"ticket too long", 10, octets(maxTicket + 1)},
		{"compression of two bytes", 11, octets(2)},
		{"negative flags", 13, number(-1)},
		{"age_add of 33 bits", 14, number(1 << 32)},
		{"early data of 33 bits", 15, number(1 << 32)},
		{"fragment length of 9 bits", 17, number(256)},
		{"two values", 16, func(b *cryptobyte.Builder) { b.AddASN1OctetString(nil); b.AddASN1OctetString(nil) }},
		{"no value", 16, func(*cryptobyte.Builder) {}},
	} {
		der := sequence(func(b *cryptobyte.Builder) {
			b.AddASN1Int64(1)
			b.AddASN1Int64(0x303)
			b.AddASN1OctetString([]byte{0xC0, 0x2F})
			b.AddASN1OctetString(nil)
			b.AddASN1OctetString(nil)
			b.AddASN1(explicit(tt.tag), tt.content)
		})
		if _, err := Parse(der); !errors.Is(err, ErrUnusable) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestRefusesFieldsOutOfOrder(t *testing.T) {
	add := func(b *cryptobyte.Builder, tag uint8) {
		b.AddASN1(explicit(tag), func(b *cryptobyte.Builder) { b.AddASN1OctetString([]byte{1}) })
	}
	for name, tags := range map[string][]uint8{
		"known twice":    {6, 6},
		"known backward": {8, 7},
		"later twice":    {21, 21},
		"later backward": {22, 21},
		"later first":    {21, 18},
	} {
		der := with(&Session{Version: 0x303}, func(b *cryptobyte.Builder) {
			for _, tag := range tags {
				add(b, tag)
			}
		})
		if _, err := Parse(der); !errors.Is(err, ErrUnusable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusesHugeSession(t *testing.T) {
	s := full()
	s.TicketAppData = make([]byte, MaxDER)
	if _, err := Parse(s.Marshal()); !errors.Is(err, ErrUnusable) {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(full().Marshal())
	for _, v := range vectors(f) {
		if v.kind == "server" {
			f.Add(v.bytes)
		}
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		s, err := Parse(der)
		if err != nil {
			if !errors.Is(err, ErrUnusable) {
				t.Fatal(err)
			}
			return
		}
		s.Expired(now)
		once := s.Marshal()
		if size := s.encoding().size(); size != len(once) {
			t.Fatalf("%d bytes, measured as %d", len(once), size)
		}
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("reads not what it wrote: %v", err)
		}
		if !bytes.Equal(again.Marshal(), once) {
			t.Fatal("writes what it read in another way")
		}
	})
}

func sequence(body func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, body)
	return b.BytesOrPanic()
}

// with returns the session's DER with more fields after its own.
func with(s *Session, more func(*cryptobyte.Builder)) []byte {
	der := cryptobyte.String(s.Marshal())
	var body cryptobyte.String
	der.ReadASN1(&body, asn1.SEQUENCE)
	return sequence(func(b *cryptobyte.Builder) {
		b.AddBytes(body)
		more(b)
	})
}

func FuzzParsePEM(f *testing.F) {
	f.Add(full().MarshalPEM())
	for _, v := range vectors(f) {
		if s, err := Parse(v.bytes); err == nil {
			s.PeerChain = [][]byte{{1}, {2, 3}}
			f.Add(s.MarshalPEM())
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParsePEM(data)
		if err != nil {
			if !errors.Is(err, ErrUnusable) {
				t.Fatal(err)
			}
			return
		}
		once := s.MarshalPEM()
		again, err := ParsePEM(once)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if !bytes.Equal(again.MarshalPEM(), once) {
			t.Fatal("what was read is written in another way")
		}
	})
}
