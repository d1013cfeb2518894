package handshake

import "polytls/internal/wire"

// This file implements the client's extensions that negotiate the handshake of TLS
// 1.3. The server's answers are in client13.go and server13.go, clientpsk13.go and
// serverpsk13.go, and earlydata.go.

// offerVersions implements RFC 8446, section 4.2.1.
func (c *client) offerVersions(v span) wire.ExtensionBody {
	if !v.has13() {
		return nil
	}
	if c.grease != nil {
		return &wire.SupportedVersions{Versions: withGREASE(c.grease.version, v)}
	}
	return &wire.SupportedVersions{Versions: v}
}

// offerPSKModes implements RFC 8446, section 4.2.9.
func (c *client) offerPSKModes(v span) wire.ExtensionBody {
	if !v.has13() {
		return nil
	}
	modes := []uint8{wire.PSKDHEKe}
	if c.cfg.pskKe() {
		modes = append(modes, wire.PSKKe)
	}
	return &wire.PSKModes{Modes: modes}
}

// offerCookie returns the cookie of a HelloRetryRequest (RFC 8446, section 4.2.2).
func (c *client) offerCookie(span) wire.ExtensionBody {
	if c.cookie == nil {
		return nil
	}
	return c.cookie
}

// offerEarlyData implements RFC 8446, section 4.2.10.
func (c *client) offerEarlyData(span) wire.ExtensionBody {
	if !c.sendsEarly() {
		return nil
	}
	return &wire.EarlyData{}
}

func (r reply) earlyData() wire.ExtensionBody {
	if !r.facts.EarlyDataAccepted {
		return nil
	}
	return &wire.EarlyData{}
}

// offerPSKs implements RFC 8446, section 4.2.11. The binders follow when the hello
// is made.
func (c *client) offerPSKs(span) wire.ExtensionBody {
	if len(c.offers) == 0 {
		return nil
	}
	return c.offeredPSKs()
}
