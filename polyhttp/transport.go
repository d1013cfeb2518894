package polyhttp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"sync"
	"time"

	"polytls"
	"polytls/internal/lru"
)

// Transport is an http.RoundTripper over polytls for HTTP/1.1 and HTTP/2, which ALPN
// selects for each server. The TLS field of responses is set. Requests with http URLs
// are handled by net/http. NewTransport makes a Transport; it should be reused.
//
// It uses no proxy, and ignores the environment variables for proxies.
type Transport struct {
	dialer *polytls.Dialer
	http1  *http.Transport
	http2  transport2

	spoke *lru.Map[string, string] // address to the protocol that its last connection negotiated

	mu    sync.Mutex
	spare map[string][]*polytls.Socket // dialed by one transport, for use by the other
}

// knownAddresses is the number of addresses whose protocol a Transport remembers.
const knownAddresses = 1000

// idleTimeout is how long an idle connection is kept, as in net/http.
const idleTimeout = 90 * time.Second

// NewTransport makes a transport whose connections have the options. Host, Port and
// Path are ignored: they come from each request. Without ALPNProtocols it offers HTTP/2
// and HTTP/1.1. Without SecureContext it resumes sessions, by default those of 256
// servers, and sets SSL_OP_IGNORE_UNEXPECTED_EOF: HTTP messages show where they end,
// and many servers do not send close_notify.
func NewTransport(o polytls.ConnectOptions) (*Transport, error) {
	if o.ALPNProtocols == nil {
		o.ALPNProtocols = []string{protocolHTTP2, protocolHTTP11}
	}
	if o.SecureContext == nil {
		ignoreEOF, err := polytls.ParseSecureOptions("SSL_OP_IGNORE_UNEXPECTED_EOF")
		if err != nil {
			return nil, err
		}
		o.SecureOptions |= ignoreEOF
	}
	dialer, err := polytls.NewDialer(o)
	if err != nil {
		return nil, err
	}
	t := &Transport{dialer: dialer, spoke: lru.New[string, string](knownAddresses), spare: make(map[string][]*polytls.Socket)}
	t.http1 = &http.Transport{
		DialTLSContext:        t.dial1,
		MaxIdleConns:          100,
		IdleConnTimeout:       idleTimeout,
		ExpectContinueTimeout: time.Second,
	}
	t.http2 = newTransport2(t.dial2)
	return t, nil
}

// otherProtocol is the error of a transport whose dialed connection has negotiated the
// protocol of the other transport. The connection is kept for that.
type otherProtocol struct{ address, protocol string }

func (e *otherProtocol) Error() string {
	return fmt.Sprintf("polyhttp: %s negotiated %q this time", e.address, e.protocol)
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL == nil || req.URL.Scheme != "https" {
		return t.http1.RoundTrip(req)
	}
	address := addressOf(req.URL)
	defer t.closeSpare(address)
	body := &heldBody{ReadCloser: req.Body, held: true}
	for range 3 { // more changes of the protocol than that are the server's fault
		resp, err := t.attempt(req, address, body)
		other := (*otherProtocol)(nil)
		if !errors.As(err, &other) {
			body.release()
			return resp, err
		}
		if body.isClosed() { // by an attempt on an idle connection, before dialing
			if req.GetBody == nil {
				return nil, err
			}
			again, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			body = &heldBody{ReadCloser: again, held: true}
		}
	}
	body.release()
	body.Close()
	return nil, fmt.Errorf("polyhttp: %s negotiates another protocol each time", address)
}

// attempt sends a request with the transport for the protocol that the address
// negotiated last. Until that has a connection, the body can still be used by the other
// one.
func (t *Transport) attempt(req *http.Request, address string, body *heldBody) (*http.Response, error) {
	var conn net.Conn
	r := req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		conn = info.Conn
		body.release()
	}}))
	if req.Body != nil && req.Body != http.NoBody {
		r.Body = body
	}
	resp, err := t.roundTripper(address).RoundTrip(r)
	if socket, ok := conn.(*polytls.Socket); ok && err == nil && resp.TLS == nil {
		state := socket.ConnectionState()
		resp.TLS = &state
	}
	return resp, err
}

// CloseIdleConnections closes the connections that no request uses.
func (t *Transport) CloseIdleConnections() {
	t.http1.CloseIdleConnections()
	t.http2.CloseIdleConnections()
}

// roundTripper returns the transport for the protocol that an address negotiated last.
func (t *Transport) roundTripper(address string) http.RoundTripper {
	if spoke, _ := t.spoke.Get(address); spoke == protocolHTTP2 {
		return t.http2
	}
	return t.http1
}

// addressOf returns a URL's host and port, as net/http dials them.
func addressOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// dial1 dials for the transport of HTTP/1.1.
func (t *Transport) dial1(ctx context.Context, _, address string) (net.Conn, error) {
	return t.dial(ctx, address, func(protocol string) bool { return protocol != protocolHTTP2 })
}

// dial2 dials for the transport of HTTP/2.
func (t *Transport) dial2(ctx context.Context, address string) (net.Conn, error) {
	return t.dial(ctx, address, func(protocol string) bool { return protocol == protocolHTTP2 })
}

// dial connects, or takes a spare connection. A new connection whose protocol is not
// wanted is kept as a spare one.
func (t *Transport) dial(ctx context.Context, address string, wanted func(protocol string) bool) (net.Conn, error) {
	if s := t.takeSpare(address, func(s *polytls.Socket) bool { return wanted(s.ALPNProtocol()) }); s != nil {
		return s, nil
	}
	c, err := t.dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	s := c.(*polytls.Socket)
	protocol := s.ALPNProtocol()
	t.spoke.Put(address, protocol, 1)
	if !wanted(protocol) {
		t.putSpare(address, s)
		return nil, &otherProtocol{address, protocol}
	}
	return s, nil
}

// putSpare keeps a connection for the other transport, until the request's end or, if
// the request that it was dialed for has ended already, for idleTimeout.
func (t *Transport) putSpare(address string, s *polytls.Socket) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spare[address] = append(t.spare[address], s)
	time.AfterFunc(idleTimeout, func() {
		if t.takeSpare(address, func(other *polytls.Socket) bool { return other == s }) != nil {
			s.Close()
		}
	})
}

func (t *Transport) takeSpare(address string, wanted func(*polytls.Socket) bool) *polytls.Socket {
	t.mu.Lock()
	defer t.mu.Unlock()
	spare := t.spare[address]
	i := slices.IndexFunc(spare, wanted)
	if i < 0 {
		return nil
	}
	s := spare[i]
	if t.spare[address] = slices.Delete(spare, i, i+1); len(t.spare[address]) == 0 {
		delete(t.spare, address)
	}
	return s
}

// closeSpare closes connections that no request has used, such as after several
// concurrent first requests.
func (t *Transport) closeSpare(address string) {
	t.mu.Lock()
	spare := t.spare[address]
	delete(t.spare, address)
	t.mu.Unlock()
	for _, s := range spare {
		s.Close()
	}
}
