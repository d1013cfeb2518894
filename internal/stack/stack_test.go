package stack

import "testing"

// BenchmarkHandshake runs goroutines whose calls are as deep as a handshake's: with
// a stack that doubles when a call does not fit, and with one that grows once. The
// calls are the same in both; what differs is the copying of frames.
func BenchmarkHandshake(b *testing.B) {
	const calls = handshake / frameSize
	for _, way := range []struct {
		name string
		grow func()
	}{{"doubling", func() {}}, {"once", ForHandshake}} {
		b.Run(way.name, func(b *testing.B) {
			done := make(chan uintptr)
			for b.Loop() {
				go func() {
					way.grow()
					done <- call(calls)
				}()
				<-done
			}
		})
	}
}

// frame is what a call keeps on the stack.
type frame [frameSize / 8]uintptr

const frameSize = 256

//go:noinline
func call(depth int) uintptr {
	if depth == 0 {
		return 0
	}
	var own frame
	use(&own) // a pointer into the stack, as calls have them
	return own[depth%len(own)] + call(depth-1)
}

//go:noinline
func use(*frame) {}
