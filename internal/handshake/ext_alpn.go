package handshake

import (
	"context"
	"slices"

	"polytls/failure"
	"polytls/internal/wire"
)

// This file implements application_layer_protocol_negotiation (RFC 7301). A
// renegotiation does not change the protocol.

func (c *client) offerALPN(span) wire.ExtensionBody {
	if len(c.cfg.ALPN) == 0 || c.cfg.Renegotiation != nil {
		return nil
	}
	return &wire.ALPN{Protocols: c.cfg.ALPN}
}

// chooseALPN implements RFC 7301, section 3.2. The callback may take long and set
// certificates, so the handshake determines when chooseALPN runs.
func (s *server) chooseALPN(ctx context.Context) error {
	if s.offered.alpn == nil || s.cfg.Renegotiation != nil {
		return nil
	}
	theirs := s.offered.alpn.Protocols
	switch {
	case s.cfg.ChooseALPN != nil:
		choice, err := watched(ctx, &s.conversation, func(ctx context.Context) (string, error) {
			return s.cfg.ChooseALPN(ctx, s.facts.ServerName, theirs)
		})
		if err != nil {
			return callbackFailed("ALPNCallback", failure.AlertInternalError, err)
		}
		if choice != "" && !slices.Contains(theirs, choice) {
			return failure.ALPNCallbackInvalid.New("ALPNCallback returned %q, which the client did not offer", choice)
		}
		s.facts.ALPN = choice
	case len(s.cfg.ALPN) > 0:
		s.facts.ALPN, _ = firstCommon(s.cfg.ALPN, theirs)
	default:
		return nil
	}
	if s.facts.ALPN == "" {
		return failure.NoApplicationProtocol.New("ALPN: none of the client's protocols %s is enabled here", quoteStart("%q", theirs))
	}
	return nil
}

func (r reply) alpn() wire.ExtensionBody {
	if r.facts.ALPN == "" {
		return nil
	}
	return &wire.ALPN{Protocols: []string{r.facts.ALPN}}
}

// acceptALPN implements RFC 7301, section 3.1.
func (c *client) acceptALPN(e wire.Extensions) error {
	a, err := wire.Find[wire.ALPN](e)
	if a == nil || err != nil {
		return err
	}
	if len(a.Protocols) != 1 {
		return failure.Decode.New("application_layer_protocol_negotiation: %d protocols, want 1", len(a.Protocols))
	}
	if !slices.Contains(c.cfg.ALPN, a.Protocols[0]) {
		return failure.InvalidALPN.New("application_layer_protocol_negotiation: %q was not offered", a.Protocols[0])
	}
	c.facts.ALPN = a.Protocols[0]
	return nil
}
