package cookbook

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"polytls"
)

// # STARTTLS
//
// `Server.Handshake` and `Client` begin TLS on a connection that exists. Nothing may be
// left in the buffer of what was read before: what an attacker has put there would count
// as sent under TLS. One Server for all connections lets clients resume.
func serveUpgrade(ctx context.Context, srv *polytls.Server, conn net.Conn) (*polytls.Socket, error) {
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(line) != "STARTTLS" || in.Buffered() > 0 {
		return nil, errors.New("want STARTTLS, and nothing after it")
	}
	fmt.Fprint(conn, "220 go ahead\r\n")
	return srv.Handshake(ctx, conn)
}

func upgrade(ctx context.Context, conn net.Conn, o polytls.ConnectOptions) (*polytls.Socket, error) {
	fmt.Fprint(conn, "STARTTLS\r\n")
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(line, "220 ") || in.Buffered() > 0 {
		return nil, fmt.Errorf("the server does not begin TLS: %q", line)
	}
	return polytls.Client(ctx, conn, o)
}

func TestSTARTTLS(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	ctx := within(t)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if s, err := serveUpgrade(ctx, srv, conn); err == nil {
					echo(s)
				}
			}()
		}
	}()
	for _, first := range []string{"", "HELO\r\n"} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprint(conn, first)
		s, err := upgrade(ctx, conn, trusting(0))
		if err == nil {
			err = exchange(s)
		}
		if (err == nil) != (first == "") {
			t.Errorf("after %q: %v", first, err)
		}
	}
}
