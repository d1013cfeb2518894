// Package brotli compresses certificates with Brotli (RFC 7932). The library that it
// uses imports net/http.
package brotli

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/andybalholm/brotli"

	"polytls/certcompress"
	"polytls/internal/wire"
)

// Algorithm is Brotli. It reads streams whose window is at most 4 MiB, which is the
// default of encoders.
var Algorithm = &certcompress.Algorithm{ID: wire.CompressionBrotli, Name: "brotli", Compress: compress, NewReader: newReader}

// quality is the compression level. Higher levels cost milliseconds for each handshake
// and save only a few bytes of a chain.
const quality = 4

// writers holds idle compressors, each of which has tables of some 100 KiB.
var writers = sync.Pool{New: func() any { return brotli.NewWriterLevel(nil, quality) }}

func compress(body []byte) ([]byte, error) {
	var out bytes.Buffer
	w := writers.Get().(*brotli.Writer)
	defer writers.Put(w)
	w.Reset(&out)
	_, err := w.Write(body)
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}

// newReader returns a reader whose memory is limited by the window, not by the block
// size, which can announce 16 MiB in a few bytes.
func newReader(compressed io.Reader) (io.ReadCloser, error) {
	in := bufio.NewReaderSize(compressed, 16)
	first, err := in.Peek(1)
	if err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	if windowBits(first[0]) > maxWindowBits {
		return nil, errors.New("brotli: the window is larger than 4 MiB")
	}
	return io.NopCloser(brotli.NewReader(in)), nil
}

const maxWindowBits = 22

// windowBits returns the WBITS at the start of a stream if it is at least 17, else 0
// (RFC 7932, section 9.1).
func windowBits(first byte) int {
	n := int(first >> 1 & 7)
	if first&1 == 0 || n == 0 {
		return 0
	}
	return 17 + n
}
