package handshake

import (
	"bytes"
	"compress/zlib"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"

	"polytls/failure"
	"polytls/internal/wire"
)

// Compression is an algorithm of RFC 8879.
type Compression struct {
	ID   uint16
	Name string // Node's
	// Compress compresses a Certificate's body; nil if we do not send this algorithm.
	Compress func(body []byte) ([]byte, error)
	// Decompress returns a body of exactly size bytes, nil if we do not read this
	// algorithm. It must not use much more memory than that.
	Decompress func(compressed []byte, size int) ([]byte, error)
}

// Compressions are the supported algorithms, most preferred first. Brotli is missing:
// its library links net/http into every program.
var Compressions = []*Compression{
	{wire.CompressionZlib, "zlib", compressZlib, decompressZlib},
	{wire.CompressionZstd, "zstd", compressZstd, decompressZstd},
}

func compressZlib(body []byte) ([]byte, error) {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, err := w.Write(body)
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}

func decompressZlib(b []byte, size int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return inflate(r, size)
}

func compressZstd(body []byte) ([]byte, error) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer w.Close()
	return w.EncodeAll(body, nil), nil
}

func decompressZstd(b []byte, size int) ([]byte, error) {
	const window = 1 << 20 // bytes; more than any chain needs
	r, err := zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return inflate(r, size)
}

// inflate reads size bytes and the end of r, and not more: a small message must not
// expand to a large one.
func inflate(r io.Reader, size int) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, int64(size)+1))
	if err == nil && len(body) != size {
		err = io.ErrUnexpectedEOF
	}
	return body, err
}

// decompressible lists the algorithms that we read.
func (c *Config) decompressible() []uint16 {
	var ids []uint16
	for _, a := range c.Compressions {
		if a.Decompress != nil {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// compress compresses a Certificate with the first of our algorithms that the peer
// supports. It returns msg if there is none.
func (c *conversation) compress(msg *wire.Certificate13, asked wire.Extensions) (wire.Message, error) {
	theirs, err := wire.Find[wire.CompressCertificate](asked)
	if theirs == nil || err != nil {
		return msg, err
	}
	for _, a := range c.cfg.Compressions {
		if a.Compress == nil || !slices.Contains(theirs.Algorithms, a.ID) {
			continue
		}
		raw, err := wire.Marshal(msg)
		if err != nil {
			return nil, err
		}
		body := raw[wire.HeaderLen:]
		short, err := a.Compress(body)
		if err != nil {
			return nil, failure.Internal.New("Certificate: compression: %v", err)
		}
		return &wire.CompressedCertificate{Algorithm: a.ID, UncompressedLength: len(body), Compressed: short}, nil
	}
	return msg, nil
}

// decompress returns the Certificate in a CompressedCertificate.
func (c *conversation) decompress(m *wire.CompressedCertificate) (*wire.Certificate13, error) {
	i := slices.IndexFunc(c.cfg.Compressions, func(a *Compression) bool { return a.ID == m.Algorithm && a.Decompress != nil })
	most := wire.MaxLength(wire.TypeCertificate)
	switch {
	case i < 0:
		return nil, failure.UnknownCompression.New("CompressedCertificate: algorithm %d was not offered", m.Algorithm)
	case m.UncompressedLength > most:
		return nil, failure.BadCompression.New("CompressedCertificate: uncompressed_length %d, at most %d are allowed", m.UncompressedLength, most)
	}
	body, err := c.cfg.Compressions[i].Decompress(m.Compressed, m.UncompressedLength)
	if err != nil || len(body) != m.UncompressedLength {
		return nil, failure.BadCompression.New("CompressedCertificate: the content does not have uncompressed_length %d: %v", m.UncompressedLength, err)
	}
	msg := new(wire.Certificate13)
	raw := append(wire.AppendHeader(nil, wire.TypeCertificate, len(body)), body...)
	return msg, wire.Parse(raw, msg)
}
