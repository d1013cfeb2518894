package handshake

import (
	"slices"

	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file implements a client's extensions about certificates, and the answers in
// the ServerHello up to TLS 1.2; in TLS 1.3 they are in the Certificate.

// offerSchemes is signature_algorithms (RFC 8446, section 4.2.3).
func (c *client) offerSchemes(v span) wire.ExtensionBody {
	if v[0] < suite.TLS12 {
		return nil
	}
	schemes := forServers(onWire(c.cfg.Schemes, v[0]))
	if c.grease != nil {
		schemes = withGREASE(c.grease.scheme, schemes)
	}
	return &wire.SignatureAlgorithms{Schemes: schemes}
}

// forServers removes the schemes with which only clients sign: they are for
// CertificateRequest alone (draft-ietf-tls-tls13-pkcs1, section 2). It changes the
// list.
func forServers(schemes []suite.Scheme) []suite.Scheme {
	return slices.DeleteFunc(schemes, func(s suite.Scheme) bool { return s.Info() != nil && s.Info().ClientOnly })
}

// onWire removes the schemes that have no code point, and those that no version up to
// highest has.
func onWire(schemes []suite.Scheme, highest suite.Version) []suite.Scheme {
	return slices.DeleteFunc(slices.Clone(schemes), func(s suite.Scheme) bool {
		return s == suite.RSAPKCS1MD5SHA1 || s.Info() != nil && s.Info().MinVersion > highest
	})
}

// offerCertSchemes is signature_algorithms_cert (RFC 8446, section 4.2.3).
func (c *client) offerCertSchemes(span) wire.ExtensionBody {
	if len(c.cfg.CertSchemes) == 0 {
		return nil
	}
	return &wire.SignatureAlgorithmsCert{Schemes: c.cfg.CertSchemes}
}

// offerAuthorities is certificate_authorities (RFC 8446, section 4.2.4).
func (c *client) offerAuthorities(v span) wire.ExtensionBody {
	if !v.has13() || len(c.cfg.Authorities) == 0 || !c.cfg.SendAuthorities {
		return nil
	}
	return &wire.CertificateAuthorities{Names: c.cfg.Authorities}
}

// offerCompressions is compress_certificate (RFC 8879).
func (c *client) offerCompressions(v span) wire.ExtensionBody {
	if !v.has13() {
		return nil
	}
	ids := c.cfg.decompressible()
	if len(ids) == 0 {
		return nil
	}
	return &wire.CompressCertificate{Algorithms: ids}
}

// offerStatusRequest is status_request (RFC 6066, section 8).
func (c *client) offerStatusRequest(span) wire.ExtensionBody {
	if !c.cfg.RequestOCSP {
		return nil
	}
	return &wire.StatusRequest{Type: wire.StatusTypeOCSP}
}

// statusRequest announces a CertificateStatus.
func (r reply) statusRequest() wire.ExtensionBody {
	if r.staple == nil {
		return nil
	}
	return &wire.StatusRequestAck{}
}

// offerSCT is signed_certificate_timestamp (RFC 6962, section 3.3.1).
func (c *client) offerSCT(span) wire.ExtensionBody {
	if !c.cfg.RequestSCT {
		return nil
	}
	return &wire.SCTRequest{}
}

func (r reply) scts() wire.ExtensionBody {
	if r.cert == nil || r.cert.SCTs == nil {
		return nil
	}
	return &wire.SCTList{Raw: r.cert.SCTs}
}

func (c *client) acceptSCTs(e wire.Extensions) error {
	list, err := wire.Find[wire.SCTList](e)
	if list == nil || err != nil {
		return err
	}
	c.scts = list.Raw
	return nil
}

// offerPostHandshakeAuth is post_handshake_auth (RFC 8446, section 4.2.6).
func (c *client) offerPostHandshakeAuth(v span) wire.ExtensionBody {
	if !v.has13() || !c.cfg.PostHandshakeAuth {
		return nil
	}
	return &wire.PostHandshakeAuth{}
}
