package serve

import (
	"io"
	"log"
	"net/http"
	"time"
)

// newHTTP makes a server of HTTP/1.1 and HTTP/2 for connections whose handshakes
// are complete. Its time limits end connections of stalled clients.
func newHTTP(h http.Handler) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true) // net/http does not see that a servedConn uses TLS
	return &http.Server{
		Handler:           h,
		Protocols:         protocols,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // drops errors of requests that clients aborted
	}
}
