package link

import "sync"

// slab is a buffer. It holds three full records, so that a bulk transfer needs
// few system calls. What says which of its bytes count lies in it, too: a
// connection without a slab needs none of that.
type slab struct {
	r, w  int    // unread bytes are bytes[r:w]
	plain []byte // opened application data that nobody has read yet
	bytes [slabSize]byte
}

// slabSize makes a slab with its numbers 64 KiB.
const slabSize = 64<<10 - 40

// slabs is where all buffers come from and go back to.
var slabs = sync.Pool{New: func() any { return new(slab) }}

// flightSize is room for what most flights of a handshake need, in bytes. A
// larger one gets memory of its own.
const flightSize = 8 << 10

// flights is where flights are gathered.
var flights = sync.Pool{New: func() any { return new([flightSize]byte) }}

func takeSlab() *slab { return slabs.Get().(*slab) }

func returnSlab(s *slab) {
	s.r, s.w, s.plain = 0, 0, nil
	slabs.Put(s)
}
