package handshake

import (
	"fmt"
	"slices"

	"polytls/internal/openssl"
	"polytls/internal/sign"
	"polytls/internal/suite"
)

// This file implements negotiation in pure functions.

// firstCommon returns the first of ours that is among theirs.
func firstCommon[T comparable](ours, theirs []T) (choice T, ok bool) {
	for _, x := range ours {
		if slices.Contains(theirs, x) {
			return x, true
		}
	}
	return choice, false
}

// intersect returns those of ours that are among theirs, in our order. The result may
// be ours itself, and is no longer than ours or theirs.
func intersect[T comparable](ours, theirs []T) []T {
	if len(ours) <= len(theirs) && !slices.ContainsFunc(ours, func(x T) bool { return !slices.Contains(theirs, x) }) {
		return ours[:len(ours):len(ours)]
	}
	shared := make([]T, 0, min(len(ours), len(theirs)))
	for _, x := range ours {
		if slices.Contains(theirs, x) && !slices.Contains(shared, x) {
			shared = append(shared, x)
		}
	}
	return shared
}

// quoteStart formats a peer's list for an error's text: only its start, because a
// peer may send tens of thousands of entries.
func quoteStart[T any](verb string, list []T) string {
	const most = 16
	if len(list) <= most {
		return fmt.Sprintf(verb, list)
	}
	return fmt.Sprintf(verb+" and %d more", list[:most], len(list)-most)
}

// order is the preference that a server follows.
type order bool

const (
	serverOrder order = false
	clientOrder order = true
)

// order returns the preference that SSL_OP_CIPHER_SERVER_PREFERENCE sets, Node's
// honorCipherOrder.
func (cfg *ServerConfig) order() order {
	return order(cfg.ClientOrder && !cfg.Options.Has(openssl.OpCipherServerPreference))
}

// commonByPreference returns the values that both ends have, in the order of the
// preferred end.
func commonByPreference[T comparable](by order, ours, theirs []T) []T {
	if by == clientOrder {
		return intersect(theirs, ours)
	}
	return intersect(ours, theirs)
}

// chooseGroup makes OpenSSL 3.5's choice from a client's supported_groups and the
// groups of its key shares. From the best tuple that has a group of the client, it
// chooses a group with a key share, or else one that a HelloRetryRequest asks for.
// ok is false if there is no common group.
func chooseGroup(by order, tuples [][]suite.Group, theirs, shares []suite.Group) (g suite.Group, ok bool) {
	for _, tuple := range tuples {
		for _, list := range [][]suite.Group{shares, theirs} {
			if common := commonByPreference(by, tuple, list); len(common) > 0 {
				return common[0], true
			}
		}
	}
	return 0, false
}

// chaChaFirst is SSL_OP_PRIORITIZE_CHACHA: a client whose first suite is one of
// ChaCha20-Poly1305 has no hardware for AES, so a server that follows its own order
// prefers such suites to all others.
func chaChaFirst(ours, theirs []*suite.CipherSuite) []*suite.CipherSuite {
	rank := func(s *suite.CipherSuite) int {
		if s.Cipher == suite.ChaCha20Poly1305 {
			return 0
		}
		return 1
	}
	if len(theirs) == 0 || rank(theirs[0]) != 0 {
		return ours
	}
	ours = slices.Clone(ours)
	slices.SortStableFunc(ours, func(a, b *suite.CipherSuite) int { return rank(a) - rank(b) })
	return ours
}

// tickets12 reports whether sessions up to TLS 1.2 may be kept in tickets (OpenSSL's
// tls_use_ticket). For TLS 1.3 see sealsTickets13.
func (c *Config) tickets12() bool {
	return !c.Options.Has(openssl.OpNoTicket) && c.Level.AllowsTickets()
}

// pskKe reports whether a client may use pre-shared keys without (EC)DHE.
func (cfg *ClientConfig) pskKe() bool {
	return cfg.PSKKe || cfg.Options.Has(openssl.OpAllowNoDHEKex)
}

// pskKe reports whether a server may use pre-shared keys without (EC)DHE.
func (cfg *ServerConfig) pskKe() bool {
	return cfg.PSKKe || cfg.Options.Has(openssl.OpAllowNoDHEKex)
}

// versions lists the enabled versions, highest first.
func (c *Config) versions() []suite.Version {
	vs := make([]suite.Version, 0, suite.TLS13-suite.TLS10+1)
	for v := c.MaxVersion; v >= c.MinVersion && v >= suite.TLS10; v-- {
		if c.Options.AllowsVersion(v) {
			vs = append(vs, v)
		}
	}
	return vs
}

// SetGroups sets the groups of a list.
func (c *Config) SetGroups(l suite.GroupList) {
	c.Groups, c.Tuples, c.KeyShares = l.Groups(), l.Tuples, l.KeyShares
	c.Curves = slices.DeleteFunc(slices.Clone(l.Curves), func(g suite.Group) bool { return !sign.HasCurve(g) })
}

// tuples returns the groups in sets of equal preference, the best first.
func (c *Config) tuples() [][]suite.Group {
	if c.Tuples == nil {
		return [][]suite.Group{c.Groups}
	}
	return c.Tuples
}

// groupsFor lists the groups that may be used in any of the versions.
func (c *Config) groupsFor(highest suite.Version) []suite.Group {
	gs := make([]suite.Group, 0, len(c.Groups))
	for _, g := range c.Groups {
		if info := g.Info(); info != nil && info.MinVersion <= highest {
			gs = append(gs, g)
		}
	}
	return gs
}

// isDowngrade reports whether a server's random ends in the sentinel of a version
// that is lower than both ends support (RFC 8446, 4.1.3).
func isDowngrade(random [32]byte, negotiated, highest suite.Version) bool {
	tail := string(random[24:])
	switch {
	case highest >= suite.TLS13 && negotiated <= suite.TLS12:
		return tail == downgradeTLS12 || tail == downgradeTLS11
	case highest >= suite.TLS12 && negotiated <= suite.TLS11:
		return tail == downgradeTLS11
	}
	return false
}

// The sentinels of RFC 8446, section 4.1.3.
const (
	downgradeTLS12 = "DOWNGRD\x01"
	downgradeTLS11 = "DOWNGRD\x00"
)
