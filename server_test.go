package polytls_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
	"polytls/internal/testcert"
)

// listening starts a server on a loopback port and returns how to reach it.
func listening(t testing.TB, so polytls.ServerOptions, handler func(*polytls.Socket)) (*polytls.Server, polytls.ConnectOptions) {
	t.Helper()
	srv, err := polytls.NewServer(so, handler)
	if err != nil {
		t.Fatal(err)
	}
	return srv, reaching(t, srv)
}

func reaching(t testing.TB, srv *polytls.Server) polytls.ConnectOptions {
	t.Helper()
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	co := trusting(ca)
	co.Host, co.Port = "127.0.0.1", addr.(*net.TCPAddr).Port
	return co
}

// connect connects; the socket is closed with the test.
func connect(t testing.TB, co polytls.ConnectOptions) *polytls.Socket {
	t.Helper()
	s, err := polytls.Connect(context.Background(), co)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// echoes fails unless what is sent comes back.
func echoes(t testing.TB, s *polytls.Socket) {
	t.Helper()
	if _, err := io.WriteString(s, "echo"); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(s, got); err != nil || string(got) != "echo" {
		t.Fatalf("got %q, %v", got, err)
	}
}

// eventually waits for what other goroutines bring about.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: still not", what)
		}
	}
}

// clientErrors collects the errors of OnTLSClientError.
func clientErrors(srv *polytls.Server) <-chan error {
	errs := make(chan error, 100)
	srv.OnTLSClientError(func(err error, s *polytls.Socket) {
		if s == nil || s.RemoteAddr() == nil {
			err = errors.New("no socket that tells the address")
		}
		errs <- err
	})
	return errs
}

func TestSetSecureContextLeavesConnections(t *testing.T) {
	srv, co := listening(t, serving(localhost), echo)
	before := connect(t, co)
	other := ca.Server("localhost")
	c, err := polytls.NewSecureContext(identity(other))
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.SetSecureContext(c); err != nil {
		t.Fatal(err)
	}
	echoes(t, before)
	after := connect(t, co)
	echoes(t, after)
	if !before.X509Certificates()[0].Equal(localhost.Certificate) || !after.X509Certificates()[0].Equal(other.Certificate) {
		t.Error("the context did not change for new connections alone")
	}
	wantCode(t, "SetSecureContext(nil)", srv.SetSecureContext(nil), "ERR_TLS_INVALID_CONTEXT")
	echoes(t, connect(t, co))
}

func TestAddContextWhileServing(t *testing.T) {
	srv, co := listening(t, serving(localhost), echo)
	connect(t, co)
	other := ca.Server("localhost")
	c, err := polytls.NewSecureContext(identity(other))
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.AddContext("localhost", c); err != nil {
		t.Fatal(err)
	}
	if !connect(t, co).X509Certificates()[0].Equal(other.Certificate) {
		t.Error("the added context does not serve")
	}
}

// TestTimeoutDoesNotWaitForCallbacks has each callback of a server ignore that its
// context has ended: the timeout is still reported.
func TestTimeoutDoesNotWaitForCallbacks(t *testing.T) {
	tests := map[string]func(so *polytls.ServerOptions, block func(context.Context)){
		"SNICallback": func(so *polytls.ServerOptions, block func(context.Context)) {
			so.SNICallback = func(ctx context.Context, _ string) (*polytls.SecureContext, error) {
				block(ctx)
				return nil, nil
			}
		},
		"ALPNCallback": func(so *polytls.ServerOptions, block func(context.Context)) {
			so.ALPNCallback = func(ctx context.Context, _ polytls.ALPNOffer) (string, error) {
				block(ctx)
				return "a", nil
			}
		},
		"PSKCallback": func(so *polytls.ServerOptions, block func(context.Context)) {
			so.PSKCallback = func(ctx context.Context, _ *polytls.Socket, _ []byte) (*polytls.PSK, error) {
				block(ctx)
				return nil, nil
			}
		},
	}
	for name, set := range tests {
		t.Run(name, func(t *testing.T) {
			release, ended, returned := make(chan struct{}), make(chan error, 1), make(chan struct{})
			so := serving(localhost)
			so.HandshakeTimeout = 50 * time.Millisecond
			set(&so, func(ctx context.Context) {
				<-ctx.Done()
				ended <- ctx.Err()
				<-release
				close(returned)
			})
			srv, co := listening(t, so, echo)
			errs := clientErrors(srv)
			co.ALPNProtocols = []string{"a"}
			co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) {
				return []polytls.PSK{{Identity: []byte("me"), Key: make([]byte, 32)}}, nil
			}
			_, err := polytls.Connect(context.Background(), co)
			wantCode(t, "client", err, "ECONNRESET")
			if err := <-errs; !errors.Is(err, polytls.ErrHandshakeTimeout) {
				t.Errorf("OnTLSClientError: %v, want ErrHandshakeTimeout", err)
			}
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("the callback's context ended with %v", err)
			}
			eventually(t, "the connection is counted out", func() bool { return srv.Connections() == 0 })
			close(release)
			<-returned
			select {
			case err := <-errs:
				t.Errorf("a second error for the same connection: %v", err)
			default:
			}
		})
	}
}

