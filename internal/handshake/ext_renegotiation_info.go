package handshake

import (
	"bytes"
	"slices"

	"polytls/failure"
	"polytls/internal/openssl"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file implements renegotiation_info (RFC 5746), which binds a handshake to the
// one before it.

// offerBinding implements RFC 5746, section 3.5. A first hello has a signaling
// value instead.
func (c *client) offerBinding(span) wire.ExtensionBody {
	r := c.cfg.Renegotiation
	if r == nil {
		return nil
	}
	return &wire.RenegotiationInfo{VerifyData: r.ClientVerifyData}
}

// checkBinding implements RFC 5746, sections 3.6, 3.7 and 4.4.
func (s *server) checkBinding() error {
	scsv, got := slices.Contains(s.hello.CipherSuites, suite.EmptyRenegotiationInfoSCSV), s.offered.reneg
	s.facts.SecureRenegotiation = scsv || got != nil
	switch r := s.cfg.Renegotiation; {
	case r == nil:
		return checkRenegotiationInfo(got, nil)
	case scsv:
		return failure.RenegotiationMismatch.New("ClientHello: the signaling value of RFC 5746 in a renegotiation")
	case r.Secure:
		return checkRenegotiationInfo(got, r.ClientVerifyData)
	case got != nil:
		return failure.RenegotiationMismatch.New("ClientHello: renegotiation_info, which the first handshake lacked")
	}
	return nil
}

func (r reply) binding() wire.ExtensionBody {
	if !r.facts.SecureRenegotiation {
		return nil
	}
	info := &wire.RenegotiationInfo{}
	if b := r.cfg.Renegotiation; b != nil {
		info.VerifyData = slices.Concat(b.ClientVerifyData, b.ServerVerifyData)
	}
	return info
}

// checkBinding implements RFC 5746, sections 3.4 and 3.5: the server must confirm the
// previous handshake, and must have supported RFC 5746 in it. Otherwise an
// attacker's handshake could precede ours.
func (c *client) checkBinding(e wire.Extensions) error {
	got, err := wire.Find[wire.RenegotiationInfo](e)
	if err != nil {
		return err
	}
	c.facts.SecureRenegotiation = got != nil
	r := c.cfg.Renegotiation
	const unsafe = openssl.OpLegacyServerConnect | openssl.OpAllowUnsafeLegacyRenegotiation
	switch {
	case r == nil && got == nil && c.cfg.Options&unsafe == 0:
		return failure.UnsafeLegacyRenegotiation.New("ServerHello: no renegotiation_info (RFC 5746)")
	case r == nil:
		return checkRenegotiationInfo(got, nil)
	case !r.Secure && got != nil:
		return failure.RenegotiationMismatch.New("ServerHello: renegotiation_info, which the first handshake lacked")
	case r.Secure:
		return checkRenegotiationInfo(got, slices.Concat(r.ClientVerifyData, r.ServerVerifyData))
	}
	return nil
}

// checkRenegotiationInfo implements RFC 5746, sections 3.4 to 3.7: want is what the
// extension must hold, empty in a first handshake.
func checkRenegotiationInfo(got *wire.RenegotiationInfo, want []byte) error {
	if got == nil {
		if len(want) > 0 {
			return failure.RenegotiationMismatch.New("renegotiation_info is missing in a renegotiation")
		}
		return nil
	}
	// The peer knows these bytes from the previous Finished: they are not secret.
	if !bytes.Equal(got.VerifyData, want) {
		return failure.RenegotiationMismatch.With(failure.AlertHandshakeFailure, "renegotiation_info does not bind this handshake to the connection")
	}
	return nil
}
