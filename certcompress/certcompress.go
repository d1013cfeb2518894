// Package certcompress has the algorithms that compress certificates in TLS 1.3 (RFC
// 8879), for polytls.ContextOptions.CertificateCompression: Zlib, and those of its
// subpackages zstd and brotli, which a program contains only if it imports them.
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

// Algorithm compresses certificates. Its functions may be called concurrently.
type Algorithm struct {
	ID   uint16 // a CertificateCompressionAlgorithm of RFC 8879, section 7.3
	Name string // Node's
	// Compress compresses the body of a Certificate message; nil if the algorithm is
	// not used for sending.
	Compress func(body []byte) ([]byte, error)
	// NewReader returns a reader that decompresses compressed; nil if the algorithm is
	// not used for receiving. At most the length that the message announces is read
	// from it, up to 128 KiB. The reader's own memory and time must be bounded for any
	// input, because the peer is not authenticated yet.
	NewReader func(compressed io.Reader) (io.ReadCloser, error)
}

// Zlib compresses with the zlib format (RFC 1950).
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

// Decompress decompresses a body, which must have exactly size bytes. It stops after
// one byte more, so that a small message cannot expand to a large one. Bytes after the
// end of the compressed data are an error.
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
