package serve

import (
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// newHTTP makes a server of HTTP/1.1 and HTTP/2 for connections whose handshakes
// are complete. Its time limits end connections of stalled clients.
func newHTTP(h http.Handler) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true) // net/http does not see that a plainListener uses TLS
	return &http.Server{
		Handler:           h,
		Protocols:         protocols,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // drops errors of requests that clients aborted
	}
}

// plainListener accepts connections in which net/http does not see TLS: on its own, it
// serves HTTP/2 only on those of crypto/tls and on those without TLS.
type plainListener struct{ net.Listener }

func (l plainListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return struct{ net.Conn }{conn}, nil
}
