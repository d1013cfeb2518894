package link

import (
	"bytes"

	"polytls/internal/record"
)

// Space is where a transport reads into, and where records wait to be opened.
// While the transport waits, the slab is back in its pool, and a record that
// came in part waits in stash, exactly as large as it is.
type Space struct {
	slab  *slab
	stash []byte
}

// Empty reports whether no bytes wait in the space already.
func (s *Space) Empty() bool { return len(s.unread()) == 0 }

// Take returns at least one free byte.
func (s *Space) Take() []byte {
	b := s.slab
	if b == nil {
		b = takeSlab()
		b.w = copy(b.bytes[:], s.stash)
		s.slab, s.stash = b, nil
	}
	switch {
	case b.r == b.w:
		b.r, b.w = 0, 0
	case b.r > 0 && slabSize-b.w < record.HeaderLen+record.MaxCiphertext12:
		b.w = copy(b.bytes[:], b.bytes[b.r:b.w])
		b.r = 0
	}
	return b.bytes[b.w:]
}

// Drop gives the space back while the transport waits.
func (s *Space) Drop() {
	if s.slab == nil || s.opened() {
		return
	}
	if rest := s.unread(); len(rest) > 0 {
		s.stash = bytes.Clone(rest)
	}
	returnSlab(s.slab)
	s.slab = nil
}

// grow counts n bytes that a transport has read into what Take returned.
func (s *Space) grow(n int) {
	if n > 0 {
		s.slab.w += n
	}
}

// unread is what has come and not been opened yet.
func (s *Space) unread() []byte {
	if s.slab == nil {
		return s.stash
	}
	return s.slab.bytes[s.slab.r:s.slab.w]
}

// next returns the first n unread bytes, which lie in the slab until more is
// read.
func (s *Space) next(n int) []byte {
	if s.slab == nil {
		s.Take()
	}
	b := s.slab
	b.r += n
	return b.bytes[b.r-n : b.r]
}

// holdsRecord reports whether the next record is there as a whole, in the slab,
// and not longer than most.
func (s *Space) holdsRecord(most int) bool {
	b := s.unread()
	if s.slab == nil || len(b) < record.HeaderLen {
		return false
	}
	n := record.ParseHeader(b).Length
	return n <= most && record.HeaderLen+n <= len(b)
}

// opened reports whether application data waits that nobody has read.
func (s *Space) opened() bool { return s.slab != nil && len(s.slab.plain) > 0 }

// release gives the slab back if nothing is in it.
func (s *Space) release() {
	if s.slab != nil && len(s.unread()) == 0 {
		s.Drop()
	}
}
