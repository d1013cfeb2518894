// Package recordlayertest has a transport for tests over any net.Conn, without the
// system calls by which an idle connection holds no buffer.
package recordlayertest

import (
	"net"
	"sync"

	"polytls/internal/recordlayer"
)

// Conn is a recordlayer.Transport over a net.Conn.
type Conn struct {
	net.Conn
	// Trickle makes every read return a single byte, so that tests show that nothing
	// depends on how the stream is split.
	Trickle bool
	// Written, if it is set, is called with all bytes before they are sent.
	Written func([]byte)
	mu      sync.Mutex
}

// ReadInto implements recordlayer.Transport.
func (c *Conn) ReadInto(s *recordlayer.ReadBuffer) (int, error) {
	b := s.Free()
	if c.Trickle {
		b = b[:1]
	}
	return c.Conn.Read(b)
}

// Write implements io.Writer.
func (c *Conn) Write(b []byte) (int, error) {
	if c.Written != nil {
		c.mu.Lock()
		c.Written(b)
		c.mu.Unlock()
	}
	return c.Conn.Write(b)
}

// CloseWrite closes the sending direction of the connection.
func (c *Conn) CloseWrite() error { return c.Conn.(*net.TCPConn).CloseWrite() }

// Pipe returns the two ends of a connection over loopback TCP, whose writes
// do not wait for reads.
func Pipe() (client, server *Conn, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	dialed, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	accepted, err := l.Accept()
	if err != nil {
		dialed.Close()
		return nil, nil, err
	}
	return &Conn{Conn: dialed}, &Conn{Conn: accepted}, nil
}
