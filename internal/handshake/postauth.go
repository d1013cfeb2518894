package handshake

import (
	"bytes"
	"context"
	"crypto/rand"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file implements post-handshake client authentication (RFC 8446, section
// 4.6.2).

// postAuth is what post-handshake authentication needs from the handshake: the
// transcript up to the client's Finished, and the configuration of our role.
type postAuth struct {
	transcript *keys.Transcript
	client     *ClientConfig
	server     *ServerConfig
}

// RequestClientCertificate requests the certificate of a client that offered it,
// and waits for it; the next Result has the outcome of its verification. It reads
// unless a Read is running. If ctx ends before the client has begun to answer, the
// connection remains usable.
func (c *Connection) RequestClientCertificate(ctx context.Context) error {
	a := c.auth()
	switch {
	case c.client || c.Result().Version != suite.TLS13:
		return failure.WrongSSLVersion.Local("only a server of TLS 1.3 asks for a certificate after the handshake")
	case a == nil:
		return failure.ExtensionNotReceived.Local("the client did not offer post_handshake_auth")
	}
	ctx, end := c.conversationContext(ctx)
	defer end()
	s := newServer(recordlayer.Exchange{}, a.server)
	s.continueFrom(c.Result(), a)
	s.certContext = make([]byte, 16)
	rand.Read(s.certContext)
	cr := &wire.CertificateRequest13{Context: s.certContext, Extensions: s.requestExtensions()}
	s.requested = cr.Extensions.Types()
	raw, err := wire.Marshal(cr)
	if err != nil {
		return failure.Internal.New("CertificateRequest: %v", err)
	}
	s.transcript.Add(raw)
	w := newPendingRequest(ctx, &certificateRequest{c, ctx, s})
	if !c.pending.CompareAndSwap(nil, w) {
		return failure.NoRenegotiation.Local("the client is asked for its certificate already")
	}
	if err := c.sendRequest(ctx, cr); err != nil {
		c.withdraw(w, err)
		return err
	}
	return c.await(w)
}

// certificateRequest is a CertificateRequest of ours that has not been answered.
type certificateRequest struct {
	conn   *Connection
	ctx    context.Context
	server *server
}

// answeredBy implements request.
func (r *certificateRequest) answeredBy(t wire.MessageType) bool {
	return t == wire.TypeCertificate || t == wire.TypeCompressedCertificate
}

// resume implements request. The messages of the answer arrive without others
// between them.
func (r *certificateRequest) resume(in *recordlayer.Reading, raw []byte) error {
	defer r.conn.abortWith(r.ctx)()
	r.server.layer.Reading, r.server.peeked = in, raw
	return r.conn.ended(r.ctx, r.conn.verifyAuth(r.ctx, r.server))
}

// abandon implements request.
func (r *certificateRequest) abandon(error) {}

// continueFrom restores the state at the end of the handshake.
func (c *conversation) continueFrom(r *Result, a *postAuth) {
	c.facts, c.version, c.suite = r.Facts, r.Version, r.Suite
	c.session, c.keys13, c.later = r.Session, r.keys13, r.later
	c.transcript = *a.transcript.Clone()
}

// AcceptsUnauthorized reports whether the configuration of the handshake accepts a client
// that does not authenticate after it.
func (c *Connection) AcceptsUnauthorized() bool {
	a := c.auth()
	return a != nil && a.server != nil && a.server.AllowUnauthorized
}

// auth returns what post-handshake authentication needs, nil if it was not
// negotiated.
func (c *Connection) auth() *postAuth {
	if l := c.Result().later; l != nil {
		return l.auth
	}
	return nil
}

// verifyAuth reads and verifies a client's Certificate, CertificateVerify and
// Finished.
func (c *Connection) verifyAuth(ctx context.Context, s *server) error {
	peer, err := s.readAuth13(clientProof)
	if err != nil {
		return err
	}
	before := s.transcript.Sum()
	fin, err := Expect[wire.Finished](&s.conversation)
	if err != nil {
		return err
	}
	if err := s.keys13.traffic(c.readSecret(), s.suite.Hash).Verify(before, fin.VerifyData); err != nil {
		return err
	}
	s.facts.VerifyError = nil
	if err := s.verifyClient(ctx, peer); err != nil {
		return err
	}
	c.result.Store(s.result())
	return nil
}

// handleCertificateRequest returns the conversation in which a client authenticates.
func (c *Connection) handleCertificateRequest(in *recordlayer.Reading, raw []byte) (recordlayer.Conversation, error) {
	a := c.auth()
	if a == nil {
		return nil, failure.UnexpectedMessage.New("CertificateRequest after a handshake that did not offer post_handshake_auth")
	}
	m := new(wire.CertificateRequest13)
	if err := wire.Parse(raw, m); err != nil {
		return nil, err
	}
	request, err := parseRequest13(m)
	if err != nil {
		return nil, err
	}
	if err := in.CountUpdate(); err != nil {
		return nil, err
	}
	return func(in *recordlayer.Reading) error {
		ctx, end := c.conversationContext(context.Background())
		defer end()
		return c.sendAuth(ctx, in, request, raw)
	}, nil
}

// sendAuth sends a client's answer to a CertificateRequest.
func (c *Connection) sendAuth(ctx context.Context, in *recordlayer.Reading, request *certificateRequest13, raw []byte) error {
	defer c.abortWith(ctx)()
	turn, err := c.layer.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer turn.End()
	a := c.auth()
	next := newClient(recordlayer.Exchange{Reading: in, Turn: turn}, a.client)
	next.continueFrom(c.Result(), a)
	next.transcript.Add(raw)
	if err := next.sendClientAuth13(ctx, request); err != nil {
		return c.ended(ctx, err)
	}
	next.Send(&wire.Finished{VerifyData: next.keys13.traffic(c.writeSecret(), next.suite.Hash).VerifyData(next.transcript.Sum())})
	if next.err != nil {
		return next.err
	}
	c.result.Store(next.result())
	return turn.Flush()
}

// checkContext compares certificate_request_context, which is empty in the
// handshake (RFC 8446, section 4.4.2).
func (c *conversation) checkContext(got []byte) error {
	if !bytes.Equal(got, c.certContext) {
		return failure.Decode.With(illegal, "Certificate: certificate_request_context is not that of the request")
	}
	return nil
}
