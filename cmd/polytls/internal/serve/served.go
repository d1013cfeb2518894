package serve

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"

	"polytls"
	"polytls/inspect"
)

// servedListener accepts each connection as a servedConn.
type servedListener struct {
	net.Listener
	server *server
}

func (l servedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &servedConn{Conn: conn, server: l.server}, nil
}

// servedConn is a connection of serve, whose first failure after the handshake is
// logged.
type servedConn struct {
	net.Conn // a *polytls.Socket
	server   *server
	failed   atomic.Bool
}

func (c *servedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.note(err)
	return n, err
}

func (c *servedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.note(err)
	return n, err
}

// note logs a failure. The end of the connection by either side and a deadline are
// not failures, nor, as in Node, is an end without close_notify.
func (c *servedConn) note(err error) {
	for _, end := range []error{nil, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, os.ErrDeadlineExceeded} {
		if errors.Is(err, end) {
			return
		}
	}
	if c.failed.Swap(true) {
		return
	}
	h := inspect.Describe(c.Conn.(*polytls.Socket), err)
	c.server.log.Warn("connection", "code", h.Code, "alert", h.Alert, "alertFrom", h.AlertFrom, "remote", h.Remote, "reason", h.Reason)
}
