package handshake

import (
	"cmp"
	"slices"

	"polytls/internal/sign"
	"polytls/internal/suite"
)

// offerChoices explains at a client what the server chose from the client's offer.
// Why it chose so is known only as far as the offer shows it.
type offerChoices struct {
	*server // that has read our ClientHello
	made    *Decision
}

func (x *offerChoices) all() []Choice {
	if x.made.Version == 0 {
		return nil
	}
	list := []Choice{x.explainVersion()}
	for _, explain := range []func() (Choice, bool){
		x.explainSuite, x.explainGroup, x.explainCertificate, x.explainScheme, x.explainProtocol, x.explainResumption,
	} {
		if c, ok := explain(); ok {
			list = append(list, c)
		}
	}
	return list
}

// chosenFrom explains a choice from a list of the client's, most preferred first.
func chosenFrom[T comparable](what string, choice T, list []T, name func(T) string) Choice {
	c := Choice{What: what, Chosen: name(choice), Rule: "the server's choice: " + number(slices.Index(list, choice)) + " of the client's list"}
	if len(list) == 1 {
		c.Rule = "the only one that the client offers"
	}
	for _, b := range better(list, choice) {
		c.add(name(b), notChosen, "")
	}
	return c
}

func (x *offerChoices) explainVersion() Choice {
	offered := x.cfg.versions() // a hello up to TLS 1.2 does not show the lowest
	c := chosenFrom(choiceOfVersion, x.made.Version, offered, suite.Version.String)
	for v := suite.TLS13; v > x.made.Version; v-- {
		if !slices.Contains(offered, v) {
			c.add(v.String(), notOffered, x.cfg.whyNotVersion(v))
		}
	}
	return c
}

func (x *offerChoices) explainSuite() (Choice, bool) {
	name := func(c *suite.CipherSuite) string { return c.Standard }
	switch {
	case x.made.Suite == nil:
		return Choice{}, false
	case x.made.Resumed && x.version < suite.TLS13:
		return Choice{What: choiceOfSuite, Chosen: name(x.made.Suite), Rule: "that of the session"}, true
	}
	list := slices.DeleteFunc(x.theirSuites(), x.isOfOtherVersion)
	return chosenFrom(choiceOfSuite, x.made.Suite, list, name), true
}

func (x *offerChoices) explainGroup() (Choice, bool) {
	if x.made.Group == 0 || x.offered.groups == nil {
		return Choice{}, false
	}
	list := x.offered.groups.Groups
	if x.version < suite.TLS13 {
		list = slices.DeleteFunc(slices.Clone(list), func(g suite.Group) bool { return isCurve(g) != isCurve(x.made.Group) })
	}
	c := chosenFrom(choiceOfGroup, x.made.Group, list, suite.Group.String)
	if x.version < suite.TLS13 {
		return c, true
	}
	if !slices.Contains(appendGroups(nil, x.offered.shares), x.made.Group) {
		c.Rule += ", asked for by a HelloRetryRequest, since the client sent no key share of it"
	}
	for _, b := range x.cfg.disabledBefore(x.made.Group) {
		c.add(b.String(), notOffered, x.cfg.whyNotGroup(b))
	}
	return c, true
}

func (x *offerChoices) explainCertificate() (Choice, bool) {
	if x.made.Certificate == nil || x.made.Resumed {
		return Choice{}, false
	}
	return Choice{What: choiceOfCertificate, Chosen: sign.KeyName(x.made.Certificate.Public), Rule: "the server's choice"}, true
}

func (x *offerChoices) explainScheme() (Choice, bool) {
	if x.made.Scheme == 0 || x.version < suite.TLS12 || x.offered.schemes == nil || x.made.Certificate == nil {
		return Choice{}, false
	}
	fitting := slices.DeleteFunc(slices.Clone(x.offered.schemes.Schemes), func(s suite.Scheme) bool {
		return !sign.Fits(x.made.Certificate.Public, s, x.version)
	})
	c := chosenFrom(choiceOfScheme, x.made.Scheme, fitting, suite.Scheme.String)
	c.Rule += " for the key"
	return c, true
}

func (x *offerChoices) explainProtocol() (Choice, bool) {
	switch {
	case x.offered.alpn == nil:
		return Choice{}, false
	case x.made.ALPN == "":
		return Choice{What: choiceOfProtocol, Rule: "the server chose none"}, true
	}
	return chosenFrom(choiceOfProtocol, x.made.ALPN, x.offered.alpn.Protocols, func(name string) string { return name }), true
}

func (x *offerChoices) explainResumption() (Choice, bool) {
	c := Choice{What: choiceOfResumption}
	switch {
	case x.made.ExternalPSK:
		c.Chosen, c.Rule = "external key", "the server knows a key that the client offers"
	case x.made.Resumed:
		c.Chosen, c.Rule = "session", "the server accepts the session that the client offers"
	case x.offersSession():
		c.Rule = "a full handshake"
		c.add("session", sessionNotAccepted, "")
	default:
		c.Rule = "a full handshake"
		c.add("session", cmp.Or(x.made.refused, noSession), "")
	}
	return c, true
}
