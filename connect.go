package polytls

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/kex"
	"polytls/internal/recorder"
	"polytls/internal/recordlayer"
	"polytls/internal/securecontext"
	"polytls/internal/session"
	"polytls/internal/sessions"
	"polytls/internal/trace"
)

// ConnectOptions are the options of a client's connection: Node's tls.connect(). Zero
// values are safe.
type ConnectOptions struct {
	ContextOptions
	// SecureContext is a ready context in place of ContextOptions; giving both
	// is an error.
	SecureContext *SecureContext

	// Host is the server: a name, in Unicode or ASCII, or an IP address, in brackets
	// or not; "" is localhost, which is not sent as the server name.
	Host string
	// Port is a TCP port of 1 to 65535. Connect does not accept 0, Client ignores it.
	Port int
	// Path is a Unix socket in place of Host and Port, "" for none.
	Path string
	// Dialer makes the connection: Node's localAddress, localPort, family,
	// lookup, keepAlive and timeout are its fields. nil is the zero Dialer.
	Dialer *net.Dialer

	// ServerName is sent and is what the certificate must be for, "" for Host,
	// which is sent only if it is a name. Both are sent in ASCII and without a
	// trailing dot (RFC 6066, section 3). An IP address is an error, and so are
	// more than 255 bytes.
	ServerName string
	// OmitServerName sends no server name; the certificate must still be for Host.
	OmitServerName bool
	// AllowUnauthorized completes handshakes with servers that are not authenticated:
	// Node's rejectUnauthorized: false. The caller must check AuthorizationError, or
	// any server is accepted.
	AllowUnauthorized bool
	// CheckServerIdentity replaces the check of the certificate's names. host is
	// in ASCII, without brackets, zone and trailing dot. It may block; its error
	// ends the handshake. It is also asked about the certificate of a session
	// before that is resumed; its error means a full handshake then.
	CheckServerIdentity func(ctx context.Context, host string, cert *Certificate) error

	// Verify is called in the handshake with the certificate that the server shows, or
	// that the session holds, also if it is not trusted. Its error refuses the server,
	// with the alert of an *Error, else bad_certificate; nil leaves the decision as it
	// is. It may block.
	Verify func(ctx context.Context, verdict *PeerVerdict) error
	// OnCertificateRequest is called when the server requests a certificate, and
	// returns the one to show, in place of those of the context. nil leaves them, and
	// one without a chain shows none. Its error ends the handshake. It may block.
	OnCertificateRequest func(ctx context.Context, request *tls.CertificateRequestInfo) (*tls.Certificate, error)

	// ALPNProtocols are offered, the most preferred first, 1 to 255 bytes each
	// and 65,533 together, with a byte more for each. nil or empty offers none.
	ALPNProtocols []string
	// Session is to be resumed: what Socket.Session or OnSession gave, or what
	// Node or OpenSSL did, in DER or PEM. Its server is verified as in a full
	// handshake first. A session holds the server's own certificate alone: those
	// between it and the root are remembered in the process, or can follow the
	// session in PEM. What cannot be resumed costs a full handshake, not an error; nil or empty is
	// no session.
	Session []byte
	// Sessions remembers sessions and resumes them, where Session is not given.
	// It needs SecureContext: a session is resumed under its context only.
	Sessions *ClientSessions
	// EarlyData is sent with the first message, as much of it as Session allows; up
	// to TLS 1.2 nothing is. An attacker on the network can send it to the server
	// again. EarlyDataAccepted reports whether the server accepted it. nil or empty
	// sends none.
	EarlyData []byte
	// ResendEarlyData sends, after the handshake, the part of EarlyData that the
	// server did not accept.
	ResendEarlyData bool
	// MinDHSize is the smallest group, in bits, that DHE may use; 0 for 1,024,
	// or what the security level asks for.
	MinDHSize int
	// MaxDHSize is the largest prime, in bits, that DHE may use if it is not in
	// RFC 3526 or RFC 7919, whose primes have up to 8,192; 0 for 4,096. A large one
	// takes this client seconds of CPU time. One above the bound is
	// ERR_SSL_MODULUS_TOO_LARGE.
	MaxDHSize int

	// PSKCallback returns the pre-shared keys to offer. hint is the server's
	// up to TLS 1.2, nil in 1.3 and without one. Up to TLS 1.2 the first is
	// used. It may block. A session that a key made is resumed only if the key is
	// among those that it returns.
	PSKCallback func(ctx context.Context, hint *string) ([]PSK, error)
	// AllowPSKKe lets TLS 1.3 use pre-shared keys without an ephemeral key exchange
	// (psk_ke), without forward secrecy.
	AllowPSKKe bool
	// SRPUser and SRPPassword authenticate by RFC 5054 where the cipher list
	// names SRP suites. A user has at most 255 bytes, "" is none; a password may be "".
	SRPUser, SRPPassword string

	// AllowPostHandshakeAuth lets a TLS 1.3 server ask for the certificate of
	// Cert after the handshake.
	AllowPostHandshakeAuth bool

	// RequestOCSP asks for a stapled OCSP response.
	RequestOCSP bool
	// OnOCSPResponse is given it, nil if there was none. Its error ends the
	// handshake. It is also asked about the response that came with a session,
	// which those that were written down have lost, before that is resumed; its
	// error means a full handshake then.
	OnOCSPResponse func(ctx context.Context, response []byte) error
	// RequestSCT asks for signed certificate timestamps (RFC 6962), which
	// ConnectionState returns. They are not verified.
	RequestSCT bool
	// GREASE adds reserved values to the hello, among versions, cipher suites, groups,
	// signature algorithms and extensions, so that servers stay able to ignore what they
	// do not know (RFC 8701). A server that chooses one is refused. false is Node's
	// hello.
	GREASE bool
	// ShuffleExtensions sends the hello's extensions in a random order, so that servers
	// do not rely on one. false is OpenSSL's order.
	ShuffleExtensions bool
	// OnSession is given each session as it can be resumed. Up to TLS 1.2 it
	// returns before Connect does, so that it must not wait for the socket, and for
	// a renegotiation before the Read in which that runs. In TLS 1.3 it is called
	// after Connect has returned, by the Read in which a ticket arrives: one that
	// never reads gets none. It is not called for a server that is refused, and
	// must not read.
	OnSession func(session []byte)
	// OnKeylog is given the lines of the key log, in NSS's format with a newline.
	// They allow decrypting the connection.
	OnKeylog func(line []byte)

	// HandshakeTimeout ends a handshake that takes longer. 0 leaves the first one
	// to the context, and is 120 s for renegotiations and for the client's part
	// of post-handshake authentication.
	HandshakeTimeout time.Duration
	// AllowHalfOpen keeps our side open when the peer has ended its own.
	AllowHalfOpen bool
	// MaxSendFragment bounds the plaintext of records, 512 to 16,384 bytes; 0
	// for 16,384.
	MaxSendFragment int
	// MaxFragmentLength asks the server to agree on short records in both
	// directions, for 512, 1,024, 2,048 or 4,096 bytes of content (RFC 6066, section
	// 4): openssl s_client's -maxfraglen. 0 does not ask, as in Node. A server may
	// not answer; one that sends a longer record after it has agreed is refused with
	// record_overflow. RecordSizeLimit is the newer form, and counts where a server
	// knows both.
	MaxFragmentLength int
	// RecordHandshake records what Socket.HandshakeInfo returns.
	RecordHandshake bool

	// EnableTrace prints what the connection sends and receives, as OpenSSL prints it, on
	// TraceWriter: Node's option of this name. Of control characters that the peer
	// has chosen it prints the number. It shows no key, but all that the handshake
	// encrypts.
	EnableTrace bool
	// TraceWriter is given the text of EnableTrace and Socket.EnableTrace, one write
	// at a time; nil is os.Stderr. No connection waits for it: beyond
	// 1 MiB text is dropped, with a line that says so, and errors are ignored.
	// Close waits up to a second for it.
	TraceWriter io.Writer
	// TraceStyle is the release of OpenSSL whose text it is: "1.1.1", which Node 12
	// prints, "3.0" or "3.5"; "" for "3.5".
	TraceStyle string

	hosts *hosts // Host and ServerName as compile has read them, in its own copy
}

