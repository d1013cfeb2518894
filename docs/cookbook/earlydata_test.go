package cookbook

import (
	"bufio"
	"context"
	"fmt"
	"testing"

	"polytls"
)

// # Early data (0-RTT)
//
// Early data is sent with the first message of a resumption. An attacker on the network
// may send it again, so it must be safe to handle twice. A server accepts it once:
// by the Server that issued the ticket, or with `SingleUseTickets` by the one that takes
// the ticket from the store. `polyhttp.Server.AllowEarlyData` selects the requests that
// are handled early; for the others the response is 425 (RFC 8470).
func earlyServer(o polytls.ContextOptions) (*polytls.Server, error) {
	return polytls.NewServer(polytls.ServerOptions{
		ContextOptions: o,
		MaxEarlyData:   16 << 10,
	}, func(s *polytls.Socket) {
		defer s.Close()
		line, err := bufio.NewReader(s).ReadString('\n')
		if err == nil {
			fmt.Fprintf(s, "%d of %d bytes came early\n", s.EarlyData(), len(line))
		}
	})
}

// sendEarly sends a request to a server that one connection before has given a session.
func sendEarly(ctx context.Context, o polytls.ConnectOptions, session []byte, request string) (string, error) {
	o.Session, o.EarlyData = session, []byte(request)
	o.ResendEarlyData = true // what the server has not accepted follows the handshake
	s, err := polytls.Connect(ctx, o)
	if err != nil {
		return "", err
	}
	defer s.Close()
	return bufio.NewReader(s).ReadString('\n')
}

func TestEarlyData(t *testing.T) {
	srv, err := earlyServer(identity(localhost))
	o := trusting(start(t, srv, err))
	var session []byte
	o.OnSession = func(new []byte) { session = new }
	for _, want := range []string{"0 of 6 bytes came early\n", "6 of 6 bytes came early\n"} {
		if got, err := sendEarly(within(t), o, session, "hello\n"); err != nil || got != want {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
}
