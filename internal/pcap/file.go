// Package pcap records connections for Wireshark: as pcapng files that contain the
// TLS secrets. The data of a net.Conn is recorded as TCP segments, whose headers
// are synthesized except for the addresses and ports, so that no privileges are
// needed.
package pcap

import (
	"io"
	"net"
	"sync"
	"time"

	"polytls/internal/writebehind"
)

// File is a capture of any number of connections. None of them waits for it.
type File struct {
	out *writebehind.Writer

	mu      sync.Mutex
	blocks  []byte // memory for those of a write
	closed  bool
	unnamed uint16 // connections without ports so far
}

// NewFile returns a capture that is written to w. failed is called once, if writing
// to w fails: the capture then ends, and the connections continue.
func NewFile(w io.Writer, failed func(error)) *File {
	f := &File{out: writebehind.New(w, failed)}
	f.out.Write(appendStart(nil)) // failed gets its error, as of each write
	return f
}

// Client records a connection that we have made.
func (f *File) Client(c net.Conn) *Conn { return f.record(c, true) }

// Server records a connection that we have accepted.
func (f *File) Server(c net.Conn) *Conn { return f.record(c, false) }

// Listener records the connections that l accepts: they are of type *Conn.
func (f *File) Listener(l net.Listener) net.Listener { return listener{l, f} }

type listener struct {
	net.Listener
	file *File
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.file.Server(c), nil
}

// Close ends the capture and waits until it is written, but no longer than limit.
// Later data of connections is not recorded.
func (f *File) Close(limit time.Duration) {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.out.Flush(limit)
}

// write writes secrets, which may be empty, and packets after them.
func (f *File) write(secrets []byte, packets ...packet) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	f.blocks = f.blocks[:0]
	if len(secrets) > 0 {
		f.blocks = appendSecrets(f.blocks, secrets)
	}
	for _, p := range packets {
		f.blocks = p.append(f.blocks)
	}
	f.out.Write(f.blocks)
}

// port returns a client port for a connection without ports, such as one over a
// Unix socket, so that connections can be distinguished.
func (f *File) port() uint16 {
	f.mu.Lock()
	defer f.mu.Unlock()
	const count = 1<<16 - firstUnnamed
	port := firstUnnamed + f.unnamed%count
	f.unnamed++
	return port
}

// firstUnnamed is the first port of those that are assigned to nobody (RFC 6335, section
// 6).
const firstUnnamed = 49152
