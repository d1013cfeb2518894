package fleet

import (
	"context"
	"fmt"
	"io"
	"testing"

	"polytls"
)

// eachNode runs a test with each release of Node.
func eachNode(t *testing.T, test func(t *testing.T, name string)) {
	for _, name := range []string{"node12", "node"} {
		t.Run(name, func(t *testing.T) { test(t, name) })
	}
}

// sClient starts openssl s_client, which has the client's certificate.
func sClient(t testing.TB, port int, args ...string) *process {
	t.Helper()
	p := pki()
	return start(t, "openssl", append([]string{"s_client", "-connect", fmt.Sprintf("127.0.0.1:%d", port), "-servername", "localhost",
		"-CAfile", p.caFile, "-verify_return_error", "-cert", p.clientFile, "-key", p.clientKey}, args...)...)
}

// sServer starts openssl s_server and returns its port.
func sServer(t testing.TB, args ...string) (*process, int) {
	t.Helper()
	p := pki()
	s := start(t, "openssl", append([]string{"s_server", "-accept", "127.0.0.1:0", "-CAfile", p.caFile,
		"-cert", p.certFile, "-key", p.keyFile}, args...)...)
	return s, portOf(t, s, `ACCEPT 127\.0\.0\.1:(\d+)\n`)
}

func portOf(t testing.TB, p *process, expression string) (port int) {
	t.Helper()
	if _, err := fmt.Sscan(p.expect(t, expression)[1], &port); err != nil {
		t.Fatal(err)
	}
	return port
}

// withCertificate are a client's options with its certificate.
func withCertificate(version string) polytls.ConnectOptions {
	o := polytls.ConnectOptions{ContextOptions: clientContext(version)}
	o.Cert, o.Key = [][]byte{pki().client.ChainPEM()}, []polytls.Key{{PEM: pki().client.KeyPEM()}}
	return o
}

// clientName is the name in the client's certificate.
const clientName = "one of us"

// peerName is the name in the certificate that the peer showed.
func peerName(s *polytls.Socket) string {
	if certs := s.X509Certificates(); len(certs) > 0 {
		return certs[0].Subject.CommonName
	}
	return ""
}

// within is a context that ends with the test's patience.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// asking is a server that echoes a line, then renegotiates twice, for a certificate
// at last, and echoes on. It reports the result.
func asking(t testing.TB) (port int, told <-chan string) {
	out := make(chan string, 1)
	port = serve(t, polytls.ServerOptions{ContextOptions: serverContext("TLSv1.2")}, func(s *polytls.Socket) {
		before := peerName(s)
		err := exchangeBack(s)
		if err == nil {
			err = s.Renegotiate(within(t), polytls.RenegotiateOptions{})
		}
		if err == nil {
			err = s.Renegotiate(within(t), polytls.RenegotiateOptions{RequestCert: true})
		}
		out <- fmt.Sprintf("%q %q %t %v", before, peerName(s), s.Authorized(), err)
		io.Copy(s, s)
	})
	return port, out
}

// exchangeBack echoes the line hello.
func exchangeBack(s io.ReadWriter) error {
	if err := read(s, "hello\n"); err != nil {
		return err
	}
	_, err := io.WriteString(s, "hello\n")
	return err
}

// certified is what the request reports on success.
var certified = fmt.Sprintf("%q %q %t %v", "", clientName, true, error(nil))

// TestOpenSSLClientRenegotiates lets s_client renegotiate as often as is allowed,
// and once more.
func TestOpenSSLClientRenegotiates(t *testing.T) {
	ended := make(chan error, 1)
	port := serve(t, polytls.ServerOptions{ContextOptions: serverContext("TLSv1.2")}, func(s *polytls.Socket) {
		_, err := io.Copy(s, s)
		ended <- err
	})
	c := sClient(t, port)
	for i := range polytls.ClientRenegLimit() {
		c.Write(t, "R\n")
		c.expect(t, `RENEGOTIATING\n`)
		line := fmt.Sprintf("after renegotiation %d\n", i)
		c.Write(t, line)
		c.expect(t, line)
	}
	c.Write(t, "R\n")
	if err := <-ended; code(err) != "ERR_TLS_SESSION_ATTACK" {
		t.Errorf("the connection ended with %v", err)
	}
}

// TestOpenSSLServerRenegotiates lets s_server request renegotiations of our client,
// in the last one with a certificate.
func TestOpenSSLServerRenegotiates(t *testing.T) {
	srv, port := sServer(t, "-tls1_2", "-msg")
	s := connect(t, port, withCertificate("TLSv1.2"))
	for i, command := range []string{"r\n", "R\n"} {
		srv.Write(t, command)
		srv.expect(t, `>>> TLS 1\.2, Handshake .*HelloRequest\n`) // what comes with a command is lost
		line := fmt.Sprintf("after renegotiation %d\n", i)
		srv.Write(t, line)
		if err := read(s, line); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(s, line); err != nil {
			t.Fatal(err)
		}
		if command == "r\n" {
			srv.expect(t, line)
		} else {
			srv.expectAll(t, line, `CN = `+clientName)
		}
	}
}

