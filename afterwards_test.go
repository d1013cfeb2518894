package polytls_test

import (
	"context"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
)

// inMemory makes a connection of a version in the bubble, whose clock it sets
// to when certificates are valid. Each end's line is returned with it.
func inMemory(t *testing.T, version string, so polytls.ServerOptions, co polytls.ConnectOptions) (server, client *polytls.Socket, serverLine, clientLine *lineEnd) {
	t.Helper()
	only(&so.ContextOptions, version)
	only(&co.ContextOptions, version)
	o := handshakeOver(t, func(testing.TB) (c, s net.Conn) {
		clientLine, serverLine = lines()
		return clientLine, serverLine
	}, so, co)
	server, client = o.must(t)
	return server, client, serverLine, clientLine
}

// TestEndOfThePeerWhileARequestWaits: a peer that says close_notify in place of
// an answer has ended its side, whoever reads that.
func TestEndOfThePeerWhileARequestWaits(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(began))
		so, co := serving(localhost), trusting(ca)
		so.AllowPostHandshakeAuth, co.AllowPostHandshakeAuth = true, true
		server, client, _, _ := inMemory(t, "TLSv1.3", so, co)
		io.WriteString(client, "goodbye")
		client.CloseWrite()
		if err := server.RequestClientCertificate(within(t)); err == nil {
			t.Error("a client that does not answer has a certificate")
		}
		if got, err := io.ReadAll(server); err != nil || string(got) != "goodbye" {
			t.Errorf("read %q, %v; want the data and its end", got, err)
		}
	})
}

// TestNoDataUnderKeysOfAFailedRenegotiation: a client whose server leaves after
// the client's Finished cannot send any more.
func TestNoDataUnderKeysOfAFailedRenegotiation(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(began))
		co := trusting(ca)
		var serverLine *lineEnd
		co.CheckServerIdentity = func(context.Context, string, *polytls.Certificate) error {
			if serverLine != nil { // in the renegotiation
				serverLine.in.change(func() { serverLine.in.stalled = true })
				serverLine.finish()
			}
			return nil
		}
		server, client, line, clientLine := inMemory(t, "TLSv1.2", serving(localhost), co)
		go io.Copy(io.Discard, server)
		synctest.Wait()
		serverLine = line
		before := len(clientLine.out.log)
		if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); err == nil {
			t.Error("the renegotiation succeeded")
		}
		if len(clientLine.out.log) == before {
			t.Error("the client did not begin")
		}
		if n, err := io.WriteString(client, "secret"); err == nil {
			t.Errorf("wrote %d bytes", n)
		}
	})
}

// TestCloseInTheMiddleOfEarlyData: a server that answers early data and closes
// before the client's Finished says close_notify, although the peer takes it late.
func TestCloseInTheMiddleOfEarlyData(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(began))
		so, co := serving(localhost), trusting(ca)
		so.MaxEarlyData = 1000
		ends := make(chan *lineEnd, 1)
		srv, err := polytls.NewServer(so, func(s *polytls.Socket) {
			defer s.Close()
			s.Read(make([]byte, 100))
			io.WriteString(s, "answer")
			end := <-ends
			end.in.change(func() { end.in.stalled = true })
			end.out.change(func() { end.out.room = len(end.out.buf) })
			time.AfterFunc(time.Second, func() { end.out.change(func() { end.out.room = lineRoom }) })
		})
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		connect := func() {
			a, b := lines()
			ends <- b
			srv.Inject(b)
			c, err := polytls.Client(t.Context(), a, co)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if len(co.EarlyData) == 0 {
				io.WriteString(c, "hello")
			}
			if got, err := io.ReadAll(c); err != nil || string(got) != "answer" {
				t.Errorf("read %q, %v; want the answer and its end", got, err)
			}
		}
		co.OnSession = func(s []byte) { co.Session = s }
		connect()
		co.OnSession, co.EarlyData = nil, []byte("hello")
		if co.Session == nil {
			t.Fatal("no session")
		}
		connect()
	})
}
