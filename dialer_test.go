package polytls_test

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"

	"polytls"
)

// TestDialer connects to many addresses with one Dialer, which resumes.
func TestDialer(t *testing.T) {
	d, err := polytls.NewDialer(trusting(ca))
	if err != nil {
		t.Fatal(err)
	}
	srv, err := polytls.NewServer(serving(localhost), echo)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	tcp, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(tcp.String())
	for i, network := range []string{"tcp", "tcp4", "tcp"} {
		c, err := d.DialContext(t.Context(), network, net.JoinHostPort("localhost", port))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, "hello"); err != nil {
			t.Error(err)
		}
		if _, err := io.ReadFull(c, make([]byte, 5)); err != nil { // and the tickets before it
			t.Error(err)
		}
		if resumed := c.(*polytls.Socket).SessionReused(); resumed != (i > 0) {
			t.Errorf("connection %d: resumed %t", i, resumed)
		}
		c.Close()
	}
	if c, err := d.Dial("tcp", net.JoinHostPort("127.0.0.2", port)); err == nil || c != nil {
		t.Errorf("an address that the certificate is not for: %v, %v", c, err)
	}
}

// TestDialerOnUnixSocket verifies ServerName: a path is no name.
func TestDialerOnUnixSocket(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), echo)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	path := filepath.Join(t.TempDir(), "socket")
	if _, err := srv.Listen("unix", path); err != nil {
		t.Fatal(err)
	}
	o := trusting(ca)
	o.ServerName = "localhost"
	d, err := polytls.NewDialer(o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

// TestDialerRefuses what cannot be dialed, before it is.
func TestDialerRefuses(t *testing.T) {
	o := trusting(ca)
	o.Ciphers = "none such"
	if _, err := polytls.NewDialer(o); !errors.Is(err, &polytls.Error{Code: "ERR_SSL_NO_CIPHER_MATCH"}) {
		t.Errorf("a cipher list without ciphers: %v", err)
	}
	d, err := polytls.NewDialer(trusting(ca))
	if err != nil {
		t.Fatal(err)
	}
	for network, address := range map[string]string{
		"udp": "localhost:443", "tcp": "localhost", "tcp4": "localhost:99999", "tcp6": "localhost:no-such-service",
	} {
		if c, err := d.DialContext(context.Background(), network, address); err == nil || c != nil {
			t.Errorf("%s %s: %v, %v", network, address, c, err)
		}
	}
	if _, err := new(polytls.Dialer).Dial("tcp", "localhost:443"); !errors.Is(err, polytls.ErrInvalidState) {
		t.Errorf("a zero Dialer: %v", err)
	}
}
