package wire

import (
	"bytes"
	"errors"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"pgregory.net/rapid"
)

// A builder writes the same bytes as cryptobyte's, and fails in the same cases.
func TestBuildsAsCryptobyte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var ours builder
		var theirs cryptobyte.Builder
		buildBoth(t, &ours, &theirs, 4)
		got, err := ours.Bytes()
		want, wantErr := theirs.Bytes()
		if !bytes.Equal(got, want) || (err == nil) != (wantErr == nil) {
			t.Fatalf("got %x, %v\nwant %x, %v", got, err, want, wantErr)
		}
	})
}

// buildBoth adds the same values to both, with vectors in vectors up to depth.
func buildBoth(t *rapid.T, ours *builder, theirs *cryptobyte.Builder, depth int) {
	for range rapid.IntRange(0, 3).Draw(t, "values") {
		n := rapid.Uint32().Draw(t, "value")
		v := make([]byte, rapid.SampledFrom([]int{0, 1, 5, 200, 1 << 16}).Draw(t, "bytes"))
		inside := func(b *builder) func(*cryptobyte.Builder) {
			return func(c *cryptobyte.Builder) { buildBoth(t, b, c, depth-1) }
		}
		switch kind := rapid.IntRange(0, 7).Draw(t, "kind"); {
		case kind == 0:
			ours.AddUint8(uint8(n))
			theirs.AddUint8(uint8(n))
		case kind == 1:
			ours.AddUint16(uint16(n))
			theirs.AddUint16(uint16(n))
		case kind == 2:
			ours.AddUint24(n)
			theirs.AddUint24(n)
		case kind == 3:
			ours.AddUint32(n)
			theirs.AddUint32(n)
		case kind == 4 || depth == 0:
			ours.AddBytes(v)
			theirs.AddBytes(v)
		case ours.err != nil: // neither builder calls for more
		case kind == 5:
			ours.AddUint8LengthPrefixed(func(b *builder) { theirs.AddUint8LengthPrefixed(inside(b)) })
		case kind == 6:
			ours.AddUint16LengthPrefixed(func(b *builder) { theirs.AddUint16LengthPrefixed(inside(b)) })
		case kind == 7:
			ours.AddUint24LengthPrefixed(func(b *builder) { theirs.AddUint24LengthPrefixed(inside(b)) })
		}
	}
}

// The longest content for each length prefix fits, a byte more does not.
func TestBuilderFillsLengths(t *testing.T) {
	add := []func(*builder, []byte){addVector8, addVector16, addVector24}
	for i, add := range add {
		size := i + 1
		longest := make([]byte, 1<<(8*size)-1)
		var b builder
		add(&b, longest)
		raw, err := b.Bytes()
		if err != nil || len(raw) != size+len(longest) || !bytes.Equal(raw[:size], bytes.Repeat([]byte{0xFF}, size)) {
			t.Errorf("%d bytes: %d bytes with a length of %d, %v", len(longest), len(raw), size, err)
		}
		b = builder{}
		add(&b, append(longest, 0))
		if raw, err := b.Bytes(); raw != nil || err == nil {
			t.Errorf("%d bytes fit a length of %d", len(longest)+1, size)
		}
	}
}

func TestBuilderKeepsTheFirstError(t *testing.T) {
	first := errors.New("first")
	var b builder
	b.AddUint8LengthPrefixed(func(b *builder) {
		b.SetError(first)
		b.AddBytes(make([]byte, 256))
	})
	b.AddUint8LengthPrefixed(func(*builder) { t.Error("it goes on after an error") })
	b.SetError(errors.New("second"))
	if raw, err := b.Bytes(); raw != nil || err != first {
		t.Errorf("got %x, %v, want the first error", raw, err)
	}
}

// The returned bytes are the caller's: neither the next message nor one that fails
// overwrites them.
func TestMessagesShareNoBytes(t *testing.T) {
	var e Extensions
	e.Add(&Cookie{Cookie: []byte{1}})
	raw, err := Marshal(&EncryptedExtensions{e})
	if err != nil {
		t.Fatal(err)
	}
	want := unhex(t, "08000009"+"0007"+"002c"+"0003"+"000101")
	for range 10 {
		e.Add(&Cookie{Cookie: bytes.Repeat([]byte{2}, 100)})
		if _, err := Marshal(&Finished{VerifyData: bytes.Repeat([]byte{3}, 100)}); err != nil {
			t.Fatal(err)
		}
		if _, err := Marshal(&ClientHello{SessionID: make([]byte, 256)}); err == nil {
			t.Fatal("a session ID of 256 bytes fits")
		}
	}
	if !bytes.Equal(raw, want) || !bytes.Equal(e[0].Body, []byte{0, 1, 1}) {
		t.Errorf("got %x and a body of %x, want %x", raw, e[0].Body, want)
	}
}