// TestClientContextEndsCallbacks ends a client's handshake while a callback of
// it blocks.
func TestClientContextEndsCallbacks(t *testing.T) {
	_, co := listening(t, serving(localhost), echo)
	why := errors.New("no more time")
	ctx, cancel := context.WithCancelCause(context.Background())
	ended := make(chan error, 1)
	co.CheckServerIdentity = func(inner context.Context, _ string, _ *polytls.Certificate) error {
		cancel(why)
		<-inner.Done()
		ended <- inner.Err()
		return nil
	}
	if _, err := polytls.Connect(ctx, co); !errors.Is(err, why) {
		t.Errorf("Connect: %v, want the context's cause", err)
	}
	if err := <-ended; err == nil {
		t.Error("the callback's context has not ended")
	}
}

// TestConnectUnderAnEndedContext does not get as far as a handshake.
func TestConnectUnderAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ours, theirs := net.Pipe()
	defer theirs.Close()
	if _, err := polytls.Client(ctx, ours, trusting(ca)); !errors.Is(err, context.Canceled) {
		t.Errorf("Client: %v, want context.Canceled", err)
	}
	if _, err := ours.Write([]byte("x")); err == nil {
		t.Error("the connection is still open")
	}
	ours, theirs2 := net.Pipe()
	defer theirs2.Close()
	if _, err := polytls.ServerSocket(ctx, ours, serving(localhost)); !errors.Is(err, context.Canceled) {
		t.Errorf("ServerSocket: %v, want context.Canceled", err)
	}
}

// TestHandshakeTimeout meets a peer that says nothing, and one that sends a byte
// a second, for the 120 s that a handshake may take by the bubble's clock.
func TestHandshakeTimeout(t *testing.T) {
	for name, speak := range map[string]func(net.Conn) error{
		"silent": func(net.Conn) error { return nil },
		"slow": func(c net.Conn) error { // a hello of 16 KB
			if _, err := c.Write([]byte{22, 3, 1, 0x3F, 0xFF, 1, 0, 0x3F, 0xFB}); err != nil {
				return err
			}
			for {
				if _, err := c.Write([]byte{0}); err != nil {
					return err
				}
				time.Sleep(time.Second)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv, err := polytls.NewServer(serving(localhost), echo)
				if err != nil {
					t.Fatal(err)
				}
				errs := clientErrors(srv)
				ours, theirs := net.Pipe()
				defer ours.Close()
				start, spoken := time.Now(), make(chan error)
				srv.Inject(theirs)
				go func() { spoken <- speak(ours) }()
				if err := <-errs; !errors.Is(err, polytls.ErrHandshakeTimeout) || time.Since(start) != 120*time.Second {
					t.Errorf("after %v: %v, want ErrHandshakeTimeout after 120 s", time.Since(start), err)
				}
				synctest.Wait()
				if n := srv.Connections(); n != 0 {
					t.Errorf("%d connections are counted yet", n)
				}
				<-spoken
			})
		})
	}
}

