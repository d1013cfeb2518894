package handshake

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"slices"

	"polytls/failure"
	"polytls/internal/session"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// Peer is what the other end has sent to authenticate itself.
type Peer struct {
	Chain []*trust.Certificate
	// RawPublicKey is a SubjectPublicKeyInfo that was sent instead of a chain (RFC
	// 7250), and PublicKey its key.
	RawPublicKey []byte
	PublicKey    crypto.PublicKey
	raw          *trust.Certificate

	OCSPResponse []byte
	SCTs         []byte
	ServerName   string // as the client sent it
	Version      suite.Version
	// AllowUnauthorized is that of the Config.
	AllowUnauthorized bool

	// Session is set while VerifyPeer verifies the peer of a session: the fields
	// above are then those of the session, and VerifyPeer may complete the Chain. It
	// is nil in a full handshake.
	Session *session.Session
	// Verified is the path that VerifyPeer verified, from the leaf to the anchor, nil
	// without one.
	Verified []*trust.Certificate
}

// noPeer is a peer that has sent no certificate or key.
var noPeer = &Peer{}

// peerChain parses the certificates of a peer's message. As in OpenSSL, an empty one
// is a malformed message from a client and a bad certificate from a server.
func (c *conversation) peerChain(ders [][]byte) ([]*trust.Certificate, error) {
	empty := slices.IndexFunc(ders, func(der []byte) bool { return len(der) == 0 })
	switch {
	case empty < 0:
		return c.cfg.parseChain(ders)
	case c.layer.Server():
		return nil, failure.UnreadableCertificate.New("Certificate: entry %d is empty", empty)
	}
	return nil, failure.UnreadableCertificate.With(failure.AlertBadCertificate, "Certificate: entry %d is empty", empty)
}

// parseChain parses a peer's certificates. The leaf's key must be supported.
func (c *Config) parseChain(ders [][]byte) ([]*trust.Certificate, error) {
	var chain []*trust.Certificate
	for i, der := range ders {
		cert, err := trust.Shared(der)
		if err != nil {
			return nil, failure.UnreadableCertificate.New("Certificate: entry %d: %v", i, err)
		}
		chain = append(chain, cert)
	}
	if chain[0].Public == nil {
		return nil, failure.UnknownCertificateType.New("Certificate: the leaf's %s", chain[0].KeyFault())
	}
	return chain, c.CheckKeySizes(chain...)
}

// defaultMaxRSABits is the default of Config.MaxRSABits, as in crypto/tls.
const defaultMaxRSABits = 8192

// CheckKeySizes bounds the cost of verifying with a peer's keys, which are not
// authenticated yet. Keys of other types are smaller than any bound.
func (c *Config) CheckKeySizes(chain ...*trust.Certificate) error {
	most := min(cmp.Or(c.MaxRSABits, defaultMaxRSABits), sign.MaxRSABits)
	for i, cert := range chain {
		if bits := sign.Bits(cert.Public); bits > most && isRSA(cert.Public) {
			return failure.ModulusTooLarge.New("Certificate: entry %d: an RSA key of %d bits, at most %d are allowed", i, bits, most)
		}
	}
	return nil
}

func isRSA(key crypto.PublicKey) bool {
	switch key.(type) {
	case *rsa.PublicKey, *sign.PSSPublicKey:
		return true
	}
	return false
}

// checkScheme checks a peer's signature scheme.
func (c *conversation) checkScheme(s suite.Scheme, leaf *trust.Certificate) error {
	if !slices.Contains(c.cfg.Schemes, s) {
		return failure.WrongSignatureType.New("signature scheme %s was not offered", s)
	}
	if !slices.Contains(sign.Schemes(leaf.Public, c.version), s) {
		return failure.WrongSignatureType.New("signature scheme %s does not go with the certificate's key in %s", s, c.version)
	}
	if key, ok := leaf.Public.(*ecdsa.PublicKey); ok && c.version < suite.TLS13 && !hasCurve(c.cfg.Groups, key) && !hasCurve(c.cfg.Curves, key) {
		return failure.WrongCurve.New("Certificate: its curve %s is not among the groups (RFC 8422, section 5.4): ECDHCurve may name it", sign.CurveOf(key.Curve))
	}
	return c.checkKeyUsage(leaf, x509.KeyUsageDigitalSignature)
}

// hasCurve reports whether the curve of an ECDSA key is among the groups.
func hasCurve(groups []suite.Group, key *ecdsa.PublicKey) bool {
	return slices.Contains(groups, sign.CurveOf(key.Curve))
}

// legacyScheme returns the scheme that a key signs with before TLS 1.2.
func (c *conversation) legacyScheme(leaf *trust.Certificate) (suite.Scheme, error) {
	fit := sign.Schemes(leaf.Public, c.version)
	if len(fit) == 0 {
		return 0, failure.WrongCertificateType.New("Certificate: the leaf's key cannot sign in %s", c.version)
	}
	return fit[0], c.checkKeyUsage(leaf, x509.KeyUsageDigitalSignature)
}

// checkKeyUsage checks the key usage of a leaf (RFC 5280, section 4.2.1.3). Many RSA
// certificates that sign have keyEncipherment only: unless Config.StrictKeyUsage is
// set, it is checked where OpenSSL does, for other keys up to TLS 1.2.
func (c *conversation) checkKeyUsage(leaf *trust.Certificate, usage x509.KeyUsage) error {
	counts := c.cfg.StrictKeyUsage
	if !isRSA(leaf.Public) {
		counts = counts || c.version < suite.TLS13
	}
	if counts && leaf.KeyUsage != 0 && leaf.KeyUsage&usage == 0 {
		return failure.KeyUsage.New("Certificate: its key usage forbids what the handshake needs of it")
	}
	return nil
}

// verifyPeer calls Config.VerifyPeer.
func (c *conversation) verifyPeer(ctx context.Context, p *Peer) error {
	if c.cfg.VerifyPeer == nil {
		return failure.Internal.New("Config.VerifyPeer is not set")
	}
	p.AllowUnauthorized = c.cfg.AllowUnauthorized
	reported, err := c.callVerify(ctx, p)
	c.facts.VerifyError = reported
	return err
}

// callVerify calls Config.VerifyPeer. If it fails and the peer has left meanwhile, that
// is the error. A peer that has left is not refused for that: what it has sent before
// may be the rest of the handshake, and data.
func (c *conversation) callVerify(ctx context.Context, p *Peer) (*failure.Error, error) {
	if !c.cfg.VerifyCallsUser {
		return c.cfg.VerifyPeer(ctx, p)
	}
	ctx, end := c.layer.Watch(ctx)
	reported, err := c.cfg.VerifyPeer(ctx, p)
	if left := end(); left != nil && err != nil {
		return nil, left
	}
	return reported, err
}
