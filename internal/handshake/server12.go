package handshake

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/openssl"
	"polytls/internal/record"
	"polytls/internal/session"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// agreement12 is what a server chose for a ClientHello up to TLS 1.2.
type agreement12 struct {
	suite  *suite.CipherSuite
	cert   *Certificate // nil if the suite has none
	scheme suite.Scheme // 0 if nothing is signed
	group  suite.Group
	dh     *kex.DHParams
	srp    *kex.SRPVerifier
}

// flight12 is what the rest of the handshake needs from a server's first flight.
type flight12 struct {
	resumed *record.Keys // the client's, nil in a full handshake

	asked    bool // the client's certificate is requested
	exchange serverExchange
	id       []byte // of the session, nil if it is not stored
	ticket   bool   // it will be sent
}

// begin12 is the server's half of RFC 5246, section 7.3, up to the client's next
// message.
func (s *server) begin12(ctx context.Context, raw []byte) (*flight12, error) {
	if err := s.chooseALPN(ctx); err != nil {
		return nil, err
	}
	old, renew, err := s.findSession12(ctx)
	if err != nil {
		return nil, err
	}
	if old != nil {
		return s.resume12(raw, old, renew)
	}
	a, err := s.chooseParameters12(ctx)
	if err != nil {
		return nil, err
	}
	ask := s.cfg.ClientAuth != NoClientCert && a.cert != nil
	switch {
	case ask:
		s.transcript.KeepBuffer() // CertificateVerify signs it
	case s.cfg.ClientAuth != NoClientCert && a.suite.Auth == suite.AuthNone:
		s.facts.VerifyError = missingCertificate()
	}
	if err := s.fetchStaple(ctx, a.cert); err != nil {
		return nil, err
	}
	f := &flight12{asked: ask, id: s.newSessionID(), ticket: s.wantsTicket()}
	s.facts.Certificate, s.facts.OurScheme = a.cert, a.scheme
	s.sendServerHello12(raw, a.suite, f.id, f.ticket) // 7.4.1.3
	return f, s.sendFlight12(ctx, a, f)
}

// finish12 is the rest of RFC 5246, section 7.3.
func (s *server) finish12(ctx context.Context, f *flight12) error {
	if f.resumed != nil {
		return s.readFinished12(*f.resumed, s.master.VerifyClient)
	}
	if err := s.await(); err != nil {
		return err
	}
	return s.finishFull12(ctx, f)
}

// finishFull12 is the rest of a full handshake, whose frame is too large for waiting.
func (s *server) finishFull12(ctx context.Context, f *flight12) (err error) {
	peer := &Peer{}
	if f.asked {
		if peer, err = s.readClientCertificate(ctx); err != nil { // 7.4.6
			return err
		}
	}
	if err := s.readClientKeyExchange(ctx, f.exchange); err != nil { // 7.4.7
		return err
	}
	if peer.leaf() != nil {
		if err := s.readCertificateVerify12(peer); err != nil { // 7.4.8
			return err
		}
	}
	s.transcript.Forget()
	client, server := s.directions()
	if err := s.readFinished12(client, s.master.VerifyClient); err != nil { // 7.4.9
		return err
	}
	s.keys12.sessionID = f.id
	now := s.newSession(s.cfg.SessionTimeout)
	now.IDContext = s.cfg.IDContext
	s.session = now
	if err := s.storeSession12(ctx, now, f.ticket); err != nil {
		return err
	}
	if err := s.sendFinished12(server, s.master.ServerFinished); err != nil {
		return err
	}
	return s.Flush()
}

// chooseParameters12 chooses the first suite that can be used, if possible with a
// certificate for the server name.
func (s *server) chooseParameters12(ctx context.Context) (*agreement12, error) {
	s.adoptKeyCerts()
	if s.version == suite.TLS12 {
		s.facts.SharedSchemes = commonByPreference(s.cfg.order(), s.cfg.signing(), s.theirSchemes())
		if s.offered.schemes != nil && len(s.facts.SharedSchemes) == 0 {
			return nil, failure.NoSharedSignatureAlgorithms.New("ClientHello: none of its signature algorithms is enabled here")
		}
	}
	common := s.orderedSuites(s.cfg.Suites)
	a, _ := s.chooseSuite12(common)
	if a == nil {
		return nil, s.noSuite12(common)
	}
	if a.suite.UsesSRP() {
		return a, s.findVerifier(ctx, a)
	}
	return a, nil
}

// chooseSuite12 returns the parameters of the first suite that can be used, and the
// certificates from which one was chosen.
func (s *server) chooseSuite12(common []*suite.CipherSuite) (*agreement12, []*Certificate) {
	for _, certs := range s.choices() {
		for _, candidate := range common {
			if a, why := s.trySuite(candidate, certs); why == noObstacle {
				return a, certs
			}
		}
	}
	return nil, nil
}

