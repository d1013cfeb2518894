package polytls_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"polytls"
)

// TestCopy has both ends of an echo in io.Copy, with data in writes of any size.
func TestCopy(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		echoed := make(chan error, 1)
		go func() {
			_, err := io.Copy(server, server)
			server.CloseWrite()
			echoed <- err
		}()
		var sent bytes.Buffer
		var writing sync.WaitGroup
		writing.Go(func() {
			for _, size := range []int{1, 2, 100, 16_384, 16_385, 65_536, 300_000, 1} {
				b := make([]byte, size)
				rand.Read(b)
				sent.Write(b)
				client.Write(b)
			}
			client.CloseWrite()
		})
		var got bytes.Buffer
		n, err := io.Copy(&got, client)
		writing.Wait()
		if err != nil || n != int64(sent.Len()) || !bytes.Equal(got.Bytes(), sent.Bytes()) || client.BytesRead() != n {
			t.Errorf("%d bytes of %d came back, %d were counted: %v", n, sent.Len(), client.BytesRead(), err)
		}
		if err := <-echoed; err != nil {
			t.Error(err)
		}
		client.Close()
		server.Close()
	})
}

// short writes less than it is given.
type short struct{}

func (short) Write(p []byte) (int, error) { return len(p) - 1, nil }

// broken fails.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

// TestCopyEnds has a deadline, after which nothing is lost, writers that fail, and a
// peer that goes away without close_notify.
func TestCopyEnds(t *testing.T) {
	log := newLogRecords()
	so, co := serving(localhost), trusting(ca)
	co.Logger = log.logger()
	server, client := pair(t, so, co)
	defer server.Close()
	defer client.Close()
	log.next(t)

	var got bytes.Buffer
	client.SetReadDeadline(time.Now().Add(-time.Second))
	if n, err := client.WriteTo(&got); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after a deadline: %d, %v", n, err)
	}
	client.SetReadDeadline(time.Time{})
	full := errors.New("full")
	for _, tt := range []struct {
		w    io.Writer
		want error
		n    int64
	}{{broken{full}, full, 0}, {short{}, io.ErrShortWrite, 4}} {
		io.WriteString(server, "hello")
		if n, err := client.WriteTo(tt.w); n != tt.n || !errors.Is(err, tt.want) {
			t.Errorf("%T: %d, %v", tt.w, n, err)
		}
	}
	if records := log.all(t); len(records) != 1 { // they are no failures of the connection
		t.Errorf("logged %v", records)
	}
	io.WriteString(server, "last")
	server.NetConn().Close()
	if n, err := client.WriteTo(&got); n != 4 || err != io.ErrUnexpectedEOF || got.String() != "last" {
		t.Errorf("a broken connection: %q, %d, %v", got.String(), n, err)
	}
	if _, err := new(polytls.Socket).WriteTo(&got); err == nil {
		t.Error("the zero Socket has data")
	}
	client.Close()
	if _, err := client.WriteTo(&got); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// comesBack sends data and waits until as much has come back.
func comesBack(t *testing.T, client *polytls.Socket, back *io.PipeReader, data []byte) {
	t.Helper()
	if _, err := client.Write(data); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(data))
	if _, err := io.ReadFull(back, got); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%d bytes came back wrong: %v", len(data), err)
	}
}

