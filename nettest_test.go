package polytls_test

import (
	"context"
	"net"
	"sync"
	"testing"

	"golang.org/x/net/nettest"

	"polytls"
)

// TestIsNetConn holds both ends to the rules of net.Conn.
func TestIsNetConn(t *testing.T) {
	for name, over := range media {
		for _, version := range versions {
			t.Run(name+"/"+version, func(t *testing.T) {
				t.Parallel()
				nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) { return netPair(t, over, version) })
			})
		}
	}
}

func netPair(t *testing.T, over medium, version string) (c1, c2 net.Conn, stop func(), err error) {
	so, co := serving(localhost), trusting(ca)
	only(&so.ContextOptions, version)
	only(&co.ContextOptions, version)
	so.Tickets = -1 // a pipe holds no tickets: they would wait for the client's first Read
	clientConn, serverConn := over(t)
	var client, server *polytls.Socket
	var clientErr, serverErr error
	var both sync.WaitGroup
	both.Go(func() { server, serverErr = polytls.ServerSocket(context.Background(), serverConn, so) })
	both.Go(func() { client, clientErr = polytls.Client(context.Background(), clientConn, co) })
	both.Wait()
	if serverErr != nil || clientErr != nil {
		t.Fatalf("handshake failed: server: %v; client: %v", serverErr, clientErr)
	}
	stop = func() {
		clientConn.Close() // first: nobody reads a close_notify any more
		serverConn.Close()
		client.Close()
		server.Close()
	}
	return client, server, stop, nil
}

// TestCloseAfterItsConnection closes what was closed below: that is no failure.
func TestCloseAfterItsConnection(t *testing.T) {
	s, c := pair(t, serving(localhost), trusting(ca))
	defer s.Close()
	c.NetConn().Close()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
