package cookbook

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"polytls"
	"polytls/internal/peertest"
	"polytls/internal/testcert"
)

var (
	ca        = testcert.CA("cookbook root")
	localhost = ca.Server("localhost", "127.0.0.1")
)

// within returns a context that ends with the patience of tests.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), peertest.Patience)
	t.Cleanup(cancel)
	return ctx
}

// file writes a file and returns its path.
func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// listen listens on a free port.
func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// start lets a server listen until the test ends, and returns its port.
func start(t *testing.T, srv *polytls.Server, err error) int {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	return addr.(*net.TCPAddr).Port
}

// identity are the options of a context with certificates.
func identity(certs ...*testcert.Cert) polytls.ContextOptions {
	var o polytls.ContextOptions
	for _, c := range certs {
		o.Cert = append(o.Cert, c.ChainPEM())
		o.Key = append(o.Key, polytls.Key{PEM: c.KeyPEM()})
	}
	return o
}

// trusting are the options of a client of localhost that trusts ca.
func trusting(port int) polytls.ConnectOptions {
	return polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
		Host:           "127.0.0.1", Port: port, ServerName: "localhost",
	}
}

// echo returns to the client what it sends.
func echo(s *polytls.Socket) {
	defer s.Close()
	io.Copy(s, s)
}

// talk connects, sends a text to an echo server, and reads it back: then a client of
// TLS 1.3 has its tickets, too. The connection is closed when the test ends.
func talk(t *testing.T, o polytls.ConnectOptions) (*polytls.Socket, error) {
	t.Helper()
	s, err := polytls.Connect(within(t), o)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { s.Close() })
	return s, exchange(s)
}

// exchange sends a text to an echo server and reads it back.
func exchange(conn net.Conn) error {
	const text = "hello"
	if _, err := io.WriteString(conn, text); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, make([]byte, len(text)))
	return err
}
