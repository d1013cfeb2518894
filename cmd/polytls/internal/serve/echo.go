package serve

import (
	"io"

	"polytls"
)

// echo sends back every byte.
func echo(conn *polytls.Socket) {
	defer conn.Close()
	if _, err := io.Copy(conn, conn); err == nil {
		conn.CloseWrite() // after the last byte
	}
}
