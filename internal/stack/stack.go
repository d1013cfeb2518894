// Package stack grows the stacks of goroutines. When a call does not fit, the
// runtime doubles the stack and copies all frames. For goroutines as short-lived as
// a handshake's that is a good part of their work. Code that knows how much stack
// it needs requests it once, while there are few frames.
//
// BenchmarkHandshake shows the gain: a third of the time that doubling takes, about
// 10 µs for each handshake.
package stack

// The requested sizes in bytes, in addition to the frames in use. The size of a
// stack is a power of two: records grows the smallest stack, of 2 KiB, to 4 KiB,
// and handshake to 16 KiB.
const (
	records   = 2 << 10
	handshake = 10 << 10
)

// ForRecords grows the goroutine's stack to the size that reading and writing
// records needs.
//
//go:noinline
func ForRecords() {
	var frame [records]byte
	touchRecords(&frame)
}

// ForHandshake grows the goroutine's stack to the size that most handshakes need.
// Call it when the peer has sent something, so that the stack of an idle connection
// stays small.
//
//go:noinline
func ForHandshake() {
	var frame [handshake]byte
	touchHandshake(&frame)
}

//go:noinline
func touchRecords(*[records]byte) {}

//go:noinline
func touchHandshake(*[handshake]byte) {}
