package bench

import (
	"errors"
	"fmt"
	"io"
	"net"
)

// What a client says to a server is one line, "ECHO", "TAKE bytes" or "GIVE
// bytes size": a server echoes lines, takes bytes and answers with a line, or
// gives bytes in writes of a size. After that the connection is idle again.
const (
	echo = "ECHO"
	take = "TAKE"
	give = "GIVE"
)

// readSize is the receivers' buffer size, as io.Copy does.
const readSize = 32 << 10

// Answer is a server's half, until the client goes away.
func Answer(c net.Conn) {
	defer c.Close()
	// A line fits one record, and nothing follows it before it is answered.
	line := make([]byte, 64)
	for {
		n, err := c.Read(line)
		if err != nil {
			return
		}
		var verb string
		var total, size int
		fmt.Sscan(string(line[:n]), &verb, &total, &size)
		switch verb {
		case take:
			err = receive(c, total)
			if err == nil {
				_, err = c.Write([]byte("\n"))
			}
		case give:
			err = send(c, total, size)
		default:
			_, err = c.Write(line[:n])
		}
		if err != nil {
			return
		}
	}
}

// Echo sends a line and reads what comes back.
func Echo(c net.Conn) error {
	if _, err := io.WriteString(c, echo+"\n"); err != nil {
		return err
	}
	back := make([]byte, len(echo)+1)
	_, err := c.Read(back)
	return err
}

// Send sends bytes to the server in writes of a size.
func Send(c net.Conn, total, size int) error {
	if _, err := fmt.Fprintf(c, "%s %d\n", take, total); err != nil {
		return err
	}
	if err := send(c, total, size); err != nil {
		return err
	}
	_, err := c.Read(make([]byte, 1))
	return err
}

// Receive lets the server send bytes in writes of a size.
func Receive(c net.Conn, total, size int) error {
	if _, err := fmt.Fprintf(c, "%s %d %d\n", give, total, size); err != nil {
		return err
	}
	return receive(c, total)
}

func send(w io.Writer, total, size int) error {
	if size <= 0 {
		return errors.New("no size")
	}
	b := make([]byte, size)
	for total > 0 {
		n, err := w.Write(b[:min(size, total)])
		if err != nil {
			return err
		}
		total -= n
	}
	return nil
}

func receive(r io.Reader, total int) error {
	b := make([]byte, readSize)
	for total > 0 {
		n, err := r.Read(b[:min(readSize, total)])
		if err != nil {
			return err
		}
		total -= n
	}
	return nil
}

// Dial makes a secure connection to a server on loopback.
func Dial(client func(net.Conn) (net.Conn, error), address string) (net.Conn, error) {
	raw, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	// No port waits for stragglers of a connection that is over.
	raw.(*net.TCPConn).SetLinger(0)
	c, err := client(raw)
	if err != nil {
		raw.Close()
	}
	return c, err
}
