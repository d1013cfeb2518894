package polytls_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
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

// TestEndOfThePeerWhileARequestWaits: a peer that says close_notify in place of an
// answer has ended its side.
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

// TestEndOfThePeerAfterAHello: a hello that was sent cannot be taken back, so that
// no application data may follow it when its answer cannot come any more.
func TestEndOfThePeerAfterAHello(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(began))
		so, co := serving(localhost), trusting(ca)
		so.AllowHalfOpen, co.AllowHalfOpen = true, true
		server, client, _, _ := inMemory(t, "TLSv1.2", so, co)
		io.WriteString(server, "goodbye")
		server.CloseWrite()
		if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); err == nil {
			t.Error("a renegotiation with a server that has ended succeeded")
		}
		if got, err := io.ReadAll(client); err != nil || string(got) != "goodbye" {
			t.Errorf("read %q, %v; want the data and its end", got, err)
		}
		if _, err := client.Write([]byte("data")); codeOf(err) != "ECONNABORTED" {
			t.Errorf("Write: %v, want ECONNABORTED", err)
		}
	})
}

// TestRenegotiationGivenUpEndsTheConnection: at once, when Renegotiate returns,
// though the server has begun its answer and is silent.
func TestRenegotiationGivenUpEndsTheConnection(t *testing.T) {
	began := time.Now()
	for n := range 100 {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(began))
			server, client, serverLine, _ := inMemory(t, "TLSv1.2", serving(localhost), trusting(ca))
			go io.Copy(io.Discard, server)
			serverLine.out.cutAt(200+n, func() {})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := client.Renegotiate(ctx, polytls.RenegotiateOptions{}); err == nil {
				t.Error("half a handshake is none")
			}
			client.SetWriteDeadline(time.Now().Add(time.Second))
			if _, err := client.Write([]byte("data")); codeOf(err) != "ECONNABORTED" {
				t.Errorf("Write: %v, want ECONNABORTED", err)
			}
			client.Close()
			server.Close()
		})
	}
}

// TestNothingIsLost: what both ends send comes out whole and in order, whatever
// handshakes, key updates and deadlines come between.
func TestNothingIsLost(t *testing.T) {
	began := time.Now()
	for _, version := range versions {
		for seed := range uint64(60) {
			t.Run(fmt.Sprint(version, "/", seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(time.Until(began))
					so, co := serving(localhost), trusting(ca)
					so.AllowPostHandshakeAuth, co.AllowPostHandshakeAuth = true, true
					so.AllowHalfOpen, co.AllowHalfOpen = true, true
					server, client, _, _ := inMemory(t, version, so, co)
					var all, calm sync.WaitGroup
					calm.Add(2)
					for i, from := range []*polytls.Socket{server, client} {
						to := []*polytls.Socket{client, server}[i]
						random := func(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 10*uint64(i)+stream)) }
						all.Go(func() { sendCounted(t, from, random(1), &calm) })
						all.Go(func() { receiveCounted(t, to, random(2)) })
						all.Go(func() { disturb(from, random(3)); calm.Done() })
					}
					all.Wait()
				})
			})
		}
	}
}

// counted is how many bytes each end sends, the lowest byte of each one's place.
const counted = 400_000

func sendCounted(t *testing.T, s *polytls.Socket, random *rand.Rand, calm *sync.WaitGroup) {
	all := make([]byte, counted)
	for i := range all {
		all[i] = byte(i % 251)
	}
	start := time.Now()
	for len(all) > 0 {
		if time.Since(start) > time.Hour {
			t.Errorf("%d bytes of %d were sent", counted-len(all), counted)
			return
		}
		s.SetWriteDeadline(time.Now().Add(time.Duration(random.IntN(100)) * time.Millisecond))
		n, err := s.Write(all[:min(len(all), random.IntN(40_000))])
		all = all[n:]
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Write after %d bytes: %v", counted-len(all), err)
			return
		}
		time.Sleep(time.Duration(random.IntN(10)) * time.Millisecond)
	}
	s.SetWriteDeadline(time.Time{})
	calm.Wait() // a renegotiation does not survive the end of its peer
	if err := s.CloseWrite(); err != nil {
		t.Errorf("CloseWrite: %v", err)
	}
}

func receiveCounted(t *testing.T, s *polytls.Socket, random *rand.Rand) {
	buf, got := make([]byte, 20_000), 0
	start := time.Now()
	for {
		if time.Since(start) > time.Hour {
			t.Errorf("%d bytes of %d came", got, counted)
			return
		}
		s.SetReadDeadline(time.Now().Add(time.Duration(random.IntN(100)) * time.Millisecond))
		n, err := s.Read(buf[:1+random.IntN(len(buf))])
		for _, b := range buf[:n] {
			if b != byte(got%251) {
				t.Errorf("byte %d is %d, want %d", got, b, got%251)
				return
			}
			got++
		}
		switch {
		case err == io.EOF && got == counted:
			return
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			t.Errorf("Read after %d bytes of %d: %v", got, counted, err)
			return
		}
		time.Sleep(time.Duration(random.IntN(3)) * time.Millisecond)
	}
}

// disturb does what may come between data.
func disturb(s *polytls.Socket, random *rand.Rand) {
	for range 3 {
		time.Sleep(time.Duration(random.IntN(30)) * time.Millisecond)
		s.UpdateKeys()
		s.RequestClientCertificate(context.Background())
		s.Renegotiate(context.Background(), polytls.RenegotiateOptions{RequestCert: true, AllowUnauthorized: true})
	}
}

// TestCloseInACallback: Close does not wait for the handshake whose callback calls
// it, and ends it.
func TestCloseInACallback(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(began))
		co := trusting(ca)
		var client *polytls.Socket
		co.CheckServerIdentity = func(ctx context.Context, _ string, _ *polytls.Certificate) error {
			if client == nil {
				return nil
			}
			client.Close()
			return ctx.Err()
		}
		server, c, _, _ := inMemory(t, "TLSv1.2", serving(localhost), co)
		go io.Copy(io.Discard, server)
		client = c
		start := time.Now()
		if err := c.Renegotiate(within(t), polytls.RenegotiateOptions{}); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Renegotiate: %v, want net.ErrClosed", err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %v", took)
		}
	})
}
