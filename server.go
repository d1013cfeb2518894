package polytls

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"polytls/failure"
	"polytls/internal/antireplay"
	"polytls/internal/conn"
	"polytls/internal/kex"
	"polytls/internal/recorder"
	"polytls/internal/servername"
	"polytls/internal/serving"
	"polytls/internal/session"
	"polytls/internal/stack"
	"polytls/sessionstore"
)

// ServerOptions are the options of a server: Node's tls.createServer(). Zero values
// are safe.
type ServerOptions struct {
	ContextOptions
	// SecureContext is a ready context in place of ContextOptions; giving both
	// is an error.
	SecureContext *SecureContext

	// RequestCert requests a certificate of clients and ends handshakes with those
	// that have no valid one. A session is resumed only if its certificate is valid
	// now.
	RequestCert bool
	// AllowUnauthorized accepts clients that RequestCert would refuse: Node's
	// rejectUnauthorized: false. The handler must check AuthorizationError.
	AllowUnauthorized bool
	// ClientAuth is the setting of this name in crypto/tls, in place of RequestCert and
	// AllowUnauthorized; with either it is an error, and so is a value below 0. 0,
	// which is tls.NoClientCert, leaves it to them. With RequestClientCert and
	// RequireAnyClientCert clients are not refused for their certificates: the handler
	// must check AuthorizationError.
	ClientAuth tls.ClientAuthType
	// Verify is called in the handshake with each certificate that a client sends, or
	// that its session holds, even if it is not trusted. Its error refuses the client,
	// with the alert of an *Error or else bad_certificate; nil leaves the decision as
	// it is. It may block; ctx also ends when the client closes the connection.
	Verify func(ctx context.Context, verdict *PeerVerdict) error
	// OnClientHello is called with the first message of a client, before anything is
	// negotiated. What it returns is used for the connection, nil keeps the server's
	// settings; its error refuses the client, with the alert of an *Error. It may
	// block. SNICallback and AddContext apply afterwards, unless it returns a context
	// or a certificate.
	OnClientHello func(ctx context.Context, hello *ClientHello) (*ServerChoice, error)
	// AllowPostHandshakeAuth keeps the state that Socket.RequestClientCertificate
	// needs: some hundred bytes for each connection whose client offers it.
	AllowPostHandshakeAuth bool
	// ClientCipherOrder prefers the client's order of cipher suites: Node's
	// honorCipherOrder: false.
	ClientCipherOrder bool

	// ALPNProtocols are the supported protocols, most preferred first. A client that
	// offers only others is refused with no_application_protocol. nil or empty
	// negotiates none.
	ALPNProtocols []string
	// ALPNCallback chooses in place of ALPNProtocols; "" refuses. It may block.
	ALPNCallback func(ctx context.Context, offer ALPNOffer) (string, error)
	// SNICallback returns the context for a server name, nil for the server's
	// own; it replaces AddContext. It may block.
	SNICallback func(ctx context.Context, serverName string) (*SecureContext, error)

	// TicketKeys are 48 bytes that seal session tickets, the same as Node's;
	// nil for random ones. Any other length is an error, also of an empty slice.
	TicketKeys []byte
	// Tickets is the number of tickets that a TLS 1.3 handshake sends: 0 for 2,
	// negative for none.
	Tickets int

	// SessionStore keeps sessions that clients resume by identifier: those up to TLS
	// 1.2 that got no ticket, and the tickets of TLS 1.3. nil keeps none, as in Node.
	// If the store fails, handshakes are full ones; no connection fails.
	SessionStore sessionstore.Store
	// SingleUseTickets makes a ticket of TLS 1.3 valid for one resumption. It needs
	// SessionStore, which then holds the tickets.
	SingleUseTickets bool

	// MaxEarlyData is how many bytes of early data (0-RTT) a client may send with a TLS
	// 1.3 session; 0 accepts none. It is accepted once: by the Server that issued the
	// ticket, or with SingleUseTickets by the one that takes the ticket from the store.
	// Otherwise the handshake continues without it. Read returns it first, and
	// Socket.EarlyData its length.
	MaxEarlyData uint32

	// PSKCallback returns the key of an identity, nil if it is unknown. It may block.
	// It is called again before a session that the key authenticated is resumed.
	PSKCallback func(ctx context.Context, s *Socket, identity []byte) (*PSK, error)
	// HidePSKIdentities makes a handshake with an unknown identity fail like one with
	// a wrong key, so that clients cannot find out which identities exist. Without it
	// the alert is unknown_psk_identity, as in Node. In TLS 1.3 it applies to servers
	// without certificates.
	HidePSKIdentities bool
	// PSKIdentityHint is sent to clients up to TLS 1.2, to help them choose a key. It
	// has at most 256 bytes; "" sends none.
	PSKIdentityHint string
	// AllowPSKKe lets TLS 1.3 use pre-shared keys without an ephemeral key exchange
	// (psk_ke), without forward secrecy.
	AllowPSKKe bool
	// SRPCallback returns a user's verifier (RFC 5054), nil for an unknown user, who
	// is then simulated. It may block. It is called again before a session of the
	// user is resumed.
	SRPCallback func(ctx context.Context, user string) (*SRPVerifier, error)
	// SRPGroups are the groups of the users' verifiers by their bits, nil or empty for
	// 2,048 only. An unknown user is simulated in one of them, which the user's name
	// selects: a group that is listed twice is selected twice as often. A verifier in
	// any other group is an error, since it would show that the user exists.
	SRPGroups []int
	// SRPSaltSize is the length of the users' salts in bytes, up to 255; 0 is what
	// NewSRPVerifier and OpenSSL make: 20 without leading zeros. Salts of unknown
	// users have the same length.
	SRPSaltSize int
	// SRPSeed is a secret of at least 16 bytes from which unknown users are
	// simulated, nil for a random one; an empty one is an error. Servers of the same
	// users should share it and keep it across restarts, so that responses for
	// unknown users are indistinguishable.
	SRPSeed []byte

	// HandshakeTimeout ends a handshake that takes longer, also a renegotiation
	// and an authentication after the handshake: 0 for 120 s.
	HandshakeTimeout time.Duration
	// MaxConnections closes further connections at once, with which OnDrop's functions
	// are called; 0 for no limit.
	MaxConnections int
	// AllowHalfOpen keeps our side of the connection open when the peer has closed its
	// own.
	AllowHalfOpen bool
	// MaxSendFragment bounds the plaintext of records, 512 to 16,384 bytes; 0
	// for 16,384.
	MaxSendFragment int
	// RecordHandshake records the messages of handshakes for Socket.HandshakeInfo.
	RecordHandshake bool
	// Logger logs each handshake that ends, as "handshake" with the attributes of
	// HandshakeInfo, and the first error of a connection after its handshake, as
	// "connection" with those of Error and remote. Failures have the level Warn, others
	// Info. The end of the connection, with or without close_notify, and a deadline are
	// not logged. The goroutine of the connection waits for the slog.Handler. nil logs
	// nothing.
	Logger *slog.Logger
	// OnKeylog is called with each line of the key log, before the functions of
	// Server.OnKeylog: for ServerSocket, which makes no Server. The lines allow
	// decrypting the connections.
	OnKeylog func(line []byte, s *Socket)
	// OnOCSPRequest, OnNewSession and OnResumeSession are called before the functions of
	// the Server's methods of these names, and have their arguments and results: for
	// ServerSocket, which makes no Server. nil is none.
	OnOCSPRequest   func(ctx context.Context, certificate, issuer []byte) ([]byte, error)
	OnNewSession    func(ctx context.Context, id, session []byte) error
	OnResumeSession func(ctx context.Context, id []byte) ([]byte, error)

	// EnableTrace prints what each connection sends and receives, as OpenSSL prints it,
	// on TraceWriter: Node's option of this name. Control characters that come from the
	// peer are printed as numbers. The trace shows no key, but everything that the
	// handshake encrypts.
	EnableTrace bool
	// TraceWriter receives the text of EnableTrace and Socket.EnableTrace, one write at
	// a time, for all connections; nil is os.Stderr. No connection waits for it: if
	// more than 1 MiB is pending, text is dropped, with a line that says so, and errors
	// are ignored. Close waits up to a second for pending text.
	TraceWriter io.Writer
	// TraceStyle is the release of OpenSSL whose format the trace has: "1.1.1", which
	// Node 12 prints, "3.0" or "3.5"; "" for "3.5".
	TraceStyle string
}

