// Package transport reads and writes the net.Conn below a connection. On Unix it
// waits for TCP and Unix sockets without holding a buffer.
package transport

import (
	"io"
	"net"
	"os"
	"syscall"

	"polytls/internal/record"
	"polytls/internal/recordlayer"
)

// Transport implements recordlayer.Transport on a net.Conn. Init makes it usable.
type Transport struct {
	net.Conn
	raw syscall.RawConn // set when reading can wait without a buffer

	// These are used by the current read: the callback is made once, so that a read
	// allocates nothing.
	readOnce func(fd uintptr) bool
	space    *recordlayer.ReadBuffer
	n, errno int32 // errno is a syscall.Errno, 0 for none
	header   [record.HeaderLen]byte
}

// Init initializes t to read from and write to c.
func (t *Transport) Init(c net.Conn) {
	t.Conn = c
	if t.raw = rawConn(c); t.raw != nil {
		t.readOnce = t.readNonblocking
	}
}

// rawConn returns the connection's descriptor if its dynamic type is exactly
// one of net's own: a type that wraps one must not be bypassed.
func rawConn(c net.Conn) syscall.RawConn {
	if !canReadNonblocking {
		return nil
	}
	var s syscall.Conn
	switch c := c.(type) {
	case *net.TCPConn:
		s = c
	case *net.UnixConn:
		s = c
	default:
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// ReadInto implements recordlayer.Transport.
func (t *Transport) ReadInto(s *recordlayer.ReadBuffer) (int, error) {
	if t.raw == nil {
		return t.readBlocking(s)
	}
	t.space, t.n, t.errno = s, 0, 0
	err := t.raw.Read(t.readOnce)
	t.space = nil
	switch {
	case err != nil:
		return 0, err
	case t.errno != 0:
		err := os.NewSyscallError("read", syscall.Errno(t.errno))
		return 0, &net.OpError{Op: "read", Net: t.LocalAddr().Network(), Source: t.LocalAddr(), Addr: t.RemoteAddr(), Err: err}
	case t.n == 0:
		return 0, io.EOF
	}
	return int(t.n), nil
}

// readNonblocking does the read itself inside the callback: a callback that only
// waits may block although data has arrived already.
func (t *Transport) readNonblocking(fd uintptr) bool {
	for {
		n, errno := readFD(fd, t.space.Free())
		switch errno {
		case 0:
			t.n = int32(n)
			return true
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			t.space.Release()
			return false
		}
		t.space.Release()
		t.errno = int32(errno)
		return true
	}
}

// readBlocking waits for the bytes of a record header without holding a buffer, and
// reads what follows the header into the buffer.
func (t *Transport) readBlocking(s *recordlayer.ReadBuffer) (int, error) {
	if !s.Empty() {
		return t.Conn.Read(s.Free())
	}
	n, err := t.Conn.Read(t.header[:])
	if n > 0 {
		copy(s.Free(), t.header[:n])
		return n, nil
	}
	return 0, err
}
