package wire

import (
	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
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

// vectorKind names one of the three above. It is not a function, because a call
// through a variable would move the slices to the heap.
type vectorKind uint8

const (
	vector8  vectorKind = 8
	vector16 vectorKind = 16
	vector24 vectorKind = 24

	filled vectorKind = 1 // with one of the three: refuses an empty vector
)

func (k vectorKind) read(s *cryptobyte.String, out *[]byte) (ok bool) {
	switch k &^ filled {
	case vector8:
		ok = readVector8(s, out)
	case vector16:
		ok = readVector16(s, out)
	case vector24:
		ok = readVector24(s, out)
	}
	return ok && (k&filled == 0 || len(*out) > 0)
}

// readRest reads all that is left.
func readRest(s *cryptobyte.String, out *[]byte) {
	*out = *s
	*s = nil
}

// readNumbers reads a vector of 16-bit numbers, of which there must be one at
// least.
func readNumbers[T ~uint16](s *cryptobyte.String, kind vectorKind, out *[]T) bool {
	var v []byte
	if !kind.read(s, &v) || len(v) == 0 || len(v)%2 != 0 {
		return false
	}
	list := make([]T, len(v)/2)
	for i := range list {
		list[i] = T(v[2*i])<<8 | T(v[2*i+1])
	}
	*out = list
	return true
}

// readVectors reads a vector of vectors: the outer is of one kind, those in it
// are of the other.
func readVectors(s *cryptobyte.String, outer, inner vectorKind, out *[][]byte) bool {
	var v cryptobyte.String
	if !outer.read(s, (*[]byte)(&v)) {
		return false
	}
	var list [][]byte
	for !v.Empty() {
		var item []byte
		if !inner.read(&v, &item) {
			return false
		}
		list = append(list, item)
	}
	*out = list
	return true
}

// holdsVectors reports whether b is a list of vectors of a kind, without storing
// them.
func holdsVectors(b []byte, kind vectorKind) bool {
	var item []byte
	for s := cryptobyte.String(b); !s.Empty(); {
		if !kind.read(&s, &item) {
			return false
		}
	}
	return true
}

// ReadEnd refuses bytes that are left in s when a message has been read.
func ReadEnd(s *cryptobyte.String) error {
	if !s.Empty() {
		return failure.Decode.New("%d trailing bytes", len(*s))
	}
	return nil
}

func addVector8(b *builder, v []byte) {
	b.AddUint8LengthPrefixed(func(b *builder) { b.AddBytes(v) })
}

func addVector16(b *builder, v []byte) {
	b.AddUint16LengthPrefixed(func(b *builder) { b.AddBytes(v) })
}

func addVector24(b *builder, v []byte) {
	b.AddUint24LengthPrefixed(func(b *builder) { b.AddBytes(v) })
}

// addNumbers adds a list of 16-bit numbers, without a length.
func addNumbers[T ~uint16](b *builder, list []T) {
	for _, n := range list {
		b.AddUint16(uint16(n))
	}
}

// addVectors adds a list of vectors, without its own length.
func addVectors(b *builder, add func(*builder, []byte), list [][]byte) {
	for _, v := range list {
		add(b, v)
	}
}
