package polytls_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"testing"

	"polytls"
)

// TestListen serves crypto/tls's client on a listener that one call made.
func TestListen(t *testing.T) {
	l, err := polytls.Listen("tcp", "127.0.0.1:0", serving(localhost))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		s, err := l.Accept()
		if err == nil {
			echo(s.(*polytls.Socket))
		}
	}()
	roots := x509.NewCertPool()
	roots.AddCert(ca.Certificate)
	c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "hello"); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
	l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
}

// TestListenRefuses what cannot be served, before it listens.
func TestListenRefuses(t *testing.T) {
	h2 := serving(localhost)
	h2.ALPNProtocols = []string{"h2", "http/1.1"}
	for name, o := range map[string]polytls.ServerOptions{
		"nothing": {},
		"h2":      h2,
		"option":  {TicketKeys: []byte("short")},
	} {
		l, err := polytls.Listen("tcp", "no such address", o) // it is not reached
		if l != nil {
			t.Errorf("%s: a listener", name)
		}
		wantCode(t, name, err, "ERR_INVALID_ARG_VALUE")
	}
	if _, err := polytls.Listen("tcp", "no such address", serving(localhost)); err == nil {
		t.Error("an address without a port")
	}
}

// TestGetCertificate chooses by a function of crypto/tls's form, or leaves the choice to
// the server.
func TestGetCertificate(t *testing.T) {
	other := ca.Server("other.example")
	pair, err := tls.X509KeyPair(other.ChainPEM(), other.KeyPEM())
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("no such name")
	o := serving(localhost)
	o.OnClientHello = polytls.GetCertificate(func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		switch hello.ServerName {
		case "other.example":
			return &pair, nil
		case "localhost":
			return nil, nil
		}
		return nil, refused
	})
	_, co := listening(t, o, echo)
	for name, want := range map[string]string{"other.example": "", "localhost": "", "third.example": "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR"} {
		co.ServerName = name
		s, err := polytls.Connect(t.Context(), co)
		wantCode(t, name, err, want)
		if err == nil {
			s.Close()
		}
	}
}
