package handshake

import (
	"polytls/failure"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// This file implements server_name (RFC 6066, section 3).

func (c *client) offerServerName(span) wire.ExtensionBody {
	if c.cfg.ServerName == "" {
		return nil
	}
	return &wire.ServerNames{HostName: c.cfg.ServerName}
}

// checkSameName refuses a renegotiation that names another server than the first
// handshake: a certificate that was verified for one is not valid for the other. A
// hello without a name keeps the first.
func (s *server) checkSameName() error {
	r, name := s.cfg.Renegotiation, s.info.ServerName
	if r == nil || name == "" || trust.EqualASCII(name, r.ServerName) {
		return nil
	}
	return failure.BadExtension.With(illegal, "ClientHello: server_name %q in a renegotiation, but the connection is to %q", name, r.ServerName)
}

// serverName confirms that the name was used. In a resumed handshake it is not.
func (r reply) serverName() wire.ExtensionBody {
	if r.facts.WithoutCertificates() {
		return nil
	}
	return &wire.ServerNameAck{}
}
