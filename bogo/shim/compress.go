package main

import (
	"bytes"
	"crypto/rand"
	"errors"

	"polytls/internal/handshake"
)

var errCompressed = errors.New("not what the test compresses to")

// compressions are the tests' own algorithms: one that makes a certificate
// longer, one that makes it shorter and one whose result differs each time.
var compressions = []*handshake.Compression{
	{ID: 0xff02, Compress: prefixed([]byte{1, 2, 3, 4}), Decompress: func(b []byte, size int) ([]byte, error) {
		body, ok := bytes.CutPrefix(b, []byte{1, 2, 3, 4})
		return checked(body, ok && len(body) == size)
	}},
	{ID: 0xff01, Compress: func(body []byte) ([]byte, error) {
		short, ok := bytes.CutPrefix(body, []byte{0, 0})
		return checked(short, ok)
	}, Decompress: func(b []byte, size int) ([]byte, error) {
		return checked(append([]byte{0, 0}, b...), len(b)+2 == size)
	}},
	{ID: 0xff03, Compress: func(body []byte) ([]byte, error) {
		var first [1]byte
		rand.Read(first[:])
		return prefixed(first[:])(body)
	}, Decompress: func(b []byte, size int) ([]byte, error) {
		return checked(b[min(1, len(b)):], len(b) == size+1)
	}},
}

func prefixed(prefix []byte) func([]byte) ([]byte, error) {
	return func(body []byte) ([]byte, error) { return append(bytes.Clone(prefix), body...), nil }
}

func checked(b []byte, ok bool) ([]byte, error) {
	if !ok {
		return nil, errCompressed
	}
	return b, nil
}
