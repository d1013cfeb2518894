package serve

import (
	"io"

	"polytls"
)

// echo sends back every byte.
func echo(conn *polytls.Socket) {
	defer conn.Close()
	io.Copy(conn, conn)
}