// TestCopyAcrossConversations has both ends in io.Copy while keys are updated, and while
// either end renegotiates or requests a certificate.
func TestCopyAcrossConversations(t *testing.T) {
	atEach := map[string]func(t *testing.T, server, client *polytls.Socket) error{
		"keys of the client": func(_ *testing.T, _, client *polytls.Socket) error { return client.UpdateKeys() },
		"keys of the server": func(_ *testing.T, server, _ *polytls.Socket) error { return server.UpdateKeys() },
		"the client's hello": func(t *testing.T, _, client *polytls.Socket) error {
			return client.Renegotiate(within(t), polytls.RenegotiateOptions{})
		},
		"the server's request": func(t *testing.T, server, _ *polytls.Socket) error {
			return server.Renegotiate(within(t), polytls.RenegotiateOptions{})
		},
		"a certificate": func(t *testing.T, server, _ *polytls.Socket) error {
			return server.RequestClientCertificate(within(t))
		},
	}
	for version, names := range map[string][]string{
		polytls.TLS12: {"the client's hello", "the server's request"},
		polytls.TLS13: {"keys of the client", "keys of the server", "a certificate"},
	} {
		for _, name := range names {
			t.Run(version+" "+name, func(t *testing.T) {
				so, co := serving(localhost), trusting(ca)
				so.AllowPostHandshakeAuth, co.AllowPostHandshakeAuth = true, true
				so.RequestCert, so.AllowUnauthorized = true, true
				only(&so.ContextOptions, version)
				server, client := pair(t, so, co)
				var copies sync.WaitGroup
				copies.Go(func() {
					if _, err := io.Copy(server, server); err != nil {
						t.Error(err)
					}
				})
				back, to := io.Pipe()
				copies.Go(func() {
					if _, err := io.Copy(to, client); err != nil {
						t.Error(err)
					}
				})
				for _, size := range []int{1, 16_385, 50_000} { // a client may renegotiate three times
					data := make([]byte, size)
					rand.Read(data)
					done := make(chan error, 1)
					go func() { done <- atEach[name](t, server, client) }()
					comesBack(t, client, back, data)
					if err := <-done; err != nil {
						t.Fatal(err)
					}
					comesBack(t, client, back, data)
				}
				client.CloseWrite()
				copies.Wait()
				server.Close()
				client.Close()
			})
		}
	}
}

// TestCopyEarlyData: early data is copied and answered before the client's Finished, and
// counted.
func TestCopyEarlyData(t *testing.T) {
	for _, size := range []int{1, 2, 1000, 14_000} {
		type counts struct{ early, read int64 }
		counted := make(chan counts, 2)
		so := serving(localhost)
		so.MaxEarlyData = 16_384
		srv, err := polytls.NewServer(so, func(s *polytls.Socket) {
			defer s.Close()
			if n, err := io.Copy(s, s); err != nil || n != s.BytesRead() {
				t.Errorf("copied %d bytes of %d: %v", n, s.BytesRead(), err)
			}
			counted <- counts{s.EarlyData(), s.BytesRead()}
		})
		if err != nil {
			t.Fatal(err)
		}
		addr, err := srv.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		s := &earlyServer{Server: srv, port: addr.(*net.TCPAddr).Port}
		co := s.options()
		co.Session, co.EarlyData = s.session(t), make([]byte, size)
		<-counted
		rand.Read(co.EarlyData)
		c, err := polytls.Connect(t.Context(), co)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, size)
		if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, co.EarlyData) {
			t.Errorf("%d bytes of early data came back wrong: %v", size, err)
		}
		flows(t, c, "later")
		c.CloseWrite()
		if n := <-counted; n.early != int64(size) || n.read != int64(size+len("later")) {
			t.Errorf("%d bytes of early data: counted %+v", size, n)
		}
		c.Close()
	}
}

// overfull is a writer that breaks io.Writer's contract.
type overfull struct{}

func (overfull) Write(p []byte) (int, error) { return len(p) + 7, nil }

// TestCopyToItself has writers that use the Socket they are written to by, and some that
// do not keep their contract.
func TestCopyToItself(t *testing.T) {
	server, client := pairAt(t, polytls.TLS13)
	io.WriteString(server, "first")
	n, err := client.WriteTo(writerFunc(func(p []byte) (int, error) {
		go io.WriteString(server, "second")
		got := make([]byte, len("second"))
		if _, err := io.ReadFull(client, got); err != nil || string(got) != "second" {
			t.Errorf("within Write: %q, %v", got, err)
		}
		client.Close()
		return len(p), nil
	}))
	if n != int64(len("first")) || !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed within Write: %d, %v", n, err)
	}

	server, client = pairAt(t, polytls.TLS13)
	io.WriteString(server, "hello")
	server.CloseWrite()
	if n, err := client.WriteTo(overfull{}); n != int64(len("hello")) || err != nil {
		t.Errorf("more than was given: %d, %v", n, err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
