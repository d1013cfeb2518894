package handshake

import (
	"fmt"
	"slices"
	"strings"

	"polytls/failure"
	"polytls/internal/openssl"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file finds out why a server cannot accept a ClientHello. OpenSSL has one code
// for several causes; the text of the error names the cause.

// noSuite12 returns the error if no common suite can be used.
func (s *server) noSuite12(common []*suite.CipherSuite) error {
	usable := slices.DeleteFunc(slices.Clone(common), s.isOfOtherVersion)
	if s.noFFDHE {
		return failure.NoSharedCipher.With(failure.AlertInsufficientSecurity, "ClientHello: its cipher suites need a finite-field group, and none that it names is enabled here (RFC 7919, 4)")
	}
	return failure.NoSharedCipher.New("ClientHello: %s", s.missing12(usable))
}

func (s *server) missing12(usable []*suite.CipherSuite) string {
	withCertificate, fitting := -1, -1
	for i, c := range usable {
		if !c.CertificateAuth() {
			continue
		}
		withCertificate = i
		if s.fitsCertificate(&agreement12{suite: c}, s.cfg.Certificates) {
			fitting = i
		}
	}
	switch {
	case len(usable) == 0:
		return fmt.Sprintf("none of its cipher suites is enabled for %s", s.version)
	case fitting >= 0:
		return s.missingGroup12(usable[fitting])
	case withCertificate >= 0 && len(s.cfg.Certificates) == 0:
		return fmt.Sprintf("cipher suite %s needs a certificate, and none is configured", usable[withCertificate].Name)
	case withCertificate >= 0 && s.noCommonType():
		return fmt.Sprintf("server_certificate_type: no configured certificate is of a type in %d", s.ownTypesWanted())
	case withCertificate >= 0:
		return "no configured certificate fits its cipher suites (authentication by " + authentication(usable) + "), groups and signature algorithms"
	}
	c := usable[0]
	switch {
	case c.UsesPSK() && s.cfg.PSK == nil:
		return fmt.Sprintf("cipher suite %s needs a pre-shared key, and none is configured", c.Name)
	case c.UsesSRP():
		return fmt.Sprintf("cipher suite %s needs a user of SRP at both ends", c.Name)
	}
	return s.missingGroup12(c)
}

func (s *server) missingGroup12(c *suite.CipherSuite) string {
	if c.UsesDHE() && s.cfg.DHParams == nil && !s.cfg.DHAuto {
		return fmt.Sprintf("cipher suite %s needs DHParam, which is not set", c.Name)
	}
	return fmt.Sprintf("none of its groups is enabled for the key exchange of %s", c.Name)
}

// authentication lists the certificate keys that suites need.
func authentication(list []*suite.CipherSuite) string {
	var names []string
	for _, c := range list {
		if name := openssl.Authentication(c); c.CertificateAuth() && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// noIdentity13 returns the error if neither a certificate nor a pre-shared key can
// authenticate the server.
func (s *server) noIdentity13() error {
	if len(s.cfg.Certificates) == 0 {
		return failure.NoSuitableSignatureAlgorithm.New("ClientHello: no certificate is configured, and %s", s.noPSK13())
	}
	if s.noCommonType() {
		return failure.NoSuitableSignatureAlgorithm.New("ClientHello: server_certificate_type: no configured certificate is of a type in %d", s.ownTypesWanted())
	}
	return failure.NoSuitableSignatureAlgorithm.New("ClientHello: no configured certificate can sign with one of its signature algorithms")
}

// noCommonType reports whether the client accepts none of the types of our certificates
// (RFC 7250, section 4.2). The alert is handshake_failure, as BoringSSL's, not the
// unsupported_certificate that the RFC names.
func (s *server) noCommonType() bool { return len(s.cfg.Certificates) > 0 && s.usualIdentity() == nil }

// noPSK13 returns why no pre-shared key of the ClientHello is used.
func (s *server) noPSK13() string {
	switch o := &s.offered; {
	case o.psks == nil:
		return "no pre-shared key is offered"
	case !slices.Contains(o.modes.Modes, wire.PSKDHEKe) && !s.mayOmitDHE():
		return "psk_key_exchange_modes lacks psk_dhe_ke"
	case s.cfg.PSK == nil:
		return "the session of its ticket cannot be resumed"
	default:
		return fmt.Sprintf("PSK identity %.64q is unknown, or its hash that of no common cipher suite", o.psks.Identities[0].Identity)
	}
}
