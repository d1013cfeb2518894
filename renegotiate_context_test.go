package polytls_test

import (
	"context"
	"io"
	"net"
	"testing"

	"polytls"
	"polytls/failure"
	hs "polytls/internal/handshake"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
	"polytls/internal/testcert"
)

// TestRenegotiationKeepsTheServersOptions: the context that the server name chose
// says who the server is and whom it trusts; everything else stays the server's.
func TestRenegotiationKeepsTheServersOptions(t *testing.T) {
	so, co := serving(localhost), trusting(ca)
	only(&so.ContextOptions, "TLSv1.2")
	so.Ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"
	so.SecureOptions, _ = polytls.ParseSecureOptions("SSL_OP_NO_RENEGOTIATION")
	chosen := identity(localhost)
	chosen.Ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"
	server, client := named(t, so, map[string]polytls.ContextOptions{"localhost": chosen}, co)
	end := drain(server)
	if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); codeOf(err) != "ERR_SSL_NO_RENEGOTIATION" {
		t.Errorf("got %v, want the server's refusal", err)
	}
	client.Close()
	<-end

	so.SecureOptions = 0
	server, client = named(t, so, map[string]polytls.ContextOptions{"localhost": chosen}, co)
	drain(server)
	if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := client.Cipher().Name; got != so.Ciphers {
		t.Errorf("cipher %s, want the server's %s", got, so.Ciphers)
	}
}

// named is a pair whose server has contexts for names.
func named(t *testing.T, so polytls.ServerOptions, contexts map[string]polytls.ContextOptions, co polytls.ConnectOptions) (server, client *polytls.Socket) {
	t.Helper()
	accepted := make(chan *polytls.Socket, 1)
	srv, err := polytls.NewServer(so, func(s *polytls.Socket) { accepted <- s })
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range contexts {
		if err := srv.AddContext(name, contextOf(t, o)); err != nil {
			t.Fatal(err)
		}
	}
	a, b := overTCP(t)
	srv.Inject(b)
	if client, err = polytls.Client(t.Context(), a, co); err != nil {
		t.Fatal(err)
	}
	server = <-accepted
	t.Cleanup(func() { server.Close(); client.Close() })
	return server, client
}

// TestRenegotiationForAnotherServerIsRefused: what was verified for one name says
// nothing about another. To name none, or the same in another case, is the same.
func TestRenegotiationForAnotherServerIsRefused(t *testing.T) {
	for again, refused := range map[string]bool{"a.test": false, "A.Test": false, "": false, "b.test": true} {
		t.Run("again="+again, func(t *testing.T) {
			so := serving(localhost)
			only(&so.ContextOptions, "TLSv1.2")
			so.RequestCert, so.AllowUnauthorized = true, true
			ends := make(chan error, 1)
			srv, err := polytls.NewServer(so, func(s *polytls.Socket) {
				_, err := io.Copy(io.Discard, s)
				ends <- err
			})
			if err != nil {
				t.Fatal(err)
			}
			for name, root := range map[string]*testcert.Cert{"a.test": testcert.CA("other"), "b.test": ca} {
				o := identity(localhost)
				o.CA = [][]byte{root.PEM()}
				if err := srv.AddContext(name, contextOf(t, o)); err != nil {
					t.Fatal(err)
				}
			}
			a, b := overTCP(t)
			defer a.Close()
			srv.Inject(b)
			err = renegotiateAs(t, a, "a.test", again)
			if refused {
				wantAlert(t, "client", err, polytls.SidePeer, failure.AlertIllegalParameter)
				wantAlert(t, "server", <-ends, polytls.SideUs, failure.AlertIllegalParameter)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// renegotiateAs is a client that names one server, and then another.
func renegotiateAs(t *testing.T, conn net.Conn, first, second string) error {
	config := &hs.ClientConfig{ServerName: first, Config: &hs.Config{
		MinVersion: suite.TLS12, MaxVersion: suite.TLS12,
		Suites:     []*suite.CipherSuite{suite.ByName("ECDHE-ECDSA-AES128-GCM-SHA256")},
		Groups:     suite.DefaultGroups().Groups(),
		Schemes:    suite.DefaultLevel.DefaultSchemes(),
		VerifyPeer: func(context.Context, *hs.Peer) (*polytls.Error, error) { return nil, nil },
	}}
	again := *config
	again.ServerName = second
	l := recordlayer.New(&recordlayertest.Conn{Conn: conn}, recordlayer.Client)
	x, err := l.Begin(t.Context())
	if err != nil {
		return err
	}
	result, err := hs.Client(t.Context(), x, config)
	if err != nil {
		x.End()
		return err
	}
	c := hs.NewConnection(l, result, recordlayer.Client, nil, nil)
	c.SetOwner(renegotiator{t.Context(), &again})
	x.Established()
	x.End()
	return c.Renegotiate(within(t), nil)
}

// TestRenegotiateOptionsAreForOneHandshake: what a server allows once, for one
// connection, it allows nobody else.
func TestRenegotiateOptionsAreForOneHandshake(t *testing.T) {
	so, co := serving(localhost), trusting(ca)
	only(&so.ContextOptions, "TLSv1.2")
	so.CA, so.RequestCert = [][]byte{ca.PEM()}, true
	good, bad := identity(ca.Client("good")), identity(testcert.CA("other").Client("bad"))
	accepted := make(chan *polytls.Socket, 2)
	srv, err := polytls.NewServer(so, func(s *polytls.Socket) { accepted <- s })
	if err != nil {
		t.Fatal(err)
	}
	connect := func(id polytls.ContextOptions) (*polytls.Socket, error) {
		a, b := overTCP(t)
		srv.Inject(b)
		co.Cert, co.Key = id.Cert, id.Key
		return polytls.Client(t.Context(), a, co)
	}
	client, err := connect(good)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	drain(client)
	server := <-accepted
	defer server.Close()
	lenient := polytls.RenegotiateOptions{RequestCert: true, AllowUnauthorized: true}
	if err := server.Renegotiate(within(t), lenient); err != nil {
		t.Fatal(err)
	}
	if c, err := connect(bad); err == nil {
		c.Close()
		t.Error("a strict server accepted an unauthorized client after a lenient renegotiation")
	}

	// The options of a HelloRequest that is not answered are not used by others.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Renegotiate(ctx, lenient); err == nil {
		t.Error("Renegotiate under a context that has ended returned no error")
	}
}
