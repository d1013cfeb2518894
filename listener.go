package polytls

import (
	"cmp"
	"net"
	"slices"
	"sync"

	"polytls/failure"
	"polytls/internal/serving"
)

// maxHandshakes is how many handshakes a Listener runs at a time.
const maxHandshakes = 1024

// Listen listens on a network of net.Listen and returns a listener of connections whose
// handshake is done, as that of Server.Listener: crypto/tls's Listen. Handshakes that
// fail are reported to Logger alone. A server without a certificate, and "h2" in
// ALPNProtocols, are errors.
func Listen(network, address string, o ServerOptions) (net.Listener, error) {
	srv, err := NewServer(o, nil)
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(srv.checkProof(), o.checkHTTP1()); err != nil {
		return nil, err
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	return srv.Listener(l), nil
}

// checkHTTP1 returns the error of a listener that may be used with net/http, which would
// serve HTTP/2 as HTTP/1.1 on connections that are not crypto/tls's.
func (o *ServerOptions) checkHTTP1() error {
	if slices.Contains(o.ALPNProtocols, "h2") {
		return failure.InvalidArgValue.Option("ALPNProtocols", `net/http would serve "h2" as HTTP/1.1 on a Listener: use polyhttp.Serve, or leave "h2" out`)
	}
	return nil
}

// Listener returns a listener whose Accept returns connections whose handshake is done,
// as http.Serve expects. Handshakes run in parallel; those that fail go to
// OnTLSClientError. Closing it closes l, and the server's Close closes both.
//
// If ALPNProtocols has "h2", Accept returns an error: net/http serves only HTTP/1.1 on
// these connections. Package polyhttp also serves HTTP/2; HTTP2Listener is for other
// servers of HTTP/2.
func (srv *Server) Listener(l net.Listener) net.Listener {
	if err := srv.options.checkHTTP1(); err != nil {
		t := srv.newListener(l)
		l.Close()
		t.end(err)
		return t
	}
	return srv.HTTP2Listener(l)
}

// HTTP2Listener is Listener for servers that check ALPNProtocol and serve HTTP/2 on
// connections of other types than *tls.Conn.
func (srv *Server) HTTP2Listener(l net.Listener) net.Listener {
	t := srv.newListener(l)
	if err := srv.track(l); err != nil {
		l.Close()
		t.end(err)
		return t
	}
	go t.run()
	return t
}

func (srv *Server) newListener(l net.Listener) *listener {
	return &listener{
		Listener: l,
		server:   srv,
		ready:    make(chan *Socket),
		slots:    make(chan struct{}, maxHandshakes),
		done:     make(chan struct{}),
	}
}

type listener struct {
	net.Listener
	server *Server
	ready  chan *Socket
	slots  chan struct{}

	once sync.Once
	done chan struct{}
	err  error // why run ended
}

// run accepts connections until the underlying listener fails.
func (t *listener) run() {
	defer t.server.open.RemoveListener(t.Listener)
	for {
		t.slots <- struct{}{}
		conn, err := serving.Accept(t.Listener)
		if err != nil {
			t.end(err)
			return
		}
		s, err := t.server.admit(conn)
		if err != nil {
			conn.Close()
			<-t.slots
			continue
		}
		go t.handshake(s)
	}
}

func (t *listener) handshake(s *Socket) {
	t.server.handshake(s, func(err error) {
		defer func() { <-t.slots }() // only when Accept has taken s, so that no sockets pile up
		if err != nil {
			return
		}
		select {
		case t.ready <- s:
		case <-t.done:
			s.Close()
		}
	})
}

func (t *listener) end(err error) {
	t.once.Do(func() {
		t.err = err
		close(t.done)
	})
}

// Accept returns the next connection, as a *Socket.
func (t *listener) Accept() (net.Conn, error) {
	select {
	case s := <-t.ready:
		return s, nil
	case <-t.done:
		return nil, t.err
	}
}

// Close closes the underlying listener.
func (t *listener) Close() error {
	err := t.Listener.Close()
	t.end(net.ErrClosed)
	return err
}
