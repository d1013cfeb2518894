package polytls

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"polytls/internal/reason"
)

// events are a server's handlers: one slot each, the last registration wins, and
// nil takes a handler away.
type events struct {
	connection     atomic.Pointer[func(net.Conn)]
	tlsClientError atomic.Pointer[func(error, *Socket)]
	keylog         atomic.Pointer[func([]byte, *Socket)]
	ocspRequest    atomic.Pointer[func(context.Context, []byte, []byte) ([]byte, error)]
	newSession     atomic.Pointer[func(context.Context, []byte, []byte) error]
	resumeSession  atomic.Pointer[func(context.Context, []byte) ([]byte, error)]
}

// OnConnection sets what is told of each connection before its handshake:
// Node's 'connection' event.
func (srv *Server) OnConnection(f func(net.Conn)) {
	srv.events.connection.Store(handler(f, f == nil))
}

// OnTLSClientError sets what is told of each handshake that failed: Node's
// 'tlsClientError' event. The socket tells the peer's address.
func (srv *Server) OnTLSClientError(f func(error, *Socket)) {
	srv.events.tlsClientError.Store(handler(f, f == nil))
}

// OnKeylog sets what is given the lines of the key log, in NSS's format with a
// newline: Node's 'keylog' event. Who has them can read the connections.
func (srv *Server) OnKeylog(f func(line []byte, s *Socket)) {
	srv.events.keylog.Store(handler(f, f == nil))
}

// OnOCSPRequest sets what returns the OCSP response to staple, nil or empty for
// none, given our certificate and its issuer (nil if unknown) in DER: Node's
// 'OCSPRequest' event. It may block.
func (srv *Server) OnOCSPRequest(f func(ctx context.Context, certificate, issuer []byte) ([]byte, error)) {
	srv.events.ocspRequest.Store(handler(f, f == nil))
}

// handler is what a slot holds: nothing of a nil function.
func handler[F any](f F, isNil bool) *F {
	if isNil {
		return nil
	}
	return &f
}

func (srv *Server) keylogFor(s *Socket) func([]byte) {
	on := srv.events.keylog.Load()
	if on == nil {
		return nil
	}
	return func(line []byte) { (*on)(line, s) }
}

func (srv *Server) ocspFor() func(context.Context, []byte, []byte) ([]byte, error) {
	if on := srv.events.ocspRequest.Load(); on != nil {
		return *on
	}
	return nil
}

// contextNames are the contexts of AddContext, in their order.
type contextNames struct {
	mu   sync.RWMutex
	list []namedContext
}

type namedContext struct {
	pattern string
	context *SecureContext
}

// AddContext adds a context for clients that ask for a server name. A '*'
// stands for any run without a dot; among several that match the last added
// wins. The context gives certificates, the trust in those of clients, and, if it
// has one, SessionIDContext; the rest stays the server's.
func (srv *Server) AddContext(serverName string, c *SecureContext) error {
	if serverName == "" {
		return reason.RequiredServerName.Local(`"servername" is required parameter for Server.addContext`)
	}
	if err := c.made(); err != nil {
		return err
	}
	n := &srv.names
	n.mu.Lock()
	defer n.mu.Unlock()
	pattern := strings.ToLower(serverName)
	// One that is replaced can match no more, and those who renew certificates
	// replace often.
	n.list = slices.DeleteFunc(n.list, func(old namedContext) bool { return old.pattern == pattern })
	n.list = append(n.list, namedContext{pattern, c})
	return nil
}

// any reports whether there is any.
func (n *contextNames) any() bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return len(n.list) > 0
}

// find returns the context of a name, nil if there is none.
func (n *contextNames) find(name string) *SecureContext {
	n.mu.RLock()
	defer n.mu.RUnlock()
	name = strings.ToLower(name)
	for i := len(n.list) - 1; i >= 0; i-- {
		if matchName(n.list[i].pattern, name) {
			return n.list[i].context
		}
	}
	return nil
}

// matchName matches a whole name; '*' stands for any run without a dot. Labels
// match one by one, so that the work is bounded by the product of their
// lengths.
func matchName(pattern, name string) bool {
	ps, ns := strings.Split(pattern, "."), strings.Split(name, ".")
	if len(ps) != len(ns) {
		return false
	}
	for i := range ps {
		if !matchLabel(ps[i], ns[i]) {
			return false
		}
	}
	return true
}

// matchLabel matches one label greedily: each literal between two stars at its
// first place.
func matchLabel(pattern, label string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == label
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(label) < len(first)+len(last) || !strings.HasPrefix(label, first) || !strings.HasSuffix(label, last) {
		return false
	}
	label = label[len(first) : len(label)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(label, part)
		if i < 0 {
			return false
		}
		label = label[i+len(part):]
	}
	return true
}
