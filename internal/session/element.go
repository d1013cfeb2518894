package session

import (
	"math/bits"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// The length of an element of DER precedes its content (X.690, section 8.1), so it is
// computed first: each form has a function that returns the size of the
// whole element and one that appends it.

func elementSize(content int) int { return 1 + lengthSize(content) + content }

// lengthSize is how many bytes a length takes: one below 128, else one that
// counts the others.
func lengthSize(n int) int {
	if n < 0x80 {
		return 1
	}
	return 1 + (bits.Len(uint(n))+7)/8
}

// appendHeader appends what comes before a content of n bytes.
func appendHeader(der []byte, tag asn1.Tag, n int) []byte {
	der = append(der, byte(tag))
	if n < 0x80 {
		return append(der, byte(n))
	}
	more := lengthSize(n) - 1
	return appendBigEndian(append(der, 0x80|byte(more)), n, more)
}

func integerSize[T int64 | uint64](n T) int { return elementSize(integerLength(n)) }

func appendInteger[T int64 | uint64](der []byte, n T) []byte {
	length := integerLength(n)
	return appendBigEndian(appendHeader(der, asn1.INTEGER, length), n, length)
}

// integerLength counts the bytes of n in two's complement, which has a bit for
// the sign (X.690, section 8.3): 2^63 takes nine.
func integerLength[T int64 | uint64](n T) int {
	if n < 0 {
		n = ^n
	}
	return bits.Len64(uint64(n))/8 + 1
}

func appendBigEndian[T int | int64 | uint64](b []byte, n T, size int) []byte {
	for size--; size >= 0; size-- {
		b = append(b, byte(n>>(8*size)))
	}
	return b
}

func octetsSize[T []byte | string](content T) int { return elementSize(len(content)) }

func appendOctets[T []byte | string](der []byte, content T) []byte {
	return append(appendHeader(der, asn1.OCTET_STRING, len(content)), content...)
}

// readInteger reads an INTEGER with nothing after it that T holds.
func readInteger[T int | int64 | uint8 | uint32](in cryptobyte.String, to *T) bool {
	var n int64
	if !in.ReadASN1Int64WithTag(&n, asn1.INTEGER) || !in.Empty() {
		return false
	}
	*to = T(n)
	return int64(*to) == n
}

// readOctets reads an OCTET STRING with nothing after it.
func readOctets(in cryptobyte.String, to *[]byte) bool {
	return in.ReadASN1((*cryptobyte.String)(to), asn1.OCTET_STRING) && in.Empty()
}
