package conn

import (
	"context"
	"io"
)

// CopyTo passes application data on to w until Read would return an error, which it
// returns unless it is io.EOF, or until writing fails. While it waits for the peer it
// holds no memory but for a byte; then it reads as much as has arrived.
func (c *Conn) CopyTo(w io.Writer) (total int64, reading, writing error) {
	first := make([]byte, 1)
	for writing == nil {
		reading = c.readTo(first, func(p []byte) {
			var n int
			n, writing = w.Write(p)
			if n = min(max(n, 0), len(p)); n < len(p) && writing == nil {
				writing = io.ErrShortWrite
			}
			total += int64(n)
		})
		switch reading {
		case nil:
		case io.EOF:
			return total, nil, nil
		default:
			return total, reading, nil
		}
	}
	return total, nil, writing
}

// readTo is Read into memory that it lends to use.
func (c *Conn) readTo(first []byte, use func([]byte)) error {
	if err := c.Handshake(context.Background(), nil); err != nil {
		return err
	}
	return c.readEnded(c.layer.ReadTo(first, func(p []byte) {
		c.bytesRead.Add(int64(len(p)))
		use(p)
	}))
}
