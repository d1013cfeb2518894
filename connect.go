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
	// CheckServerIdentity replaces the check of the certificate's names. host is in
	// ASCII, without brackets, zone and trailing dot. It may block; its error ends the
	// handshake. It is also called with the certificate of a session before the session
	// is resumed; an error then means a full handshake. ctx also ends when the server closes
	// the connection.
	CheckServerIdentity func(ctx context.Context, host string, cert *Certificate) error

	// Verify is called in the handshake with the certificate that the server sends, or
	// that the session holds, even if it is not trusted. Its error refuses the server,
	// with the alert of an *Error or else bad_certificate; nil leaves the decision as
	// it is. It may block; ctx also ends when the server closes the connection.
	Verify func(ctx context.Context, verdict *PeerVerdict) error
	// OnCertificateRequest is called when the server requests a certificate, and
	// returns the one to send, in place of those of the context. nil leaves the choice
	// to the context, and one without a chain sends none. Its error ends the handshake.
	// It may block.
	OnCertificateRequest func(ctx context.Context, request *tls.CertificateRequestInfo) (*tls.Certificate, error)

	// ALPNProtocols are offered, the most preferred first, 1 to 255 bytes each and
	// 65,533 together, counting a byte more for each. nil or empty offers none.
	ALPNProtocols []string
	// Session is the session to resume, from Socket.Session, OnSession, Node or
	// OpenSSL, in DER or PEM. The server's certificate is verified first, as in a full
	// handshake. A session holds only the server's own certificate: the process
	// remembers the intermediate ones, or they can follow the session in PEM. A session
	// that cannot be resumed means a full handshake, not an error; nil or empty is no
	// session.
	Session []byte
	// Sessions stores sessions and resumes them if Session is not set: ClientSessions in
	// memory, FileSessions in a directory, or one of your own; nil is none. It needs
	// SecureContext, which is a part of the SessionKey.
	Sessions SessionCache
	// EarlyData is sent with the first message, as much of it as the session allows; up
	// to TLS 1.2 nothing is. An attacker on the network can replay it to the server.
	// EarlyDataAccepted reports whether the server accepted it. nil or empty sends
	// none.
	EarlyData []byte
	// ResendEarlyData sends, after the handshake, the part of EarlyData that the
	// server did not accept.
	ResendEarlyData bool
	// MinDHSize is the smallest group, in bits, that DHE may use; 0 for 1,024, or what
	// the security level requires.
	MinDHSize int
	// MaxDHSize is the largest prime, in bits, that DHE may use if it is not in RFC
	// 3526 or RFC 7919, whose primes have up to 8,192; 0 for 4,096. A large prime costs
	// the client seconds of CPU time. A prime above the bound is
	// ERR_SSL_MODULUS_TOO_LARGE.
	MaxDHSize int

	// PSKCallback returns the pre-shared keys to offer. hint is the server's identity
	// hint up to TLS 1.2, nil if it sent none and in TLS 1.3. Up to TLS 1.2 the first
	// key is used. The callback may block. A session that a key authenticated is
	// resumed only if the callback still returns that key.
	PSKCallback func(ctx context.Context, hint *string) ([]PSK, error)
	// AllowPSKKe lets TLS 1.3 use pre-shared keys without an ephemeral key exchange
	// (psk_ke), without forward secrecy.
	AllowPSKKe bool
	// SRPUser and SRPPassword authenticate by RFC 5054 if the cipher list names SRP
	// suites. A user name has at most 255 bytes, "" is none; a password may be "".
	SRPUser, SRPPassword string

	// AllowPostHandshakeAuth lets a TLS 1.3 server ask for the certificate of
	// Cert after the handshake.
	AllowPostHandshakeAuth bool

	// RequestOCSP asks for a stapled OCSP response.
	RequestOCSP bool
	// OnOCSPResponse is called with the stapled OCSP response, nil if there was none.
	// Its error ends the handshake. Before a session is resumed it is also called with
	// the response that came with the session, which a serialized session does not
	// hold; an error then means a full handshake.
	OnOCSPResponse func(ctx context.Context, response []byte) error
	// RequestSCT asks for signed certificate timestamps (RFC 6962), which
	// ConnectionState returns. They are not verified.
	RequestSCT bool
	// GREASE adds reserved values to the hello, among versions, cipher suites, groups,
	// signature algorithms and extensions, so that servers stay able to ignore what
	// they do not know (RFC 8701). A server that chooses a reserved value is refused.
	// false sends Node's hello.
	GREASE bool
	// ShuffleExtensions sends the hello's extensions in a random order, so that servers
	// do not rely on one. false is OpenSSL's order.
	ShuffleExtensions bool
	// OnSession is called with each session once it can be resumed. Up to TLS 1.2 it is
	// called before Connect returns, so it must not wait for the socket; in a
	// renegotiation it is called before the Read that runs the renegotiation returns.
	// In TLS 1.3 it is called after Connect has returned, by the Read in which a ticket
	// arrives: a client that never reads gets no session. It is not called for a server
	// that is refused, and must not call Read. Socket.OnSession adds further functions.
	OnSession func(session []byte)
	// OnKeylog is called with each line of the key log, in NSS's format with a newline.
	// The lines allow decrypting the connection.
	OnKeylog func(line []byte)

	// HandshakeTimeout ends a handshake that takes longer. 0 leaves the first handshake
	// to the context, and is 120 s for renegotiations and for the client's part of
	// post-handshake authentication.
	HandshakeTimeout time.Duration
	// AllowHalfOpen keeps our side of the connection open when the peer has closed its
	// own.
	AllowHalfOpen bool
	// MaxSendFragment bounds the plaintext of records, 512 to 16,384 bytes; 0
	// for 16,384.
	MaxSendFragment int
	// MaxFragmentLength asks the server for records with at most 512, 1,024, 2,048 or
	// 4,096 bytes of content in both directions (RFC 6066, section 4): openssl
	// s_client's -maxfraglen. 0 does not ask, as in Node. A server may ignore it; one
	// that has agreed and sends a longer record is refused with record_overflow.
	// RecordSizeLimit is the newer extension, and takes precedence at a server that
	// supports both.
	MaxFragmentLength int
	// RecordHandshake records the messages of the handshake for Socket.HandshakeInfo.
	RecordHandshake bool
	// Logger logs the end of the handshake, as "handshake" with the attributes of
	// HandshakeInfo, and the first error of the connection after it, as "connection"
	// with those of Error and remote. Failures have the level Warn, others Info. The
	// end of the connection, with or without close_notify, and a deadline are not logged.
	// nil logs nothing.
	Logger *slog.Logger

	// EnableTrace prints what the connection sends and receives, as OpenSSL prints it,
	// on TraceWriter: Node's option of this name. Control characters that come from the
	// peer are printed as numbers. The trace shows no key, but everything that the
	// handshake encrypts.
	EnableTrace bool
	// TraceWriter receives the text of EnableTrace and Socket.EnableTrace, one write at
	// a time; nil is os.Stderr. No connection waits for it: if more than 1 MiB is
	// pending, text is dropped, with a line that says so, and errors are ignored. Close
	// waits up to a second for pending text.
	TraceWriter io.Writer
	// TraceStyle is the release of OpenSSL whose format the trace has: "1.1.1", which
	// Node 12 prints, "3.0" or "3.5"; "" for "3.5".
	TraceStyle string

	hosts *hosts // Host and ServerName, parsed by compile
}