// trySuite returns the parameters of a suite with one of certs, or why it cannot be
// used.
func (s *server) trySuite(c *suite.CipherSuite, certs []*Certificate) (*agreement12, obstacle) {
	a := &agreement12{suite: c}
	switch {
	case s.isOfOtherVersion(c):
		return nil, wrongVersion
	case c.UsesPSK() && s.cfg.PSK == nil:
		return nil, noPSK
	}
	if c.CertificateAuth() && !s.fitsCertificate(a, certs) {
		return nil, unfitCertificate
	}
	if c.Auth == suite.AuthNone && s.cfg.ClientAuth == RequireClientCert {
		return nil, anonymousServer // RFC 5246, section 7.4.4
	}
	if c.UsesECDHE() {
		if a.group = s.curve(); a.group == 0 {
			return nil, noCommonCurve
		}
	}
	if c.UsesDHE() {
		if a.dh = s.dhGroup(a.cert); a.dh == nil {
			if s.cfg.DHAuto {
				return nil, noCommonFFDHE
			}
			return nil, noDHParams
		}
	}
	if c.UsesSRP() && (s.cfg.SRP == nil || s.offered.srp == nil) {
		return nil, noSRPUser
	}
	return a, noObstacle
}

// findVerifier finds the verifier of the client's user of SRP.
func (s *server) findVerifier(ctx context.Context, a *agreement12) error {
	user := string(s.offered.srp.Name)
	v, err := watched(ctx, &s.conversation, func(ctx context.Context) (*kex.SRPVerifier, error) { return s.cfg.SRP(ctx, user) })
	switch {
	case err != nil:
		return callbackFailed("SRPCallback", failure.AlertInternalError, err)
	case v == nil:
		return failure.PSKIdentityNotFound.New("ClientHello: SRP user %q is unknown", user)
	}
	a.srp, s.secret = v, verifierSecret(v, user)
	return nil
}

// fitsCertificate finds the certificate and the signature of a suite.
func (s *server) fitsCertificate(a *agreement12, certs []*Certificate) bool {
	w := s.requirements12(a.suite)
	if signed(a.suite) {
		var ok bool
		a.cert, a.scheme, ok = s.cfg.identity(certs, w)
		return ok
	}
	i := slices.IndexFunc(certs, func(c *Certificate) bool { return w.decrypts(c) == noObstacle })
	if i >= 0 {
		a.cert = certs[i]
	}
	return i >= 0
}

// requirements12 are the requirements of a suite and of the client.
func (s *server) requirements12(c *suite.CipherSuite) certRequirements {
	return certRequirements{
		version: s.version, schemes: s.theirSchemes(), issuers: issuerNames(s.offered.issuers),
		types: s.ownTypesWanted(), peerOrder: s.peerOrder(),
		accept: func(cert *Certificate) obstacle {
			if !fitsAuth(c, sign.Schemes(cert.Leaf.Public, suite.TLS12)) {
				return wrongKey
			}
			return unless(s.knowsCurve(cert), unknownCurve)
		},
	}
}

// theirSchemes returns the client's schemes, or the defaults of RFC 5246, section
// 7.4.1.4.1.
func (s *server) theirSchemes() []suite.Scheme {
	if s.offered.schemes != nil {
		return s.offered.schemes.Schemes
	}
	return []suite.Scheme{suite.RSAPKCS1SHA1, suite.ECDSASHA1}
}

// knowsCurve reports whether the client supports an ECDSA certificate's curve (RFC
// 8422, section 5.1.1).
func (s *server) knowsCurve(c *Certificate) bool {
	key, ok := c.Leaf.Public.(*ecdsa.PublicKey)
	if !ok || s.offered.groups == nil {
		return true
	}
	return hasCurve(s.offered.groups.Groups, key)
}

// curve chooses the group of ECDHE, 0 for none.
func (s *server) curve() suite.Group {
	ours := s.curves()
	if s.offered.groups == nil {
		// RFC 8422, section 4: such a client accepts any curve. All support P-256.
		g, _ := firstCommon([]suite.Group{suite.P256}, ours)
		return g
	}
	if common := commonByPreference(s.cfg.order(), ours, s.offered.groups.Groups); len(common) > 0 {
		return common[0]
	}
	return 0
}

// curves are our groups of ECDHE.
func (s *server) curves() []suite.Group {
	return slices.DeleteFunc(s.cfg.groupsFor(suite.TLS12), func(g suite.Group) bool { return !isCurve(g) })
}

