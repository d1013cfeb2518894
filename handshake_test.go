package polytls_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"polytls"
)

// TestServerSocketResumes: sockets of one context have its ticket keys, those of
// two have not.
func TestServerSocketResumes(t *testing.T) {
	for _, version := range versions {
		o := identity(localhost)
		only(&o, version)
		newContext := func() *polytls.SecureContext {
			c, err := polytls.NewSecureContext(o)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		so, co := polytls.ServerOptions{SecureContext: newContext()}, trusting(ca)
		only(&co.ContextOptions, version)
		co.Session = sessionOf(t, so, co)
		wantReused(t, version+", the same context", so, co, true)
		so.SecureContext = newContext()
		wantReused(t, version+", another context", so, co, false)
	}
}

// TestServerSocketAcceptsEarlyDataOnce at all the sockets of a context.
func TestServerSocketAcceptsEarlyDataOnce(t *testing.T) {
	c, err := polytls.NewSecureContext(identity(localhost))
	if err != nil {
		t.Fatal(err)
	}
	so, co := polytls.ServerOptions{SecureContext: c, MaxEarlyData: 100}, trusting(ca)
	co.Session, co.EarlyData = sessionOf(t, so, co), []byte("early")
	serve := func(conn net.Conn) (early int64) {
		s, err := polytls.ServerSocket(context.Background(), conn, so)
		if err != nil {
			return 0
		}
		s.Read(make([]byte, 5))
		early = s.EarlyData()
		s.Close()
		return early
	}
	clientConn, serverConn := overTCP(t)
	tap := &recording{Conn: clientConn}
	var both sync.WaitGroup
	both.Go(func() {
		if n := serve(serverConn); n != 5 {
			t.Errorf("%d bytes of early data, want 5", n)
		}
	})
	if s, err := polytls.Client(t.Context(), tap, co); err != nil {
		t.Error(err)
	} else {
		io.Copy(io.Discard, s)
		s.Close()
	}
	both.Wait()
	clientConn, serverConn = overTCP(t)
	both.Go(func() {
		if n := serve(serverConn); n != 0 {
			t.Errorf("%d bytes of early data were taken again", n)
		}
	})
	clientConn.Write(tap.sent)
	clientConn.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, clientConn)
	clientConn.Close()
	both.Wait()
}

// TestHandshakeResumes: connections that come by the caller's own way have the
// server's keys, events, counts and limits.
func TestHandshakeResumes(t *testing.T) {
	for _, version := range versions {
		so, co := serving(localhost), trusting(ca)
		only(&so.ContextOptions, version)
		only(&co.ContextOptions, version)
		srv, err := polytls.NewServer(so, func(*polytls.Socket) { t.Error("the handler is called") })
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		srv.OnConnection(func(net.Conn) { seen++ })
		m := meeting{client: co}
		first := m.visitAt(t, srv, nil)
		second := m.visitAt(t, srv, first.session)
		if first.resumed || !second.resumed {
			t.Errorf("%s: resumed %v, then %v, want false and true: %v", version, first.resumed, second.resumed, second.srvErr)
		}
		if n := srv.HandshakeCounts(); seen != 2 || n.Resumed != 1 || srv.Connections() != 0 {
			t.Errorf("%s: %d connections were reported, counts %+v, %d open", version, seen, n, srv.Connections())
		}
	}
}

// TestHandshakeFails tells why, closes the connection, and tells the handler of
// failed handshakes.
func TestHandshakeFails(t *testing.T) {
	so := serving(localhost)
	so.MaxConnections = 1
	srv, err := polytls.NewServer(so, nil)
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 4)
	srv.OnTLSClientError(func(err error, _ *polytls.Socket) { told <- err })

	ctx, cancel := context.WithCancelCause(t.Context())
	client, server := overTCP(t)
	done := make(chan error)
	go func() {
		_, err := srv.Handshake(ctx, server)
		done <- err
	}()
	eventually(t, "the connection counts", func() bool { return srv.Connections() == 1 })
	_, more := overTCP(t)
	if _, err := srv.Handshake(t.Context(), more); codeOf(err) != "ERR_TLS_INVALID_STATE" {
		t.Errorf("one connection too many: %v", err)
	}
	if _, err := more.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("it is not closed: %v", err)
	}
	enough := errors.New("enough")
	cancel(enough)
	if err := <-done; !errors.Is(err, enough) || !errors.Is(<-told, enough) {
		t.Errorf("under a context that has ended: %v", err)
	}
	client.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := client.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the connection stays: %v", err)
	}
	srv.Close()
	_, late := overTCP(t)
	if _, err := srv.Handshake(t.Context(), late); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := new(polytls.Server).Handshake(t.Context(), late); err == nil {
		t.Error("the zero Server serves")
	}
}
