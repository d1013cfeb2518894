package handshake

import (
	"context"
	"time"

	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// Config is what both sides agree upon from: a context, compiled. It is
// immutable and shared by all its connections.
type Config struct {
	MinVersion, MaxVersion suite.Version

	Suites   []*suite.CipherSuite // up to TLS 1.2, most preferred first
	Suites13 []*suite.CipherSuite
	Groups   []suite.Group // most preferred first
	// Tuples are the same groups in sets of equal worth, the most preferred
	// first; nil is all of them in one (suite.GroupList).
	Tuples  [][]suite.Group
	Schemes []suite.Scheme // that we verify and sign with
	// CertSchemes is signature_algorithms_cert, nil for none of its own
	// (RFC 8446, section 4.2.3).
	CertSchemes []suite.Scheme
	Level       suite.Level

	// RecordSizeLimit bounds the plaintext of the records that we get, in bytes, in
	// TLS 1.3 with the content type: a client offers it, and a server tells it to a
	// client that offers one (RFC 8449). 0 is no bound of ours; a client then offers
	// nothing.
	RecordSizeLimit int

	// Compressions shorten certificates in TLS 1.3, most preferred first (RFC
	// 8879); nil for none.
	Compressions []*Compression

	// PeerTypes are the certificate types that we accept of the peer, and
	// OwnTypes those that a client offers for itself, most preferred first (RFC
	// 7250). nil is X.509 alone, and for OwnTypes what Certificates have.
	PeerTypes, OwnTypes []uint8

	// Certificates are our identities, the most preferred first.
	Certificates []*Certificate
	// KeyShares are the groups of the first hello's shares, nil for that of the
	// first group.
	KeyShares []suite.Group
	// PostHandshakeAuth offers it, or keeps what it needs (RFC 8446, 4.6.2).
	PostHandshakeAuth bool
	// SendAuthorities lets a client name its Authorities to the server.
	SendAuthorities bool
	// Authorities are the subjects, in DER, that certificate_authorities and
	// CertificateRequest name.
	Authorities [][]byte

	DHParams *kex.DHParams // of DHE up to TLS 1.2, nil for none
	DHAuto   bool          // choose them by the strength of the certificate
	DHLimits kex.DHLimits  // of a client

	// MaxRSABits bounds the moduli of a peer's RSA keys, 0 for 8,192.
	MaxRSABits int
	// StrictKeyUsage holds a peer's leaf to its key usage for every signature and
	// encryption, not only where OpenSSL does.
	StrictKeyUsage bool

	Options suite.Options

	// VerifyPeer verifies the peer's certificates, or at a client that an anonymous
	// suite has none, whether the peer shows them now or comes with a session. The
	// verdict is kept with the connection. An error ends the handshake with its
	// alert; of a session's peer it means a full handshake.
	VerifyPeer func(ctx context.Context, p *Peer) (verdict *failure.Error, err error)

	// IDContext separates the sessions of servers, "" for the server's own where a
	// server name chose the Config.
	IDContext []byte

	// Time is the clock, nil for time.Now.
	Time func() time.Time

	// KeyLog is given lines in NSS's format, nil for no log.
	KeyLog func(line string)
	// Observe is told of each step, for timing and for the trace.
	Observe func(Step)
}

// Step is a handshake message, as it was sent or received.
type Step struct {
	Sent bool
	Raw  []byte // whole, with its header
	At   time.Time
	// SSLv2 says that a ClientHello came in the format of SSL 2.0, and that Raw
	// is what it stands for.
	SSLv2 bool
}

// ClientConfig is one connection of a client.
type ClientConfig struct {
	*Config

	ServerName string // "" sends none
	ALPN       []string
	Session    *session.Session // to be resumed, nil for a full handshake
	// SessionTimeout is how long sessions are resumed, 0 for
	// DefaultSessionTimeout.
	SessionTimeout time.Duration
	RequestOCSP    bool
	RequestSCT     bool
	// MaxFragmentLength is one of FragmentLengths, to which the server and we are
	// to keep our records, 0 to offer none.
	MaxFragmentLength int

	// PSK offers pre-shared keys. The hint is nil for TLS 1.3 and where the
	// server gave none.
	PSK func(ctx context.Context, hint *string) ([]PSK, error)
	// PSKKe allows resumption and external keys without (EC)DHE in TLS 1.3,
	// which gives up forward secrecy.
	PSKKe bool

	// EarlyData goes out with the hello if the session allows it, as much as it
	// allows (RFC 8446, section 2.3). Whoever listens can play it to the server
	// again. nil does not offer early data. The result tells what became of it.
	EarlyData []byte

	// OnSession is given a session when it can be resumed.
	OnSession func(*session.Session)
	// OnOCSPResponse is given the stapled response, nil for none, if one was
	// asked for. An error ends the handshake.
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
	// Secure says that both ends speak RFC 5746.
	Secure bool
	// Version is that of the connection; it must not change. HelloVersion is
	// what the client's first hello said.
	Version, HelloVersion suite.Version
	// ExtendedMasterSecret must not change either (RFC 7627, section 5.4).
	ExtendedMasterSecret bool
	// Peer is the other end's leaf, which must not change.
	Peer []byte
	// ServerName is what the first hello named, "" for none.
	ServerName string
}

// ClientAuth says whether a server wants a certificate of its clients.
type ClientAuth uint8

// The three ways.
const (
	NoClientCert ClientAuth = iota
	RequestClientCert
	RequireClientCert
)

// ServerConfig is one connection of a server.
type ServerConfig struct {
	*Config

	ClientAuth ClientAuth
	ALPN       []string // most preferred first, nil for none
	// ChooseALPN replaces ALPN. "" refuses with no_application_protocol.
	ChooseALPN func(ctx context.Context, serverName string, offered []string) (string, error)
	// SelectContext is given a hello's server name and returns the config
	// whose certificates and authorities serve it, nil for this one.
	SelectContext func(ctx context.Context, hello *ClientHelloInfo) (*Config, error)
	// KeyCerts is asked when a certificate is to be chosen, after ALPN: those that
	// a callback has set for this connection, nil to leave the Config's.
	KeyCerts func() []*Certificate
	// ClientOrder lets the client's order of suites decide.
	ClientOrder bool

	Tickets        func() *session.Ring // nil for no tickets
	TicketCount    int                  // of TLS 1.3, per full handshake
	SessionTimeout time.Duration        // of sessions, 0 for DefaultSessionTimeout
	// SharesContext reports whether two server names have the same Config by the
	// user's word: only then a session of TLS 1.3 goes from one to the other.
	SharesContext func(a, b string) bool

	// Sessions is the store of session identifiers and stateful tickets.
	Sessions SessionStore

	// OCSP returns a response to staple, nil for none.
	OCSP func(ctx context.Context, leaf, issuer []byte) ([]byte, error)

	// PSK returns the key of an identity, nil if it is unknown.
	PSK     func(ctx context.Context, identity []byte) (*PSK, error)
	PSKHint *string
	// HidePSKIdentities lets unknown identities fail as wrong keys do.
	HidePSKIdentities bool
	PSKKe             bool

	SRP func(ctx context.Context, user string) (*kex.SRPVerifier, error)

	// MaxSkippedEarlyData is how much early data is skipped that the server
	// refuses, in bytes; 0 is what any ticket may allow: 16,384, or MaxEarlyData
	// if that is more.
	MaxSkippedEarlyData int
	// MaxEarlyData is how much early data a session may bring, in bytes; 0
	// refuses it.
	MaxEarlyData uint32
	// AcceptEarlyData is asked before early data of a session is accepted, so
	// that each ticket, or each hello, is taken once (RFC 8446, section 8). nil
	// accepts none.
	AcceptEarlyData func(ctx context.Context, o *EarlyOffer) (bool, error)
	// IssuerMark returns the mark by which AcceptEarlyData knows a ticket again
	// whose session has the secret master; nil marks none.
	IssuerMark func(master []byte) [session.MarkSize]byte

	Renegotiation *Renegotiation
}

// SessionStore keeps sessions on the server, by identifier.
type SessionStore interface {
	Put(ctx context.Context, s *session.Session) error
	Get(ctx context.Context, id []byte) (*session.Session, error)
	// Claim is asked before a session of TLS 1.3 that Get returned is resumed, when
	// the client has proved that it has its secret.
	Claim(ctx context.Context, id []byte) (Claim, error)
}

// Claim is what became of a claim to a session.
type Claim uint8

const (
	Lost      Claim = iota // somebody else has used it up: a full handshake
	Shared                 // it may be used again
	Exclusive              // it was taken from the store: nobody else gets it
)

// ClientHelloInfo is what a client offered, for callbacks and for HandshakeInfo.
type ClientHelloInfo struct {
	ServerName string
	ALPN       []string
	Hello      *wire.ClientHello
	Raw        []byte
}

// EarlyOffer is what the judge of early data needs to know it again.
type EarlyOffer struct {
	Ticket  []byte
	Binder  []byte // unique to the hello
	Session *session.Session
	Claim   Claim // Shared for what came in no store
	// Age is the ticket's by our clock, Skew how much the client's count of it
	// is ahead.
	Age, Skew time.Duration
}