// Connect connects to a server and returns when the handshake is done. The context
// limits both. The client's Finished may be delayed until the first Write. Close
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

// Check returns the error that Client would return for the options, without a
// connection: for protocols that begin without TLS. Connect also checks Port.
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
	session atomic.Pointer[session.Session] // the connection's latest session

	onSession handlers[func([]byte)] // of Socket.OnSession
}

// compile checks the options, which the client keeps.
func (o *ConnectOptions) compile() (*client, error) {
	if o.Sessions != nil && o.SecureContext == nil {
		return nil, failure.InvalidArgValue.Option("Sessions", "it needs SecureContext, which is a part of the SessionKey")
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

// contextOf returns ready or, if that is nil, makes a context; giving both is an error.
func contextOf(ready *SecureContext, o *ContextOptions) (*SecureContext, error) {
	if ready == nil {
		return NewSecureContext(*o)
	}
	if !o.isZero() {
		return nil, failure.InvalidContext.Option("SecureContext", "it cannot be combined with the options of a context")
	}
	return ready, ready.errUninitialized()
}

// checkOffers checks that the protocols and the SRP user fit into their extensions.
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

// checkALPN checks the length of each protocol name (RFC 7301, section 3.1).
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
	s.logHandshake(ctx, err)
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

// resendEarly sends the part of the early data that the server did not accept.
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

// Timeout implements conn.End: without the option only the context limits the first
// handshake.
func (c *client) Timeout() time.Duration { return c.HandshakeTimeout }

// HalfOpen implements conn.End.
func (c *client) HalfOpen() bool { return c.AllowHalfOpen }

// AcceptsUnauthorized implements conn.ClientEnd.
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

// keepSession stores the last session and passes it on to Sessions and the functions of
// OnSession.
func (c *client) keepSession(last *session.Session) {
	c.session.Store(last)
	if c.Sessions != nil {
		c.Sessions.Put(c.sessionKey(), ClientSession{last})
	}
	added := c.onSession.all()
	if c.OnSession == nil && len(added) == 0 {
		return
	}
	session := last.MarshalEnvelope(c.serverName())
	if c.OnSession != nil {
		c.OnSession(session)
	}
	for _, f := range added {
		(*f)(session)
	}
}

// offeredSession returns the session to offer: that of the options or one of Sessions.
func (c *client) offeredSession() *session.Session {
	if len(c.Session) == 0 && c.Sessions != nil {
		taken, _ := c.Sessions.Take(c.sessionKey())
		return sessions.ForName(taken.session, c.serverName())
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
	config.VerifyCallsUser = c.Verify != nil || c.CheckServerIdentity != nil
	config.PostHandshakeAuth = c.AllowPostHandshakeAuth
	config.DHLimits = kex.DHLimits{MinBits: max(c.MinDHSize, securecontext.MinDHBits, config.DHLimits.MinBits), MaxBits: c.MaxDHSize}
	config.OnCertificateRequest = c.chooseCertificate()
	cfg := &handshake.ClientConfig{
		Config:      &config,
		Observers:   c.socket.observers(c.OnKeylog),
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

// observers connect the key log and the record of the handshake.
func (s *Socket) observers(onKeylog func([]byte)) (o handshake.Observers) {
	if onKeylog != nil {
		o.KeyLog = func(line string) { onKeylog([]byte(line)) }
	}
	if s.record != nil {
		o.Observe, o.Decided = s.record.Add, s.record.Decide
	}
	return o
}

// RefusedName reports whether the cause of err is a certificate that is not valid for
// the host, and returns that IdentityError.
func RefusedName(err error) (*IdentityError, bool) {
	var e *IdentityError
	ok := errors.As(err, &e)
	return e, ok
}