// Connect connects to a server and returns when the handshake is done. The context
// bounds both. The client's Finished may be delayed until the first Write. Close
// flushes it; exiting the process does not.
func Connect(ctx context.Context, o ConnectOptions) (*Socket, error) {
	c, err := o.compile()
	if err != nil {
		return nil, err
	}
	network, address, err := o.address()
	if err != nil {
		return nil, err
	}
	dialer := o.Dialer
	if dialer == nil {
		dialer = &net.Dialer{}
	}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return c.start(ctx, conn)
}

// Client makes conn a TLS connection as its client: STARTTLS, or a TLS
// connection inside another. It returns when the handshake is done, and closes
// conn if it fails.
func Client(ctx context.Context, conn net.Conn, o ConnectOptions) (*Socket, error) {
	c, err := o.compile()
	if err != nil {
		return nil, err
	}
	return c.start(ctx, conn)
}

// Check returns the error that Client would return for the options, before anything
// is sent: for protocols that begin without TLS. Connect checks Port, too.
func (o *ConnectOptions) Check() error {
	own := *o // they may be changed after this
	_, err := own.compile()
	return err
}

// client is a compiled set of ConnectOptions.
type client struct {
	*ConnectOptions
	context *SecureContext
	socket  *Socket
	session atomic.Pointer[session.Session] // of the connection, the last one
}

