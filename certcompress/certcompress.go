// Package certcompress has the algorithms that compress certificates in TLS 1.3 (RFC
// 8879), for polytls.ContextOptions.CertificateCompression: Zlib, and those of packages
// zstd and brotli below it, which a program pays for only if it imports them.
//
//	options.CertificateCompression = []*certcompress.Algorithm{brotli.Algorithm, certcompress.Zlib}
package certcompress

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"polytls/internal/wire"
)

// Algorithm compresses certificates. Its functions may be called at the same time.
type Algorithm struct {
	ID   uint16 // a CertificateCompressionAlgorithm of RFC 8879, section 7.3
	Name string // Node's
	// Compress compresses the body of a Certificate message; nil if we do not send it.
	Compress func(body []byte) ([]byte, error)
	// NewReader returns a reader of what compressed holds, nil if we do not read it.
	// No more is read than the message announces, at most 128 KiB. What the reader
	// itself needs must be bounded whatever compressed holds: it comes from a peer that
	// has not authenticated.
	NewReader func(compressed io.Reader) (io.ReadCloser, error)
}

// Zlib is RFC 1950.
var Zlib = &Algorithm{ID: wire.CompressionZlib, Name: "zlib", Compress: compressZlib, NewReader: zlib.NewReader}

func compressZlib(body []byte) ([]byte, error) {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, err := w.Write(body)
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}

// Decompress returns the body of exactly size bytes that compressed holds. It stops at
// the first byte above that, so that a small message does not become a large one, and
// refuses what follows the end of the compressed data.
func (a *Algorithm) Decompress(compressed []byte, size int) ([]byte, error) {
	in := bytes.NewReader(compressed)
	r, err := a.NewReader(in)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, int64(size)+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > size:
		return nil, errors.New("more than the announced bytes")
	case len(body) < size:
		return nil, fmt.Errorf("%d bytes in place of the announced %d", len(body), size)
	case in.Len() > 0:
		return nil, fmt.Errorf("%d bytes after the end of the compressed data", in.Len())
	}
	return body, nil
}
