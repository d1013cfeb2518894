package handshake

import (
	"bytes"
	"context"
	"crypto"
	"slices"

	"polytls/failure"
	"polytls/internal/openssl"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// Certificate is an identity: a chain and the private key of its leaf.
type Certificate struct {
	Chain  [][]byte // DER, the leaf first
	Leaf   *trust.Certificate
	Signer crypto.Signer
	// RawPublicKey says that the Chain is one SubjectPublicKeyInfo, without a
	// certificate: NewRawPublicKey.
	RawPublicKey bool
	// Schemes are the schemes that it signs with, most preferred first; nil for the
	// Config's.
	Schemes []suite.Scheme
	// MatchIssuer uses the certificate only for peers that trust an issuer of its
	// chain (certificate_authorities).
	MatchIssuer bool
	// MatchName prefers the certificate to others for server names that it is for.
	MatchName bool
	// PreferIssuer prefers the certificate to others for servers that trust an issuer
	// of its chain.
	PreferIssuer bool
	// Decrypter decrypts for RSA key exchange; nil if the key cannot decrypt.
	Decrypter crypto.Decrypter
	// OCSPResponse is stapled if the peer asks for one.
	OCSPResponse []byte
	// SCTs is a SignedCertificateTimestampList (RFC 6962, section 3.3).
	SCTs []byte
}

// certRequirements are a peer's requirements of our certificate.
type certRequirements struct {
	version suite.Version
	schemes []suite.Scheme // that it can verify
	types   []uint8        // of certificates that it accepts
	issuers [][]byte       // that it trusts, nil if unknown (RFC 8446, 4.2.4)
	// peerOrder prefers the certificate that signs with the first scheme of the
	// peer's list, not the first of ours.
	peerOrder bool
	// accept, if it is not nil, may refuse a certificate.
	accept func(*Certificate) obstacle
}

// CertificatesFor returns our certificates for a server name, all if there is none or
// the client sent no name. Raw public keys are for every name: where no certificate is for
// it they are not preferred to the others.
func (c *Config) CertificatesFor(name string) []*Certificate {
	if name == "" || len(c.Certificates) < 2 {
		return c.Certificates
	}
	var named []*Certificate
	found := false
	for _, cert := range c.Certificates {
		matches := !cert.RawPublicKey && cert.MatchName && cert.Signer != nil && cert.Leaf.IsFor(name)
		if matches || cert.RawPublicKey {
			named = append(named, cert)
		}
		found = found || matches
	}
	if !found {
		return c.Certificates
	}
	return named
}

// clientIdentity returns the certificate for a server, nil for none: one that meets
// the server's requirements, if possible with an issuer that it trusts (RFC 8446,
// section 4.4.2.3).
func (c *conversation) clientIdentity(ctx context.Context, w certRequirements) (*Certificate, suite.Scheme, error) {
	w.peerOrder = !c.cfg.OwnCertificateOrder && !c.cfg.Options.Has(openssl.OpCipherServerPreference)
	certs, err := c.clientCertificates(ctx, w)
	if err != nil {
		return nil, 0, err
	}
	if len(w.issuers) > 0 && len(certs) > 1 {
		preferred := slices.DeleteFunc(slices.Clone(certs), func(cert *Certificate) bool {
			return !cert.PreferIssuer || !cert.issuedBy(w.issuers)
		})
		if cert, scheme, ok := c.cfg.identity(preferred, w); ok {
			return cert, scheme, nil
		}
	}
	cert, scheme, _ := c.cfg.identity(certs, w)
	return cert, scheme, nil
}

// clientCertificates returns the certificates from which one is chosen.
func (c *conversation) clientCertificates(ctx context.Context, w certRequirements) ([]*Certificate, error) {
	if c.cfg.OnCertificateRequest == nil {
		return c.cfg.Certificates, nil
	}
	info := &CertificateRequestInfo{Version: w.version, Schemes: w.schemes, Authorities: w.issuers}
	certs, err := watched(ctx, c, func(ctx context.Context) ([]*Certificate, error) { return c.cfg.OnCertificateRequest(ctx, info) })
	if err != nil {
		return nil, callbackFailed("OnCertificateRequest", failure.AlertInternalError, err)
	}
	if certs == nil {
		return c.cfg.Certificates, nil
	}
	return certs, nil
}

// choices returns the certificates that a server chooses from: first those for the
// server name, and then all, in case none of the former can be used. A
// renegotiation keeps the name of the first handshake.
func (s *server) choices() [2][]*Certificate {
	name := s.info.ServerName
	if r := s.cfg.Renegotiation; r != nil {
		name = r.ServerName
	}
	return [2][]*Certificate{s.cfg.CertificatesFor(name), s.cfg.Certificates}
}

// peerOrder reports whether the client's order of schemes determines the
// certificate.
func (s *server) peerOrder() bool {
	return s.cfg.order() == clientOrder && !s.cfg.OwnCertificateOrder
}

// identity returns the preferred one of the certs that meet the requirements, and
// the scheme it signs with.
func (c *Config) identity(certs []*Certificate, w certRequirements) (best *Certificate, scheme suite.Scheme, ok bool) {
	rank := len(w.schemes) + 1
	for _, cert := range certs {
		s, why := c.schemeFor(cert, w)
		switch {
		case why != noObstacle:
		case !w.followsPeer():
			return cert, s, true
		case slices.Index(w.schemes, s) < rank:
			best, scheme, rank = cert, s, slices.Index(w.schemes, s)
		}
	}
	return best, scheme, best != nil
}

// schemeFor returns the scheme with which a certificate meets the requirements, or why
// it does not.
func (c *Config) schemeFor(cert *Certificate, w certRequirements) (suite.Scheme, obstacle) {
	if cert.Signer == nil {
		return 0, noSigner
	}
	if why := w.refuse(cert); why != noObstacle {
		return 0, why
	}
	first, second := c.schemesOf(cert), w.schemes
	if w.followsPeer() {
		first, second = second, first
	}
	s, ok := sign.Choose(cert.Leaf.Public, w.version, first, second)
	return s, unless(ok, noCommonScheme)
}

// decrypts returns why a certificate cannot be used for RSA key exchange.
func (w *certRequirements) decrypts(cert *Certificate) obstacle {
	if why := w.refuse(cert); why != noObstacle {
		return why
	}
	return unless(cert.Decrypter != nil, noDecrypter)
}

// refuse returns which requirement, other than those of schemes, a certificate does not
// meet.
func (w *certRequirements) refuse(cert *Certificate) obstacle {
	if !slices.Contains(w.types, cert.certificateType()) {
		return wrongCertificateType
	}
	if w.accept != nil {
		if why := w.accept(cert); why != noObstacle {
			return why
		}
	}
	return unless(!cert.MatchIssuer || cert.issuedBy(w.issuers), wrongIssuer)
}

// followsPeer reports whether the peer's order of schemes counts. Up to TLS 1.1 there
// are none.
func (w *certRequirements) followsPeer() bool { return w.peerOrder && w.version >= suite.TLS12 }

// schemesOf returns the schemes that a certificate may sign with, most preferred first.
func (c *Config) schemesOf(cert *Certificate) []suite.Scheme {
	if cert.Schemes != nil {
		return cert.Schemes
	}
	return c.Schemes
}

// signing lists the schemes that we sign with: those of the Config and of its
// certificates.
func (c *Config) signing() []suite.Scheme {
	all := slices.Clone(c.Schemes)
	for _, cert := range c.Certificates {
		for _, s := range cert.Schemes {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// issuedBy reports whether one of the names issued a certificate of the chain.
func (c *Certificate) issuedBy(names [][]byte) bool {
	for i, der := range c.Chain {
		cert := c.Leaf
		if i > 0 {
			var err error
			if cert, err = trust.ParseCertificate(der); err != nil {
				continue
			}
		}
		for _, name := range names {
			if bytes.Equal(name, cert.RawIssuer) {
				return true
			}
		}
	}
	return false
}

// issuerNames returns the names of the extension, none if it is absent.
func issuerNames(x *wire.CertificateAuthorities) [][]byte {
	if x == nil {
		return nil
	}
	return x.Names
}

// Fits reports whether the certificate can authenticate a server with a suite.
func (c *Certificate) Fits(s *suite.CipherSuite) bool {
	return c.Signer != nil && (s.MinVersion == suite.TLS13 || fitsAuth(s, sign.Schemes(c.Leaf.Public, suite.TLS12)))
}
