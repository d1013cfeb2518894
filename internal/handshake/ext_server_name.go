package handshake

import (
	"strings"

	"polytls/failure"
	"polytls/internal/wire"
)

// This file holds server_name (RFC 6066, section 3).

func (c *client) offerServerName(span) wire.ExtensionBody {
	if c.cfg.ServerName == "" {
		return nil
	}
	return &wire.ServerNames{HostName: c.cfg.ServerName}
}

// checkSameName refuses a renegotiation that names another server than the first
// handshake: what was verified for the one says nothing about the other. To name
// none is to name the same.
func (s *server) checkSameName() error {
	r, name := s.cfg.Renegotiation, s.info.ServerName
	if r == nil || name == "" || strings.EqualFold(name, r.ServerName) {
		return nil
	}
	return failure.BadExtension.With(illegal, "ClientHello: server_name %q in a renegotiation, but the connection is to %q", name, r.ServerName)
}

// serverName confirms that the name was used, which it was not where a session
// chose the certificate.
func (r reply) serverName() wire.ExtensionBody {
	if r.result.WithoutCertificates() {
		return nil
	}
	return &wire.ServerNameAck{}
}
