package handshake

import (
	"bytes"
	"context"
	"slices"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// run13 implements RFC 8446, section 2, after the first ServerHello.
func (c *client) run13(ctx context.Context, sh *wire.ServerHello, raw []byte) error {
	if sh.IsRetry() {
		if err := c.retryHello(ctx, sh, raw); err != nil { // 4.1.4
			return err
		}
		var err error
		if sh, raw, err = c.readSecondHello(); err != nil {
			return err
		}
	}
	hs, err := c.handshakeSecrets13(sh, raw) // 4.1.3, 7.1: checks that it was offered
	if err != nil {
		return err
	}
	c.logSecret(keys.LogServerHandshake, hs.Server.Secret)
	c.sendCompatibilityCCS() // D.4
	if !c.sendsEarly() {
		c.ChangeWriteKeys(hs.Client) // first, so that our alerts are protected
	}
	c.ChangeReadKeys(hs.Server)
	ee, err := Expect[wire.EncryptedExtensions](&c.conversation) // 4.3.1
	if err != nil {
		return err
	}
	if err := c.acceptExtensions(ee.Extensions, wire.InEncryptedExtensions); err != nil {
		return err
	}
	if c.sendsEarly() && !c.facts.EarlyDataAccepted {
		c.ChangeWriteKeys(hs.Client)
	}
	request, err := c.readServerAuth(ctx) // 4.3.2, 4.4.2, 4.4.3; none with a PSK
	if err != nil {
		return err
	}
	before := c.transcript.Sum() // Finished covers what came before it
	fin, err := Expect[wire.Finished](&c.conversation)
	if err != nil {
		return err
	}
	master, err := hs.VerifyServer(before, fin.VerifyData) // 4.4.4
	if err != nil {
		return err
	}
	app := master.Application(c.transcript.Sum()) // 7.1
	c.logRest(hs, app)
	c.ChangeReadKeys(app.Server)
	if c.facts.EarlyDataAccepted {
		c.Send(&wire.EndOfEarlyData{}) // 4.5
		c.ChangeWriteKeys(hs.Client)
	}
	if request != nil {
		if err := c.sendClientAuth13(ctx, request); err != nil {
			return err
		}
	}
	verify := hs.ClientVerifyData(c.transcript.Sum())
	c.Send(&wire.Finished{VerifyData: verify})
	c.ChangeWriteKeys(app.Client)
	if err := c.FlushLater(); err != nil {
		return err
	}
	c.saveSecrets13(app)
	c.completeResult13(master, verify, fin.VerifyData, c.cfg.SessionTimeout)
	c.later = &later13{resumption: c.resumptionSecret}
	if c.cfg.PostHandshakeAuth {
		c.later.auth = &postAuth{transcript: c.transcript.Clone(), client: c.cfg}
	}
	return nil
}

// readSecondHello reads the ServerHello that follows a HelloRetryRequest.
func (c *client) readSecondHello() (*wire.ServerHello, []byte, error) {
	sh, raw, err := Receive[wire.ServerHello](&c.conversation)
	if err != nil {
		return nil, nil, err
	}
	if sh.IsRetry() {
		return nil, nil, failure.UnexpectedMessage.New("a second HelloRetryRequest")
	}
	if v, err := c.serverVersion(sh); err != nil {
		return nil, nil, err
	} else if v != suite.TLS13 {
		return nil, nil, failure.WrongSSLVersion.With(illegal, "ServerHello: version %s after a HelloRetryRequest of TLS 1.3", v)
	}
	return sh, raw, nil
}

// retryHello sends the second hello after a HelloRetryRequest, which differs only
// where it must (RFC 8446, sections 4.1.2 and 4.1.4).
func (c *client) retryHello(ctx context.Context, hrr *wire.ServerHello, raw []byte) error {
	if err := c.checkFlightEnd(); err != nil {
		return err
	}
	if err := c.acceptExtensions(hrr.Extensions, wire.InRetry); err != nil {
		return err
	}
	s, err := c.checkHello13(hrr)
	if err != nil {
		return err
	}
	if c.cookie, err = wire.Find[wire.Cookie](hrr.Extensions); err != nil {
		return err
	}
	wanted, err := wire.Find[wire.RetryKeyShare](hrr.Extensions)
	if err != nil {
		return err
	}
	switch {
	case wanted == nil && c.cookie == nil:
		return failure.EmptyHelloRetryRequest.New("HelloRetryRequest asks for no change")
	case wanted == nil:
	case !slices.Contains(c.cfg.groupsFor(suite.TLS13), wanted.Group):
		return failure.WrongCurve.New("HelloRetryRequest: group %s was not offered", wanted.Group)
	case c.keyShare(wanted.Group) != nil:
		return failure.WrongCurve.New("HelloRetryRequest: a share of group %s was sent already", wanted.Group)
	default:
		if err := c.generateKeyShares(wanted.Group); err != nil {
			return err
		}
		c.retry = wanted.Group
	}
	c.facts.HelloRetry = true
	c.layer.ClearWriteKeys()
	c.choose(suite.TLS13, s)
	c.transcript.Retry()
	c.transcript.Add(raw)
	c.filterOffers(s.Hash)
	c.hello.Extensions = c.extensions(c.cfg.versions())
	c.sendCompatibilityCCS()
	if err := c.writeHello(); err != nil {
		return err
	}
	return c.Flush()
}

// checkHello13 checks what ServerHello and HelloRetryRequest have in common.
func (c *client) checkHello13(sh *wire.ServerHello) (*suite.CipherSuite, error) {
	switch {
	case !bytes.Equal(sh.SessionID, c.hello.SessionID):
		return nil, failure.InvalidSessionID.New("ServerHello: legacy_session_id_echo differs from what was sent")
	case sh.CompressionMethod != 0:
		return nil, failure.InvalidCompression.New("ServerHello: legacy_compression_method %d, want 0", sh.CompressionMethod)
	}
	s, err := c.acceptSuite(sh.CipherSuite, suite.TLS13)
	if err == nil && c.suite != nil && s != c.suite {
		return nil, failure.WrongCipherReturned.New("ServerHello: cipher_suite %s, but the HelloRetryRequest chose %s", s.Standard, c.suite.Standard)
	}
	return s, err
}

// handshakeSecrets13 derives the handshake's secrets from the server's choice of
// suite, pre-shared key and key share (RFC 8446, 4.1.3, 7.1).
func (c *client) handshakeSecrets13(sh *wire.ServerHello, raw []byte) (*keys.Handshake, error) {
	if err := c.acceptExtensions(sh.Extensions, wire.InServerHello); err != nil {
		return nil, err
	}
	s, err := c.checkHello13(sh)
	if err != nil {
		return nil, err
	}
	c.choose(suite.TLS13, s)
	c.serverRandom = sh.Random
	psk, err := c.selectedPSK(sh)
	if err != nil {
		return nil, err
	}
	shared, err := c.acceptShare(sh, psk)
	if err != nil {
		return nil, err
	}
	var early *keys.Early
	if psk != nil {
		early = psk.early
	} else {
		early = keys.NewEarly(s.Hash, nil)
	}
	c.transcript.Add(raw)
	return early.Handshake(shared, c.transcript.Sum()), nil
}

// acceptShare implements RFC 8446, section 4.2.8, on the client's side.
func (c *client) acceptShare(sh *wire.ServerHello, psk *offer) ([]byte, error) {
	ks, err := wire.Find[wire.ServerKeyShare](sh.Extensions)
	if err != nil {
		return nil, err
	}
	if ks == nil {
		if psk != nil && c.cfg.pskKe() {
			return nil, nil
		}
		return nil, failure.MissingKeyShare.New("ServerHello: no key_share")
	}
	private := c.keyShare(ks.Share.Group)
	if private == nil {
		return nil, failure.WrongCurve.New("ServerHello: key_share of group %s, for which none was sent", ks.Share.Group)
	}
	c.facts.Group = ks.Share.Group
	return private.Shared(ks.Share.Data)
}

// readServerAuth reads a CertificateRequest, if there is one, and the server's
// Certificate and CertificateVerify, unless a pre-shared key authenticates the
// server.
func (c *client) readServerAuth(ctx context.Context) (*certificateRequest13, error) {
	if c.facts.WithoutCertificates() {
		return nil, nil
	}
	request, err := c.readRequest13()
	if err != nil {
		return nil, err
	}
	peer, err := c.readAuth13(serverProof)
	if err != nil {
		return nil, err
	}
	return request, c.verifyServer(ctx, peer)
}

// readRequest13 reads a CertificateRequest, nil if there is none.
func (c *client) readRequest13() (*certificateRequest13, error) {
	m, err := Optional[wire.CertificateRequest13](&c.conversation)
	if m == nil || err != nil {
		return nil, err
	}
	if len(m.Context) > 0 {
		return nil, failure.Decode.With(illegal, "CertificateRequest: certificate_request_context is not empty in the handshake")
	}
	return parseRequest13(m)
}

// sendCompatibilityCCS implements RFC 8446, appendix D.4: once, before the second
// flight, if the hello named a session.
func (c *client) sendCompatibilityCCS() {
	if len(c.hello.SessionID) > 0 && !c.sentCCS {
		c.sentCCS = true
		c.layer.WriteChangeCipherSpec()
	}
}
