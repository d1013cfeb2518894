package main

import (
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"time"

	"polytls/internal/recordlayer"
)

// transport is the connection to the runner.
type transport struct{ *net.TCPConn }

// dial connects to the runner and says which test this is.
func dial(f *flags) (*transport, error) {
	host := "127.0.0.1"
	if f.IPv6 {
		host = "::1"
	}
	conn, err := net.Dial("tcp", net.JoinHostPort(host, strconv.Itoa(f.Port)))
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(binary.LittleEndian.AppendUint64(nil, uint64(f.ShimID))); err != nil {
		conn.Close()
		return nil, err
	}
	return &transport{conn.(*net.TCPConn)}, nil
}

// ReadInto implements recordlayer.Transport.
func (t *transport) ReadInto(s *recordlayer.ReadBuffer) (int, error) { return t.Read(s.Free()) }

// finish ends our direction first and reads what the runner still sends, so
// that no reset overtakes our last bytes.
func (t *transport) finish() {
	t.SetDeadline(time.Time{})
	t.CloseWrite()
	io.Copy(io.Discard, t.TCPConn)
	t.Close()
}