// ALPNOffer is what ALPNCallback chooses from.
type ALPNOffer struct {
	ServerName string   // "" if the client sent none
	Protocols  []string // the client's order
	Socket     *Socket  // its handshake is still running: for SetKeyCert
}

const (
	defaultTickets = 2
	maxPSKHint     = 256 // as current Node
)

// Server accepts TLS connections: Node's tls.Server. NewServer makes one; the methods
// of the zero Server return an error. They may be called by any number of goroutines.
type Server struct {
	options ServerOptions
	handler func(*Socket)
	events  events
	context atomic.Pointer[SecureContext]
	last    atomic.Pointer[compiledContext] // the context that was used last
	tickets atomic.Pointer[session.Ring]    // never empty
	names   servername.Index[*SecureContext]
	srp     *kex.SRPSimulation // nil without SRPCallback
	counts  counters
	early   *antireplay.Gate // nil if no early data is accepted
	traces  tracing
	open    serving.Group
}

// NewServer checks options and returns a server. onSecureConnection is called with each
// connection whose handshake succeeded, on a goroutine of its own; nil is for a server
// whose connections come from Listener or Handshake.
func NewServer(o ServerOptions, onSecureConnection func(*Socket)) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	srv := &Server{
		options: o,
		handler: onSecureConnection,
		early:   o.earlyGate(),
	}
	var err error
	if srv.srp, err = o.srpSimulation(); err != nil {
		return nil, err
	}
	if srv.traces, err = newTracing(o.TraceWriter, o.TraceStyle); err != nil {
		return nil, err
	}
	context, err := contextOf(o.SecureContext, &o.ContextOptions)
	if err != nil {
		return nil, err
	}
	if context.method.ClientOnly {
		return nil, failure.CalledWrongFunction.Option("SecureProtocol", "a client's method at a server")
	}
	srv.context.Store(context)
	srv.OnKeylog(o.OnKeylog)
	srv.OnOCSPRequest(o.OnOCSPRequest)
	srv.OnNewSession(o.OnNewSession)
	srv.OnResumeSession(o.OnResumeSession)
	if err := srv.setFirstTicketKeys(o.TicketKeys); err != nil {
		return nil, err
	}
	return srv, nil
}

