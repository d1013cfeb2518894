package polytls_test

import (
	"context"
	"flag"
	"net"
	"testing"
	"time"

	"polytls"
)

var resets = flag.Int("resets", 1000, "how many connections TestResetsAroundRenegotiations resets")

// TestResetsAroundRenegotiations: a peer that resets the connection at any moment
// of a renegotiation, of either end's, costs an error and nothing else.
func TestResetsAroundRenegotiations(t *testing.T) {
	so, co := polytls.ServerOptions{}, polytls.ConnectOptions{}
	only(&so.ContextOptions, "TLSv1.2")
	only(&co.ContextOptions, "TLSv1.2")
	so.Ciphers, co.Ciphers = "PSK-AES128-GCM-SHA256", "PSK-AES128-GCM-SHA256"
	key := polytls.PSK{Identity: []byte("i"), Key: []byte("k")}
	so.PSKCallback = func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) { return &key, nil }
	co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return []polytls.PSK{key}, nil }
	for n := range *resets {
		server, client := pair(t, so, co)
		go client.Read(make([]byte, 10))
		if n%3 == 0 {
			go server.Read(make([]byte, 10))
		}
		reset := time.AfterFunc(time.Duration(n%40)*5*time.Microsecond, func() {
			conn := server.NetConn().(*net.TCPConn)
			conn.SetLinger(0)
			conn.Close()
		})
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		asks := client
		if n%2 == 1 {
			asks = server
		}
		asks.Renegotiate(ctx, polytls.RenegotiateOptions{}) // an error or none: the reset decides
		cancel()
		client.Close()
		server.Close()
		reset.Stop()
	}
}