// dhGroup chooses the group of DHE, nil for none. The group of DHParam is used for
// every client. Otherwise a client that names groups of RFC 7919 gets one of them or
// another key exchange.
func (s *server) dhGroup(cert *Certificate) *kex.DHParams {
	if s.cfg.DHParams != nil {
		return s.cfg.DHParams
	}
	if !s.cfg.DHAuto {
		return nil
	}
	if s.offered.groups != nil {
		isFinite := func(g suite.Group) bool { return g>>8 == 1 }
		if slices.ContainsFunc(s.offered.groups.Groups, isFinite) {
			ours := slices.DeleteFunc(s.cfg.groupsFor(suite.TLS12), func(g suite.Group) bool { return !isFinite(g) })
			g, ok := firstCommon(ours, s.offered.groups.Groups)
			if !ok {
				s.noFFDHE = true
				return nil
			}
			s.facts.Group = g
			return kex.NamedDH(g)
		}
	}
	bits := s.cfg.DHLimits.MinBits
	if cert != nil {
		bits = max(bits, sign.Bits(cert.Leaf.Public))
	}
	return kex.AutoDH(bits, s.cfg.Level)
}

// sendServerHello12 implements RFC 5246, section 7.4.1.3.
func (s *server) sendServerHello12(raw []byte, c *suite.CipherSuite, id []byte, ticket bool) {
	s.choose(s.version, c)
	s.transcript.Add(raw)
	sh := &wire.ServerHello{LegacyVersion: s.version, Random: s.random(), SessionID: id, CipherSuite: c.ID}
	sh.Extensions = reply{s, s.facts.Certificate, ticket}.extensions()
	s.Send(sh)
}

// sendFlight12 sends what follows the ServerHello of a full handshake.
func (s *server) sendFlight12(ctx context.Context, a *agreement12, f *flight12) error {
	if a.cert != nil {
		s.Send(s.certificate12(a.cert))
		if s.staple != nil {
			s.Send(&wire.CertificateStatus{Response: s.staple})
		}
	}
	f.exchange = s.exchange(a)
	params, err := f.exchange.params(ctx)
	if err != nil {
		return err
	}
	if signed(a.suite) {
		signature, err := s.sign(ctx, a.cert, a.scheme, s.signedParams(params))
		if err != nil {
			return err
		}
		params = wire.AppendSignature(params, s.version, a.scheme, signature)
	}
	if params != nil {
		s.Send(&wire.ServerKeyExchange{Raw: params})
	}
	if f.asked {
		if err := s.sendRequest12(); err != nil {
			return err
		}
	}
	s.Send(&wire.ServerHelloDone{})
	return s.Flush()
}

// sendRequest12 implements RFC 5246, section 7.4.4.
func (s *server) sendRequest12() error {
	types := []uint8{sign.RSASign, sign.ECDSASign}
	if s.version < suite.TLS12 {
		s.Send(&wire.CertificateRequest10{Types: types, Authorities: s.cfg.Authorities})
		return nil
	}
	schemes := onWire(s.cfg.Schemes, suite.TLS12)
	if len(schemes) == 0 {
		return failure.NoSuitableSignatureAlgorithm.New("CertificateRequest: no enabled signature algorithm is one of %s", s.version)
	}
	s.Send(&wire.CertificateRequest12{Types: types, Schemes: schemes, Authorities: s.cfg.Authorities})
	return nil
}

// readClientCertificate reads and verifies the client's chain. CertificateVerify
// follows the key exchange.
func (s *server) readClientCertificate(ctx context.Context) (*Peer, error) {
	peer, err := s.readPeer12()
	if err != nil {
		return nil, err
	}
	leaf := peer.leaf()
	if leaf != nil {
		if err := s.checkKeyUsage(leaf, x509.KeyUsageDigitalSignature); err != nil {
			return nil, err
		}
	}
	if r := s.cfg.Renegotiation; r != nil && r.Peer != nil && (leaf == nil || !bytes.Equal(r.Peer, leaf.Raw)) {
		return nil, failure.ServerCertChanged.New("Certificate: the client shows another certificate in a renegotiation")
	}
	return peer, s.verifyClient(ctx, peer)
}

// readClientKeyExchange implements RFC 5246, section 7.4.7.
func (s *server) readClientKeyExchange(ctx context.Context, x serverExchange) error {
	cke, err := Expect[wire.ClientKeyExchange](&s.conversation)
	if err != nil {
		return err
	}
	body := cryptobyte.String(cke.Raw)
	premaster, err := x.premaster(ctx, &body)
	if err != nil {
		return err
	}
	s.deriveMaster(premaster)
	return nil
}

