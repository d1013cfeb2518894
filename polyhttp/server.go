// Package polyhttp provides servers and clients of HTTP/1.1 and HTTP/2 that use
// net/http over polytls.
//
// A server needs one call:
//
//	err := polyhttp.ListenAndServe(":443", polytls.ServerOptions{
//		ContextOptions: polytls.ContextOptions{Cert: cert, Key: key},
//	}, handler)
//
// A client needs one more call than with net/http:
//
//	transport, err := polyhttp.NewTransport(polytls.ConnectOptions{})
//	client := &http.Client{Transport: transport}
package polyhttp

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"polytls"
	"polytls/failure"
)

// The protocols of ALPN (RFC 7301, section 6).
const (
	protocolHTTP2  = "h2"
	protocolHTTP11 = "http/1.1"
)

// ListenAndServe listens on the TCP address addr, ":https" if it is empty, and serves
// HTTP/1.1 and HTTP/2 there. It returns when serving fails. See NewServer for the
// options.
func ListenAndServe(addr string, o polytls.ServerOptions, handler http.Handler) error {
	s, err := NewServer(o, handler)
	if err != nil {
		return err
	}
	s.Addr = addr
	return s.ListenAndServe()
}

// Serve is ListenAndServe on a listener of plain connections, which it closes.
func Serve(l net.Listener, o polytls.ServerOptions, handler http.Handler) error {
	s, err := NewServer(o, handler)
	if err != nil {
		l.Close()
		return err
	}
	return s.Serve(l)
}

// Server is an http.Server over polytls: its fields and methods are those of net/http,
// except for TLSConfig, TLSNextProto and Protocols, which are not used. Set them before
// serving. NewServer makes one.
type Server struct {
	http.Server

	// TLS makes the connections: AddContext, OnKeylog and the like are its methods.
	// NewServer adds a function to its OnTLSClientError that answers plain HTTP and,
	// without Logger, logs failed handshakes.
	TLS *polytls.Server

	// AllowEarlyData reports whether a request that came as early data may be handled
	// before the handshake is over. An attacker may have replayed the request, so it
	// must be safe to handle twice. nil allows none: the response to such requests is
	// 425 (Too Early), and clients send them again after the handshake (RFC 8470,
	// section 5.2). Early data needs ServerOptions.MaxEarlyData.
	AllowEarlyData func(*http.Request) bool

	handshakesLogged bool // by the options' Logger
	once             sync.Once
}

// NewServer makes a server, with http.DefaultServeMux if handler is nil. Without
// ALPNProtocols and ALPNCallback in the options HTTP/2 and HTTP/1.1 are served; of
// other protocols in the options, "h2" is served as HTTP/2 and any other as HTTP/1.1.
// With Logger in the options, failed handshakes are logged there alone, and ErrorLog,
// for what net/http logs, is the same logger with the level Warn.
func NewServer(o polytls.ServerOptions, handler http.Handler) (*Server, error) {
	if o.ALPNProtocols == nil && o.ALPNCallback == nil {
		o.ALPNProtocols = []string{protocolHTTP2, protocolHTTP11}
	}
	t, err := polytls.NewServer(o, nil)
	if err != nil {
		return nil, err
	}
	s := &Server{Server: http.Server{Handler: handler}, TLS: t}
	if o.Logger != nil {
		s.ErrorLog = slog.NewLogLogger(o.Logger.Handler(), slog.LevelWarn)
		s.handshakesLogged = true
	}
	t.OnTLSClientError(s.handshakeFailed)
	return s, nil
}

// ListenAndServe listens on Addr and serves. It returns http.ErrServerClosed after
// Shutdown and Close.
func (s *Server) ListenAndServe() error {
	l, err := net.Listen("tcp", cmp.Or(s.Addr, ":https"))
	if err != nil {
		return err
	}
	return s.Serve(l)
}

