package handshake

import (
	"slices"

	"polytls/failure"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file implements the extensions about groups: supported_groups (RFC 8446,
// section 4.2.7), key_share (section 4.2.8) and ec_point_formats (RFC 8422, section
// 5.1.2).

func (c *client) offerGroups(v span) wire.ExtensionBody {
	groups := c.cfg.groupsFor(v[0])
	if len(groups) == 0 {
		return nil
	}
	if v.until12() { // last: a server that chooses one for the key exchange is refused
		groups = append(groups, c.cfg.Curves...)
	}
	if c.grease != nil {
		groups = withGREASE(c.grease.group, groups)
	}
	return &wire.SupportedGroups{Groups: groups}
}

// supportedGroups sends the groups that we prefer to the one in use, for the next
// connection of a client of TLS 1.3 (RFC 8446, section 4.2.7).
func (r reply) supportedGroups() wire.ExtensionBody {
	ours, used := r.cfg.groupsFor(suite.TLS13), r.facts.Group
	if r.version < suite.TLS13 || used == 0 || ours[0] == used {
		return nil
	}
	return &wire.SupportedGroups{Groups: ours}
}

func (c *client) offerKeyShares(v span) wire.ExtensionBody {
	if !v.has13() {
		return nil
	}
	offer := &wire.ClientKeyShares{}
	if c.grease != nil && c.retry == 0 {
		offer.Shares = append(offer.Shares, wire.KeyShare{Group: c.grease.group, Data: []byte{0}})
	}
	for _, k := range c.shares {
		offer.Shares = append(offer.Shares, wire.KeyShare{Group: k.Group(), Data: k.Public()})
	}
	return offer
}

func (c *client) offerPointFormats(v span) wire.ExtensionBody {
	if !v.until12() || !slices.ContainsFunc(c.cfg.Groups, isCurve) {
		return nil
	}
	return uncompressed
}

// isCurve reports whether a group is an elliptic curve of RFC 8422.
func isCurve(g suite.Group) bool {
	info := g.Info()
	return info != nil && (info.Kind == suite.NIST || info.Kind == suite.Montgomery)
}

// uncompressed is the point format that both ends must support.
var uncompressed = &wire.PointFormats{Formats: []uint8{0}}

func (s *server) checkPointFormats() error {
	if p := s.offered.points; p != nil && !slices.Contains(p.Formats, 0) {
		return failure.BadExtension.New("ClientHello: ec_point_formats lacks uncompressed (RFC 8422, 5.1.2)")
	}
	return nil
}

func (r reply) pointFormats() wire.ExtensionBody {
	if !r.suite.UsesECDHE() {
		return nil
	}
	return uncompressed
}

func (c *client) acceptPointFormats(e wire.Extensions) error {
	points, err := wire.Find[wire.PointFormats](e)
	if err != nil {
		return err
	}
	if points != nil && !slices.Contains(points.Formats, 0) {
		return failure.BadExtension.New("ServerHello: ec_point_formats lacks uncompressed")
	}
	return nil
}
