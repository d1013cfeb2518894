package polyhttp_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"polytls"
	"polytls/failure"
	"polytls/internal/peertest"
	"polytls/internal/testcert"
	"polytls/polyhttp"
)

var (
	ca        = testcert.CA("polyhttp")
	localhost = ca.Server("localhost", "127.0.0.1")
)

func serving() polytls.ServerOptions {
	return polytls.ServerOptions{ContextOptions: polytls.ContextOptions{
		Cert: [][]byte{localhost.ChainPEM()}, Key: []polytls.Key{{PEM: localhost.KeyPEM()}},
	}}
}

func trusting() polytls.ConnectOptions {
	return polytls.ConnectOptions{ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}}}
}

// tell answers with what a handler sees of a request.
func tell(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	state := r.TLS
	if state == nil {
		state = &tls.ConnectionState{}
	}
	fmt.Fprintf(w, "%s %s %s tls=%t alpn=%s name=%s socket=%t body=%s",
		r.Proto, r.Method, r.URL.Path, state.HandshakeComplete, state.NegotiatedProtocol, state.ServerName,
		polyhttp.Socket(r.Context()) != nil, body)
}

// lines is what a server logs.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func newLines() *lines { return &lines{more: make(chan struct{}, 100)} }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	l.more <- struct{}{}
	return len(p), nil
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start serves on a port of localhost until the test ends.
func start(t *testing.T, o polytls.ServerOptions, change func(*polyhttp.Server)) (address string, logged *lines) {
	t.Helper()
	s, err := polyhttp.NewServer(o, http.HandlerFunc(tell))
	if err != nil {
		t.Fatal(err)
	}
	logged = newLines()
	s.ErrorLog = log.New(logged, "", 0)
	if change != nil {
		change(s)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("Serve returned %v", err)
		}
	})
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return "localhost:" + port, logged
}

func roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.Certificate)
	return pool
}

// theirs is a client of net/http and crypto/tls.
func theirs(t *testing.T, two bool) *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots()}, Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(!two)
	transport.Protocols.SetHTTP2(two)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// ours is a client of polyhttp.