// readCertificateVerify12 implements RFC 5246, section 7.4.8.
func (s *server) readCertificateVerify12(peer *Peer) error {
	leaf := peer.leaf()
	signed := bytes.Clone(s.transcript.Buffer())
	var scheme suite.Scheme
	var signature []byte
	if s.version < suite.TLS12 {
		cv, err := Expect[wire.CertificateVerify10](&s.conversation)
		if err != nil {
			return err
		}
		if scheme, err = s.legacyScheme(leaf); err != nil {
			return err
		}
		signature = cv.Signature
	} else {
		cv, err := Expect[wire.CertificateVerify](&s.conversation)
		if err != nil {
			return err
		}
		if err := s.checkScheme(cv.Scheme, leaf); err != nil {
			return err
		}
		scheme, signature = cv.Scheme, cv.Signature
	}
	s.facts.Scheme = scheme
	return sign.Verify(leaf.Public, scheme, signed, signature)
}

// findSession12 finds the session that the client offers, by its ticket or else by
// its identifier.
func (s *server) findSession12(ctx context.Context) (o *resumption, renew bool, err error) {
	var old *session.Session
	r := s.cfg.Renegotiation
	if r != nil && (s.cfg.ClientAuth != NoClientCert || s.cfg.Options.Has(openssl.OpNoResumptionOnRenegotiation)) {
		s.refuse(noResumptionHere)
		return nil, false, nil
	}
	switch t := s.offered.ticket; {
	case t != nil && len(t.Ticket) > 0 && s.cfg.Tickets != nil && s.cfg.tickets12():
		if old, renew, err = s.cfg.Tickets().Open(t.Ticket); err != nil {
			s.refuse(unknownSession)
			return nil, false, nil // unusable: a full handshake
		}
	case len(s.hello.SessionID) > 0 && s.cfg.Sessions != nil:
		if old, err = s.storedSession(ctx, s.hello.SessionID); err != nil {
			return nil, false, callbackFailed("OnResumeSession", failure.AlertInternalError, err)
		}
	}
	why := noObstacle
	switch {
	case old == nil:
		why = unknownSession
	case !slices.Contains(s.hello.CipherSuites, old.Suite), !slices.ContainsFunc(s.cfg.Suites, func(c *suite.CipherSuite) bool { return c.ID == old.Suite }):
		why = wrongSessionSuite
	case r != nil && !bytes.Equal(old.PeerCertificate, r.Peer):
		why = wrongSessionPeer
	default:
		o, why = s.resumable(ctx, old)
	}
	if o == nil {
		s.refuse(why)
		return nil, false, nil
	}
	// RFC 7627, section 5.3.
	offers := s.hello.Extensions.Has(wire.ExtExtendedMasterSecret)
	if old.ExtendedMasterSecret && !offers {
		return nil, false, failure.InconsistentEMS.New("ClientHello: it lacks extended_master_secret, which the session that it resumes has")
	}
	if old.ExtendedMasterSecret != s.facts.ExtendedMasterSecret {
		s.refuse(wrongSessionEMS)
		return nil, false, nil
	}
	return o, renew, nil
}

// resume12 sends the first flight of an abbreviated handshake.
func (s *server) resume12(raw []byte, o *resumption, renew bool) (*flight12, error) {
	old := o.session
	s.resume(o)
	renew = renew && s.wantsTicket()
	s.sendServerHello12(raw, old.Suite.Info(), s.hello.SessionID, renew)
	s.setMaster(old.Master)
	if renew {
		if err := s.sendTicket12(old); err != nil {
			return nil, err
		}
	}
	client, server := s.directions()
	if err := s.sendFinished12(server, s.master.ServerFinished); err != nil {
		return nil, err
	}
	return &flight12{resumed: &client}, s.Flush()
}

// wantsTicket reports whether a ticket will be sent.
func (s *server) wantsTicket() bool {
	// A ticket cannot hold a raw public key.
	return s.cfg.Tickets != nil && s.offered.ticket != nil && s.peerType == wire.CertificateTypeX509 && s.cfg.tickets12()
}

// newSessionID returns the identifier of a session that will be stored, nil for one
// with a ticket.
func (s *server) newSessionID() []byte {
	if s.cfg.Sessions == nil || s.wantsTicket() {
		return nil
	}
	id := make([]byte, session.MaxID)
	rand.Read(id)
	return id
}

// storeSession12 seals or stores a session, before our Finished is sent.
func (s *server) storeSession12(ctx context.Context, now *session.Session, ticket bool) error {
	if ticket {
		return s.sendTicket12(now)
	}
	if s.cfg.Sessions == nil {
		return nil
	}
	if err := s.cfg.Sessions.Put(ctx, now); err != nil {
		return callbackFailed("OnNewSession", failure.AlertInternalError, err)
	}
	return nil
}

// sendTicket12 implements RFC 5077, section 3.3.
func (s *server) sendTicket12(now *session.Session) error {
	ticket, err := s.cfg.Tickets().Seal(now)
	if err != nil {
		return failure.Internal.New("NewSessionTicket: %v", err)
	}
	s.Send(&wire.NewSessionTicket12{LifetimeHint: uint32(max(now.Remaining(s.now()), 0) / time.Second), Ticket: ticket})
	return nil
}
