package handshake

import (
	"time"

	"polytls/failure"
	"polytls/internal/session"
	"polytls/internal/suite"
)

// Result is what lasts of a handshake. Every connection holds one while it is
// idle: what only some need stands behind a pointer.
type Result struct {
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
	// EarlyDataSent counts the bytes of ClientConfig.EarlyData that went out.
	// They have arrived if EarlyDataAccepted, and are lost if not.
	EarlyDataSent uint32

	Suite       *suite.CipherSuite
	ServerName  string
	ALPN        string
	PSKIdentity string // of an external key, "" without one

	// TicketAgeSkew is how much a client's count of its ticket's age is ahead
	// of ours.
	TicketAgeSkew time.Duration

	Peer        *Peer          // empty if it showed nothing of itself
	VerifyError *failure.Error // on the peer's certificates, nil for good or unasked
	Certificate *Certificate   // ours, nil if none was sent

	SharedSchemes []suite.Scheme

	// Session is what the handshake can be resumed from; in TLS 1.3 it has no
	// ticket yet.
	Session *session.Session
	created int64 // of the session, in Unix seconds

	keys12 *secrets12 // nil in TLS 1.3
	keys13 secrets13  // nil up to TLS 1.2
	later  *later13   // nil where nothing can come later
}

// WithoutCertificates reports whether what the ends share has authenticated them:
// a session, or an external key of TLS 1.3. No certificate is shown then.
func (r *Result) WithoutCertificates() bool { return r.Resumed || r.ExternalPSK }

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

// later13 is what some connections keep of the handshake for messages that may
// come later.
type later13 struct {
	resumption []byte    // a client's resumption_master_secret
	auth       *postAuth // nil if it was not offered
}
