package serve

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/report"
)

// servedConn is a connection of serve, whose first failure after the handshake is
// logged: what serves it need not.
type servedConn struct {
	*polytls.Socket
	server *server
	failed atomic.Bool
}

func (c *servedConn) Read(p []byte) (int, error) {
	n, err := c.Socket.Read(p)
	c.note(err)
	return n, err
}

func (c *servedConn) Write(p []byte) (int, error) {
	n, err := c.Socket.Write(p)
	c.note(err)
	return n, err
}

// note logs a failure. An end of either side and a deadline are none, nor is in
// Node an end without close_notify.
func (c *servedConn) note(err error) {
	for _, end := range []error{nil, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, os.ErrDeadlineExceeded} {
		if errors.Is(err, end) {
			return
		}
	}
	if c.failed.Swap(true) {
		return
	}
	f := explain.Of(err)
	c.server.log.Warn("connection", "code", f.Code, "alert", f.Alert, "alertFrom", f.AlertFrom, "remote", report.Remote(c.Socket), "reason", f.Reason)
}
