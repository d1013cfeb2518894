// Package session holds what the two ends of a connection remember of a
// handshake, and the forms in which they keep it: OpenSSL's SSL_SESSION in DER
// and PEM, Node's envelope around it, and tickets sealed with ticket keys
// (RFC 5077, section 4), as OpenSSL and Node make all of them.
//
// A session that cannot be used costs a full handshake and nothing else: the errors
// match [ErrUnusable] and carry no alert.
package session

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"polytls/internal/suite"
)

// ErrUnusable is matched by every error of bytes that are no session that can be
// resumed. There is then a full handshake.
var ErrUnusable = errors.New("unusable session")

// Bounds of a session's fields, in bytes, as OpenSSL has them.
const (
	MaxID        = 32  // SSL_MAX_SSL_SESSION_ID_LENGTH
	MaxIDContext = 32  // SSL_MAX_SID_CTX_LENGTH
	MaxMaster    = 512 // TLS13_MAX_RESUMPTION_PSK_LENGTH
)

// Session is OpenSSL's SSL_SESSION. Its byte slices are not written to once
// they are set, so that a copy of the struct is an independent session.
type Session struct {
	Version suite.Version
	Suite   suite.ID

	// ID is the session identifier, at most [MaxID] bytes: the server's, or
	// [TicketID] at a client that has a ticket.
	ID []byte
	// Master is the master secret (48 bytes) up to TLS 1.2 and in TLS 1.3 the
	// PSK that resumes (as long as the suite's hash), or an external PSK.
	Master []byte

	// Created and Timeout are stored in whole seconds. Zero is a field that is
	// absent.
	Created time.Time
	Timeout time.Duration

	// PeerCertificate is the DER of the peer's own certificate, nil if it had
	// none. PeerChain is what the peer sent after it; OpenSSL's form has no
	// field for it, so only memory and PEM keep it.
	PeerCertificate []byte
	PeerChain       [][]byte
	// OCSPResponse and SCTs are what came with the peer's certificate. Only memory
	// keeps them.
	OCSPResponse, SCTs []byte
	// VerifyResult is the X509_V_ code of verifying the peer's chain. OpenSSL sets it
	// to 1 (X509_V_ERR_UNSPECIFIED) until the chain is verified.
	VerifyResult int

	// IDContext separates the sessions of applications (Node's
	// sessionIdContext), at most [MaxIDContext] bytes.
	IDContext []byte
	// ServerName is the name that the client sent and the server accepted.
	ServerName string
	// ALPN is the protocol that was selected, "" if none was.
	ALPN string

	// Ticket is the ticket that a client received, nil in a server's session.
	// TicketLifetimeHint is in seconds; AgeAdd is ticket_age_add (RFC 8446,
	// section 4.6.1), which a server keeps too; MaxEarlyData is
	// max_early_data_size in bytes.
	Ticket             []byte
	TicketLifetimeHint uint32
	AgeAdd             uint32
	MaxEarlyData       uint32
	// TicketAppData is what OpenSSL's SSL_SESSION_set1_ticket_appdata put here,
	// or holds [Marks].
	TicketAppData []byte

	// ExtendedMasterSecret says that Master was derived by RFC 7627
	// (SSL_SESS_FLAG_EXTMS).
	ExtendedMasterSecret bool
	// MaxFragmentLen is the code of RFC 6066, section 4, 0 for none.
	MaxFragmentLen uint8
	// Compression is the method's identifier; only 0 can be resumed.
	Compression uint8

	PSKIdentityHint, PSKIdentity string // RFC 4279
	SRPUsername                  string // RFC 5054

	// KexGroup (OpenSSL 3.0) and PeerPublicKey (3.2, RFC 7250, DER of a
	// SubjectPublicKeyInfo) are read and never written, since OpenSSL 1.1.1
	// refuses a session with fields that it does not know.
	KexGroup      uint32
	PeerPublicKey []byte

	// otherFlags are the bits of OpenSSL's flags without a name here.
	otherFlags uint64
	// present has a bit for each optional field that was read although it
	// holds nothing, so that it is written again.
	present uint32
}

// maxTicketAge is the longest that a client keeps a TLS 1.3 ticket, whatever
// its lifetime says (RFC 8446, section 4.6.1).
const maxTicketAge = 7 * 24 * time.Hour

// Expired reports whether the session is too old at now. As with OpenSSL one
// that is exactly as old as its timeout still serves. A TLS 1.3 client's also
// ends with its ticket's lifetime, after seven days at most.
func (s *Session) Expired(now time.Time) bool {
	age := now.Sub(s.Created.Truncate(time.Second)).Truncate(time.Second)
	if age > s.Timeout {
		return true
	}
	if s.Version != suite.TLS13 || s.Ticket == nil {
		return false
	}
	return age > min(maxTicketAge, time.Duration(s.TicketLifetimeHint)*time.Second)
}

// Expires returns when Expired begins to be true, to the second.
func (s *Session) Expires() time.Time {
	life := s.Timeout
	if s.Version == suite.TLS13 && s.Ticket != nil {
		life = min(life, maxTicketAge, time.Duration(s.TicketLifetimeHint)*time.Second)
	}
	return s.Created.Truncate(time.Second).Add(life + time.Second)
}

// Remaining is how long the session can still be resumed at now, in whole seconds,
// negative if it has expired. A ticket's lifetime does not count.
func (s *Session) Remaining(now time.Time) time.Duration {
	return s.Timeout - time.Duration(now.Unix()-s.Created.Unix())*time.Second
}

// BySecret reports whether an external key or SRP authenticated the peer.
func (s *Session) BySecret() bool {
	info := s.Suite.Info()
	return s.PSKIdentity != "" || info != nil && info.UsesPSK() || s.ByUser()
}

// ByUser reports whether it was SRP.
func (s *Session) ByUser() bool {
	info := s.Suite.Info()
	return s.SRPUsername != "" || info != nil && info.UsesSRP()
}

// MatchesContext reports whether the session was made under the same session
// id context. Only then may a server resume it.
func (s *Session) MatchesContext(idContext []byte) bool {
	return bytes.Equal(s.IDContext, idContext)
}

func unusable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnusable, fmt.Sprintf(format, args...))
}