func port(co polytls.ConnectOptions) string {
	_, p, _ := net.SplitHostPort((&net.TCPAddr{Port: co.Port}).String())
	return p
}

// TestTLSClientErrors checks what a server reports of peers that do not use TLS to
// Node's codes, and what it answers to the wire.
func TestTLSClientErrors(t *testing.T) {
	srv, co := listening(t, serving(localhost), echo)
	errs := clientErrors(srv)
	for name, tt := range map[string]struct {
		sent, code, answer string
	}{
		"nothing":          {"", "ECONNRESET", ""},
		"half a hello":     {"\x16\x03\x01\x02\x00\x01\x00", "ECONNRESET", ""},
		"HTTP":             {"GET / HTTP/1.1\r\n\r\n", "ERR_SSL_HTTP_REQUEST", ""},
		"proxied HTTP":     {"CONNECT a:1 HTTP/1.1\r\n\r\n", "ERR_SSL_HTTPS_PROXY_REQUEST", ""},
		"junk":             {"junk junk junk", "ERR_SSL_WRONG_VERSION_NUMBER", ""},
		"SSL 2.0":          {"\x80\x2E\x01\x00\x02\x00\x15\x00\x00\x00\x10", "ERR_SSL_UNKNOWN_PROTOCOL", "*"},
		"a large record":   {"\x16\x03\x01\x60\x00", "ERR_SSL_DATA_LENGTH_TOO_LONG", "*"},
		"a fatal alert":    {"\x15\x03\x01\x00\x02\x02\x28", "ERR_SSL_UNEXPECTED_MESSAGE", "\x15\x03\x01\x00\x02\x02\x0a"},
		"a close_notify":   {"\x15\x03\x01\x00\x02\x01\x00", "ERR_SSL_UNEXPECTED_MESSAGE", "\x15\x03\x01\x00\x02\x02\x0a"},
		"data":             {"\x17\x03\x03\x00\x01x", "ERR_SSL_APP_DATA_IN_HANDSHAKE", "*"},
		"a server's hello": {"\x16\x03\x03\x00\x04\x02\x00\x00\x00", "ERR_SSL_UNEXPECTED_MESSAGE", "*"},
	} {
		conn, err := net.Dial("tcp", net.JoinHostPort(co.Host, port(co)))
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, tt.sent)
		conn.(*net.TCPConn).CloseWrite()
		wantCode(t, name, <-errs, tt.code)
		answer, _ := io.ReadAll(conn)
		if tt.answer != "*" && string(answer) != tt.answer || tt.answer == "*" && len(answer) == 0 {
			t.Errorf("%s: answered by %x, want %x", name, answer, tt.answer)
		}
		conn.Close()
	}
}

// TestClientAgainstWhatIsNotTLS holds a client's errors to Node's codes.
func TestClientAgainstWhatIsNotTLS(t *testing.T) {
	for name, tt := range map[string]struct{ sent, code string }{
		"nothing":       {"", "ECONNRESET"},
		"HTTP":          {"HTTP/1.1 400 Bad Request\r\n\r\n", "ERR_SSL_WRONG_VERSION_NUMBER"},
		"a fatal alert": {"\x15\x03\x03\x00\x02\x02\x46", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"},
		"close_notify":  {"\x15\x03\x03\x00\x02\x01\x00", "ECONNRESET"},
	} {
		ours, theirs := overTCP(t)
		go func() {
			io.ReadFull(theirs, make([]byte, 100))
			io.WriteString(theirs, tt.sent)
			theirs.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, theirs)
			theirs.Close()
		}()
		_, err := polytls.Client(context.Background(), ours, trusting(ca))
		wantCode(t, name, err, tt.code)
	}
}

func TestMaxConnections(t *testing.T) {
	so := serving(localhost)
	so.MaxConnections = 2
	srv, co := listening(t, so, echo)
	first, second := connect(t, co), connect(t, co)
	echoes(t, first)
	if n := srv.Connections(); n != 2 {
		t.Errorf("Connections: %d, want 2", n)
	}
	_, err := polytls.Connect(context.Background(), co)
	wantCode(t, "the third connection", err, "ECONNRESET")
	second.Close()
	eventually(t, "the second is counted out", func() bool { return srv.Connections() == 1 })
	echoes(t, connect(t, co))
	echoes(t, first)
}

