package handshake

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"slices"

	"polytls/failure"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

const illegal = failure.AlertIllegalParameter

// proof says whose CertificateVerify it is: the two differ in their context
// string only (RFC 8446, section 4.4.3).
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
	if err := sign.Verify(peer.leaf().Public, cv.Scheme, p.message(before), cv.Signature); err != nil {
		return nil, err
	}
	c.result.Scheme = cv.Scheme
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
		return c.rawPeer(chain[0])
	}
	var err error
	peer.Chain, err = c.peerChain(chain)
	return peer, err
}

// peerChain parses the certificates of a peer's message. As OpenSSL has it, an
// empty one is a malformed message of a client, and a bad certificate of a
// server.
func (c *conversation) peerChain(ders [][]byte) ([]*trust.Certificate, error) {
	empty := slices.IndexFunc(ders, func(der []byte) bool { return len(der) == 0 })
	switch {
	case empty < 0:
		chain, err := parseChain(ders)
		if err != nil {
			return nil, err
		}
		return chain, c.checkKeySizes(chain...)
	case c.layer.Server():
		return nil, failure.UnreadableCertificate.New("Certificate: entry %d is empty", empty)
	}
	return nil, failure.UnreadableCertificate.With(failure.AlertBadCertificate, "Certificate: entry %d is empty", empty)
}

// defaultMaxRSABits is Config.MaxRSABits unless it is set, as in crypto/tls.
const defaultMaxRSABits = 8192

// checkKeySizes bounds what it costs to verify with a peer's keys, before it is
// known whose they are.
func (c *conversation) checkKeySizes(chain ...*trust.Certificate) error {
	most := c.cfg.MaxRSABits
	if most == 0 {
		most = defaultMaxRSABits
	}
	for i, cert := range chain {
		if key, ok := cert.Public.(*rsa.PublicKey); ok && key.N.BitLen() > most {
			return failure.ModulusTooLarge.New("Certificate: entry %d: an RSA key of %d bits, at most %d are allowed", i, key.N.BitLen(), most)
		}
	}
	return nil
}

// parseChain parses a peer's certificates. The leaf must be whole, and its key
// one that we know; of the others, those that do not parse are of no use to
// the path and are left to its judge.
func parseChain(ders [][]byte) ([]*trust.Certificate, error) {
	var chain []*trust.Certificate
	for i, der := range ders {
		cert, err := trust.Shared(der)
		if err != nil {
			return nil, failure.UnreadableCertificate.New("Certificate: entry %d: %v", i, err)
		}
		chain = append(chain, cert)
	}
	if chain[0].Public == nil {
		return nil, failure.UnknownCertificateType.New("Certificate: the leaf's key is of an algorithm that is not supported")
	}
	return chain, nil
}

// checkScheme judges a peer's choice of signature scheme.
func (c *conversation) checkScheme(s suite.Scheme, leaf *trust.Certificate) error {
	if !slices.Contains(c.cfg.Schemes, s) {
		return failure.WrongSignatureType.New("signature scheme %s was not offered", s)
	}
	if !slices.Contains(sign.Schemes(leaf.Public, c.version), s) {
		return failure.WrongSignatureType.New("signature scheme %s does not go with the certificate's key in %s", s, c.version)
	}
	if key, ok := leaf.Public.(*ecdsa.PublicKey); ok && c.version < suite.TLS13 && !hasCurve(c.cfg.Groups, key) {
		return failure.WrongCurve.New("Certificate: its curve %s is not enabled here (RFC 8422, section 5.4)", key.Params().Name)
	}
	return c.checkKeyUsage(leaf, x509.KeyUsageDigitalSignature)
}

// hasCurve reports whether the curve of an ECDSA key is among the groups.
func hasCurve(groups []suite.Group, key *ecdsa.PublicKey) bool {
	return slices.ContainsFunc(groups, func(g suite.Group) bool {
		info := g.Info()
		return info != nil && info.Kind == suite.NIST && info.NodeSize == key.Params().BitSize
	})
}

// legacyScheme is the one that a key signs with before TLS 1.2.
func (c *conversation) legacyScheme(leaf *trust.Certificate) (suite.Scheme, error) {
	fit := sign.Schemes(leaf.Public, c.version)
	if len(fit) == 0 {
		return 0, failure.WrongCertificateType.New("Certificate: the leaf's key cannot sign in %s", c.version)
	}
	return fit[0], c.checkKeyUsage(leaf, x509.KeyUsageDigitalSignature)
}

// checkKeyUsage checks the key usage that a leaf restricts itself to (RFC 5280,
// section 4.2.1.3). Many RSA certificates name keyEncipherment alone and sign all
// the same: unless Config.StrictKeyUsage is set, the usage counts where it counts
// in OpenSSL, for other keys up to TLS 1.2.
func (c *conversation) checkKeyUsage(leaf *trust.Certificate, usage x509.KeyUsage) error {
	counts := c.cfg.StrictKeyUsage
	switch leaf.Public.(type) {
	case *rsa.PublicKey, *sign.PSSPublicKey:
	default:
		counts = counts || c.version < suite.TLS13
	}
	if counts && leaf.KeyUsage != 0 && leaf.KeyUsage&usage == 0 {
		return failure.KeyUsage.New("Certificate: its key usage forbids what the handshake needs of it")
	}
	return nil
}

// verifyPeer asks the judge of certificates.
func (c *conversation) verifyPeer(ctx context.Context, p *Peer) error {
	if c.cfg.VerifyPeer == nil {
		return failure.Internal.New("no judge of certificates is configured")
	}
	verdict, err := c.cfg.VerifyPeer(ctx, p)
	c.result.VerifyError = verdict
	return err
}

// sendClientAuth13 answers a CertificateRequest with a certificate that fits it, or
// with none (RFC 8446, section 4.4.2).
func (c *conversation) sendClientAuth13(ctx context.Context, request *wire.CertificateRequest13) error {
	e := request.Extensions
	for _, x := range e {
		if !x.Type.AllowedIn(wire.InCertificateRequest) {
			return failure.UnexpectedExtension.With(illegal, "CertificateRequest: %s does not belong there", x.Type)
		}
	}
	var schemes *wire.SignatureAlgorithms
	var issuers *wire.CertificateAuthorities
	for _, err := range []error{
		find(e, &schemes), find(e, &issuers),
		check[wire.SignatureAlgorithmsCert](e), check[wire.OIDFilters](e), check[wire.CompressCertificate](e),
	} {
		if err != nil {
			return err
		}
	}
	if schemes == nil {
		return failure.MissingSigAlgs.New("CertificateRequest: no signature_algorithms")
	}
	c.result.SharedSchemes = intersect(schemes.Schemes, c.cfg.Schemes)
	cert, scheme, _ := c.cfg.identity(certRequirements{version: suite.TLS13, schemes: schemes.Schemes, issuers: issuerNames(issuers), types: []uint8{c.ownType}})
	return c.sendIdentity13(ctx, cert, scheme, request.Context, request.Extensions, clientProof)
}

// sendIdentity13 sends a certificate, nil for none, and the proof of its key.
// asked holds the extensions that the peer's request or hello asks about.
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
	signature, err := sign.Sign(ctx, cert.Signer, s, p.message(c.transcript.Sum()))
	if err != nil {
		return err
	}
	c.Send(&wire.CertificateVerify{Scheme: s, Signature: signature})
	c.result.Certificate, c.result.OurScheme = cert, s
	return nil
}
