package handshake

import (
	"context"

	"polytls/failure"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

const illegal = failure.AlertIllegalParameter

// proof is the role of a CertificateVerify: the two differ in their context string
// only (RFC 8446, section 4.4.3).
type proof struct {
	message func(transcriptHash []byte) []byte
	server  bool
}

var (
	serverProof = proof{message: sign.ServerMessage13, server: true}
	clientProof = proof{message: sign.ClientMessage13}
)

// readAuth13 reads a Certificate and, unless it is empty, its
// CertificateVerify (RFC 8446, sections 4.4.2 and 4.4.3).
func (c *conversation) readAuth13(p proof) (*Peer, error) {
	msg, err := c.readCertificate13()
	if err != nil {
		return nil, err
	}
	return c.finishAuth13(msg, p)
}

func (c *conversation) finishAuth13(msg *wire.Certificate13, p proof) (*Peer, error) {
	if err := c.checkContext(msg.Context); err != nil {
		return nil, err
	}
	if len(msg.Entries) == 0 {
		if p.server {
			return nil, failure.Decode.New("Certificate: the server's list is empty")
		}
		return &Peer{}, nil
	}
	peer, err := c.peer13(msg)
	if err != nil {
		return nil, err
	}
	before := c.transcript.Sum()
	cv, err := Expect[wire.CertificateVerify](c)
	if err != nil {
		return nil, err
	}
	if err := c.checkScheme(cv.Scheme, peer.leaf()); err != nil {
		return nil, err
	}
	if p.server && cv.Scheme.Info().ClientOnly {
		return nil, failure.WrongSignatureType.New("CertificateVerify: servers must not sign with %s", cv.Scheme)
	}
	if err := sign.Verify(peer.leaf().Public, cv.Scheme, p.message(before), cv.Signature); err != nil {
		return nil, err
	}
	c.facts.Scheme = cv.Scheme
	return peer, nil
}

// peer13 parses the entries of a Certificate.
func (c *conversation) peer13(msg *wire.Certificate13) (*Peer, error) {
	peer := &Peer{}
	var chain [][]byte
	for i, entry := range msg.Entries {
		for _, x := range entry.Extensions {
			if !x.Type.AllowedIn(wire.InCertificate) || !c.asked(x.Type) {
				return nil, failure.UnexpectedExtension.New("Certificate: %s was not asked for", x.Type)
			}
		}
		status, err := wire.Find[wire.CertificateStatusExt](entry.Extensions)
		if err != nil {
			return nil, err
		}
		scts, err := wire.Find[wire.SCTList](entry.Extensions)
		if err != nil {
			return nil, err
		}
		if i == 0 && status != nil {
			peer.OCSPResponse = status.Response
		}
		if i == 0 && scts != nil {
			peer.SCTs = scts.Raw
		}
		chain = append(chain, entry.Data)
	}
	if c.peerType == wire.CertificateTypeRawPublicKey {
		if len(chain) != 1 {
			return nil, failure.Decode.New("Certificate: %d entries, but a raw public key is one", len(chain))
		}
		return c.cfg.rawPeer(chain[0])
	}
	var err error
	peer.Chain, err = c.peerChain(chain)
	return peer, err
}

// readCertificate13 reads a Certificate, which may be compressed if we offered that.
func (c *conversation) readCertificate13() (*wire.Certificate13, error) {
	if !c.asked(wire.ExtCompressCertificate) {
		return Expect[wire.Certificate13](c)
	}
	short, err := Optional[wire.CompressedCertificate](c)
	if err != nil {
		return nil, err
	}
	if short == nil {
		return Expect[wire.Certificate13](c)
	}
	return c.decompress(short)
}

// certificateRequest13 is a CertificateRequest with its parsed extensions.
type certificateRequest13 struct {
	*wire.CertificateRequest13
	schemes []suite.Scheme
	issuers [][]byte
}

// parseRequest13 checks the extensions of a CertificateRequest (RFC 8446, section
// 4.3.2).
func parseRequest13(m *wire.CertificateRequest13) (*certificateRequest13, error) {
	e := m.Extensions
	for _, x := range e {
		if !x.Type.AllowedIn(wire.InCertificateRequest) {
			return nil, failure.UnexpectedExtension.With(illegal, "CertificateRequest: %s is not allowed in this message", x.Type)
		}
	}
	var schemes *wire.SignatureAlgorithms
	var issuers *wire.CertificateAuthorities
	for _, err := range []error{
		find(e, &schemes), find(e, &issuers),
		check[wire.SignatureAlgorithmsCert](e), check[wire.OIDFilters](e), check[wire.CompressCertificate](e),
		check[wire.StatusRequestAck](e), check[wire.SCTRequest](e),
	} {
		if err != nil {
			return nil, err
		}
	}
	if schemes == nil {
		return nil, failure.MissingSigAlgs.New("CertificateRequest: no signature_algorithms")
	}
	return &certificateRequest13{m, schemes.Schemes, issuerNames(issuers)}, nil
}

// sendClientAuth13 sends a certificate that meets a CertificateRequest, or none (RFC
// 8446, section 4.4.2).
func (c *conversation) sendClientAuth13(ctx context.Context, request *certificateRequest13) error {
	c.facts.SharedSchemes = intersect(request.schemes, c.cfg.Schemes)
	cert, scheme, err := c.clientIdentity(ctx, certRequirements{version: suite.TLS13, schemes: request.schemes, issuers: request.issuers, types: []uint8{c.ownType}})
	if err != nil {
		return err
	}
	return c.sendIdentity13(ctx, cert, scheme, request.Context, request.Extensions, clientProof)
}

// sendIdentity13 sends a certificate, nil for none, and its CertificateVerify. asked
// holds the extensions of the peer's request or hello.
func (c *conversation) sendIdentity13(ctx context.Context, cert *Certificate, s suite.Scheme, certContext []byte, asked wire.Extensions, p proof) error {
	msg := &wire.Certificate13{Context: certContext}
	if cert == nil {
		c.Send(msg)
		return nil
	}
	for i, der := range cert.Chain {
		entry := wire.CertificateEntry{Data: der}
		if i == 0 && c.staple != nil && asked.Has(wire.ExtStatusRequest) {
			entry.Extensions.Add(&wire.CertificateStatusExt{Response: c.staple})
		}
		if i == 0 && cert.SCTs != nil && asked.Has(wire.ExtSCT) {
			entry.Extensions.Add(&wire.SCTList{Raw: cert.SCTs})
		}
		msg.Entries = append(msg.Entries, entry)
	}
	sent, err := c.compress(msg, asked)
	if err != nil {
		return err
	}
	c.Send(sent)
	signature, err := c.sign(ctx, cert, s, p.message(c.transcript.Sum()))
	if err != nil {
		return err
	}
	c.Send(&wire.CertificateVerify{Scheme: s, Signature: signature})
	c.facts.Certificate, c.facts.OurScheme = cert, s
	return nil
}
