// Package stack grows the stacks of goroutines. A stack doubles when a call does not
// fit, each time with all frames that are on it to be copied: for goroutines as short
// as a handshake's that is a good part of their work. Who knows what will be needed
// asks for it once, while there are few frames.
//
// BenchmarkHandshake shows the gain: a third of the time that doubling takes, about
// 10 µs for each handshake.
package stack

// What is asked for, in bytes beside what is there. A stack is a power of two:
// the first makes the smallest, of 2 KiB, one of 4 KiB, the other one of 16.
const (
	records   = 2 << 10
	handshake = 10 << 10
)

// ForRecords grows the goroutine's stack to what reading and writing records
// comes to.
//
//go:noinline
func ForRecords() {
	var frame [records]byte
	touchRecords(&frame)
}

// ForHandshake grows the goroutine's stack to what most handshakes come to. Call it
// when the peer has sent something, so that an idle connection is small.
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
