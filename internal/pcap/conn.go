package pcap

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Conn is a connection that is recorded.
type Conn struct {
	net.Conn
	file *File

	mu        sync.Mutex
	us, peer  side
	header    []byte // of a record, read before its body
	peerEnded bool
	weEnded   bool

	// The packets wait until the secrets of the first handshake are known, because
	// Wireshark needs the secrets before the packets.
	waiting   []packet
	secrets   []byte
	size      int // of the packets
	decrypted bool
}

// maxWaiting is how many bytes of a connection wait for its secrets. A connection
// without TLS has none.
const maxWaiting = 256 << 10

func (f *File) record(c net.Conn, isClient bool) *Conn {
	r := &Conn{Conn: c, file: f}
	r.us.address(c.LocalAddr())
	r.peer.address(c.RemoteAddr())
	client, server := &r.us, &r.peer
	if !isClient {
		client, server = server, client
	}
	complete(client, server, f.port)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(client, server, flags{syn: true}, nil)
	r.add(server, client, flags{syn: true, ack: true}, nil)
	r.add(client, server, flags{ack: true}, nil)
	return r
}

// Secrets records a line of the connection's key log.
func (c *Conn) Secrets(line []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.decrypted { // another handshake on the connection
		c.file.write(line)
		return
	}
	c.secrets = append(c.secrets, line...)
	for _, last := range []string{"CLIENT_RANDOM ", "CLIENT_TRAFFIC_SECRET_0 "} {
		if bytes.HasPrefix(line, []byte(last)) {
			c.release()
		}
	}
}

// release writes the waiting packets. The lock is held.
func (c *Conn) release() {
	c.file.write(c.secrets, c.waiting...)
	c.waiting, c.secrets, c.decrypted = nil, nil, true
}

// add records a segment. The lock is held.
func (c *Conn) add(from, to *side, f flags, payload []byte) {
	p := packet{time.Now(), segment(from, to, f, payload)}
	if c.decrypted {
		c.file.write(nil, p)
		return
	}
	c.waiting = append(c.waiting, p)
	if c.size += len(p.bytes); c.size > maxWaiting {
		c.release()
	}
}

// data records what a side sent. The lock is held.
func (c *Conn) data(from, to *side, b []byte) {
	for len(b) > 0 {
		n := min(len(b), maxSegment)
		c.add(from, to, flags{ack: true}, b[:n])
		b = b[n:]
	}
}

// received records b, and the header of a record that came before it. The lock is
// held.
func (c *Conn) received(b []byte) {
	if c.header != nil {
		b = append(c.header, b...)
		c.header = nil
	}
	c.data(&c.peer, &c.us, b)
}

// headerLen is the length of a record's header, which is read first. Header and body
// become one segment.
const headerLen = 5

// Read implements net.Conn.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if n == headerLen && len(b) == headerLen && c.header == nil {
		c.header = bytes.Clone(b)
	} else if n > 0 {
		c.received(b[:n])
	}
	if err != nil {
		c.readFailed(err)
	}
	return n, err
}

// readFailed records that the peer has ended or reset the connection. The lock is
// held.
func (c *Conn) readFailed(err error) {
	reset := errors.Is(err, syscall.ECONNRESET)
	if c.peerEnded || !reset && err != io.EOF {
		return
	}
	c.received(nil)
	c.add(&c.peer, &c.us, flags{fin: !reset, ack: true, rst: reset}, nil)
	c.peerEnded = true
}

// Write implements net.Conn. It records b before the peer can answer. After a
// timeout the caller writes the rest again, which is recorded as a retransmission.
func (c *Conn) Write(b []byte) (int, error) {
	c.mu.Lock()
	c.received(nil)
	c.data(&c.us, &c.peer, b)
	c.mu.Unlock()
	n, err := c.Conn.Write(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.mu.Lock()
		c.us.next -= uint32(len(b) - n)
		c.mu.Unlock()
	}
	return n, err
}

// Close implements net.Conn.
func (c *Conn) Close() error {
	c.mu.Lock()
	c.received(nil)
	if !c.weEnded {
		c.weEnded = true
		c.add(&c.us, &c.peer, flags{fin: true, ack: true}, nil)
	}
	if !c.decrypted {
		c.release()
	}
	c.mu.Unlock()
	return c.Conn.Close()
}
