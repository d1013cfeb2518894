package recordlayer

import (
	"bytes"

	"polytls/internal/record"
)

// ReadBuffer is the buffer that a transport reads into and that records are opened
// from. While the transport waits for bytes, the buffer is back in its pool, and
// the bytes of an incomplete record are in partial, a slice of their exact size.
type ReadBuffer struct {
	buf     *buffer
	partial []byte
}

// Empty reports whether there are no unread bytes.
func (s *ReadBuffer) Empty() bool { return len(s.unread()) == 0 }

// Free returns the free part of the buffer: at least one byte.
func (s *ReadBuffer) Free() []byte {
	b := s.buf
	if b == nil {
		b = getBuffer()
		b.w = copy(b.bytes[:], s.partial)
		s.buf, s.partial = b, nil
	}
	switch {
	case b.r == b.w:
		b.r, b.w = 0, 0
	case b.r > 0 && bufferSize-b.w < record.HeaderLen+record.MaxCiphertext12:
		b.w = copy(b.bytes[:], b.bytes[b.r:b.w])
		b.r = 0
	}
	return b.bytes[b.w:]
}

// Release returns the buffer to its pool while the transport waits.
func (s *ReadBuffer) Release() {
	if s.buf == nil || s.opened() {
		return
	}
	if rest := s.unread(); len(rest) > 0 {
		s.partial = bytes.Clone(rest)
	}
	putBuffer(s.buf)
	s.buf = nil
}

// advance counts n bytes that a transport has read into what Free returned.
func (s *ReadBuffer) advance(n int) {
	if n > 0 {
		s.buf.w += n
	}
}

// unread returns the bytes that have arrived and are not opened yet.
func (s *ReadBuffer) unread() []byte {
	if s.buf == nil {
		return s.partial
	}
	return s.buf.bytes[s.buf.r:s.buf.w]
}

// next returns the first n unread bytes, which are valid until more is
// read.
func (s *ReadBuffer) next(n int) []byte {
	if s.buf == nil {
		s.Free()
	}
	b := s.buf
	b.r += n
	return b.bytes[b.r-n : b.r]
}

// holdsRecord reports whether the next record is in the buffer as a whole and not
// longer than most.
func (s *ReadBuffer) holdsRecord(most int) bool {
	b := s.unread()
	if s.buf == nil || len(b) < record.HeaderLen {
		return false
	}
	n := record.ParseHeader(b).Length
	return n <= most && record.HeaderLen+n <= len(b)
}

// opened reports whether there is opened application data that has not been read.
func (s *ReadBuffer) opened() bool { return s.buf != nil && len(s.buf.plain) > 0 }

// releaseIfEmpty releases the buffer if nothing is in it.
func (s *ReadBuffer) releaseIfEmpty() {
	if s.buf != nil && len(s.unread()) == 0 {
		s.Release()
	}
}