// TestWeRenegotiateWithOpenSSL renegotiates with a server that allows it, and
// with one that does not: that ends the connection, as in OpenSSL and Node.
func TestWeRenegotiateWithOpenSSL(t *testing.T) {
	_, port := sServer(t, "-tls1_2", "-rev", "-client_renegotiation")
	s := connect(t, port, polytls.ConnectOptions{ContextOptions: clientContext("TLSv1.2")})
	for range 5 {
		if err := s.Renegotiate(within(t), polytls.RenegotiateOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := exchange(s, "hello\n", "olleh\n"); err != nil {
			t.Fatal(err)
		}
	}

	_, port = sServer(t, "-tls1_2", "-rev")
	s = connect(t, port, polytls.ConnectOptions{ContextOptions: clientContext("TLSv1.2")})
	if err := s.Renegotiate(within(t), polytls.RenegotiateOptions{}); code(err) != "ERR_SSL_NO_RENEGOTIATION" {
		t.Errorf("a server that refuses: %v", err)
	}
}

// TestWeAskOpenSSLForCertificate requests s_client's certificate by renegotiation.
func TestWeAskOpenSSLForCertificate(t *testing.T) {
	port, told := asking(t)
	c := sClient(t, port)
	c.Write(t, "hello\n")
	if got := <-told; got != certified {
		t.Errorf("got %s, wanted %s", got, certified)
	}
	c.Write(t, "hello again\n")
	c.expect(t, "hello again\n")
}

// TestNodeClientRenegotiates lets Node's client renegotiate with our server.
func TestNodeClientRenegotiates(t *testing.T) {
	eachNode(t, func(t *testing.T, name string) {
		port := serve(t, polytls.ServerOptions{ContextOptions: serverContext("TLSv1.2")}, nil)
		n := startNode(t, name, object{"version": "TLSv1.2"})
		n.tell(t, "connect", object{"port": port, "stay": true})
		n.answer(t, "reused")
		for i := range polytls.ClientRenegLimit() {
			n.tell(t, "renegotiate", object{"options": object{}})
			if r := n.answer(t, "renegotiated"); r["renegotiated"] != true {
				t.Fatalf("renegotiation %d: %v", i, r)
			}
			line := fmt.Sprintf("line %d", i)
			n.tell(t, "write", object{"text": line})
			if r := n.answer(t, "data"); r["data"] != line {
				t.Fatalf("renegotiation %d: %v", i, r)
			}
		}
	})
}

// TestNodeServerRenegotiates lets Node's server request our certificate by
// renegotiation.
func TestNodeServerRenegotiates(t *testing.T) {
	eachNode(t, func(t *testing.T, name string) {
		n := startNode(t, name, object{"serve": true, "version": "TLSv1.2"})
		s := connect(t, portOf(t, n, `listening on 127\.0\.0\.1:(\d+)\n`), withCertificate("TLSv1.2"))
		if err := exchange(s, "hello", "hello"); err != nil {
			t.Fatal(err)
		}
		n.tell(t, "renegotiate", object{"options": object{"requestCert": true, "rejectUnauthorized": true}})
		reading := make(chan error, 1)
		go func() { reading <- read(s, "hello again") }()
		if r := n.answer(t, "renegotiated"); r["renegotiated"] != true || r["peer"] != clientName {
			t.Errorf("node tells %v", r)
		}
		if _, err := io.WriteString(s, "hello again"); err != nil {
			t.Fatal(err)
		}
		if err := <-reading; err != nil {
			t.Error(err)
		}
	})
}

// TestWeRenegotiateWithNode renegotiates with Node's server as often as it allows.
func TestWeRenegotiateWithNode(t *testing.T) {
	eachNode(t, func(t *testing.T, name string) {
		n := startNode(t, name, object{"serve": true, "version": "TLSv1.2"})
		s := connect(t, portOf(t, n, `listening on 127\.0\.0\.1:(\d+)\n`), polytls.ConnectOptions{ContextOptions: clientContext("TLSv1.2")})
		for range 3 {
			if err := s.Renegotiate(within(t), polytls.RenegotiateOptions{}); err != nil {
				t.Fatal(err)
			}
			if err := exchange(s, "hello", "hello"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestWeAskNodeForCertificate requests the certificate of Node's client by
// renegotiation.
func TestWeAskNodeForCertificate(t *testing.T) {
	eachNode(t, func(t *testing.T, name string) {
		port, told := asking(t)
		n := startNode(t, name, object{"version": "TLSv1.2", "cert": string(pki().client.ChainPEM()), "key": string(pki().client.KeyPEM())})
		n.tell(t, "connect", object{"port": port, "stay": true})
		n.answer(t, "reused")
		if got := <-told; got != certified {
			t.Errorf("got %s, wanted %s", got, certified)
		}
		n.tell(t, "write", object{"text": "hello again"})
		if r := n.answer(t, "data"); r["data"] != "hello again" {
			t.Error(r)
		}
	})
}
