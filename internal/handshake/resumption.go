package handshake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"slices"

	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// This file decides whether a session may be resumed: only if a full handshake would
// accept its peer now. Otherwise there is a full handshake.

// resumption is a session that may be resumed, with the results of verifying its
// peer.
type resumption struct {
	session     *session.Session
	peer        *Peer
	verifyError *failure.Error
	secret      *sharedSecret // nil if none authenticated the peer
}

// sharedSecret is what a session stores about the external key or the SRP verifier
// that authenticated the peer.
type sharedSecret struct {
	user   string // of SRP
	hint   string // of the server up to TLS 1.2, at a client
	digest [session.MarkSize]byte
}

// pskSecret returns a digest of an external key and its identity. The digest is a
// MAC with the key: it reveals no more about the key than a handshake does.
func pskSecret(key, identity []byte) *sharedSecret {
	return newSecret("", key, []byte("polytls session psk"), identity)
}

// verifierSecret returns the secret of an SRP user at the server.
func verifierSecret(v *kex.SRPVerifier, user string) *sharedSecret {
	return newSecret(user, v.Verifier, []byte("polytls session srp"), []byte(user), v.Salt)
}

// passwordSecret returns the secret of an SRP user at the client.
func passwordSecret(id *SRPIdentity) *sharedSecret {
	return newSecret(id.User, []byte(id.Password), []byte("polytls session password"), []byte(id.User))
}

func newSecret(user string, key []byte, parts ...[]byte) *sharedSecret {
	s := &sharedSecret{user: user}
	h := hmac.New(sha256.New, key)
	for _, part := range parts {
		h.Write([]byte{byte(len(part) >> 8), byte(len(part))})
		h.Write(part)
	}
	copy(s.digest[:], h.Sum(nil))
	return s
}

// madeBy reports whether the secret authenticated the session's first handshake.
func (k *sharedSecret) madeBy(s *session.Session) bool {
	marks := s.Marks()
	return hmac.Equal(k.digest[:], marks.Secret[:])
}

// resume sets the state of a resumed session.
func (c *conversation) resume(o *resumption) {
	c.resumed, c.secret, c.session = o, o.secret, o.session
	c.facts.Resumed, c.facts.Peer, c.facts.VerifyError = true, o.peer, o.verifyError
}

// sessionPeer returns the peer that a session holds.
func (c *Config) sessionPeer(s *session.Session) (*Peer, error) {
	switch {
	case len(s.PeerCertificate) > 0:
		chain, err := c.parseChain(append([][]byte{s.PeerCertificate}, s.PeerChain...))
		return &Peer{Chain: chain, OCSPResponse: s.OCSPResponse, SCTs: s.SCTs}, err
	case len(s.PeerPublicKey) > 0:
		return c.rawPeer(s.PeerPublicKey)
	}
	return &Peer{}, nil
}

// verifySession calls VerifyPeer for the peer of a session. It returns nil, for a
// full handshake, if the peer is refused, or if the result differs from that of the
// session.
func (c *conversation) verifySession(ctx context.Context, s *session.Session, serverName string) *resumption {
	p, err := c.cfg.sessionPeer(s)
	if err != nil || c.cfg.VerifyPeer == nil {
		return nil
	}
	p.ServerName, p.Version, p.Session = serverName, s.Version, s
	p.AllowUnauthorized = c.cfg.AllowUnauthorized
	verifyError, err := c.callVerify(ctx, p)
	p.Session = nil
	if err != nil || (verifyError == nil) != (s.VerifyResult == int(trust.OK)) {
		return nil
	}
	return &resumption{session: s, peer: p, verifyError: verifyError}
}

// resumable returns the resumption of a client's session, or nil, for a full handshake,
// and why.
func (s *server) resumable(ctx context.Context, old *session.Session) (*resumption, obstacle) {
	if why := s.mismatch(old); why != noObstacle {
		return nil, why
	}
	secret, ok := s.askSecret(ctx, old)
	if !ok || secret == nil && s.onlySecrets() {
		return nil, sessionSecretChanged
	}
	r := s.admit(ctx, old)
	if r == nil {
		return nil, peerNotAccepted
	}
	r.secret = secret
	return r, noObstacle
}

// mismatch returns what of a session does not fit this handshake.
func (s *server) mismatch(old *session.Session) obstacle {
	switch {
	case old.Version != s.version, old.Compression != 0:
		return wrongSessionVersion
	case old.Expired(s.now()):
		return expiredSession
	case !old.MatchesContext(s.cfg.IDContext):
		return wrongSessionContext
	case !s.servesName(old):
		return wrongSessionName
	case fragmentLength(old) != s.facts.maxFragmentLen:
		return wrongSessionFragment
	}
	return noObstacle
}

// admit checks the certificate of a session's client, or that it may have none.
func (s *server) admit(ctx context.Context, old *session.Session) *resumption {
	shown := len(old.PeerCertificate) > 0 || len(old.PeerPublicKey) > 0
	switch {
	case s.cfg.ClientAuth == NoClientCert:
		p, err := s.cfg.sessionPeer(old)
		if err != nil {
			return nil
		}
		return &resumption{session: old, peer: p, verifyError: sessionVerifyError(old)}
	case shown:
		return s.verifySession(ctx, old, s.facts.ServerName)
	case old.BySecret():
		return &resumption{session: old, peer: noPeer}
	case s.cfg.ClientAuth == RequireClientCert, old.VerifyResult == int(trust.OK): // no certificate was requested then
		return nil
	}
	return &resumption{session: old, peer: noPeer, verifyError: missingCertificate()}
}