func TestAddress(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), echo)
	if err != nil {
		t.Fatal(err)
	}
	if srv.Address() != nil {
		t.Errorf("Address before Listen: %v", srv.Address())
	}
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if srv.Address().String() != addr.String() {
		t.Errorf("Address: %v, want %v", srv.Address(), addr)
	}
	srv.Close()
	if srv.Address() != nil {
		t.Errorf("Address after Close: %v", srv.Address())
	}
	if _, err := srv.Listen("tcp", "127.0.0.1:0"); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Listen after Close: %v, want net.ErrClosed", err)
	}
}

func TestListensOnUnixSockets(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), echo)
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/s"
	if _, err := srv.Listen("unix", path); err != nil {
		t.Skipf("no Unix sockets here: %v", err)
	}
	defer srv.Close()
	co := trusting(ca)
	co.ServerName, co.Path = "", path // verified as localhost
	s := connect(t, co)
	echoes(t, s)
	if s.RemoteFamily() != "" {
		t.Errorf("RemoteFamily: %q", s.RemoteFamily())
	}
}

func TestCloseLeavesConnections(t *testing.T) {
	srv, co := listening(t, serving(localhost), echo)
	s := connect(t, co)
	echoes(t, s)
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	echoes(t, s)
	if _, err := polytls.Connect(context.Background(), co); err == nil {
		t.Error("a closed server accepts")
	}
	if err := srv.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("second Close: %v, want net.ErrClosed", err)
	}
}

func TestServeReturnsNilAfterClose(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), echo)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- srv.Serve(l) }()
	eventually(t, "it serves", func() bool { return srv.Address() != nil })
	srv.Close()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v, want nil", err)
	}
}

// TestServeReturnsTheListenersError ends with a listener that fails, and
// outlives one that is out of descriptors for a while.
func TestServeReturnsTheListenersError(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), echo)
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	l := &script{steps: []func() (net.Conn, error){
		func() (net.Conn, error) { return nil, exhausted{} },
		func() (net.Conn, error) { return nil, broken },
	}}
	if err := srv.Serve(l); !errors.Is(err, broken) {
		t.Errorf("Serve: %v, want the listener's error", err)
	}
	l = &script{steps: []func() (net.Conn, error){
		func() (net.Conn, error) { return nil, exhausted{} },
		func() (net.Conn, error) { return nil, broken },
	}}
	if _, err := srv.Listener(l).Accept(); !errors.Is(err, broken) {
		t.Errorf("Accept: %v, want the listener's error", err)
	}
}

type exhausted struct{}

func (exhausted) Error() string   { return "too many open files" }
func (exhausted) Temporary() bool { return true }
func (exhausted) Timeout() bool   { return false }

// script is a listener that follows a script.
type script struct{ steps []func() (net.Conn, error) }

func (s *script) Accept() (net.Conn, error) {
	step := s.steps[0]
	s.steps = s.steps[1:]
	return step()
}
func (s *script) Close() error   { return nil }
func (s *script) Addr() net.Addr { return &net.TCPAddr{} }

func TestShutdownDrains(t *testing.T) {
	srv, co := listening(t, serving(localhost), echo)
	s := connect(t, co)
	echoes(t, s)
	down := make(chan error)
	go func() { down <- srv.Shutdown(context.Background()) }()
	eventually(t, "no new connections", func() bool { return srv.Address() == nil })
	echoes(t, s)
	select {
	case err := <-down:
		t.Fatalf("Shutdown did not wait: %v", err)
	default:
	}
	s.Close()
	if err := <-down; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if err := srv.Shutdown(context.Background()); err != nil {
		t.Errorf("second Shutdown: %v", err)
	}
}

