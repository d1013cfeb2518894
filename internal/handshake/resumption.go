package handshake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strings"

	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// This file decides whether a session may be resumed: if a full handshake would
// admit its peer now. What it refuses costs a full handshake.

// resumption is a session that may be resumed, and of its peer what a full
// handshake would have found out.
type resumption struct {
	session     *session.Session
	peer        *Peer
	verifyError *failure.Error
	secret      *sharedSecret // nil if none authenticated the peer
}

// sharedSecret is what a session keeps of the external key or the SRP verifier
// that authenticated the peer.
type sharedSecret struct {
	user   string // of SRP
	hint   string // of the server up to TLS 1.2, at a client
	digest [session.MarkSize]byte
}

// pskSecret digests an external key under its identity. The digest is a MAC by
// the key: it tells no more of the key than a handshake does.
func pskSecret(key, identity []byte) *sharedSecret {
	return newSecret("", key, []byte("polytls session psk"), identity)
}

// verifierSecret is that of a server's user of SRP.
func verifierSecret(v *kex.SRPVerifier, user string) *sharedSecret {
	return newSecret(user, v.Verifier, []byte("polytls session srp"), []byte(user), v.Salt)
}

// passwordSecret is that of a client's.
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

// madeBy reports whether the secret is the one that a session was made by.
func (k *sharedSecret) madeBy(s *session.Session) bool {
	marks := s.Marks()
	return hmac.Equal(k.digest[:], marks.Secret[:])
}

// resume takes over what was found out about a session and its peer.
func (c *conversation) resume(o *resumption) {
	c.resumed, c.secret = o, o.secret
	r := c.result
	r.Resumed, r.Session, r.Peer, r.VerifyError = true, o.session, o.peer, o.verifyError
}

// sessionPeer is what the peer of a session showed when it was made.
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

// verifySession asks VerifyPeer about the peer of a session. nil is a full
// handshake: where the peer is refused, and where it was good and is not any more,
// or the other way round, so that the handshake shows what has changed.
func (c *conversation) verifySession(ctx context.Context, s *session.Session, serverName string) *resumption {
	p, err := c.cfg.sessionPeer(s)
	if err != nil || c.cfg.VerifyPeer == nil {
		return nil
	}
	p.ServerName, p.Version, p.Session = serverName, s.Version, s
	verdict, err := c.cfg.VerifyPeer(ctx, p)
	p.Session = nil
	if err != nil || (verdict == nil) != (s.VerifyResult == int(trust.OK)) {
		return nil
	}
	return &resumption{session: s, peer: p, verifyError: verdict}
}

// resumable decides about a session that a client shows. nil is a full
// handshake.
func (s *server) resumable(ctx context.Context, old *session.Session) *resumption {
	if old.Version != s.version || old.Expired(s.now()) || !old.MatchesContext(s.cfg.IDContext) || !s.servesName(old) {
		return nil
	}
	if fragmentLength(old) != s.result.maxFragmentLen {
		return nil
	}
	secret, ok := s.askSecret(ctx, old)
	if !ok || secret == nil && s.onlySecrets() {
		return nil
	}
	r := s.admit(ctx, old)
	if r != nil {
		r.secret = secret
	}
	return r
}

// admit decides about the certificate of a session's client, or that it has none.
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
		return s.verifySession(ctx, old, s.result.ServerName)
	case old.BySecret():
		return &resumption{session: old, peer: noPeer}
	case s.cfg.ClientAuth == RequireClientCert, old.VerifyResult == int(trust.OK): // it was not asked then
		return nil
	}
	return &resumption{session: old, peer: noPeer, verifyError: missingCertificate()}
}

// servesName reports whether a session may be resumed under the name that the
// client asks for: under its own (RFC 6066, section 3), any if it has none, and in
// TLS 1.3 one that has the same context.
func (s *server) servesName(old *session.Session) bool {
	a, b := old.ServerName, s.result.ServerName
	return a == "" || strings.EqualFold(a, b) ||
		s.version == suite.TLS13 && s.cfg.SharesContext != nil && s.cfg.SharesContext(a, b)
}

// askSecret asks again for the external key or the SRP verifier that a session
// was made by, nil if it was made by none. It must be there and be the same.
func (s *server) askSecret(ctx context.Context, old *session.Session) (secret *sharedSecret, ok bool) {
	switch {
	case !old.BySecret():
		return nil, true
	case old.ByUser():
		if s.cfg.SRP == nil {
			return nil, false
		}
		v, err := watched(ctx, s, func(ctx context.Context) (*kex.SRPVerifier, error) { return s.cfg.SRP(ctx, old.SRPUsername) })
		if v == nil || err != nil {
			return nil, false
		}
		secret = verifierSecret(v, old.SRPUsername)
	default:
		if s.cfg.PSK == nil {
			return nil, false
		}
		identity := []byte(old.PSKIdentity)
		k, err := watched(ctx, s, func(ctx context.Context) (*PSK, error) { return s.cfg.PSK(ctx, identity) })
		if k == nil || err != nil {
			return nil, false
		}
		secret = pskSecret(k.Key, identity)
	}
	return secret, secret.madeBy(old)
}

// onlySecrets reports whether a full handshake of TLS 1.3 needs an external key.
func (s *server) onlySecrets() bool {
	return s.version == suite.TLS13 && s.cfg.PSK != nil && len(s.cfg.Certificates) == 0
}

// sessionVerifyError is what a session keeps of the verdict on its peer.
func sessionVerifyError(s *session.Session) *failure.Error {
	verdict, _ := trust.Result(s.VerifyResult).Err().(*failure.Error)
	return verdict
}

// offerableSession decides about the session that the client has. nil is a full
// handshake.
func (c *client) offerableSession(ctx context.Context, versions []suite.Version) *resumption {
	s := c.cfg.Session
	if s == nil || !c.canOffer(s, versions) {
		return nil
	}
	secret, ok := c.askSecret(ctx, s)
	if !ok {
		return nil
	}
	r := &resumption{session: s, peer: noPeer}
	if secret == nil || len(s.PeerCertificate) > 0 || len(s.PeerPublicKey) > 0 {
		r = c.verifySession(ctx, s, c.cfg.ServerName)
		if r == nil || c.askOCSP(ctx, r.peer.OCSPResponse) != nil {
			return nil
		}
	}
	r.secret = secret
	return r
}

// canOffer reports whether a session still lives and goes with the hello.
func (c *client) canOffer(s *session.Session, versions []suite.Version) bool {
	switch {
	case !slices.Contains(versions, s.Version), s.Expired(c.now()):
		return false
	case fragmentLength(s) != 0 && fragmentLength(s) != fragmentCode(c.cfg.MaxFragmentLength):
		return false
	case s.Version == suite.TLS13:
		info := s.Suite.Info()
		return info != nil && len(s.Ticket) > 0 && c.offersHash(info.Hash)
	case len(s.Ticket) > 0 && !c.cfg.tickets12():
		return false // its identifier alone says nothing to the server
	}
	return len(s.ID) > 0 && slices.Contains(c.hello.CipherSuites, s.Suite)
}

// askSecret asks again for the external key or the password that a session was
// made by, nil if it was made by none.
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

// sessionKeys asks for the external keys as the handshake did that made a session.
func (c *client) sessionKeys(ctx context.Context, s *session.Session) ([]PSK, error) {
	switch {
	case c.cfg.PSK == nil || s.Version == suite.TLS13:
		return c.externalKeys(ctx)
	case s.PSKIdentityHint == "":
		return c.cfg.PSK(ctx, nil)
	}
	return c.cfg.PSK(ctx, &s.PSKIdentityHint)
}
