package polytls

import (
	"testing"
	"unsafe"
)

// TestSocketFitsItsSizeClass: a field too many makes every connection, which is
// a Socket and little else, larger by the distance to Go's next size class, and
// those around are what handshakes make their garbage in. An object's header
// takes 8 bytes of it.
func TestSocketFitsItsSizeClass(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the sizes are those of 64-bit systems")
	}
	const class, header = 768, 8
	if size := unsafe.Sizeof(Socket{}); size > class-header {
		t.Errorf("a Socket has %d bytes, at most %d fit its size class", size, class-header)
	}
}
