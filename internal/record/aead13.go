package record

import (
	"polytls/failure"
	"polytls/internal/suite"
)

// aead13 is the record protection of RFC 8446, section 5.2.
type aead13 struct{ *aeadKey }

func (a aead13) overhead() int { return HeaderLen + 1 + a.tagLen() }

func (a aead13) seal(dst []byte, seq uint64, h Header, payload []byte, padding int) []byte {
	outer := Header{
		Type:    ApplicationData,
		Version: suite.TLS12,
		Length:  len(payload) + 1 + padding + a.tagLen(),
	}
	start := len(dst)
	dst = outer.appendTo(dst)
	dst = append(dst, payload...)
	dst = append(dst, byte(h.Type))
	dst = appendZeros(dst, padding)
	header, inner := dst[start:start+HeaderLen], dst[start+HeaderLen:]
	aead := a.state()
	return aead.Seal(dst[:start+HeaderLen], aead.nonce.mask(&a.iv, seq), inner, header)
}

func (a aead13) open(dst []byte, seq uint64, rec []byte) ([]byte, error) {
	sealed := rec[HeaderLen:]
	if len(sealed) < a.tagLen() {
		return nil, errDecrypt()
	}
	aead := a.state()
	return openAEAD(aead, dst, aead.nonce.mask(&a.iv, seq), sealed, rec[:HeaderLen])
}

// splitInner splits a TLSInnerPlaintext: content, type, padding (RFC 8446,
// section 5.4). The timing reveals the length of the padding, which the RFC accepts
// (appendix E.3).
func splitInner(inner []byte) (ContentType, []byte, error) {
	for i := len(inner) - 1; i >= 0; i-- {
		if inner[i] != 0 {
			return ContentType(inner[i]), inner[:i], nil
		}
	}
	return 0, nil, failure.BadRecordType.New("record: type: none in a protected record, its %d bytes are all padding", len(inner))
}

// appendZeros appends n zero bytes within the capacity of dst.
func appendZeros(dst []byte, n int) []byte {
	end := len(dst) + n
	clear(dst[len(dst):end])
	return dst[:end]
}