func (o *ServerOptions) check() error {
	if o.ALPNCallback != nil && len(o.ALPNProtocols) > 0 {
		return failure.ALPNCallbackWithProtocols.Local("The ALPNCallback and ALPNProtocols TLS options are mutually exclusive").
			At(failure.Item{Option: "ALPNCallback", Index: -1})
	}
	if err := checkALPN(o.ALPNProtocols); err != nil {
		return err
	}
	switch {
	case o.ClientAuth != tls.NoClientCert && (o.RequestCert || o.AllowUnauthorized):
		return failure.InvalidArgValue.Option("ClientAuth", "it replaces RequestCert and AllowUnauthorized; give it or them")
	case o.ClientAuth < tls.NoClientCert, o.ClientAuth > tls.RequireAndVerifyClientCert:
		return failure.InvalidArgValue.Option("ClientAuth", "%d is no mode of crypto/tls", o.ClientAuth)
	case o.SingleUseTickets && o.SessionStore == nil:
		return failure.InvalidArgValue.Option("SingleUseTickets", "it needs a SessionStore")
	case len(o.PSKIdentityHint) > maxPSKHint:
		return failure.InvalidArgValue.Option("PSKIdentityHint", "%d bytes, at most %d are allowed", len(o.PSKIdentityHint), maxPSKHint)
	case o.HandshakeTimeout < 0:
		return failure.OutOfRange.Option("HandshakeTimeout", "%v is negative", o.HandshakeTimeout)
	case o.MaxConnections < 0:
		return failure.OutOfRange.Option("MaxConnections", "%d is negative", o.MaxConnections)
	}
	return checkFragment(o.MaxSendFragment)
}

func (srv *Server) setFirstTicketKeys(keys []byte) error {
	if keys != nil {
		return srv.SetTicketKeys(keys)
	}
	key, err := session.NewTicketKey()
	if err != nil {
		return err
	}
	return srv.SetTicketKeys(key.Bytes())
}

// SetTicketKeys replaces the keys of session tickets. Each is 48 bytes: a name of 16,
// an HMAC-SHA256 key of 16 and an AES-128-CBC key of 16. The first encrypts new
// tickets; the others only decrypt tickets that they encrypted before.
func (srv *Server) SetTicketKeys(keys ...[]byte) error {
	var ring []*session.TicketKey
	for i, b := range keys {
		if len(b) != session.TicketKeySize {
			return failure.InvalidArgValue.Option("TicketKeys", "must be exactly %d bytes. Received %d", session.TicketKeySize, len(b)).
				At(item("TicketKeys", i))
		}
		key, err := session.ParseTicketKeys(b)
		if err != nil {
			return optionItem(item("TicketKeys", -1), err).At(item("TicketKeys", i))
		}
		ring = append(ring, key)
	}
	if len(ring) == 0 {
		return failure.InvalidArgValue.Option("TicketKeys", "no key is given")
	}
	if sealed, ok := srv.options.SessionStore.(interface{ SetTicketKeys(...[]byte) error }); ok {
		// A store that encrypts its values derives its keys from these.
		if err := sealed.SetTicketKeys(keys...); err != nil {
			return option("SessionStore", err)
		}
	}
	if srv.tickets.Swap(session.NewRing(ring...).Counted(&srv.counts.tickets)) != nil { // else it is NewServer's
		srv.counts.keyChanges.Add(1)
	}
	return nil
}

