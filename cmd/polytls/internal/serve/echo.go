package serve

import (
	"io"
	"net"

	"polytls"
)

// echo sends back every byte.
func echo(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			if _, err := io.Copy(conn, conn); err == nil {
				conn.(*polytls.Socket).CloseWrite() // after the last byte
			}
		}()
	}
}
