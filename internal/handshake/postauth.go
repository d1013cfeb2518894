package handshake

import (
	"bytes"
	"context"
	"crypto/rand"

	"polytls/internal/keys"
	"polytls/internal/reason"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file holds post-handshake client authentication (RFC 8446, section
// 4.6.2).

// postAuth is what it needs of the handshake: the transcript up to the
// client's Finished, and one of the configurations.
type postAuth struct {
	transcript *keys.Transcript
	client     *ClientConfig
	server     *ServerConfig
}

// authWanted is a CertificateRequest that waits for its answer.
type authWanted struct {
	server *server
}

// RequestClientCertificate asks a client that offered it for its certificate,
// and waits for the judgement, which the next Result tells. It reads by itself
// unless a Read is running, which then drives it. No half of the link is
// locked.
func (c *Connection) RequestClientCertificate(ctx context.Context) error {
	a := c.auth()
	switch {
	case c.client || c.Result().Version != suite.TLS13:
		return reason.WrongSSLVersion.Local("only a server of TLS 1.3 asks for a certificate after the handshake")
	case a == nil:
		return reason.ExtensionNotReceived.Local("the client did not offer post_handshake_auth")
	}
	s := newServer(c.link, a.server)
	s.continues(c.Result(), a)
	s.certContext = make([]byte, 16)
	rand.Read(s.certContext)
	cr := &wire.CertificateRequest13{Context: s.certContext, Extensions: s.requestExtensions()}
	s.requested = cr.Extensions
	w := &wanted{auth: &authWanted{s}, done: make(chan error, 1)}
	if !c.waiting.CompareAndSwap(nil, w) {
		return reason.NoRenegotiation.Local("the client is asked for its certificate already")
	}
	c.link.LockWrite()
	s.Send(cr)
	err := s.err
	if err == nil {
		err = c.link.Flush()
	}
	c.link.UnlockWrite()
	if err != nil {
		c.waiting.Store(nil)
		return err
	}
	return c.wait(ctx, w)
}

// continues takes up a conversation where the handshake left it.
func (c *conversation) continues(r *Result, a *postAuth) {
	result := *r
	c.result, c.version, c.suite = &result, r.Version, r.Suite
	c.transcript = *a.transcript.Clone()
}

// auth returns what post-handshake authentication needs, nil if it was not
// agreed upon.
func (c *Connection) auth() *postAuth {
	if l := c.Result().later; l != nil {
		return l.auth
	}
	return nil
}

// readAuth reads a client's answer, whose messages follow each other.
func (c *Connection) readAuth(raw []byte) error {
	w := c.waiting.Swap(nil)
	s := w.auth.server
	s.peeked = raw
	err := c.judgeAuth(s)
	w.done <- err
	return err
}

func (c *Connection) judgeAuth(s *server) error {
	peer, err := s.readAuth13(clientProof)
	if err != nil {
		return err
	}
	before := s.transcript.Sum()
	fin, err := Expect[wire.Finished](&s.conversation)
	if err != nil {
		return err
	}
	if err := s.result.keys13.traffic(c.reads(), s.suite.Hash).Verify(before, fin.VerifyData); err != nil {
		return err
	}
	s.result.Verdict = nil
	if err := s.judgeClient(context.Background(), peer); err != nil {
		return err
	}
	c.result.Store(s.result)
	return nil
}

// answerAuth is a client's answer.
func (c *Connection) answerAuth(raw []byte) error {
	a := c.auth()
	if a == nil {
		return reason.UnexpectedMessage.New("CertificateRequest after a handshake that did not offer post_handshake_auth")
	}
	var request wire.CertificateRequest13
	if err := wire.Parse(raw, &request); err != nil {
		return err
	}
	if err := c.link.CountUpdate(); err != nil {
		return err
	}
	next := newClient(c.link, a.client)
	next.continues(c.Result(), a)
	next.transcript.Add(raw)
	c.link.LockWrite()
	defer c.link.UnlockWrite()
	if err := next.sendAuth13(context.Background(), &request); err != nil {
		return err
	}
	next.Send(&wire.Finished{VerifyData: next.result.keys13.traffic(c.writes(), next.suite.Hash).VerifyData(next.transcript.Sum())})
	if next.err != nil {
		return next.err
	}
	c.result.Store(next.result)
	return c.link.Flush()
}

// checkContext compares certificate_request_context, which is empty in the
// handshake (RFC 8446, section 4.4.2).
func (c *conversation) checkContext(got []byte) error {
	if !bytes.Equal(got, c.certContext) {
		return reason.Decode.With(illegal, "Certificate: certificate_request_context is not that of the request")
	}
	return nil
}