// compile checks the options, which are the caller's alone from now on.
func (o *ConnectOptions) compile() (*client, error) {
	if o.Sessions != nil && o.SecureContext == nil {
		return nil, failure.InvalidArgValue.Option("Sessions", "it needs SecureContext, under which alone its sessions are resumed")
	}
	context, err := contextOf(o.SecureContext, &o.ContextOptions)
	if err != nil {
		return nil, err
	}
	if context.method.ServerOnly {
		return nil, failure.CalledWrongFunction.Option("SecureProtocol", "a server's method at a client")
	}
	at, named, err := o.parseHosts()
	if err != nil {
		return nil, err
	}
	o.hosts = &hosts{at, named}
	if err := o.checkOffers(); err != nil {
		return nil, err
	}
	if o.HandshakeTimeout < 0 {
		return nil, failure.OutOfRange.Option("HandshakeTimeout", "%v is negative", o.HandshakeTimeout)
	}
	if o.MaxDHSize < 0 {
		return nil, failure.OutOfRange.Option("MaxDHSize", "it must be >= 1, or 0 for 4096. Received %d", o.MaxDHSize)
	}
	if o.MinDHSize < 0 {
		return nil, failure.OutOfRange.Option("MinDHSize", "it must be >= 1. Received %d", o.MinDHSize)
	}
	if err := checkFragment(o.MaxSendFragment); err != nil {
		return nil, err
	}
	if err := checkFragmentLength(o.MaxFragmentLength); err != nil {
		return nil, err
	}
	if _, err := newTracing(o.TraceWriter, o.TraceStyle); err != nil {
		return nil, err
	}
	return &client{ConnectOptions: o, context: context}, nil
}

// contextOf returns the ready context or makes one; both at once is an error.
func contextOf(ready *SecureContext, o *ContextOptions) (*SecureContext, error) {
	if ready == nil {
		return NewSecureContext(*o)
	}
	if !o.isZero() {
		return nil, failure.InvalidContext.Option("SecureContext", "it cannot be combined with the options of a context")
	}
	return ready, ready.errUninitialized()
}

// checkOffers refuses what does not fit the extensions of a ClientHello.
func (o *ConnectOptions) checkOffers() error {
	const longestList, longestUser = 1<<16 - 1 - 2, 255 // RFC 7301, section 3.1; RFC 5054, section 2.8.1
	if err := checkALPN(o.ALPNProtocols); err != nil {
		return err
	}
	size := 0
	for _, name := range o.ALPNProtocols {
		size += 1 + len(name)
	}
	switch {
	case size > longestList:
		return failure.InvalidArgValue.Option("ALPNProtocols", "a list of %d bytes, at most %d are allowed", size, longestList)
	case len(o.SRPUser) > longestUser:
		return failure.InvalidArgValue.Option("SRPUser", "%d bytes, at most %d are allowed", len(o.SRPUser), longestUser)
	}
	return nil
}

// checkALPN refuses names that do not fit the wire (RFC 7301, section 3.1).
func checkALPN(names []string) error {
	const longest = 255
	for i, name := range names {
		switch {
		case name == "":
			return failure.InvalidArgValue.Option("ALPNProtocols", "the protocol at index %d must be a non-empty string", i).
				At(item("ALPNProtocols", i))
		case len(name) > longest:
			return failure.OutOfRange.Option("ALPNProtocols", "the byte length of the protocol at index %d exceeds the maximum length. It must be <= %d. Received %d", i, longest, len(name)).
				At(item("ALPNProtocols", i))
		}
	}
	return nil
}

// start runs a client's handshake on a connection.
func (c *client) start(ctx context.Context, nc net.Conn) (*Socket, error) {
	s := &Socket{}
	c.socket = s
	s.conn.InitClient(nc, c, c.context.compiled)
	if c.MaxSendFragment != 0 {
		s.conn.SetMaxSendFragment(c.MaxSendFragment)
	}
	if c.RecordHandshake {
		s.record = recorder.New()
	}
	if c.EnableTrace {
		s.EnableTrace()
	}
	err := s.HandshakeContext(ctx)
	if err == nil {
		err = c.resendEarly(s)
	}
	if err != nil {
		s.conn.Destroy()
		s.conn.AwaitTrace()
		return nil, err
	}
	return s, nil
}