// TicketKeys returns the 48 bytes that seal session tickets: Node's
// getTicketKeys().
func (srv *Server) TicketKeys() []byte {
	ring := srv.tickets.Load()
	if ring == nil { // the zero Server
		return nil
	}
	return ring.Newest().Bytes()
}

// SetSecureContext replaces the context of later connections: Node's
// setSecureContext(). Existing connections keep theirs, and the ticket keys stay. It is
// how a renewed certificate is served: NewSecureContext reads CertFile and KeyFile anew,
// and if it fails, the server keeps what it has.
func (srv *Server) SetSecureContext(c *SecureContext) error {
	if err := c.errUninitialized(); err != nil {
		return err
	}
	srv.context.Store(c)
	return nil
}

// Listen listens on a network of net.Listen and serves in the background. It
// returns the address once it is bound. A server that has nothing to authenticate
// itself with, neither a certificate with its key nor a callback that could supply
// one, is an error with the code ERR_INVALID_ARG_VALUE, here, at Serve and at the
// Accept of a Listener.
func (srv *Server) Listen(network, address string) (net.Addr, error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	if err := srv.track(l); err != nil {
		l.Close()
		return nil, err
	}
	go srv.open.Serve(l, srv.Inject)
	return l.Addr(), nil
}

// Serve accepts connections on l until the server is closed, which makes it
// return nil, or l fails.
func (srv *Server) Serve(l net.Listener) error {
	if err := srv.track(l); err != nil {
		l.Close()
		return err
	}
	return srv.open.Serve(l, srv.Inject)
}

// track registers a listener, unless the server is closed or has nothing to
// authenticate itself with.
func (srv *Server) track(l net.Listener) error {
	if err := srv.errUninitialized(); err != nil {
		return err
	}
	if err := srv.checkProof(); err != nil {
		return err
	}
	return srv.open.AddListener(l)
}

// Inject serves a connection that does not come from the server's listeners: Node's
// server.emit('connection', duplex).
func (srv *Server) Inject(conn net.Conn) {
	s, err := srv.admit(conn)
	if err != nil {
		conn.Close()
		return
	}
	go srv.serve(s)
}

