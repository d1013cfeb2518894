package recordlayer

import "sync"

// buffer holds three full records, so that a bulk transfer needs few system calls.
// It includes its own indices: a connection without a buffer needs none.
type buffer struct {
	r, w  int    // unread bytes are bytes[r:w]
	plain []byte // opened application data that has not been read
	bytes [bufferSize]byte
}

// bufferSize is chosen so that a buffer with its indices takes 64 KiB.
const bufferSize = 64<<10 - 40

// buffers is the pool of all buffers.
var buffers = sync.Pool{New: func() any { return new(buffer) }}

// flightSize is the size of a pooled buffer in bytes, enough for most flights of a
// handshake. A larger flight gets memory of its own.
const flightSize = 8 << 10

// flights is the pool of buffers in which flights are collected.
var flights = sync.Pool{New: func() any { return new([flightSize]byte) }}

func getBuffer() *buffer { return buffers.Get().(*buffer) }

func putBuffer(s *buffer) {
	s.r, s.w, s.plain = 0, 0, nil
	buffers.Put(s)
}
