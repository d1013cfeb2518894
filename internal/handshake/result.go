package handshake

import (
	"time"

	"polytls/failure"
	"polytls/internal/session"
	"polytls/internal/suite"
)

// Result is the result of a handshake, made at its end. Every idle connection holds
// one, so what only some connections need is behind a pointer.
type Result struct {
	Facts

	// Session can be resumed; in TLS 1.3 it has no ticket yet.
	Session *session.Session

	keys12 *secrets12 // nil in TLS 1.3
	keys13 secrets13  // nil up to TLS 1.2
	later  *later13   // nil if nothing can follow
}

// result makes the result of a handshake.
func (c *conversation) result() *Result {
	return &Result{Facts: c.facts, Session: c.session, keys12: c.keys12, keys13: c.keys13, later: c.later}
}

// Facts are what a handshake has established: the negotiated parameters and the
// identities of the ends.
type Facts struct {
	Version      suite.Version
	HelloVersion suite.Version // legacy_version of the ClientHello
	Group        suite.Group   // 0 without (EC)DHE in a named group
	Scheme       suite.Scheme  // that the peer signed with, 0 for none
	OurScheme    suite.Scheme

	Resumed              bool // a session
	ExternalPSK          bool // an external key of TLS 1.3 is in use
	HelloRetry           bool
	EarlyDataOffered     bool
	EarlyDataAccepted    bool
	ExtendedMasterSecret bool
	EncryptThenMAC       bool
	SecureRenegotiation  bool
	maxFragmentLen       uint8 // the code that the client asked for, 0 for none

	DHBits uint16 // of DHE with the server's own parameters
	// EarlyDataSent is how many bytes of ClientConfig.EarlyData were sent. They are
	// lost unless EarlyDataAccepted.
	EarlyDataSent uint32

	Suite       *suite.CipherSuite
	ServerName  string
	ALPN        string
	PSKIdentity string // of an external key, "" without one

	// TicketAgeSkew is the age of the ticket by the client's clock minus that by
	// ours.
	TicketAgeSkew time.Duration

	Peer        *Peer          // empty if it sent no certificate or key
	VerifyError *failure.Error // of the peer's certificates, nil if they are valid or were not requested
	Certificate *Certificate   // ours, nil if none was sent

	SharedSchemes []suite.Scheme

	created int64 // when a server's session was created, in Unix seconds; the session is made again on demand
}

// WithoutCertificates reports whether a session or an external key of TLS 1.3
// authenticates the ends, so that no certificates are sent.
func (r *Facts) WithoutCertificates() bool { return r.Resumed || r.ExternalPSK }

// Finished returns the verify_data of our Finished.
func (r *Result) Finished() []byte {
	if r.keys12 != nil {
		return r.keys12.finished[:]
	}
	return r.keys13.at(ourFinished)
}

// PeerFinished returns the verify_data of the peer's Finished.
func (r *Result) PeerFinished() []byte {
	if r.keys12 != nil {
		return r.keys12.peerFinished[:]
	}
	return r.keys13.at(peerFinished)
}

// later13 is what some connections keep from the handshake for the messages that
// may follow.
type later13 struct {
	resumption []byte    // a client's resumption_master_secret
	auth       *postAuth // nil if it was not offered
}
