package interop

import (
	"os"
	"path/filepath"
	"testing"

	"polytls"
)

// TestOpenSSLsEarlyDataOfAnotherServer connects a client that offers another
// server's ticket and sends all the early data that the ticket allows: the
// handshake completes, whatever early data our server accepts.
func TestOpenSSLsEarlyDataOfAnotherServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	session, data := filepath.Join(dir, "session"), filepath.Join(dir, "data")
	if err := os.WriteFile(data, bulk(16384), 0o600); err != nil {
		t.Fatal(err)
	}
	srv, port := sServe(t, certificate(t, "rsa"), "-tls1_3", "-early_data")
	c := sConnect(t, port, "-tls1_3", "-sess_out", session)
	srv.expect(t, srv.Stdout, "CIPHER is")
	srv.Write(t, "hello\n")
	c.expect(t, c.Stdout, "hello\n") // tickets come before it
	c.Write(t, "Q\n")
	if err := c.Wait(t); err != nil {
		t.Fatal(err)
	}
	for _, most := range []uint32{0, 100, 1 << 20} {
		srv := serve(t, polytls.ServerOptions{ContextOptions: certificate(t, "rsa").options(), MaxEarlyData: most}, nil)
		c := sConnect(t, srv.port, "-tls1_3", "-sess_in", session, "-early_data", data)
		c.expect(t, c.Stdout, "Early data was rejected")
		c.Write(t, "hello\n")
		srv.next(t)
		c.expect(t, c.Stdout, "hello\n")
	}
}
