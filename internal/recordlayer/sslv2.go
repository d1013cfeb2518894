package recordlayer

import (
	"bytes"

	"polytls/failure"
	"polytls/internal/record"
)

// isSSLv2Hello reports whether a server's first bytes begin a CLIENT-HELLO in the
// format of SSL 2.0.
func isSSLv2Hello(header []byte) bool {
	const clientHello = 1
	return header[0]&0x80 != 0 && header[2] == clientHello
}

// ReadSSLv2Hello returns the hello of a client that begins in the format of SSL 2.0
// and names a version since SSL 3.0 (RFC 5246, appendix E.2), without its header.
// It returns nil, and consumes nothing, if the client begins with anything else.
func (r *Reading) ReadSSLv2Hello() ([]byte, error) {
	l := r.layer
	if l.in.phase != phaseStart {
		return nil, nil
	}
	if err := l.fill(record.HeaderLen); err != nil {
		return nil, truncated(err)
	}
	header := l.in.buffer.unread()[:record.HeaderLen]
	const headerLen, major = 2, 3
	if !isSSLv2Hello(header) || header[3] != major {
		return nil, nil
	}
	length := int(header[0]&0x7f)<<8 | int(header[1])
	if length > record.MaxPlaintext {
		return nil, failure.DataLengthTooLong.New("ClientHello in the format of SSL 2.0: %d bytes, at most %d are allowed", length, record.MaxPlaintext)
	}
	if err := l.fill(headerLen + length); err != nil {
		return nil, truncated(err)
	}
	l.in.reach(phasePlain)
	return bytes.Clone(l.in.buffer.next(headerLen + length)[headerLen:]), nil
}
