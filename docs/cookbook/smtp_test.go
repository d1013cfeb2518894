package cookbook

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"

	"polytls"
)

// # SMTP with net/smtp, over STARTTLS
//
// net/smtp begins TLS with crypto/tls only, so that this asks for TLS itself, and shows
// net/smtp the server's greeting again. On port 465, where TLS begins with the
// connection, give `smtp.NewClient` the connection of `Dialer.DialContext`. In both
// cases net/smtp does not know that the connection is encrypted: `overTLS` tells its
// Auth. Run against a local server of a few lines.
func smtpClient(ctx context.Context, address string, o polytls.ConnectOptions) (*smtp.Client, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	greeting, err := startSMTP(conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	s, err := polytls.Client(ctx, conn, o)
	if err != nil {
		return nil, err
	}
	return smtp.NewClient(greeted{s, io.MultiReader(strings.NewReader(greeting), s)}, host)
}

// startSMTP asks for TLS and returns the server's greeting.
func startSMTP(conn net.Conn) (greeting string, err error) {
	in := bufio.NewReader(conn)
	text := textproto.NewReader(in)
	for _, step := range []struct {
		send string
		want int
	}{{"", 220}, {"EHLO localhost\r\n", 250}, {"STARTTLS\r\n", 220}} {
		if _, err := io.WriteString(conn, step.send); err != nil {
			return "", err
		}
		if _, _, err := text.ReadResponse(step.want); err != nil {
			return "", err
		}
	}
	if in.Buffered() > 0 {
		return "", fmt.Errorf("the server sends plain text after STARTTLS")
	}
	return "220 ready\r\n", nil
}

// greeted is a connection with something to read before what it receives.
type greeted struct {
	net.Conn
	in io.Reader
}

func (g greeted) Read(p []byte) (int, error) { return g.in.Read(p) }

// overTLS lets smtp.PlainAuth send the password over a connection of polytls.
type overTLS struct{ smtp.Auth }

func (a overTLS) Start(server *smtp.ServerInfo) (protocol string, first []byte, err error) {
	s := *server
	s.TLS = true
	return a.Auth.Start(&s)
}

func TestSMTP(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	ctx := within(t)
	done := make(chan error, 1)
	go func() { done <- serveSMTP(ctx, l, srv) }()
	client, err := smtpClient(ctx, l.Addr().String(), trusting(0))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Auth(overTLS{smtp.PlainAuth("", "ada", "secret", "127.0.0.1")}); err != nil {
		t.Error(err)
	}
	if err := client.Quit(); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Errorf("the server: %v", err)
	}
}

// serveSMTP expects one client's commands, and answers each.
func serveSMTP(ctx context.Context, l net.Listener, srv *polytls.Server) error {
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Fprint(conn, "220 localhost\r\n")
	in := bufio.NewReader(conn)
	for _, d := range []struct{ expect, answer string }{
		{"EHLO ", "250-localhost\r\n250 STARTTLS\r\n"}, {"STARTTLS", "220 go ahead\r\n"}, {"", ""},
		{"EHLO ", "250-localhost\r\n250 AUTH PLAIN\r\n"}, {"AUTH PLAIN ", "235 welcome\r\n"}, {"QUIT", "221 bye\r\n"},
	} {
		if d.expect == "" {
			s, err := srv.Handshake(ctx, conn)
			if err != nil {
				return err
			}
			defer s.Close()
			conn, in = s, bufio.NewReader(s)
			continue
		}
		line, err := in.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, d.expect) {
			return fmt.Errorf("%q, %v, want %q", line, err, d.expect)
		}
		fmt.Fprint(conn, d.answer)
	}
	return nil
}
