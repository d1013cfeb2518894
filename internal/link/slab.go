package link

import "sync"

// slabSize holds three full records, so that a bulk transfer needs few system
// calls.
const slabSize = 64 << 10

// slabs is where all buffers come from and go back to.
var slabs = sync.Pool{New: func() any { return new([slabSize]byte) }}

func takeSlab() *[slabSize]byte    { return slabs.Get().(*[slabSize]byte) }
func returnSlab(s *[slabSize]byte) { slabs.Put(s) }