// servesName reports whether a session may be resumed under the client's server name:
// the session's name (RFC 6066, section 3), any if it has none, and in TLS 1.3 one
// with the same context.
func (s *server) servesName(old *session.Session) bool {
	a, b := old.ServerName, s.facts.ServerName
	return a == "" || trust.EqualASCII(a, b) ||
		s.version == suite.TLS13 && s.cfg.SharesContext != nil && s.cfg.SharesContext(a, b)
}

// askSecret returns the external key or the SRP verifier that authenticated a
// session, nil for none. It calls the callback again: ok is false if the key is
// unknown or has changed.
func (s *server) askSecret(ctx context.Context, old *session.Session) (secret *sharedSecret, ok bool) {
	switch {
	case !old.BySecret():
		return nil, true
	case old.ByUser():
		if s.cfg.SRP == nil {
			return nil, false
		}
		v, err := watched(ctx, &s.conversation, func(ctx context.Context) (*kex.SRPVerifier, error) { return s.cfg.SRP(ctx, old.SRPUsername) })
		if v == nil || err != nil {
			return nil, false
		}
		secret = verifierSecret(v, old.SRPUsername)
	default:
		if s.cfg.PSK == nil {
			return nil, false
		}
		identity := []byte(old.PSKIdentity)
		k, err := watched(ctx, &s.conversation, func(ctx context.Context) (*PSK, error) { return s.cfg.PSK(ctx, identity) })
		if k == nil || err != nil {
			return nil, false
		}
		secret = pskSecret(k.Key, identity)
	}
	return secret, secret.madeBy(old)
}

// onlySecrets reports whether a full handshake of TLS 1.3 would need an external
// key.
func (s *server) onlySecrets() bool {
	return s.version == suite.TLS13 && s.cfg.PSK != nil && len(s.cfg.Certificates) == 0
}

// sessionVerifyError returns the verification error that a session holds.
func sessionVerifyError(s *session.Session) *failure.Error {
	verifyError, _ := trust.Result(s.VerifyResult).Err().(*failure.Error)
	return verifyError
}

// offerableSession returns the resumption to offer, or nil, for a full handshake, and
// why.
func (c *client) offerableSession(ctx context.Context, versions []suite.Version) (*resumption, obstacle) {
	s := c.cfg.Session
	if s == nil {
		return nil, noSession
	}
	if why := c.mismatch(s, versions); why != noObstacle {
		return nil, why
	}
	secret, ok := c.askSecret(ctx, s)
	if !ok {
		return nil, sessionSecretChanged
	}
	r := &resumption{session: s, peer: noPeer}
	if secret == nil || len(s.PeerCertificate) > 0 || len(s.PeerPublicKey) > 0 {
		r = c.verifySession(ctx, s, c.cfg.ServerName)
		if r == nil || c.askOCSP(ctx, r.peer.OCSPResponse) != nil {
			return nil, peerNotAccepted
		}
	}
	r.secret = secret
	return r, noObstacle
}

// mismatch returns what of a session does not fit the hello.
func (c *client) mismatch(s *session.Session, versions []suite.Version) obstacle {
	switch {
	case !slices.Contains(versions, s.Version), s.Compression != 0:
		return wrongSessionVersion
	case s.Expired(c.now()):
		return expiredSession
	case fragmentLength(s) != 0 && fragmentLength(s) != fragmentCode(c.cfg.MaxFragmentLength):
		return wrongSessionFragment
	case s.Version == suite.TLS13:
		info := s.Suite.Info()
		if len(s.Ticket) == 0 {
			return noSession // no ticket has come
		}
		return unless(info != nil && c.offersHash(info.Hash), wrongSessionSuite)
	case len(s.Ticket) > 0 && !c.cfg.tickets12(), len(s.ID) == 0: // a session with a ticket cannot be found by its identifier
		return noSession
	}
	return unless(slices.Contains(c.hello.CipherSuites, s.Suite), wrongSessionSuite)
}

// askSecret returns the external key or the password that authenticated a session,
// nil for none.
func (c *client) askSecret(ctx context.Context, s *session.Session) (secret *sharedSecret, ok bool) {
	switch {
	case !s.BySecret():
		return nil, true
	case s.ByUser():
		if c.cfg.SRP == nil || c.cfg.SRP.User != s.SRPUsername {
			return nil, false
		}
		secret = passwordSecret(c.cfg.SRP)
	default:
		all, err := c.sessionKeys(ctx, s)
		i := slices.IndexFunc(all, func(k PSK) bool { return string(k.Identity) == s.PSKIdentity })
		if i < 0 || err != nil {
			return nil, false
		}
		secret = pskSecret(all[i].Key, all[i].Identity)
		secret.hint = s.PSKIdentityHint
	}
	return secret, secret.madeBy(s)
}

// sessionKeys calls Config.PSK as the first handshake of the session did.
func (c *client) sessionKeys(ctx context.Context, s *session.Session) ([]PSK, error) {
	switch {
	case c.cfg.PSK == nil || s.Version == suite.TLS13:
		return c.externalKeys(ctx)
	case s.PSKIdentityHint == "":
		return c.cfg.PSK(ctx, nil)
	}
	return c.cfg.PSK(ctx, &s.PSKIdentityHint)
}
