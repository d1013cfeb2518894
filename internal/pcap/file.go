// Package pcap records connections for Wireshark: as pcapng files that contain the
// TLS secrets. The data of a net.Conn is recorded as TCP segments, whose headers
// are synthesized except for the addresses and ports, so that no privileges are
// needed.
package pcap

import (
	"io"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"polytls/internal/writebehind"
)

// File is a capture of any number of connections. None of them waits for it.
type File struct {
	out *writebehind.Writer

	mu      sync.Mutex
	blocks  *pcapgo.NgWriter // remembers its first error
	closed  bool
	unnamed uint16 // connections without ports so far
}

// NewFile returns a capture that is written to w. failed is called once, if writing
// to w fails: the capture then ends, and the connections continue.
func NewFile(w io.Writer, failed func(error)) *File {
	f := &File{out: writebehind.New(w, failed)}
	// The only errors are those of the writer, which queues this without waiting.
	f.blocks, _ = newBlocks(f.out)
	f.blocks.Flush()
	return f
}

// newBlocks begins a capture.
func newBlocks(w io.Writer) (*pcapgo.NgWriter, error) {
	at := pcapgo.NgInterface{Name: "polytls", OS: runtime.GOOS, LinkType: layers.LinkTypeEthernet, TimestampResolution: 9,
		Description: "what a TLS endpoint sent and received; the headers are made up"}
	return pcapgo.NewNgWriterInterface(w, at, pcapgo.NgWriterOptions{
		SectionInfo: pcapgo.NgSectionInfo{Hardware: runtime.GOARCH, OS: runtime.GOOS, Application: "polytls"},
	})
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

// packet is a packet of a capture.
type packet struct {
	at    time.Time
	bytes []byte
}

func (p packet) writeTo(w *pcapgo.NgWriter) error {
	return w.WritePacket(gopacket.CaptureInfo{Timestamp: p.at, CaptureLength: len(p.bytes), Length: len(p.bytes)}, p.bytes)
}

// write writes secrets, which may be empty, and packets after them.
func (f *File) write(secrets []byte, packets ...packet) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	if len(secrets) > 0 {
		f.blocks.WriteDecryptionSecretsBlock(pcapgo.DSB_SECRETS_TYPE_TLS, secrets)
	}
	for _, p := range packets {
		p.writeTo(f.blocks)
	}
	f.blocks.Flush()
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
