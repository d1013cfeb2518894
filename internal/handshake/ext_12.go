package handshake

import (
	"slices"

	"polytls/failure"
	"polytls/internal/openssl"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file implements the extensions that exist only up to TLS 1.2.

// offerSRP is srp (RFC 5054, section 2.8.1).
func (c *client) offerSRP(v span) wire.ExtensionBody {
	if !v.until12() || c.cfg.SRP == nil {
		return nil
	}
	return &wire.SRPUser{Name: []byte(c.cfg.SRP.User)}
}

// offerTicket is session_ticket (RFC 5077), empty to request a ticket.
func (c *client) offerTicket(v span) wire.ExtensionBody {
	if !v.until12() || !c.cfg.tickets12() {
		return nil
	}
	offer := &wire.SessionTicket{}
	if s := c.session12(); s != nil {
		offer.Ticket = s.Ticket
	}
	return offer
}

// sessionTicket announces a NewSessionTicket.
func (r reply) sessionTicket() wire.ExtensionBody {
	if !r.ticket {
		return nil
	}
	return &wire.SessionTicket{}
}

// offerEncryptThenMAC is encrypt_then_mac (RFC 7366).
func (c *client) offerEncryptThenMAC(v span) wire.ExtensionBody {
	if !v.until12() || !c.offersCBC() || c.cfg.Options.Has(openssl.OpNoEncryptThenMAC) {
		return nil
	}
	return &wire.EncryptThenMAC{}
}

func (c *client) offersCBC() bool {
	return slices.ContainsFunc(c.cfg.Suites, func(s *suite.CipherSuite) bool { return s.IsCBC() })
}

func (r reply) encryptThenMAC() wire.ExtensionBody {
	if !r.suite.IsCBC() || r.cfg.Options.Has(openssl.OpNoEncryptThenMAC) {
		return nil
	}
	r.facts.EncryptThenMAC = true
	return &wire.EncryptThenMAC{}
}

func (c *client) acceptEncryptThenMAC(e wire.Extensions) error {
	c.facts.EncryptThenMAC = e.Has(wire.ExtEncryptThenMAC) && c.suite.IsCBC()
	return check[wire.EncryptThenMAC](e)
}

// offerExtendedMasterSecret is extended_master_secret (RFC 7627). A renegotiation
// must not change it (section 5.4).
func (c *client) offerExtendedMasterSecret(v span) wire.ExtensionBody {
	if !v.until12() {
		return nil
	}
	return &wire.ExtendedMasterSecret{}
}

func (s *server) checkExtendedMasterSecret() error {
	s.facts.ExtendedMasterSecret = s.hello.Extensions.Has(wire.ExtExtendedMasterSecret)
	if r := s.cfg.Renegotiation; r != nil && r.ExtendedMasterSecret != s.facts.ExtendedMasterSecret {
		return failure.InconsistentEMS.New("ClientHello: extended_master_secret differs from the previous handshake (RFC 7627, 5.4)")
	}
	return nil
}

func (r reply) extendedMasterSecret() wire.ExtensionBody { return &wire.ExtendedMasterSecret{} }

func (c *client) acceptExtendedMasterSecret(e wire.Extensions) error {
	c.facts.ExtendedMasterSecret = e.Has(wire.ExtExtendedMasterSecret)
	if r := c.cfg.Renegotiation; r != nil && r.ExtendedMasterSecret != c.facts.ExtendedMasterSecret {
		return failure.InconsistentEMS.New("ServerHello: extended_master_secret differs from the previous handshake (RFC 7627, 5.4)")
	}
	return check[wire.ExtendedMasterSecret](e)
}
