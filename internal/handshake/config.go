package handshake

import (
	"context"
	"time"

	"polytls/certcompress"
	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/openssl"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// Config is a compiled context: the parameters of the handshakes of both roles. It
// is immutable and shared by all its connections.
type Config struct {
	MinVersion, MaxVersion suite.Version

	Suites   []*suite.CipherSuite // up to TLS 1.2, most preferred first
	Suites13 []*suite.CipherSuite
	Groups   []suite.Group // most preferred first
	// Tuples are the same groups in sets of equal preference, the most preferred
	// first; nil means one set of all (suite.GroupList).
	Tuples [][]suite.Group
	// Curves are those of suite.GroupList.
	Curves  []suite.Group
	Schemes []suite.Scheme // that we verify and sign with
	// CertSchemes is signature_algorithms_cert, nil to send none (RFC 8446, section
	// 4.2.3).
	CertSchemes []suite.Scheme
	Level       suite.Level
	// Policy has restricted what is above, nil for none.
	Policy *suite.Policy

	// RecordSizeLimit bounds the plaintext of the records that we receive, in bytes,
	// in TLS 1.3 with the content type: a client offers it, and a server sends it to
	// a client that offers one (RFC 8449). With 0 a client offers none.
	RecordSizeLimit int

	// Compressions compress certificates in TLS 1.3, most preferred first (RFC 8879);
	// nil for none.
	Compressions []*certcompress.Algorithm

	// PeerTypes are the certificate types that we accept, and OwnTypes those that a
	// client offers, most preferred first (RFC 7250). nil is X.509 alone, and for
	// OwnTypes the types of Certificates.
	PeerTypes, OwnTypes []uint8

	// Certificates are our identities, the most preferred first.
	Certificates []*Certificate
	// KeyShares are the groups of the first hello's shares, nil for that of the
	// first group.
	KeyShares []suite.Group
	// PostHandshakeAuth allows post-handshake authentication (RFC 8446, 4.6.2).
	PostHandshakeAuth bool
	// SendAuthorities lets a client name its Authorities to the server.
	SendAuthorities bool
	// Authorities are the subjects, in DER, that certificate_authorities and
	// CertificateRequest name.
	Authorities [][]byte

	DHParams *kex.DHParams // of DHE up to TLS 1.2, nil for none
	DHAuto   bool          // choose them by the strength of the certificate
	DHLimits kex.DHLimits  // of a client; MinBits also bounds DHAuto

	// MaxRSABits bounds the moduli of a peer's RSA keys, 0 for 8,192.
	MaxRSABits int
	// StrictKeyUsage enforces the key usage of a peer's leaf for every signature and
	// encryption, not only where OpenSSL does.
	StrictKeyUsage bool

	// OwnCertificateOrder chooses the first usable one of Certificates, as
	// BoringSSL does. OpenSSL follows the peer's order of signature schemes
	// instead: at clients, and at servers that follow the client's order of suites.
	OwnCertificateOrder bool

	Options openssl.Options

	// OnCertificateRequest is called when a server requests a client's certificate.
	// It returns the certificates from which one is chosen, nil for Certificates;
	// with an empty list none is sent.
	OnCertificateRequest func(context.Context, *CertificateRequestInfo) ([]*Certificate, error)

	// VerifyCallsUser says that VerifyPeer calls functions of the user, whose context
	// ends when the peer leaves.
	VerifyCallsUser bool
	// AllowUnauthorized tells VerifyPeer that a peer which it does not trust is
	// accepted.
	AllowUnauthorized bool
	// VerifyPeer verifies the certificates that the peer sends or that its session
	// holds; at a client with an anonymous suite there are none. reported is kept in
	// Result.VerifyError. err ends the handshake with its alert; for a session it
	// means a full handshake.
	VerifyPeer func(ctx context.Context, p *Peer) (reported *failure.Error, err error)

	// IDContext separates the sessions of servers. In a Config of a server name, ""
	// is the server's own.
	IDContext []byte

	// Time is the clock, nil for time.Now.
	Time func() time.Time
}

// Observers are called during a handshake; nil ones are not. They are not part of a
// Config, so that connections share it.
type Observers struct {
	// KeyLog is called with lines in NSS's format.
	KeyLog func(line string)
	// Observe is called with each step, for timing and tracing.
	Observe func(Step)
	// Decided is called with what was chosen: at a server after its first flight and
	// after a HelloRetryRequest, at a client at the end of the handshake.
	Decided func(Decision)
}

// Now returns the time of the clock.
func (c *Config) Now() time.Time {
	if c.Time != nil {
		return c.Time()
	}
	return time.Now()
}

// Clock is the clock of steps. It measures durations alone, also where Config.Time is set.
func Clock() time.Duration { return time.Since(started) }

var started = time.Now()

// Step is a handshake message, as it was sent or received.
type Step struct {
	Sent bool
	Raw  []byte        // whole, with its header
	At   time.Duration // by Clock
	// Waited is how long we have waited for a message of the peer.
	Waited time.Duration
	// SSLv2 says that a ClientHello had the format of SSL 2.0; Raw is its equivalent.
	SSLv2 bool
}

// ClientConfig configures one connection of a client.
type ClientConfig struct {
	*Config
	Observers

	ServerName string // "" sends none
	ALPN       []string
	Session    *session.Session // to be resumed, nil for a full handshake
	// SessionTimeout is how long sessions are resumed, 0 for
	// DefaultSessionTimeout.
	SessionTimeout time.Duration
	RequestOCSP    bool
	RequestSCT     bool
	// GREASE adds reserved values to the hello (RFC 8701).
	GREASE bool
	// ShuffleExtensions offers the extensions in a random order.
	ShuffleExtensions bool
	// MaxFragmentLength is one of FragmentLengths, the limit of both ends' records, 0
	// to offer none.
	MaxFragmentLength int

	// PSK offers pre-shared keys. The hint is nil for TLS 1.3, and if the server
	// sent none.
	PSK func(ctx context.Context, hint *string) ([]PSK, error)
	// PSKKe allows resumption and external keys without (EC)DHE in TLS 1.3, without
	// forward secrecy.
	PSKKe bool

	// EarlyData is sent with the hello, as much of it as the session allows (RFC
	// 8446, section 2.3). An attacker can replay it to the server. nil does not offer
	// early data. Result says whether it was accepted.
	EarlyData []byte

	// OnSession is called with each session that can be resumed.
	OnSession func(*session.Session)
	// OnOCSPResponse is called with the stapled response, nil for none, if
	// RequestOCSP is set. An error ends the handshake.
	OnOCSPResponse func(ctx context.Context, response []byte) error

	SRP *SRPIdentity

	// Fallback says that this is a retry with a lower version (RFC 7507).
	Fallback bool
	// Renegotiation is the state of the connection that is renegotiated, nil
	// for the first handshake.
	Renegotiation *Renegotiation
}

// SRPIdentity is a client's user of RFC 5054.
type SRPIdentity struct{ User, Password string }

// Renegotiation binds a handshake to the one before it (RFC 5746).
type Renegotiation struct {
	ClientVerifyData, ServerVerifyData []byte
	// Secure says that both ends support RFC 5746.
	Secure bool
	// Version is that of the connection; it must not change. HelloVersion is
	// legacy_version of the client's first hello.
	Version, HelloVersion suite.Version
	// ExtendedMasterSecret must not change either (RFC 7627, section 5.4).
	ExtendedMasterSecret bool
	// Peer is the other end's leaf, which must not change.
	Peer []byte
	// ServerName is what the first hello named, "" for none.
	ServerName string
}

// ClientAuth says whether a server requests a certificate of its clients.
type ClientAuth uint8

// The values of ClientAuth.
const (
	NoClientCert ClientAuth = iota
	RequestClientCert
	RequireClientCert
)

// ServerConfig configures one connection of a server.
type ServerConfig struct {
	*Config
	Observers

	ClientAuth ClientAuth
	ALPN       []string // most preferred first, nil for none
	// ChooseALPN replaces ALPN. "" refuses with no_application_protocol.
	ChooseALPN func(ctx context.Context, serverName string, offered []string) (string, error)
	// OnHello is called with the first hello of the connection, before anything is
	// negotiated. It returns the configuration that is used from then on, nil for
	// this one.
	OnHello func(ctx context.Context, hello *ClientHelloInfo) (*ServerConfig, error)
	// SelectContext returns the config whose certificates and authorities are used
	// for a hello's server name, nil for this one.
	SelectContext func(ctx context.Context, hello *ClientHelloInfo) (*Config, error)
	// KeyCerts is called before a certificate is chosen, after ALPN. It returns the
	// certificates that a callback has set for this connection, nil for the Config's.
	KeyCerts func() []*Certificate
	// ClientOrder prefers the client's order of suites.
	ClientOrder bool

	Tickets        func() *session.Ring // nil for no tickets
	TicketCount    int                  // of TLS 1.3, per full handshake
	SessionTimeout time.Duration        // of sessions, 0 for DefaultSessionTimeout
	// SharesContext reports whether the user has given two server names the same
	// context: only then a session of TLS 1.3 can be resumed under the other name.
	SharesContext func(a, b string) bool

	// Sessions is the store of session identifiers and stateful tickets.
	Sessions SessionStore

	// OCSP returns a response to staple, nil for none.
	OCSP func(ctx context.Context, leaf, issuer []byte) ([]byte, error)

	// PSK returns the key of an identity, nil if it is unknown.
	PSK     func(ctx context.Context, identity []byte) (*PSK, error)
	PSKHint *string
	// HidePSKIdentities makes unknown identities fail like wrong keys.
	HidePSKIdentities bool
	PSKKe             bool

	SRP func(ctx context.Context, user string) (*kex.SRPVerifier, error)

	// MaxSkippedEarlyData is how much refused early data is skipped, in bytes; 0 is
	// what any ticket may allow: 16,384, or MaxEarlyData if that is more.
	MaxSkippedEarlyData int
	// MaxEarlyData is how much early data a session allows, in bytes; 0 refuses it.
	MaxEarlyData uint32
	// AcceptEarlyData is called before early data of a session is accepted, so that
	// each ticket, or each hello, is accepted once (RFC 8446, section 8). nil accepts
	// none.
	AcceptEarlyData func(ctx context.Context, o *EarlyOffer) (bool, error)
	// IssuerMark returns the mark by which AcceptEarlyData recognizes a ticket of
	// this server from the secret master of its session; nil marks none.
	IssuerMark func(master []byte) [session.MarkSize]byte

	Renegotiation *Renegotiation
}

// SessionStore keeps sessions on the server, by identifier.
type SessionStore interface {
	Put(ctx context.Context, s *session.Session) error
	Get(ctx context.Context, id []byte) (*session.Session, error)
	// Claim is called before a session of TLS 1.3 from Get is resumed, after the
	// client has proved that it has its secret.
	Claim(ctx context.Context, id []byte) (Claim, error)
}

// Claim is the result of claiming a session.
type Claim uint8

const (
	Lost      Claim = iota // it was used already: a full handshake
	Shared                 // it may be used again
	Exclusive              // it was removed from the store and cannot be used again
)

// ClientHelloInfo is what a client offered, for callbacks and for HandshakeInfo.
type ClientHelloInfo struct {
	ServerName string
	ALPN       []string
	Hello      *wire.ClientHello
	Raw        []byte
}

// CertificateRequestInfo is the content of a server's CertificateRequest.
type CertificateRequestInfo struct {
	Version     suite.Version
	Schemes     []suite.Scheme // that it can verify; up to TLS 1.1 nil
	Authorities [][]byte       // subjects in DER, nil if it names none
}

// EarlyOffer identifies an offer of early data, for AcceptEarlyData.
type EarlyOffer struct {
	Ticket  []byte
	Binder  []byte // unique to the hello
	Session *session.Session
	Claim   Claim // Shared if no store holds the session
	// Age is the ticket's age by our clock, Skew how much more the client claims.
	Age, Skew time.Duration
}
