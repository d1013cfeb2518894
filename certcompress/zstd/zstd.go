// Package zstd compresses certificates with Zstandard (RFC 8878).
package zstd

import (
	"io"

	"github.com/klauspost/compress/zstd"

	"polytls/certcompress"
	"polytls/internal/wire"
)

// Algorithm is Zstandard. It reads frames whose window is at most 1 MiB, which is more
// than any chain needs.
var Algorithm = &certcompress.Algorithm{ID: wire.CompressionZstd, Name: "zstd", Compress: compress, NewReader: newReader}

const maxWindow = 1 << 20 // bytes

func compress(body []byte) ([]byte, error) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer w.Close()
	return w.EncodeAll(body, nil), nil
}

func newReader(compressed io.Reader) (io.ReadCloser, error) {
	r, err := zstd.NewReader(compressed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	return r.IOReadCloser(), nil
}
