package handshake

import (
	"bytes"
	"context"
	"crypto/x509"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
	"polytls/internal/session"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// serverHello12 is what a ServerHello up to TLS 1.2 announces.
type serverHello12 struct {
	resumed bool
	ticket  bool // a NewSessionTicket will come
	status  bool // a CertificateStatus may come
	id      []byte
}

// run12 implements RFC 5246, section 7.3, after the ServerHello.
func (c *client) run12(ctx context.Context, sh *wire.ServerHello, raw []byte) error {
	if len(c.cfg.Certificates) > 0 || c.cfg.OnCertificateRequest != nil {
		c.transcript.KeepBuffer() // CertificateVerify signs it
	}
	a, err := c.accept12(sh, raw)
	if err != nil {
		return err
	}
	if a.resumed {
		return c.resume12(a)
	}
	if err := c.readServerCertificate(ctx, a); err != nil { // 7.4.2
		return err
	}
	x := c.exchange()
	if err := c.readServerKeyExchange(x); err != nil { // 7.4.3
		return err
	}
	request, err := c.readRequest12() // 7.4.4
	if err != nil {
		return err
	}
	if _, err := Expect[wire.ServerHelloDone](&c.conversation); err != nil { // 7.4.5
		return err
	}
	cert, scheme, err := c.sendClientCertificate12(ctx, request) // 7.4.6
	if err != nil {
		return err
	}
	body, premaster, err := x.clientKeyExchange(ctx)
	if err != nil {
		return err
	}
	c.Send(&wire.ClientKeyExchange{Raw: body}) // 7.4.7
	c.deriveMaster(premaster)
	if cert != nil {
		if err := c.sendCertificateVerify12(ctx, cert, scheme); err != nil { // 7.4.8
			return err
		}
	}
	c.transcript.Forget()
	client, server := c.directions()
	if err := c.sendFinished12(client, c.master.ClientFinished); err != nil { // 7.4.9
		return err
	}
	if err := c.Flush(); err != nil {
		return err
	}
	ticket, err := c.readTicket12(a)
	if err != nil {
		return err
	}
	if err := c.readFinished12(server, c.master.VerifyServer); err != nil {
		return err
	}
	c.saveSession12(a, ticket)
	return nil
}

// accept12 checks a ServerHello (RFC 5246, section 7.4.1.3).
func (c *client) accept12(sh *wire.ServerHello, raw []byte) (*serverHello12, error) {
	s, err := c.acceptSuite(sh.CipherSuite, c.layer.Version())
	if err != nil {
		return nil, err
	}
	if sh.CompressionMethod != 0 {
		return nil, failure.InvalidCompression.New("ServerHello: compression_method %d, want 0", sh.CompressionMethod)
	}
	c.choose(c.layer.Version(), s)
	c.transcript.Add(raw)
	c.serverRandom = sh.Random
	a := &serverHello12{
		id:     sh.SessionID,
		ticket: sh.Extensions.Has(wire.ExtSessionTicket),
		status: sh.Extensions.Has(wire.ExtStatusRequest),
	}
	old := c.session12()
	a.resumed = old != nil && len(sh.SessionID) > 0 && bytes.Equal(sh.SessionID, c.hello.SessionID)
	if !a.resumed && old == nil && len(sh.SessionID) > 0 && bytes.Equal(sh.SessionID, c.hello.SessionID) {
		return nil, failure.InvalidSessionID.New("ServerHello: session_id echoes one that names no session")
	}
	if err := c.acceptExtensions(sh.Extensions, wire.InServerHello12); err != nil {
		return nil, err
	}
	if !a.resumed {
		return a, nil
	}
	switch {
	case old.Version != c.version:
		return nil, failure.OldSessionVersion.New("ServerHello: %s, but the session that it resumes has %s", c.version, old.Version)
	case old.Suite != s.ID:
		return nil, failure.OldSessionCipherNotReturned.New("ServerHello: cipher_suite %s, but the session that it resumes has %s", s.Standard, old.Suite)
	case old.ExtendedMasterSecret != c.facts.ExtendedMasterSecret:
		return nil, failure.InconsistentEMS.New("ServerHello: extended_master_secret is not as in the session that it resumes (RFC 7627, 5.3)")
	}
	return a, nil
}

// resume12 is the abbreviated handshake (RFC 5246, section 7.3; RFC 5077).
func (c *client) resume12(a *serverHello12) error {
	old := c.old.session
	c.resume(c.old)
	c.setMaster(old.Master)
	ticket, err := c.readTicket12(a)
	if err != nil {
		return err
	}
	client, server := c.directions()
	if err := c.readFinished12(server, c.master.VerifyServer); err != nil {
		return err
	}
	if err := c.sendFinished12(client, c.master.ClientFinished); err != nil {
		return err
	}
	if err := c.FlushLater(); err != nil {
		return err
	}
	if ticket != nil && len(ticket.Ticket) > 0 {
		renewed := *old
		renewed.Created = c.now()
		renewed.Timeout = old.Remaining(renewed.Created)
		c.saveTicket12(&renewed, ticket)
	}
	return nil
}

// readServerCertificate reads and verifies the server's chain, if the suite has one.
// With an anonymous suite the verifier gets an empty peer.
func (c *client) readServerCertificate(ctx context.Context, a *serverHello12) error {
	if c.suite.Auth == suite.AuthNone {
		return c.verifyPeer(ctx, &Peer{ServerName: c.cfg.ServerName, Version: c.version})
	}
	if !c.suite.CertificateAuth() {
		return nil
	}
	peer, err := c.readPeer12()
	if err != nil {
		return err
	}
	leaf := peer.leaf()
	if leaf == nil {
		return failure.Decode.New("Certificate: the server's list is empty")
	}
	peer.SCTs = c.scts
	if !fitsAuth(c.suite, sign.Schemes(leaf.Public, suite.TLS12)) {
		return failure.WrongCertificateType.New("Certificate: the leaf's key does not go with %s", c.suite.Standard)
	}
	if c.suite.UsesRSAEncryption() {
		if err := c.checkKeyUsage(leaf, x509.KeyUsageKeyEncipherment); err != nil {
			return err
		}
	}
	if a.status {
		status, err := Optional[wire.CertificateStatus](&c.conversation) // RFC 6066, 8
		if err != nil {
			return err
		}
		if status != nil {
			peer.OCSPResponse = status.Response
		}
	}
	if r := c.cfg.Renegotiation; r != nil && r.Peer != nil && !bytes.Equal(r.Peer, leaf.Raw) {
		return failure.ServerCertChanged.New("Certificate: the server shows another certificate in a renegotiation")
	}
	return c.verifyServer(ctx, peer)
}

// readServerKeyExchange implements RFC 5246, section 7.4.3.
func (c *client) readServerKeyExchange(x clientExchange) error {
	if x == nil {
		return failure.Internal.New("no key exchange for %s", c.suite.Standard)
	}
	if c.suite.Kx == suite.KxRSA {
		return nil
	}
	var ske *wire.ServerKeyExchange
	var err error
	if c.suite.Kx == suite.KxPSK || c.suite.Kx == suite.KxRSAPSK {
		ske, err = Optional[wire.ServerKeyExchange](&c.conversation)
	} else {
		ske, err = Expect[wire.ServerKeyExchange](&c.conversation)
	}
	if ske == nil || err != nil {
		return err
	}
	rest := cryptobyte.String(ske.Raw)
	if err := x.read(&rest); err != nil {
		return err
	}
	if !signed(c.suite) {
		return wire.ReadEnd(&rest)
	}
	params := ske.Raw[:len(ske.Raw)-len(rest)]
	scheme, signature, err := wire.ReadSignature(&rest, c.version)
	if err != nil {
		return err
	}
	if err := wire.ReadEnd(&rest); err != nil {
		return err
	}
	leaf := c.facts.Peer.leaf()
	if c.version < suite.TLS12 {
		if scheme, err = c.legacyScheme(leaf); err != nil {
			return err
		}
	} else if err := c.checkScheme(scheme, leaf); err != nil {
		return err
	}
	c.facts.Scheme = scheme
	return sign.Verify(leaf.Public, scheme, c.signedParams(params), signature)
}

// readRequest12 reads a CertificateRequest of either form, nil if there is none.
func (c *client) readRequest12() (*wire.CertificateRequest12, error) {
	if !c.suite.CertificateAuth() || c.suite.UsesSRP() {
		return nil, nil
	}
	if c.version == suite.TLS12 {
		return Optional[wire.CertificateRequest12](&c.conversation)
	}
	old, err := Optional[wire.CertificateRequest10](&c.conversation)
	if old == nil || err != nil {
		return nil, err
	}
	return &wire.CertificateRequest12{Types: old.Types, Authorities: old.Authorities}, nil
}

// sendClientCertificate12 sends a certificate that meets the request, or none.
func (c *client) sendClientCertificate12(ctx context.Context, request *wire.CertificateRequest12) (*Certificate, suite.Scheme, error) {
	if request == nil {
		return nil, 0, nil
	}
	c.facts.SharedSchemes = intersect(request.Schemes, c.cfg.Schemes)
	cert, scheme, err := c.clientIdentity(ctx, certRequirements{
		version: c.version, schemes: request.Schemes, issuers: request.Authorities, types: []uint8{c.ownType},
		accept: func(cert *Certificate) obstacle {
			return unless(slices.Contains(request.Types, sign.CertificateType(cert.Leaf.Public)), wrongKey)
		},
	})
	if err != nil {
		return nil, 0, err
	}
	c.Send(c.certificate12(cert))
	c.facts.Certificate, c.facts.OurScheme = cert, scheme
	return cert, scheme, nil
}

// sendCertificateVerify12 implements RFC 5246, section 7.4.8.
func (c *client) sendCertificateVerify12(ctx context.Context, cert *Certificate, s suite.Scheme) error {
	signature, err := c.sign(ctx, cert, s, c.transcript.Buffer())
	if err != nil {
		return err
	}
	if c.version < suite.TLS12 {
		c.Send(&wire.CertificateVerify10{Signature: signature})
		return nil
	}
	c.Send(&wire.CertificateVerify{Scheme: s, Signature: signature})
	return nil
}

// readTicket12 reads the NewSessionTicket that was announced (RFC 5077, 3.3).
func (c *client) readTicket12(a *serverHello12) (*wire.NewSessionTicket12, error) {
	if !a.ticket {
		return nil, nil
	}
	return Expect[wire.NewSessionTicket12](&c.conversation)
}

// session12 returns the session that the hello offers up to TLS 1.2.
func (c *client) session12() *session.Session {
	if c.old == nil || c.old.session.Version >= suite.TLS13 {
		return nil
	}
	return c.old.session
}

// saveSession12 stores the session of a full handshake.
func (c *client) saveSession12(a *serverHello12, ticket *wire.NewSessionTicket12) {
	c.keys12.sessionID = a.id
	s := c.newSession(c.cfg.SessionTimeout)
	c.session = s
	if ticket != nil && len(ticket.Ticket) > 0 {
		c.saveTicket12(s, ticket)
		return
	}
	if len(a.id) > 0 && c.cfg.OnSession != nil {
		c.cfg.OnSession(s)
	}
}

// saveTicket12 adds a ticket to a session. Its identifier is then derived from the
// ticket, so that the server's echo of it shows that it was accepted.
func (c *client) saveTicket12(s *session.Session, t *wire.NewSessionTicket12) {
	s.Ticket, s.TicketLifetimeHint = t.Ticket, t.LifetimeHint
	s.ID = session.TicketID(t.Ticket)
	c.session = s
	if c.cfg.OnSession != nil {
		c.cfg.OnSession(s)
	}
}
