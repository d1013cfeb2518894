package cookbook

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"polytls"
	"polytls/failure"
)

// # Why a handshake failed
//
// Each failure has a code, the side that sent the alert, and in the table of
// [failures.md](failures.md) a meaning and a remedy. With `RecordHandshake` the socket
// also has what the client offered and how far the handshake came: here for a server.
func explainFailures(srv *polytls.Server, w io.Writer) {
	srv.OnTLSClientError(func(err error, s *polytls.Socket) {
		x := failure.Explain(err)
		fmt.Fprintf(w, "%v: %v\n%s\n%s\n%s\n", s.RemoteAddr(), err, x.What, x.Fault, x.Remedy)
		if i := s.HandshakeInfo(); i != nil && len(i.Steps) > 0 {
			last := i.Steps[len(i.Steps)-1]
			fmt.Fprintf(w, "last message: %s; the client offered %v with %v, JA4 %s\n", last.Name, i.Versions, i.Ciphers, i.JA4)
		}
	})
}

func TestExplainFailures(t *testing.T) {
	o := polytls.ServerOptions{ContextOptions: identity(localhost), RecordHandshake: true}
	srv, err := polytls.NewServer(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	explainFailures(srv, &text)
	client, server := net.Pipe()
	defer client.Close()
	go func() {
		c := trusting(0)
		c.Ciphers, c.MaxVersion = "ECDHE-RSA-AES128-GCM-SHA256", polytls.TLS12
		polytls.Client(within(t), client, c)
	}()
	if _, err := srv.Handshake(within(t), server); err == nil {
		t.Fatal("it did not fail")
	}
	for _, want := range []string{"ERR_SSL_NO_SHARED_CIPHER", "last message: ClientHello", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in:\n%s", want, text.String())
		}
	}
}
