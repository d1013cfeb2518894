package handshake

import (
	"slices"

	"polytls/failure"
	"polytls/internal/wire"
)

// This file implements client_certificate_type and server_certificate_type (RFC
// 7250): whether an end sends a certificate or a raw public key.

func (c *client) offerClientType(span) wire.ExtensionBody {
	types := c.cfg.ownTypes()
	if !isNonDefault(types) {
		return nil
	}
	return &wire.ClientCertificateTypes{Types: types}
}

func (c *client) offerServerType(span) wire.ExtensionBody {
	if !isNonDefault(c.cfg.PeerTypes) {
		return nil
	}
	return &wire.ServerCertificateTypes{Types: c.cfg.PeerTypes}
}

// chooseClientType chooses the type of the client's certificate, if one is requested.
func (s *server) chooseClientType() error {
	var theirs []uint8
	if t := s.offered.clientTypes; t != nil {
		if err := checkTypes(t.Types, wire.ExtClientCertificateType); err != nil {
			return err
		}
		theirs = t.Types
	}
	if s.cfg.ClientAuth == NoClientCert {
		return nil
	}
	var ok bool
	if s.peerType, ok = firstCommon(typesOrDefault(s.cfg.PeerTypes), typesOrDefault(theirs)); !ok {
		return failure.UnsupportedCertificate.New("client_certificate_type: none of %d is accepted", typesOrDefault(theirs))
	}
	return nil
}

func (s *server) checkServerTypes() error {
	if t := s.offered.serverTypes; t != nil {
		return checkTypes(t.Types, wire.ExtServerCertificateType)
	}
	return nil
}

// checkTypes refuses a client's list that contains only the default (RFC 7250,
// section 4.1).
func checkTypes(types []uint8, t wire.ExtensionType) error {
	if slices.Equal(types, onlyX509) || len(types) == 0 {
		return failure.Decode.With(failure.AlertIllegalParameter, "%s: %d, which is no more than the default", t, types)
	}
	return nil
}

// ownTypesWanted returns the types of our certificate that the client accepts.
func (s *server) ownTypesWanted() []uint8 {
	if t := s.offered.serverTypes; t != nil {
		return t.Types
	}
	return onlyX509
}

func (r reply) clientType() wire.ExtensionBody {
	if r.cfg.ClientAuth == NoClientCert || r.cert == nil || r.facts.WithoutCertificates() {
		return nil
	}
	return &wire.ClientCertificateType{Type: r.peerType}
}

func (r reply) serverType() wire.ExtensionBody {
	own := r.cert
	if r.facts.WithoutCertificates() {
		own = r.usualIdentity()
	}
	if own == nil {
		return nil
	}
	return &wire.ServerCertificateType{Type: own.certificateType()}
}

// usualIdentity returns the identity whose type a resumed handshake confirms,
// although it sends no certificate; nil for none.
func (s *server) usualIdentity() *Certificate {
	i := slices.IndexFunc(s.cfg.Certificates, func(c *Certificate) bool {
		return slices.Contains(s.ownTypesWanted(), c.certificateType())
	})
	if i < 0 {
		return nil
	}
	return s.cfg.Certificates[i]
}

func (c *client) acceptClientType(e wire.Extensions) error {
	chosen, err := wire.Find[wire.ClientCertificateType](e)
	if chosen == nil || err != nil {
		return err
	}
	if c.ownType = chosen.Type; !slices.Contains(typesOrDefault(c.cfg.ownTypes()), c.ownType) {
		return failure.UnsupportedCertificate.New("client_certificate_type: %d was not offered", c.ownType)
	}
	return nil
}

// acceptServerType reads the type of the server's certificate. Without the extension
// it is X.509, which we may not accept.
func (c *client) acceptServerType(e wire.Extensions) error {
	chosen, err := wire.Find[wire.ServerCertificateType](e)
	if err != nil {
		return err
	}
	if chosen != nil {
		c.peerType = chosen.Type
	}
	if !c.facts.WithoutCertificates() && !slices.Contains(typesOrDefault(c.cfg.PeerTypes), c.peerType) {
		return failure.UnsupportedCertificate.New("server_certificate_type: %d is not accepted", c.peerType)
	}
	return nil
}
