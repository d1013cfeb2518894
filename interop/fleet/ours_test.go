package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"polytls"
)

// serve starts a server of ours that hands its connections to handle, or echoes
// if that is nil, and returns its port.
func serve(t testing.TB, o polytls.ServerOptions, handle func(*polytls.Socket)) int {
	t.Helper()
	if handle == nil {
		handle = func(s *polytls.Socket) { io.Copy(s, s) }
	}
	srv, err := polytls.NewServer(o, func(s *polytls.Socket) {
		defer s.Close()
		s.SetDeadline(time.Now().Add(patience))
		handle(s)
	})
	if err != nil {
		t.Fatal(err)
	}
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		srv.Shutdown(now)
	})
	return addr.(*net.TCPAddr).Port
}

// dial connects to a port of 127.0.0.1 as localhost.
func dial(port int, o polytls.ConnectOptions) (*polytls.Socket, error) {
	o.Host, o.Port, o.ServerName = "127.0.0.1", port, "localhost"
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := polytls.Connect(ctx, o)
	if err == nil {
		s.SetDeadline(time.Now().Add(patience))
	}
	return s, err
}

func connect(t testing.TB, port int, o polytls.ConnectOptions) *polytls.Socket {
	t.Helper()
	s, err := dial(port, o)
	if err != nil {
		t.Fatalf("our client: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// exchange sends a text and reads the expected echo.
func exchange(s io.ReadWriter, text, want string) error {
	if _, err := io.WriteString(s, text); err != nil {
		return err
	}
	return read(s, want)
}

// read reads the expected text.
func read(s io.Reader, want string) error {
	got := make([]byte, len(want))
	n, err := io.ReadFull(s, got)
	if err == nil && string(got) != want {
		err = errors.New("another text than was wanted")
	}
	if err != nil {
		return fmt.Errorf("read %q, wanted %q: %w", got[:n], want, err)
	}
	return nil
}

// code is the code of an error, "" if it has none.
func code(err error) string {
	var e *polytls.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