// TestShutdownUnderAContext closes what is left when it ends: a connection in
// use and one in its handshake.
func TestShutdownUnderAContext(t *testing.T) {
	srv, co := listening(t, serving(localhost), echo)
	s := connect(t, co)
	echoes(t, s)
	silent, err := net.Dial("tcp", net.JoinHostPort(co.Host, port(co)))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	eventually(t, "both are counted", func() bool { return srv.Connections() == 2 })
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	if err := srv.Shutdown(ctx); !errors.Is(err, why) {
		t.Errorf("Shutdown: %v, want the context's cause", err)
	}
	if _, err := io.ReadAll(s); err != nil {
		t.Errorf("the connection in use ended with %v, want close_notify", err)
	}
	if n, err := silent.Read(make([]byte, 1)); err == nil {
		t.Errorf("the connection in its handshake got %d bytes", n)
	}
	eventually(t, "nothing is left", func() bool { return srv.Connections() == 0 })
}

// TestInject serves a connection that is no socket.
func TestInject(t *testing.T) {
	so := serving(localhost)
	so.Tickets = -1
	srv, err := polytls.NewServer(so, echo)
	if err != nil {
		t.Fatal(err)
	}
	var seen net.Conn
	srv.OnConnection(func(c net.Conn) { seen = c })
	ours, theirs := net.Pipe()
	srv.Inject(theirs)
	s, err := polytls.Client(context.Background(), ours, trusting(ca))
	if err != nil {
		t.Fatal(err)
	}
	echoes(t, s)
	if seen != theirs {
		t.Error("OnConnection was not called for the connection")
	}
	s.NetConn().Close()
	eventually(t, "it is counted out", func() bool { return srv.Connections() == 0 })
	srv.Close()
	_, late := net.Pipe()
	srv.Inject(late)
	if _, err := late.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a closed server keeps what is injected: %v", err)
	}
}

// TestListenerRunsHandshakesInParallel accepts a connection while older ones
// say nothing.
func TestListenerRunsHandshakesInParallel(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), nil)
	if err != nil {
		t.Fatal(err)
	}
	errs := clientErrors(srv)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := srv.Listener(inner)
	var silent []net.Conn
	for range 10 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		silent = append(silent, c)
	}
	co := trusting(ca)
	co.Host, co.Port = "127.0.0.1", inner.Addr().(*net.TCPAddr).Port
	go func() {
		if s, err := polytls.Connect(context.Background(), co); err == nil {
			io.Copy(s, s)
			s.Close()
		}
	}()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	echoes(t, conn.(*polytls.Socket))
	conn.Close()
	for _, c := range silent {
		c.Close()
		wantCode(t, "a silent connection", <-errs, "ECONNRESET")
	}
	if l.Addr() != inner.Addr() {
		t.Errorf("Addr: %v", l.Addr())
	}
	l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v, want net.ErrClosed", err)
	}
}

// TestCloseClosesListeners ends Accept, and refuses listeners from then on.
func TestCloseClosesListeners(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), nil)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := srv.Listener(inner)
	if srv.Address() != inner.Addr() {
		t.Errorf("Address: %v, want %v", srv.Address(), inner.Addr())
	}
	srv.Close()
	for range 2 {
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept: %v, want net.ErrClosed", err)
		}
		inner, err = net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l = srv.Listener(inner)
	}
}

// TestListenerRefusesHTTP2, which net/http would serve as HTTP/1.1: its error names what
// serves it, and the listener is closed.
func TestListenerRefusesHTTP2(t *testing.T) {
	o := serving(localhost)
	o.ALPNProtocols = []string{"http/1.1", "h2"}
	srv, err := polytls.NewServer(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	err = http.Serve(srv.Listener(inner), nil)
	var e *polytls.Error
	if !errors.As(err, &e) || e.Option != "ALPNProtocols" || !strings.Contains(e.Reason, "polyhttp") {
		t.Errorf("Serve returned %v", err)
	}
	if _, err := inner.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener below: %v, want net.ErrClosed", err)
	}
}