// Handshake runs the handshake of a connection that does not come from the server's
// listeners and returns when it is done. It is for custom accept loops and for
// protocols that switch to TLS, such as SMTP with STARTTLS. It uses the server's ticket
// keys, events, counts and limits, so that clients resume their sessions; the handler
// of NewServer is not called. The context limits it.
//
// If it fails, it closes conn. After Close the error is net.ErrClosed; beyond
// MaxConnections its code is ERR_TLS_INVALID_STATE.
func (srv *Server) Handshake(ctx context.Context, conn net.Conn) (*Socket, error) {
	s, err := srv.admit(conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	srv.announce(s)
	done := make(chan error, 1)
	s.conn.Handshake(ctx, srv.concluding(s, func(err error) { done <- err }))
	if err := <-done; err != nil {
		return nil, err
	}
	return s, nil
}

// admit registers a connection, unless MaxConnections are open.
func (srv *Server) admit(nc net.Conn) (*Socket, error) {
	if err := srv.errUninitialized(); err != nil {
		return nil, err
	}
	var s *Socket
	limit := srv.options.MaxConnections
	err := srv.open.Add(limit, func() *conn.Conn {
		s = srv.socket(nc)
		return &s.conn
	})
	if err == serving.ErrFull {
		for _, f := range srv.events.drop.all() {
			(*f)(nc)
		}
		return nil, failure.InvalidState.Option("MaxConnections", "%d connections are open", limit)
	}
	return s, err
}

// serve runs a connection's handshake and passes the socket to the handler, on a new
// goroutine because the stack of this one has grown.
func (srv *Server) serve(s *Socket) {
	srv.handshake(s, func(err error) {
		switch {
		case err != nil:
		case srv.handler == nil:
			s.Close()
		default:
			go srv.handle(s)
		}
	})
}

// handle runs the handler, with a stack that need not grow for records.
func (srv *Server) handle(s *Socket) {
	stack.ForRecords()
	srv.handler(s)
}

// handshake runs a connection's handshake on this goroutine and calls then with its
// result.
func (srv *Server) handshake(s *Socket, then func(error)) {
	srv.announce(s)
	s.conn.HandshakeHere(srv.concluding(s, then))
}

// announce calls the functions of OnConnection before a handshake.
func (srv *Server) announce(s *Socket) {
	for _, f := range srv.events.connection.all() {
		(*f)(s.NetConn())
	}
}

// concluding returns the function to call with a handshake's result: it counts the
// result, calls the observers, and calls then last.
func (srv *Server) concluding(s *Socket, then func(error)) func(error) {
	return func(err error) {
		srv.counts.add(s, err)
		s.logHandshake(context.Background(), err)
		for _, f := range srv.events.handshake.all() {
			(*f)(s, err)
		}
		if err != nil {
			for _, f := range srv.events.tlsClientError.all() {
				(*f)(err, s)
			}
			s.conn.Destroy()
		}
		if s.record != nil {
			s.record.Drop()
		}
		then(err)
	}
}

// socket makes a server's socket for nc.
func (srv *Server) socket(nc net.Conn) *Socket {
	s := &Socket{server: srv}
	s.conn.InitServer(nc, serverEnd{s}, srv.context.Load().compiled)
	if n := srv.options.MaxSendFragment; n != 0 {
		s.conn.SetMaxSendFragment(n)
	}
	if srv.options.RecordHandshake {
		s.record = recorder.New()
		if len(srv.events.handshake.all()) == 0 { // which alone see the messages
			s.record.Drop()
		}
	}
	if srv.options.EnableTrace {
		s.EnableTrace()
	}
	return s
}

// Address returns the address of one of the server's listeners, nil if it has
// none: Node's server.address().
func (srv *Server) Address() net.Addr { return srv.open.Address() }

// Connections returns the number of open connections, those in their handshake
// included: Node's server.getConnections().
func (srv *Server) Connections() int { return srv.open.Len() }

// Close stops accepting. Connections stay open, as in Node; Shutdown waits for them.
func (srv *Server) Close() error {
	if err := srv.errUninitialized(); err != nil {
		return err
	}
	return srv.open.Close()
}

// Shutdown stops accepting and waits until the last connection has ended. If the
// context ends first, Shutdown closes the remaining connections and returns the
// context's error.
func (srv *Server) Shutdown(ctx context.Context) error {
	if err := srv.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	if err := srv.open.Wait(ctx); err != nil {
		return err
	}
	srv.traces.queue.Wait(conn.TraceTimeout)
	return nil
}

// ServerSocket makes conn a TLS connection as its server: Node's new tls.TLSSocket(raw,
// {isServer: true}). It returns when the handshake is done, and closes conn if it
// fails. Without TicketKeys the ticket keys are those of SecureContext, so that clients
// can resume with later sockets of the same context; without SecureContext as well, no
// session can be resumed. Server.Handshake does the same for a Server.
//
// In TLS 1.3 tickets follow the handshake: over a net.Pipe, which has no buffer, the
// first Write waits for the client to read them unless Tickets is negative.
func ServerSocket(ctx context.Context, conn net.Conn, o ServerOptions) (*Socket, error) {
	srv, err := newSocketServer(o)
	if err != nil {
		return nil, err
	}
	s := srv.socket(conn)
	err = s.HandshakeContext(ctx)
	s.logHandshake(ctx, err)
	if err != nil {
		s.conn.Destroy()
		return nil, err
	}
	return s, nil
}

// newSocketServer makes the Server of one socket, with the keys of its context.
func newSocketServer(o ServerOptions) (*Server, error) {
	shared := o.SecureContext != nil && o.SecureContext.errUninitialized() == nil
	if shared && o.TicketKeys == nil {
		key, err := o.SecureContext.compiled.Keys.Tickets()
		if err != nil {
			return nil, err
		}
		o.TicketKeys = key.Bytes()
	}
	srv, err := NewServer(o, nil)
	if err == nil && shared && o.MaxEarlyData != 0 && !o.SingleUseTickets {
		srv.early = o.SecureContext.compiled.Keys.Early()
	}
	return srv, err
}
