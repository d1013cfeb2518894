package polytls

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"polytls/internal/securecontext"
	"polytls/internal/session"
	"polytls/internal/suite"
)

// SessionCache stores the sessions of a client's connections and returns them for later
// ones: the same for every Connect. ClientSessions is a cache in memory, FileSessions
// one in a directory. Any number of goroutines call the methods, which may block: Take
// in Connect, Put in Connect or, in TLS 1.3, in the Read in which a ticket arrives.
//
// A session from a cache is resumed only if a full handshake would accept its server
// now. A cache holds secrets: who reads a session can decrypt what resumes it.
type SessionCache interface {
	// Put stores a session.
	Put(key SessionKey, session ClientSession)
	// Take returns the most recent session of a key, and removes it if it is
	// SingleUse. ok is false if there is none.
	Take(key SessionKey) (session ClientSession, ok bool)
}

// SessionKey identifies the connections that may resume a session: those with the same
// server name, host, port, context and AllowUnauthorized, and of which both have a
// CheckServerIdentity or neither has. It can be compared, and be the key of a map; String
// returns one for other processes.
type SessionKey struct {
	context *SecureContext
	name    string // server name and address
	// How the server was verified.
	identity                     string
	allowUnauthorized, ownChecks bool
}

// sessionKey returns the key under which the sessions of the options are stored.
func (c *client) sessionKey() SessionKey {
	network, address, err := c.address()
	if err != nil { // no Port: Client was given the connection
		address = c.Host
	}
	name := c.serverName() + "\n" + network + "\n" + address
	return SessionKey{c.context, name, c.identity(), c.AllowUnauthorized, c.CheckServerIdentity != nil}
}

// String returns 64 hexadecimal digits, which are the same in every process, for caches
// outside of this one. In place of the context they depend on its certificates and its
// SessionIDContext. Clients that choose their certificates in OnCertificateRequest need
// a SessionIDContext or a cache for each identity.
func (k SessionKey) String() string {
	h := sha256.New()
	add := func(part []byte) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		h.Write(part)
	}
	add([]byte(k.name))
	add([]byte(k.identity))
	for _, set := range []bool{k.allowUnauthorized, k.ownChecks} {
		if set {
			add([]byte{1})
		} else {
			add([]byte{0})
		}
	}
	if k.context != nil {
		f := &k.context.compiled.Config
		add(f.IDContext)
		for _, own := range f.Certificates {
			add(own.Chain[0])
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ClientSession is a session of a client, for a SessionCache. The zero value is none.
type ClientSession struct{ session *session.Session }

// ParseClientSession reads a session in PEM, as MarshalPEM returns it, or in one of the
// forms that the option Session takes.
func ParseClientSession(data []byte) (ClientSession, error) {
	s, _, _, err := session.Open(data)
	if err != nil {
		return ClientSession{}, err
	}
	return ClientSession{s}, nil
}

// MarshalPEM returns the session as openssl s_client -sess_out writes it, and then the
// certificates that the server sent after its own. It holds secrets. A stapled OCSP
// response is not included.
func (s ClientSession) MarshalPEM() []byte {
	if s.session == nil {
		return nil
	}
	return s.withIssuers().MarshalPEM()
}

// withIssuers returns the session with what the process remembers of its server's chain.
func (s ClientSession) withIssuers() *session.Session {
	whole := *s.session
	if issuers := securecontext.RememberedIssuers(whole.PeerCertificate); len(issuers) > 0 {
		whole.PeerChain = issuers
	}
	return &whole
}

// SingleUse reports whether the session must not be resumed twice: a ticket of TLS 1.3,
// so that an observer cannot link two connections of one client (RFC 8446, appendix
// C.4).
func (s ClientSession) SingleUse() bool {
	return s.session != nil && s.session.Version >= suite.TLS13
}

// Expires returns when the session can no longer be resumed.
func (s ClientSession) Expires() time.Time {
	if s.session == nil {
		return time.Time{}
	}
	return s.session.Expires()
}
