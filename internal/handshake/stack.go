package handshake

// handshakeStack is what most handshakes need of a stack, in bytes.
const handshakeStack = 10 << 10

// deepen grows the goroutine's stack in one step to what a handshake needs. By
// itself it would double several times, each time with more frames to copy. It
// is called when the peer has spoken, so that one that has not holds little.
//
//go:noinline
func deepen() {
	var frame [handshakeStack]byte
	touch(&frame)
}

//go:noinline
func touch(*[handshakeStack]byte) {}
