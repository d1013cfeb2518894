package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"

	"polytls/certcompress"
)

var errCompressed = errors.New("not what the test compresses to")

// compressions are the tests' own algorithms: one that makes a certificate
// longer, one that makes it shorter and one whose result differs each time.
var compressions = []*certcompress.Algorithm{
	{ID: 0xff02, Compress: prefixed([]byte{1, 2, 3, 4}), NewReader: reader(func(b []byte) ([]byte, bool) {
		return bytes.CutPrefix(b, []byte{1, 2, 3, 4})
	})},
	{ID: 0xff01, Compress: func(body []byte) ([]byte, error) {
		short, ok := bytes.CutPrefix(body, []byte{0, 0})
		return checked(short, ok)
	}, NewReader: reader(func(b []byte) ([]byte, bool) { return append([]byte{0, 0}, b...), true })},
	{ID: 0xff03, Compress: func(body []byte) ([]byte, error) {
		var first [1]byte
		rand.Read(first[:])
		return prefixed(first[:])(body)
	}, NewReader: reader(func(b []byte) ([]byte, bool) { return b[min(1, len(b)):], len(b) > 0 })},
}

// reader makes the reader of an algorithm from what it does to a whole body.
func reader(decompress func([]byte) ([]byte, bool)) func(io.Reader) (io.ReadCloser, error) {
	return func(compressed io.Reader) (io.ReadCloser, error) {
		b, err := io.ReadAll(compressed)
		if err != nil {
			return nil, err
		}
		body, err := checked(decompress(b))
		return io.NopCloser(bytes.NewReader(body)), err
	}
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