func ours(t *testing.T, o polytls.ConnectOptions) *http.Client {
	t.Helper()
	transport, err := polyhttp.NewTransport(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func post(t *testing.T, c *http.Client, url, body string) (*http.Response, string) {
	t.Helper()
	resp, err := c.Post(url, "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// TestServer serves clients that are not ours.
func TestServer(t *testing.T) {
	address, _ := start(t, serving(), nil)
	for _, tt := range []struct {
		two  bool
		want string
	}{
		{false, "HTTP/1.1 POST /a tls=true alpn= name=localhost socket=true body=hello"},
		{true, "HTTP/2.0 POST /a tls=true alpn=h2 name=localhost socket=true body=hello"},
	} {
		c := theirs(t, tt.two)
		for range 3 {
			if _, got := post(t, c, "https://"+address+"/a", "hello"); got != tt.want {
				t.Errorf("the handler saw %q, want %q", got, tt.want)
			}
		}
	}
}

// TestTransport asks servers that are not ours, and ours.
func TestTransport(t *testing.T) {
	own, _ := start(t, serving(), nil)
	own1, _ := start(t, func() polytls.ServerOptions {
		o := serving()
		o.ALPNProtocols = []string{"http/1.1"}
		return o
	}(), nil)
	other := func(two bool) string {
		s := httptest.NewUnstartedServer(http.HandlerFunc(tell))
		s.EnableHTTP2 = two
		s.TLS = &tls.Config{Certificates: []tls.Certificate{pair(t)}}
		s.StartTLS()
		t.Cleanup(s.Close)
		_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
		return "localhost:" + port
	}
	for _, tt := range []struct{ name, address, proto, alpn string }{
		{"ours, HTTP/2", own, "HTTP/2.0", "h2"},
		{"ours, HTTP/1.1", own1, "HTTP/1.1", "http/1.1"},
		{"crypto/tls, HTTP/2", other(true), "HTTP/2.0", "h2"},
		{"crypto/tls, HTTP/1.1", other(false), "HTTP/1.1", "http/1.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := ours(t, trusting())
			for range 3 {
				resp, got := post(t, c, "https://"+tt.address+"/b", "hello")
				want := tt.proto + " POST /b tls=true alpn=" + tt.alpn + " name=localhost"
				if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "body=hello") {
					t.Errorf("the handler saw %q, want %q", got, want)
				}
				if resp.Proto != tt.proto || resp.TLS == nil || resp.TLS.NegotiatedProtocol != tt.alpn || len(resp.TLS.VerifiedChains) != 1 {
					t.Errorf("the response: %s, TLS %+v", resp.Proto, resp.TLS)
				}
			}
		})
	}
}

func pair(t *testing.T) tls.Certificate {
	t.Helper()
	p, err := tls.X509KeyPair(localhost.ChainPEM(), localhost.KeyPEM())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestManyFirstRequests sends many requests at once to a server that was never
// asked before: one connection of HTTP/2 serves them in the end.
func TestManyFirstRequests(t *testing.T) {
	address, _ := start(t, serving(), nil)
	c := ours(t, trusting())
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			body := fmt.Sprint("request ", i)
			resp, err := c.Post("https://"+address+"/", "text/plain", strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			text, _ := io.ReadAll(resp.Body)
			if !strings.HasSuffix(string(text), "body="+body) || resp.ProtoMajor != 2 {
				t.Errorf("%s: %q", resp.Proto, text)
			}
		})
	}
	wg.Wait()
}

// TestServerChangesItsMind meets a server that uses HTTP/2 first and then does not,
// as one behind a load balancer may.
func TestServerChangesItsMind(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(tell))
	protocols := []string{"h2", "http/1.1"}
	s.EnableHTTP2 = true
	var mu sync.Mutex
	s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		mu.Lock()
		defer mu.Unlock()
		return &tls.Config{Certificates: []tls.Certificate{pair(t)}, NextProtos: protocols}, nil
	}}
	s.StartTLS()
	defer s.Close()
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	c := ours(t, trusting())
	for _, tt := range []struct {
		protocols []string
		major     int
	}{{[]string{"h2", "http/1.1"}, 2}, {[]string{"http/1.1"}, 1}, {[]string{"h2"}, 2}} {
		mu.Lock()
		protocols = tt.protocols
		mu.Unlock()
		c.CloseIdleConnections()
		s.CloseClientConnections()
		resp, text := post(t, c, "https://localhost:"+port+"/", "again")
		if resp.ProtoMajor != tt.major || !strings.HasSuffix(text, "body=again") {
			t.Errorf("%v: %s %q", tt.protocols, resp.Proto, text)
		}
	}
}

// TestBodyIsSentAgain: a server closes a connection that it has kept instead of
// answering, and offers only HTTP/2 on the next one. A request that may be repeated is
// answered there, with its whole body.
func TestBodyIsSentAgain(t *testing.T) {
	var connections atomic.Int32
	o := serving()
	o.ALPNCallback = func(context.Context, polytls.ALPNOffer) (string, error) {
		if connections.Add(1) == 1 {
			return "http/1.1", nil
		}
		return "h2", nil
	}
	address, _ := start(t, o, func(s *polyhttp.Server) {
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/second" && r.ProtoMajor == 1 {
				io.Copy(io.Discard, r.Body)
				panic(http.ErrAbortHandler)
			}
			tell(w, r)
		})
	})
	c := ours(t, trusting())
	if resp, _ := post(t, c, "https://"+address+"/first", "one"); resp.ProtoMajor != 1 {
		t.Fatalf("the first connection has %s", resp.Proto)
	}
	req, err := http.NewRequest(http.MethodPost, "https://"+address+"/second", strings.NewReader("two"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", "1")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || resp.ProtoMajor != 2 || !strings.HasSuffix(string(text), "body=two") {
		t.Errorf("%s %q, %v", resp.Proto, text, err)
	}
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// closing is a body that signals that it was closed.
type closing struct {
	io.Reader
	once   sync.Once
	closed chan struct{}
}

func (c *closing) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

// TestCancelledDial: a request whose context ends during the handshake returns, and
// its body is closed.
func TestCancelledDial(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		c.Read(make([]byte, 1)) // of the hello
		cancel()
		io.Copy(io.Discard, c)
	}()
	body := &closing{Reader: strings.NewReader("body"), closed: make(chan struct{})}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+l.Addr().String()+"/", body)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := ours(t, trusting()).Do(req); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", resp, err)
	}
	select {
	case <-body.closed:
	case <-time.After(time.Minute):
		t.Error("the body is not closed")
	}
}

