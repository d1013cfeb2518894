package conn

import (
	"errors"
	"io"
	"net"
	"os"

	"polytls/failure"
	"polytls/internal/recordlayer"
)

// duringHandshake returns an error of the handshake, with Node's code if the network
// made it.
func (c *Conn) duringHandshake(err error) error {
	if err == nil {
		return nil
	}
	var own *failure.Error
	switch {
	case errors.As(err, &own):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isReset(err):
		return c.hangUp(err)
	}
	return err
}

// hangUp returns Node's error for a peer that closes the connection during the
// handshake.
func (c *Conn) hangUp(cause error) error {
	words := "socket hang up"
	if c.Role() == recordlayer.Client {
		words = "Client network socket disconnected before secure TLS connection was established"
	}
	return failure.ConnectionReset.Local("%s", words).Wrap(cause)
}

// isReset reports whether the peer reset the connection, or we closed it.
func isReset(err error) bool {
	var op *net.OpError
	if !errors.As(err, &op) || op.Timeout() {
		return false
	}
	var call *os.SyscallError
	return errors.As(err, &call)
}
