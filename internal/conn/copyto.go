package conn

import (
	"io"

	"polytls/internal/recordlayer"
)

// CopyTo passes application data on to w until Read returns an error, which it returns
// unless it is io.EOF, or until writing fails. While it waits for the peer it holds no
// memory but for a byte; then it reads as much as has arrived.
func (c *Conn) CopyTo(w io.Writer) (total int64, reading, writing error) {
	first := make([]byte, 1)
	for {
		n, reading := c.Read(first)
		if n > 0 {
			written, writing := c.passOn(w, first[0])
			total += int64(written)
			if writing != nil {
				return total, nil, writing
			}
		}
		switch reading {
		case nil:
		case io.EOF:
			return total, nil, nil
		default:
			return total, reading, nil
		}
	}
}

// passOn writes the first byte and what follows it.
func (c *Conn) passOn(w io.Writer, first byte) (written int, err error) {
	recordlayer.Lend(func(b []byte) {
		b[0] = first
		n := c.layer.ReadMore(b[1:])
		c.bytesRead.Add(int64(n))
		if written, err = w.Write(b[:1+n]); err == nil && written <= n {
			err = io.ErrShortWrite
		}
	})
	return written, err
}