// TestPlainHTTP asks without TLS.
func TestPlainHTTP(t *testing.T) {
	address, logged := start(t, serving(), nil)
	resp, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(text), "HTTPS server") {
		t.Errorf("%s: %q", resp.Status, text)
	}
	<-logged.more
	if !strings.Contains(logged.String(), "ERR_SSL_HTTP_REQUEST") {
		t.Errorf("the log: %q", logged)
	}
}

// TestLogger logs a failed handshake and a handler's panic as records, once each.
func TestLogger(t *testing.T) {
	logged := newLines()
	o := serving()
	o.Logger = slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelWarn}))
	address, _ := start(t, o, func(s *polyhttp.Server) {
		s.ErrorLog = slog.NewLogLogger(o.Logger.Handler(), slog.LevelWarn) // start has set another
		s.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a fault of the handler") })
	})
	resp, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	<-logged.more
	if _, err := ours(t, trusting()).Get("https://" + address); err == nil {
		t.Error("a response of a handler that panics")
	}
	<-logged.more
	records := strings.Split(strings.TrimSpace(logged.String()), "\n")
	if len(records) != 2 || !strings.Contains(records[0], "msg=handshake") || !strings.Contains(records[0], "ERR_SSL_HTTP_REQUEST") ||
		!strings.Contains(records[1], "level=WARN") || !strings.Contains(records[1], "a fault of the handler") {
		t.Errorf("the records: %q", records)
	}
}

// TestLoggerIsErrorLog: net/http logs with the options' Logger.
func TestLoggerIsErrorLog(t *testing.T) {
	logged := newLines()
	o := serving()
	o.Logger = slog.New(slog.NewTextHandler(logged, nil))
	s, err := polyhttp.NewServer(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.ErrorLog.Print("a line")
	if got := logged.String(); !strings.Contains(got, "level=WARN msg=\"a line\"") {
		t.Errorf("the record is %q", got)
	}
}

// TestServeFunctions: Serve serves until the listener fails, and ListenAndServe returns
// the error of an address.
func TestServeFunctions(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- polyhttp.Serve(l, serving(), http.HandlerFunc(tell)) }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if resp, text := post(t, theirs(t, true), "https://localhost:"+port+"/s", "hello"); resp.ProtoMajor != 2 || !strings.HasSuffix(text, "body=hello") {
		t.Errorf("%s %q", resp.Proto, text)
	}
	l.Close()
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve returned %v", err)
	}
	if err := polyhttp.ListenAndServe("127.0.0.1:no-such-port", serving(), nil); err == nil {
		t.Error("an address that does not exist")
	}
}

// TestHTTP2NeedsBetterTLS negotiates HTTP/2 where RFC 9113, section 9.2, forbids it.
func TestHTTP2NeedsBetterTLS(t *testing.T) {
	o := serving()
	o.Ciphers = "ALL:@SECLEVEL=0"
	o.MinVersion = "TLSv1"
	address, logged := start(t, o, nil)
	for _, change := range []func(*polytls.ConnectOptions){
		func(o *polytls.ConnectOptions) { o.MaxVersion, o.MinVersion = "TLSv1.1", "TLSv1" },
		func(o *polytls.ConnectOptions) { o.MaxVersion, o.Ciphers = "TLSv1.2", "ECDHE-ECDSA-AES128-SHA" },
	} {
		co := trusting()
		co.Ciphers = "ALL:@SECLEVEL=0"
		change(&co)
		co.ALPNProtocols = []string{"h2"}
		_, port, _ := net.SplitHostPort(address)
		fmt.Sscan(port, &co.Port)
		c, err := polytls.Connect(t.Context(), co)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, http2.ClientPreface)
		f := http2.NewFramer(nil, c)
		f.ReadFrame() // the settings
		frame, err := f.ReadFrame()
		if away, ok := frame.(*http2.GoAwayFrame); !ok || away.ErrCode != http2.ErrCodeInadequateSecurity {
			t.Errorf("the client got %v, %v", frame, err)
		}
		<-logged.more
	}
	if n := strings.Count(logged.String(), "refused"); n != 2 {
		t.Errorf("the log: %q", logged)
	}
}

