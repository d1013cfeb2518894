package record

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzOpen opens arbitrary fragments under every protection: nothing panics, a
// failure does not change the Opener, and the fragment itself, sealed as a
// plaintext, is opened again unchanged.
func FuzzOpen(f *testing.F) {
	all := protections()
	for i, k := range all {
		s, _ := newPair(f, k)
		f.Add(byte(i), byte(ApplicationData), s.Seal(nil, wireVersion(k), ApplicationData, []byte("seed"), 2)[HeaderLen:])
	}
	f.Add(byte(0), byte(0), []byte{})
	f.Fuzz(func(t *testing.T, which, typ byte, fragment []byte) {
		k := all[int(which)%len(all)]
		fragment = fragment[:min(len(fragment), 0xFFFF)]
		s, o := newPair(t, k)
		rec := append(Header{ContentType(typ), wireVersion(k), len(fragment)}.appendTo(nil), fragment...)
		if _, plain, err := o.OpenTo(make([]byte, 0, len(fragment)/2), rec); err == nil {
			if len(plain) > len(fragment) || o.Opened() != 1 {
				t.Fatalf("%s: %d bytes out of %d, %d opened", k, len(plain), len(fragment), o.Opened())
			}
		} else if plain != nil || o.Opened() != 0 {
			t.Fatalf("%s: %x and %d opened with %v", k, plain, o.Opened(), err)
		}

		o = mustOpener(t, k)
		payload := fragment[:min(len(fragment), MaxPlaintext)]
		inner := ContentType(typ | 1) // 0 is not a type
		sealed := s.Seal(nil, wireVersion(k), inner, payload, len(fragment)%7)
		got, plain, err := o.Open(slices.Clone(sealed))
		if err != nil || got != inner || !bytes.Equal(plain, payload) {
			t.Fatalf("%s: %s of %d bytes came back as %s of %d, %v", k, inner, len(payload), got, len(plain), err)
		}
	})
}

// FuzzCBCBlocks lets the fuzzer choose the bytes that are encrypted, in which
// padding and MAC are checked.
func FuzzCBCBlocks(f *testing.F) {
	all := cbcKeys()
	f.Add(byte(0), padWith(nil, 47))
	f.Add(byte(5), padWith(bytes.Repeat([]byte{1}, 48), 255))
	for i, k := range all {
		blocks := append([]byte("a content"), plainMAC(k, []byte("a content"))...)
		f.Add(byte(i), padWith(blocks, 15-len(blocks)%16))
	}
	f.Fuzz(func(t *testing.T, which byte, blocks []byte) {
		k := all[int(which)%len(all)]
		blocks = blocks[:min(len(blocks), MaxPlaintext)/16*16]
		if len(blocks) <= k.Suite.MAC.Size() {
			return
		}
		want, ok := openPlainly(k, blocks)
		_, plain, err := mustOpener(t, k).Open(encryptRaw(t, k, blocks))
		if (err == nil) != ok || ok && !bytes.Equal(plain, want) {
			t.Fatalf("%s: got %x, %v, wanted %x, %v", k, plain, err, want, ok)
		}
	})
}
