package keys

import (
	"bytes"
	"crypto"
	"crypto/hkdf"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

// TestExpandLabelIsHKDF compares several labels of one keyed secret with
// crypto/hkdf.
func TestExpandLabelIsHKDF(t *testing.T) {
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		secret := sum(h, []byte("a secret"))
		k := keyed{hash: h, secret: secret}
		check := func(label, context, n int) {
			l, c := strings.Repeat("l", label), bytes.Repeat([]byte("c"), context)
			want := hkdfExpandLabel(t, h, secret, l, c, n)
			if got := k.expandLabel(l, c, n); !bytes.Equal(got, want) || cap(got) != n {
				t.Fatalf("%v, label of %d, context of %d, length %d:\n got %x, capacity %d\nwant %x", h, label, context, n, got, cap(got), want)
			}
		}
		for label := range maxLabel + 1 {
			for _, context := range []int{0, 1, h.Size(), 255} {
				check(label, context, h.Size())
				check(label, context, 12)
			}
		}
		for n := range 3*h.Size() + 1 {
			for _, label := range []int{0, 3, 12, maxLabel} {
				check(label, 0, n)
				check(label, h.Size(), n)
			}
		}
		check(8, h.Size(), 255*h.Size())
	}
}

// hkdfExpandLabel is HKDF-Expand-Label as RFC 8446, section 7.1, puts it.
func hkdfExpandLabel(t *testing.T, h crypto.Hash, secret []byte, label string, context []byte, n int) []byte {
	var b cryptobyte.Builder
	b.AddUint16(uint16(n))
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte("tls13 " + label)) })
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(context) })
	out, err := hkdf.Expand(h.New, secret, string(b.BytesOrPanic()), n)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEmptyHash(t *testing.T) {
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		if got := emptyHash(h); !bytes.Equal(got, sum(h, nil)) {
			t.Errorf("%v: %x", h, got)
		}
	}
}
