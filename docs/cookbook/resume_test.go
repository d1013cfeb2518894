package cookbook

import (
	"testing"

	"polytls"
)

// # A client that resumes sessions
//
// A `Dialer` stores the sessions of 256 servers and resumes them, each ticket once.
// `polyhttp.NewTransport` and `polygrpc.NewClient` do the same. For `Connect`, give a
// `SecureContext` and the same `Sessions` to each call; `NewFileSessions` is a cache in a
// directory, for later processes. In TLS 1.3 the server sends
// tickets after the handshake: a client that never reads gets none.
func resumingClient(ca []byte) (*polytls.Dialer, error) {
	return polytls.NewDialer(polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca}},
	})
}

func TestResumingClient(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, echo)
	start(t, srv, err)
	dialer, err := resumingClient(ca.PEM())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		conn, err := dialer.DialContext(within(t), "tcp", srv.Address().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := exchange(conn); err != nil {
			t.Fatal(err)
		}
		if reused := conn.(*polytls.Socket).SessionReused(); reused != (i > 0) {
			t.Errorf("connection %d: resumed %v", i, reused)
		}
	}
}