// TestHTTP2IsSpoken sends HTTP/1.1 where HTTP/2 was negotiated.
func TestHTTP2IsSpoken(t *testing.T) {
	address, _ := start(t, serving(), nil)
	c, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots(), NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if text, _ := io.ReadAll(c); strings.Contains(string(text), "200 OK") {
		t.Errorf("the server answered %q", text)
	}
}

// TestEarlyData resumes with a request as early data.
func TestEarlyData(t *testing.T) {
	for _, tt := range []struct {
		name   string
		allow  func(*http.Request) bool
		status string
	}{
		{"not marked safe", nil, "425 Too Early"},
		{"not allowed", func(*http.Request) bool { return false }, "425 Too Early"},
		{"allowed", func(r *http.Request) bool { return r.Method == "GET" }, "200 OK"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := serving()
			o.MaxEarlyData = 1 << 14
			o.ALPNProtocols = []string{"http/1.1"}
			address, _ := start(t, o, func(s *polyhttp.Server) { s.AllowEarlyData = tt.allow })
			const request = "GET /early HTTP/1.1\r\nHost: localhost\r\n\r\n"
			var session []byte
			_, port, _ := net.SplitHostPort(address)
			co := trusting()
			fmt.Sscan(port, &co.Port)
			co.ALPNProtocols = []string{"http/1.1"}
			co.OnSession = func(s []byte) { session = s }
			if got := ask(t, co, request, false); got != "HTTP/1.1 200 OK" || session == nil {
				t.Fatalf("the first request: %q", got)
			}
			co.Session, co.EarlyData = session, []byte(request)
			if got := ask(t, co, request, true); got != "HTTP/1.1 "+tt.status {
				t.Errorf("the early request: %q, want %s", got, tt.status)
			}
		})
	}
}

// ask returns a response's first line. Of two requests the first came as early
// data; the second must be answered well.
func ask(t *testing.T, co polytls.ConnectOptions, request string, early bool) string {
	t.Helper()
	c, err := polytls.Connect(context.Background(), co)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if early != c.EarlyDataAccepted() {
		t.Fatalf("early data accepted: %t", c.EarlyDataAccepted())
	}
	r := bufio.NewReader(c)
	first := ""
	if early {
		first = response(t, r)
	}
	io.WriteString(c, request)
	second := response(t, r)
	if early && second != "HTTP/1.1 200 OK" {
		t.Errorf("the request after the early one: %q", second)
	}
	if first != "" {
		return first
	}
	return second
}

func response(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp.Proto + " " + resp.Status
}

// TestShutdown ends a server while a request is handled.
func TestShutdown(t *testing.T) {
	for _, two := range []bool{false, true} {
		s, err := polyhttp.NewServer(serving(), nil)
		if err != nil {
			t.Fatal(err)
		}
		entered, leave := make(chan struct{}), make(chan struct{})
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-leave
			io.WriteString(w, "done")
		})
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		answer := make(chan string, 1)
		go func() {
			_, text := post(t, theirs(t, two), "https://localhost:"+port, "")
			answer <- text
		}()
		<-entered
		down := make(chan error, 1)
		go func() { down <- s.Shutdown(t.Context()) }()
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("Serve returned %v", err)
		}
		close(leave)
		if text := <-answer; text != "done" {
			t.Errorf("the request that was handled got %q", text)
		}
		if err := <-down; err != nil {
			t.Error(err)
		}
	}
}

