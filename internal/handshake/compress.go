package handshake

import (
	"crypto/sha256"
	"slices"

	"polytls/certcompress"
	"polytls/failure"
	"polytls/internal/lru"
	"polytls/internal/wire"
)

// decompressible lists the algorithms that we can decompress.
func (c *Config) decompressible() []uint16 {
	var ids []uint16
	for _, a := range c.Compressions {
		if a.NewReader != nil {
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
		short, err := compressed(a, body, len(msg.Context) == 0)
		if err != nil {
			return nil, failure.Internal.New("Certificate: compression: %v", err)
		}
		return &wire.CompressedCertificate{Algorithm: a.ID, UncompressedLength: len(body), Compressed: short}, nil
	}
	return msg, nil
}

// compressions are recent results of compressing, for the whole process: the same
// message is sent in every handshake, and compressing it may take as long as the rest of
// the handshake.
var compressions = lru.New[compression, []byte](maxCompressions)

// maxCompressions limits the size of compressions, in bytes.
const maxCompressions = 1 << 20

// compression is what has been compressed by which algorithm.
type compression struct {
	algorithm *certcompress.Algorithm
	body      [sha256.Size]byte
}

// compressed compresses the body of a Certificate. One that will not be sent again is
// not remembered.
func compressed(a *certcompress.Algorithm, body []byte, remember bool) ([]byte, error) {
	if !remember {
		return a.Compress(body)
	}
	key := compression{a, sha256.Sum256(body)}
	if short, ok := compressions.Get(key); ok {
		return short, nil
	}
	short, err := a.Compress(body)
	if err == nil {
		compressions.Put(key, short, len(short))
	}
	return short, err
}

// decompress returns the Certificate in a CompressedCertificate.
func (c *conversation) decompress(m *wire.CompressedCertificate) (*wire.Certificate13, error) {
	i := slices.IndexFunc(c.cfg.Compressions, func(a *certcompress.Algorithm) bool { return a.ID == m.Algorithm && a.NewReader != nil })
	most := wire.MaxLength(wire.TypeCertificate)
	switch {
	case i < 0:
		return nil, failure.UnknownCompression.New("CompressedCertificate: algorithm %d was not offered", m.Algorithm)
	case m.UncompressedLength > most:
		return nil, failure.BadCompression.New("CompressedCertificate: uncompressed_length %d, at most %d are allowed", m.UncompressedLength, most)
	}
	body, err := c.cfg.Compressions[i].Decompress(m.Compressed, m.UncompressedLength)
	if err != nil {
		return nil, failure.BadCompression.New("CompressedCertificate: the content does not have uncompressed_length %d: %v", m.UncompressedLength, err)
	}
	msg := new(wire.Certificate13)
	raw := append(wire.AppendHeader(nil, wire.TypeCertificate, len(body)), body...)
	return msg, wire.Parse(raw, msg)
}