// resendEarly sends what of the early data has not reached the server.
func (c *client) resendEarly(s *Socket) error {
	if !c.ResendEarlyData || len(c.EarlyData) == 0 {
		return nil
	}
	rest := c.EarlyData
	if o := s.conn.Outcome(); o.EarlyDataAccepted {
		rest = rest[o.EarlyDataSent:]
	}
	_, err := s.Write(rest)
	return err
}

// Timeout implements conn.End: without the option a client's context is its bound.
func (c *client) Timeout() time.Duration { return c.HandshakeTimeout }

// HalfOpen implements conn.End.
func (c *client) HalfOpen() bool { return c.AllowHalfOpen }

// AcceptsUnauthorized implements conn.End.
func (c *client) AcceptsUnauthorized() bool { return c.AllowUnauthorized }

// NewTracer implements conn.End. The options have been checked.
func (c *client) NewTracer(r recordlayer.Role) *trace.Tracer {
	to, _ := newTracing(c.TraceWriter, c.TraceStyle)
	return to.tracer(r)
}

// Released implements conn.End.
func (c *client) Released() {}

// Established implements conn.ClientEnd.
func (c *client) Established(first *session.Session) { c.session.CompareAndSwap(nil, first) }

// keepSession stores the last session and passes it on to Sessions and OnSession.
func (c *client) keepSession(last *session.Session) {
	c.session.Store(last)
	if c.Sessions == nil && c.OnSession == nil {
		return
	}
	if c.Sessions != nil {
		c.Sessions.store().Put(c.sessionKey(), last)
	}
	if c.OnSession != nil {
		c.OnSession(last.MarshalEnvelope(c.serverName()))
	}
}

// offeredSession is the session that the options name or that is remembered.
func (c *client) offeredSession() *session.Session {
	if len(c.Session) == 0 && c.Sessions != nil {
		return c.Sessions.store().Take(c.sessionKey())
	}
	return sessions.Open(c.Session, c.serverName())
}

// FirstConfig implements conn.ClientEnd.
func (c *client) FirstConfig() *handshake.ClientConfig {
	cfg := c.ClientConfig()
	cfg.Session = c.offeredSession()
	if len(c.EarlyData) > 0 {
		cfg.EarlyData = c.EarlyData
	}
	return cfg
}

// ClientConfig implements conn.ClientEnd: it compiles the options for one handshake.
func (c *client) ClientConfig() *handshake.ClientConfig {
	config := c.context.compiled.Config
	config.VerifyPeer = c.serverVerifier(c.context.compiled).Verify
	config.AllowUnauthorized = c.AllowUnauthorized
	config.PostHandshakeAuth = c.AllowPostHandshakeAuth
	config.DHLimits = kex.DHLimits{MinBits: max(c.MinDHSize, securecontext.MinDHBits, config.DHLimits.MinBits), MaxBits: c.MaxDHSize}
	config.OnCertificateRequest = c.chooseCertificate()
	c.socket.observe(&config, c.OnKeylog)
	cfg := &handshake.ClientConfig{
		Config:      &config,
		ServerName:  c.serverName(),
		ALPN:        c.ALPNProtocols,
		RequestOCSP: c.RequestOCSP || c.OnOCSPResponse != nil,
		RequestSCT:  c.RequestSCT,
		GREASE:      c.GREASE,
		PSK:         c.pskOffers(),
		PSKKe:       c.AllowPSKKe,
		OnSession:   c.keepSession,

		MaxFragmentLength: c.MaxFragmentLength,
		ShuffleExtensions: c.ShuffleExtensions,

		SessionTimeout: c.context.compiled.SessionTimeout,
		OnOCSPResponse: c.OnOCSPResponse,
	}
	if c.SRPUser != "" {
		cfg.SRP = &handshake.SRPIdentity{User: c.SRPUser, Password: c.SRPPassword}
	}
	return cfg
}

// observe connects the key log and the record of the handshake.
func (s *Socket) observe(config *handshake.Config, onKeylog func([]byte)) {
	if onKeylog != nil {
		config.KeyLog = func(line string) { onKeylog([]byte(line)) }
	}
	if s.record != nil {
		config.Observe = s.record.Add
	}
}

// RefusedName reports whether an error is that of a certificate that is not valid for
// the host, and returns its names.
func RefusedName(err error) (*IdentityError, bool) {
	var e *IdentityError
	ok := errors.As(err, &e)
	return e, ok
}
