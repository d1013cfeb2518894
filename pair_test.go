package polytls_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// ca issues what tests of this package use; localhost serves as "localhost",
// 127.0.0.1 and ::1.
var (
	ca        = testcert.CA("polytls test root")
	localhost = ca.Server("localhost", "127.0.0.1", "::1")
	versions  = []string{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}
)

// serving are the options of a server with certificates.
func serving(certs ...*testcert.Cert) polytls.ServerOptions {
	return polytls.ServerOptions{ContextOptions: identity(certs...)}
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

// trusting are the options of a client that trusts roots and wants localhost.
func trusting(roots ...*testcert.Cert) polytls.ConnectOptions {
	o := polytls.ConnectOptions{ServerName: "localhost"}
	o.CA = [][]byte{}
	for _, root := range roots {
		o.CA = append(o.CA, root.PEM())
	}
	return o
}

// only restricts options to one version.
func only(o *polytls.ContextOptions, version string) { o.MinVersion, o.MaxVersion = version, version }

// medium makes two ends of a connection.
type medium func(t testing.TB) (client, server net.Conn)

var media = map[string]medium{"tcp": overTCP, "pipe": overPipe}

func overPipe(testing.TB) (client, server net.Conn) { return net.Pipe() }

func overTCP(t testing.TB) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		client.Close()
		t.Fatal(err)
	}
	return client, server
}

// outcome is what a handshake came to at both ends.
type outcome struct {
	client, server       *polytls.Socket
	clientErr, serverErr error
}

// handshake runs a handshake over TCP. Sockets are closed with the test. With TLS 1.3
// a client is done before its server has verified it, so it reads on until the server
// is done: what the server says against it comes out there.
func handshake(t testing.TB, so polytls.ServerOptions, co polytls.ConnectOptions) outcome {
	t.Helper()
	return handshakeOver(t, overTCP, so, co)
}

func handshakeOver(t testing.TB, over medium, so polytls.ServerOptions, co polytls.ConnectOptions) outcome {
	t.Helper()
	clientConn, serverConn := over(t)
	var o outcome
	var both sync.WaitGroup
	both.Go(func() {
		o.server, o.serverErr = polytls.ServerSocket(context.Background(), serverConn, so)
		if o.serverErr != nil {
			serverConn.Close()
		}
	})
	both.Go(func() {
		o.client, o.clientErr = polytls.Client(context.Background(), clientConn, co)
		if o.clientErr != nil {
			clientConn.Close()
		}
	})
	both.Wait()
	if o.client != nil {
		t.Cleanup(func() { o.client.Close() })
	}
	if o.server != nil {
		t.Cleanup(func() { o.server.Close() })
	}
	return o
}

// afterwards is the error that a client meets which was done before the
// server refused it.
func (o outcome) afterwards() error {
	if o.clientErr != nil {
		return o.clientErr
	}
	_, err := o.client.Read(make([]byte, 1))
	return err
}

// pair is a handshake that must succeed.
func pair(t testing.TB, so polytls.ServerOptions, co polytls.ConnectOptions) (server, client *polytls.Socket) {
	t.Helper()
	o := handshake(t, so, co)
	return o.must(t)
}

func (o outcome) must(t testing.TB) (server, client *polytls.Socket) {
	t.Helper()
	if o.serverErr != nil || o.clientErr != nil {
		t.Fatalf("handshake failed: server: %v; client: %v", o.serverErr, o.clientErr)
	}
	return o.server, o.client
}

// pairAt is a handshake of a version with localhost.
func pairAt(t testing.TB, version string) (server, client *polytls.Socket) {
	t.Helper()
	so, co := serving(localhost), trusting(ca)
	only(&so.ContextOptions, version)
	only(&co.ContextOptions, version)
	return pair(t, so, co)
}

// atEachVersion runs a test on a pair of each version.
func atEachVersion(t *testing.T, f func(t *testing.T, server, client *polytls.Socket)) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			server, client := pairAt(t, version)
			f(t, server, client)
		})
	}
}

// wantCode fails unless err carries Node's code; "" wants no error.
func wantCode(t testing.TB, what string, err error, code string) {
	t.Helper()
	switch got := codeOf(err); {
	case code == "" && err != nil:
		t.Errorf("%s: %v, want no error", what, err)
	case code != "" && got != code:
		t.Errorf("%s: code %q of error %v, want %s", what, got, err, code)
	}
}

func codeOf(err error) string {
	var e *polytls.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// wantAlert fails unless err says that a side sent an alert.
func wantAlert(t testing.TB, what string, err error, from polytls.Side, a polytls.Alert) {
	t.Helper()
	var e *polytls.Error
	if !errors.As(err, &e) {
		t.Errorf("%s: %v, want an error with the alert %s", what, err, a)
		return
	}
	if e.AlertFrom != from || from != polytls.SideNone && e.Alert != a {
		t.Errorf("%s: alert %s from %s, want %s from %s: %v", what, e.Alert, e.AlertFrom, a, from, err)
	}
}

// exchange sends a message and fails unless it comes out at the other end.
func exchange(t testing.TB, from, to *polytls.Socket, message string) {
	t.Helper()
	sent := make(chan error, 1)
	go func() {
		_, err := io.WriteString(from, message)
		sent <- err
	}()
	got := make([]byte, len(message))
	if _, err := io.ReadFull(to, got); err != nil {
		t.Fatalf("read: %v", err)
	}
	if string(got) != message {
		t.Fatalf("got %q, want %q", got, message)
	}
	if err := <-sent; err != nil {
		t.Fatalf("write: %v", err)
	}
}

// drain reads to the end in the background, so that tickets are taken in and no write
// waits for a reader. The channel gives the error at the end.
func drain(s *polytls.Socket) <-chan error {
	end := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, s)
		end <- err
	}()
	return end
}