// TestOCSP staples what OnOCSPRequest returns.
func TestOCSP(t *testing.T) {
	leaf := ca.Issue(testcert.Template{CommonName: "middle", CA: true}).Server("localhost")
	for _, version := range versions {
		srv, co := listening(t, serving(leaf), echo)
		only(&co.ContextOptions, version)
		if version < "TLSv1.2" {
			srv, co = listening(t, polytls.ServerOptions{ContextOptions: with(identity(leaf), func(o *polytls.ContextOptions) { only(o, version) })}, echo)
			only(&co.ContextOptions, version)
		}
		var certificate, issuer []byte
		requests := 0
		response, failure := []byte("response"), error(nil)
		srv.OnOCSPRequest(func(_ context.Context, c, i []byte) ([]byte, error) {
			certificate, issuer = c, i
			requests++
			return response, failure
		})
		connect(t, co)
		if requests != 0 {
			t.Errorf("%s: asked although the client did not", version)
		}
		var got [][]byte
		refusal := error(nil)
		co.OnOCSPResponse = func(_ context.Context, r []byte) error {
			got = append(got, r)
			return refusal
		}
		s := connect(t, co)
		if string(s.OCSPResponse()) != "response" || len(got) != 1 || string(got[0]) != "response" {
			t.Errorf("%s: stapled %q, told %q", version, s.OCSPResponse(), got)
		}
		if string(certificate) != string(leaf.Raw) || string(issuer) != string(leaf.Issuer.Raw) {
			t.Errorf("%s: asked for another certificate or issuer", version)
		}
		for _, response = range [][]byte{nil, {}} { // an empty one is none
			got = nil
			if s := connect(t, co); s.OCSPResponse() != nil || len(got) != 1 || got[0] != nil {
				t.Errorf("%s: response %#v: stapled %#v, told %#v", version, response, s.OCSPResponse(), got)
			}
		}
		errs := clientErrors(srv)
		refusal = errors.New("not stapled")
		if _, err := polytls.Connect(context.Background(), co); !errors.Is(err, refusal) {
			t.Errorf("%s: %v, want what OnOCSPResponse returned", version, err)
		}
		wantAlert(t, version+", refused response", <-errs, polytls.SidePeer, 113)
		failure = &polytls.Error{Code: "MY_CODE"}
		_, err := polytls.Connect(context.Background(), co)
		wantAlert(t, version+", failing request", err, polytls.SidePeer, 80)
		wantCode(t, version+", failing request", <-errs, "MY_CODE")
	}
}

// TestOCSPOption staples the option, and nothing of an empty one.
func TestOCSPOption(t *testing.T) {
	for _, version := range versions {
		for _, response := range []string{"response", ""} {
			so, co := serving(localhost), trusting(ca)
			so.OCSPResponse = []byte(response)
			only(&so.ContextOptions, version)
			only(&co.ContextOptions, version)
			co.RequestOCSP = true
			_, client := pair(t, so, co)
			if got := client.OCSPResponse(); string(got) != response || response == "" && got != nil {
				t.Errorf("%s: option %q, stapled %#v", version, response, got)
			}
		}
	}
}

