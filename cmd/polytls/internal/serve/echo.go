package serve

import (
	"context"
	"io"
	"net"

	"polytls/cmd/polytls/internal/report"
)

// echo sends back every byte.
type echo struct{}

func (e echo) Serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go e.talk(conn.(*servedConn))
	}
}

// talk ends our side after the last byte.
func (e echo) talk(s *servedConn) {
	defer s.Close()
	if _, err := io.Copy(s, s); err == nil {
		s.CloseWrite()
	}
}

func (e echo) Drain(context.Context) {} // the server waits for the peers

func (e echo) Saw(*report.Handshake) {}
