package wire

import (
	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/reason"
)

// A vector (RFC 8446, section 3.4) is named by the bits of its length.

func readVector8(s *cryptobyte.String, out *[]byte) bool {
	return s.ReadUint8LengthPrefixed((*cryptobyte.String)(out))
}

func readVector16(s *cryptobyte.String, out *[]byte) bool {
	return s.ReadUint16LengthPrefixed((*cryptobyte.String)(out))
}

func readVector24(s *cryptobyte.String, out *[]byte) bool {
	return s.ReadUint24LengthPrefixed((*cryptobyte.String)(out))
}

// vectorReader is one of the three above.
type vectorReader func(s *cryptobyte.String, out *[]byte) bool

// filled makes of a reader of vectors one that refuses empty ones.
func filled(read vectorReader) vectorReader {
	return func(s *cryptobyte.String, out *[]byte) bool {
		return read(s, out) && len(*out) > 0
	}
}

// readRest reads all that is left.
func readRest(s *cryptobyte.String, out *[]byte) {
	*out = *s
	*s = nil
}

// readNumbers reads a vector of 16-bit numbers, of which there must be one at
// least.
func readNumbers[T ~uint16](s *cryptobyte.String, read vectorReader, out *[]T) bool {
	var v []byte
	if !read(s, &v) || len(v) == 0 || len(v)%2 != 0 {
		return false
	}
	list := make([]T, len(v)/2)
	for i := range list {
		list[i] = T(v[2*i])<<8 | T(v[2*i+1])
	}
	*out = list
	return true
}

// readVectors reads a vector of vectors: the outer by one reader, those in it
// by the other.
func readVectors(s *cryptobyte.String, outer, inner vectorReader, out *[][]byte) bool {
	var v cryptobyte.String
	if !outer(s, (*[]byte)(&v)) {
		return false
	}
	var list [][]byte
	for !v.Empty() {
		var item []byte
		if !inner(&v, &item) {
			return false
		}
		list = append(list, item)
	}
	*out = list
	return true
}

// ReadEnd refuses bytes that are left in s when a message has been read.
func ReadEnd(s *cryptobyte.String) error {
	if !s.Empty() {
		return reason.Decode.New("%d trailing bytes", len(*s))
	}
	return nil
}

func addVector8(b *cryptobyte.Builder, v []byte) {
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(v) })
}

func addVector16(b *cryptobyte.Builder, v []byte) {
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(v) })
}

func addVector24(b *cryptobyte.Builder, v []byte) {
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(v) })
}

// addNumbers adds a list of 16-bit numbers, without a length.
func addNumbers[T ~uint16](b *cryptobyte.Builder, list []T) {
	for _, n := range list {
		b.AddUint16(uint16(n))
	}
}

// addVectors adds a list of vectors, without its own length.
func addVectors(b *cryptobyte.Builder, add func(*cryptobyte.Builder, []byte), list [][]byte) {
	for _, v := range list {
		add(b, v)
	}
}