// TestServesADescriptor is Node's server.listen({fd}): a listening socket that
// came from elsewhere.
func TestServesADescriptor(t *testing.T) {
	bound, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer bound.Close()
	file, err := bound.(*net.TCPListener).File()
	if err != nil {
		t.Skipf("no descriptor: %v", err)
	}
	defer file.Close()
	l, err := net.FileListener(file)
	if err != nil {
		t.Fatal(err)
	}
	srv, err := polytls.NewServer(serving(localhost), func(s *polytls.Socket) { s.Close() })
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	co := trusting(ca)
	co.Host, co.Port = "127.0.0.1", bound.Addr().(*net.TCPAddr).Port
	s, err := polytls.Connect(t.Context(), co)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// TestNothingToServe holds servers that no client could authenticate, and those
// that look alike but serve.
func TestNothingToServe(t *testing.T) {
	hello := func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) { return nil, nil }
	sni := func(context.Context, string) (*polytls.SecureContext, error) { return nil, nil }
	alpn := func(context.Context, polytls.ALPNOffer) (string, error) { return "", nil }
	psk := func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) { return nil, nil }
	srp := func(context.Context, string) (*polytls.SRPVerifier, error) { return nil, nil }
	named, err := polytls.NewSecureContext(identity(localhost))
	if err != nil {
		t.Fatal(err)
	}
	withName := func(srv *polytls.Server) error { return srv.AddContext("a.example", named) }
	for name, tt := range map[string]struct {
		options polytls.ServerOptions
		change  func(*polytls.Server) error
		option  string // at fault, "" for none
	}{
		"nothing":                  {option: "option Cert"},
		"key alone":                {options: with(polytls.ServerOptions{}, func(o *polytls.ServerOptions) { o.Key = identity(localhost).Key }), option: "option Cert"},
		"certificate alone":        {options: with(polytls.ServerOptions{}, func(o *polytls.ServerOptions) { o.Cert = identity(localhost).Cert }), option: "option Key"},
		"authorities alone":        {options: with(polytls.ServerOptions{RequestCert: true}, func(o *polytls.ServerOptions) { o.CA = [][]byte{ca.PEM()} }), option: "option Cert"},
		"certificate with its key": {options: serving(localhost)},
		"a later certificate":      {change: func(srv *polytls.Server) error { return srv.SetSecureContext(named) }},
		"AddContext":               {change: withName},
		"OnClientHello":            {options: polytls.ServerOptions{OnClientHello: hello}},
		"SNICallback":              {options: polytls.ServerOptions{SNICallback: sni}},
		"ALPNCallback":             {options: polytls.ServerOptions{ALPNCallback: alpn}},
		"PSKCallback":              {options: polytls.ServerOptions{PSKCallback: psk}},
		"SRPCallback":              {options: polytls.ServerOptions{SRPCallback: srp}},
		"anonymous suite":          {options: with(polytls.ServerOptions{}, func(o *polytls.ServerOptions) { o.Ciphers = "AECDH-AES128-SHA:@SECLEVEL=0" })},
	} {
		srv, err := polytls.NewServer(tt.options, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if tt.change != nil {
			if err := tt.change(srv); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		addr, err := srv.Listen("tcp", "127.0.0.1:0")
		if tt.option == "" {
			wantCode(t, name, err, "")
			srv.Close()
			continue
		}
		refused := map[string]error{"Listen": err}
		if addr != nil {
			t.Errorf("%s: it listens at %v", name, addr)
		}
		for _, way := range []string{"Serve", "Listener"} {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			if way == "Serve" {
				refused[way] = srv.Serve(l)
			} else {
				_, refused[way] = srv.Listener(l).Accept()
			}
			if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s, %s: the listener is left open: %v", name, way, err)
			}
		}
		for way, err := range refused {
			wantCode(t, name+", "+way, err, "ERR_INVALID_ARG_VALUE")
			if err != nil && !strings.Contains(err.Error(), tt.option) {
				t.Errorf("%s, %s: %v does not name the %s", name, way, err, tt.option)
			}
		}
	}
}

// TestOnHandshake registers two observers, of which each sees every handshake, a
// failed one before OnTLSClientError does.
func TestOnHandshake(t *testing.T) {
	srv, co := listening(t, serving(localhost), echo)
	seen := make(chan error, 4)
	for range 2 {
		srv.OnHandshake(func(s *polytls.Socket, err error) {
			if err == nil && s.Protocol() != polytls.TLS13 {
				err = errors.New("no facts of the connection")
			}
			seen <- err
		})
	}
	srv.OnTLSClientError(func(error, *polytls.Socket) {
		if len(seen) != 2 {
			t.Error("OnTLSClientError comes before OnHandshake")
		}
	})
	echoes(t, connect(t, co))
	for range 2 {
		if err := <-seen; err != nil {
			t.Error(err)
		}
	}
	co.CA = [][]byte{}
	if _, err := polytls.Connect(context.Background(), co); err == nil {
		t.Fatal("a client without authorities connects")
	}
	eventually(t, "both have seen the failure", func() bool { return len(seen) == 2 })
	for range 2 {
		wantCode(t, "server", <-seen, "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA")
	}
}