// TestEndWithoutCloseNotify asks servers that cut TCP after a response: it is whole
// where HTTP says where it ends.
func TestEndWithoutCloseNotify(t *testing.T) {
	for _, tt := range []struct {
		name, response, want string
		whole                bool
	}{
		{"content length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", true},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello", true},
		{"the connection's end", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", "hello", true},
		{"half of it", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "hello", false},
		{"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "hello", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				c := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{pair(t)}})
				http.ReadRequest(bufio.NewReader(c))
				io.WriteString(c, tt.response)
				conn.Close()
			}()
			resp, err := ours(t, trusting()).Get("https://" + strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			if string(text) != tt.want || (err == nil) != tt.whole {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
}

// TestMisuse says what is wrong.
func TestMisuse(t *testing.T) {
	if _, err := polyhttp.NewTransport(polytls.ConnectOptions{ContextOptions: polytls.ContextOptions{Ciphers: "none such"}}); err == nil {
		t.Error("a cipher list of nothing was taken")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &polyhttp.Server{}
	for _, tt := range []struct{ err, want error }{
		{s.Serve(l), failure.InvalidArgValue}, {s.ServeTLS(l, "", ""), failure.InvalidState}, {s.ListenAndServeTLS("", ""), failure.InvalidState},
	} {
		if !errors.Is(tt.err, tt.want) || !strings.Contains(tt.err.Error(), "polyhttp") {
			t.Errorf("%v, want %v", tt.err, tt.want)
		}
	}
	if _, err := ours(t, trusting()).Get("https://localhost:99999/"); err == nil {
		t.Error("a port of 99999 was taken")
	}
}

// TestCurl asks with curl, which says what it negotiated.
func TestCurl(t *testing.T) {
	curl := peertest.Path(t, "curl")
	address, _ := start(t, serving(), nil)
	roots := t.TempDir() + "/ca.pem"
	writeFile(t, roots, ca.PEM())
	for flag, want := range map[string]string{"--http1.1": "HTTP/1.1 POST", "--http2": "HTTP/2.0 POST"} {
		p := peertest.Start(t, exec.Command(curl, "-sS", flag, "--cacert", roots, "-d", "hello", "https://"+address+"/c"))
		if err := p.Wait(t); err != nil || !strings.Contains(p.Output(), want) {
			t.Errorf("curl %s: %v: %s", flag, err, p.Output())
		}
	}
}

// TestChromium loads a page with Chromium, which does not verify our certificate.
func TestChromium(t *testing.T) {
	chromium := peertest.Path(t, "chromium")
	address, _ := start(t, serving(), nil)
	p := peertest.Start(t, exec.Command(chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(),
		"--ignore-certificate-errors", "--dump-dom", "https://"+address+"/page"))
	const want = "HTTP/2.0 GET /page tls=true alpn=h2 name=localhost"
	if err := p.Wait(t); err != nil || !strings.Contains(string(p.Stdout.Bytes()), want) {
		t.Errorf("%v, want %q%s", err, want, p.Output())
	}
}

// TestNodeHTTP2 asks a server of Node's module http2, and serves its client.
func TestNodeHTTP2(t *testing.T) {
	node := peertest.Path(t, "node")
	dir := t.TempDir()
	writeFile(t, dir+"/ca.pem", ca.PEM())
	writeFile(t, dir+"/cert.pem", localhost.ChainPEM())
	writeFile(t, dir+"/key.pem", localhost.KeyPEM())
	t.Run("server", func(t *testing.T) {
		p := peertest.Start(t, exec.Command(node, "-e", `
			const fs = require('fs')
			const s = require('http2').createSecureServer({allowHTTP1: true,
				cert: fs.readFileSync('`+dir+`/cert.pem'), key: fs.readFileSync('`+dir+`/key.pem')},
				(req, res) => { let b = ''; req.on('data', d => b += d); req.on('end', () => res.end(req.httpVersion + ' ' + b)) })
			s.listen(0, '127.0.0.1', () => console.log('port ' + s.address().port + '.'))`))
		var port int
		p.Stdout.Await(func(text []byte) bool { return strings.Contains(string(text), ".") })
		fmt.Sscanf(string(p.Stdout.Bytes()), "port %d.", &port)
		for protocol, want := range map[string]string{"h2": "2.0 hello", "http/1.1": "1.1 hello"} {
			co := trusting()
			co.ALPNProtocols = []string{protocol}
			if _, got := post(t, ours(t, co), fmt.Sprintf("https://localhost:%d/", port), "hello"); got != want {
				t.Errorf("%s: Node saw %q, want %q", protocol, got, want)
			}
		}
	})
	t.Run("client", func(t *testing.T) {
		address, _ := start(t, serving(), nil)
		p := peertest.Start(t, exec.Command(node, "-e", `
			const c = require('http2').connect('https://`+address+`', {ca: require('fs').readFileSync('`+dir+`/ca.pem')})
			const r = c.request({':path': '/n', ':method': 'POST'})
			let b = ''; r.on('data', d => b += d); r.on('end', () => { console.log(b); c.close() }); r.end('hello')`))
		if err := p.Wait(t); err != nil || !strings.Contains(p.Output(), "HTTP/2.0 POST /n tls=true alpn=h2 name=localhost socket=true body=hello") {
			t.Errorf("%v: %s", err, p.Output())
		}
	})
}