// Serve runs TLS and HTTP on the connections that l accepts, and closes l.
func (s *Server) Serve(l net.Listener) error {
	if s.TLS == nil {
		l.Close()
		return failure.InvalidArgValue.Option("TLS", "polyhttp: the Server has no TLS; NewServer makes one that has")
	}
	s.once.Do(s.prepare)
	return s.Server.Serve(listener{s.TLS.HTTP2Listener(l), s})
}

// ListenAndServeTLS returns an error, since the options of NewServer have the
// certificate.
func (s *Server) ListenAndServeTLS(certFile, keyFile string) error {
	return failure.InvalidState.Local("polyhttp: ListenAndServeTLS has no use here: ListenAndServe uses TLS, with the certificate of NewServer's options")
}

// ServeTLS returns an error, since the options of NewServer have the certificate.
func (s *Server) ServeTLS(l net.Listener, certFile, keyFile string) error {
	l.Close()
	return failure.InvalidState.Local("polyhttp: ServeTLS has no use here: Serve uses TLS, with the certificate of NewServer's options")
}

// prepare configures the http.Server for our connections. On connections that are not
// *tls.Conn, net/http serves HTTP/2 only as UnencryptedHTTP2.
func (s *Server) prepare() {
	s.Protocols = new(http.Protocols)
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	s.TLSNextProto = nil
	s.Handler = &handler{server: s, next: s.Handler}
	theirs := s.ConnContext
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if own, ok := c.(*conn2); ok {
			c = own.Conn
		}
		socket, _ := c.(*polytls.Socket)
		ctx = context.WithValue(ctx, socketKey{}, socket)
		if theirs != nil {
			ctx = theirs(ctx, c)
		}
		return ctx
	}
}

// handshakeFailed logs a failed handshake, unless the options' Logger does, and sends
// an HTTP response to a client that uses plain HTTP.
func (s *Server) handshakeFailed(err error, socket *polytls.Socket) {
	if conn := socket.NetConn(); errors.Is(err, polytls.ErrHTTPRequest) {
		conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
		io.WriteString(conn, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
	}
	if !s.handshakesLogged {
		s.logf("http: TLS handshake error from %s: %v", socket.RemoteAddr(), err)
	}
}

func (s *Server) logf(format string, args ...any) {
	if s.ErrorLog != nil {
		s.ErrorLog.Printf(format, args...)
		return
	}
	log.Printf(format, args...)
}

// listener accepts connections whose handshake is done.
type listener struct {
	net.Listener
	server *Server
}

func (l listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		socket, ok := c.(*polytls.Socket)
		if !ok || socket.ALPNProtocol() != protocolHTTP2 {
			return c, nil
		}
		if reason := inadequate(socket); reason != "" {
			l.server.logf("http: HTTP/2 with %s refused: %s", socket.RemoteAddr(), reason)
			go refuse2(socket)
			continue
		}
		return &conn2{Conn: socket}, nil
	}
}

// socketKey is the key of a request's *polytls.Socket in its context.
type socketKey struct{}

// Socket returns the connection of a request that a Server handles, given the request's
// context; nil for any other context.
func Socket(ctx context.Context) *polytls.Socket {
	s, _ := ctx.Value(socketKey{}).(*polytls.Socket)
	return s
}

// handler wraps the user's handler.
type handler struct {
	server *Server
	next   http.Handler
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if socket := Socket(r.Context()); socket != nil {
		if r.TLS == nil {
			state := socket.ConnectionState()
			r.TLS = &state
		}
		if early(socket) && (h.server.AllowEarlyData == nil || !h.server.AllowEarlyData(r)) {
			http.Error(w, "Too Early", http.StatusTooEarly)
			return
		}
	}
	next := h.next
	if next == nil {
		next = http.DefaultServeMux
	}
	next.ServeHTTP(w, r)
}

// early reports whether only early data has been read from a connection. Data after it
// follows the client's Finished and cannot be a replay.
func early(s *polytls.Socket) bool {
	n := s.EarlyData()
	return n > 0 && s.BytesRead() <= n
}
