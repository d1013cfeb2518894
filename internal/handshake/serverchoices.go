package handshake

import (
	"cmp"
	"fmt"
	"slices"

	"polytls/internal/sign"
	"polytls/internal/suite"
)

// serverChoices explains the choices of our server. It runs the functions that made
// them on the same ClientHello. It leaves out a choice that they would make differently
// now: it was made by a callback, or the handshake failed before.
type serverChoices struct {
	*server
	made *Decision
	from []*Certificate // what the certificate was chosen from
	cert *Certificate
}

func (x *serverChoices) all() []Choice {
	list := []Choice{x.explainVersion()}
	if x.made.Version == 0 {
		return list
	}
	for _, explain := range []func() (Choice, bool){
		x.explainSuite, x.explainGroup, x.explainCertificate, x.explainScheme, x.explainProtocol, x.explainResumption,
	} {
		if c, ok := explain(); ok {
			list = append(list, c)
		}
	}
	return list
}

// explainVersion explains chooseVersion.
func (x *serverChoices) explainVersion() Choice {
	c := Choice{What: choiceOfVersion, Rule: "the highest version that both ends enable"}
	if x.made.Version == 0 {
		c.Rule = "the ends have no version in common"
	} else {
		c.Chosen = x.made.Version.String()
	}
	theirs := x.theirVersions()
	for v := suite.TLS13; v > max(x.made.Version, suite.TLS10-1); v-- {
		why := x.cfg.whyNotVersion(v)
		c.addUnsupported(v.String(), slices.Contains(theirs, v), why == "", why)
	}
	return c
}

// explainSuite explains orderedSuites and chooseSuite12.
func (x *serverChoices) explainSuite() (Choice, bool) {
	c := Choice{What: choiceOfSuite}
	if x.made.Suite != nil {
		c.Chosen = x.made.Suite.Standard
	}
	if x.made.Resumed && x.version < suite.TLS13 {
		c.Rule = "that of the session"
		return c, true
	}
	theirs := slices.DeleteFunc(x.theirSuites(), x.isOfOtherVersion)
	ours := slices.DeleteFunc(x.preferred(x.suitesOfVersion(), x.theirSuites()), x.isOfOtherVersion)
	common := commonByPreference(x.cfg.order(), ours, theirs)
	again := x.chooseSuiteAgain(common)
	if again != x.made.Suite {
		return c, false
	}
	c.Rule = x.ruleOfSuite(common)
	list := ours
	if x.cfg.order() == clientOrder {
		list = theirs
	}
	for _, b := range better(list, x.made.Suite) {
		why, details := x.whyNotSuite(b, ours, theirs)
		c.add(b.Standard, why, details)
	}
	return c, true
}

// suitesOfVersion returns a copy of our suites for the version.
func (x *serverChoices) suitesOfVersion() []*suite.CipherSuite {
	if x.version == suite.TLS13 {
		return slices.Clone(x.cfg.Suites13)
	}
	return slices.Clone(x.cfg.Suites)
}

// chooseSuiteAgain chooses one of the common suites, and the certificate of a suite up
// to TLS 1.2.
func (x *serverChoices) chooseSuiteAgain(common []*suite.CipherSuite) *suite.CipherSuite {
	x.from = x.cfg.Certificates
	if x.version < suite.TLS13 {
		a, from := x.chooseSuite12(common)
		if a == nil {
			return nil
		}
		x.from, x.cert = from, a.cert
		return a.suite
	}
	for _, c := range common {
		if !x.made.ExternalPSK || c.Hash == x.made.Suite.Hash {
			return c
		}
	}
	return nil
}

func (x *serverChoices) ruleOfSuite(common []*suite.CipherSuite) string {
	usable := 0
	for _, c := range common {
		if x.version == suite.TLS13 {
			usable++
		} else if _, why := x.trySuite(c, x.from); why == noObstacle {
			usable++
		}
	}
	switch {
	case usable == 0:
		return "the ends have none in common that can be used"
	case x.made.ExternalPSK:
		return "the first common one with the hash of the pre-shared key"
	case usable == 1:
		return "the only one that both ends enable and that can be used"
	case x.cfg.order() == clientOrder:
		return "the first of the client's list that the server enables and that can be used, since the server follows the client's order"
	case x.prefersChaCha():
		return "the first of the server's list that the client offers and that can be used, with ChaCha20-Poly1305 before all others as in the client's list (SSL_OP_PRIORITIZE_CHACHA)"
	}
	return "the first of the server's list that the client offers and that can be used"
}

// prefersChaCha reports whether the client's list changes the order of ours.
func (x *serverChoices) prefersChaCha() bool {
	ours := x.suitesOfVersion()
	return !slices.Equal(ours, x.preferred(ours, x.theirSuites()))
}

func (x *serverChoices) whyNotSuite(c *suite.CipherSuite, ours, theirs []*suite.CipherSuite) (why obstacle, details string) {
	switch {
	case !slices.Contains(theirs, c):
		return notOffered, ""
	case !slices.Contains(ours, c):
		return notEnabled, x.cfg.whyNotSuite(c)
	case x.version == suite.TLS13:
		return unless(c.Hash == x.made.Suite.Hash, wrongHash), ""
	}
	_, why = x.trySuite(c, x.from)
	if why == unfitCertificate {
		return x.whyUnfit(c)
	}
	return why, ""
}

// whyUnfit returns what the certificate lacks whose key is of the suite's kind.
func (x *serverChoices) whyUnfit(c *suite.CipherSuite) (why obstacle, details string) {
	if len(x.from) == 0 {
		return noCertificate, ""
	}
	for _, cert := range x.from {
		if why := x.whyNotCertificate(cert, c, x.requirements12(c)); why != wrongKey {
			return unfitCertificate, x.cfg.nameOf(cert) + ": " + obstacles[why].text
		}
	}
	return unfitCertificate, "none has a key of its kind"
}

// explainCertificate explains identity.
func (x *serverChoices) explainCertificate() (Choice, bool) {
	c := Choice{What: choiceOfCertificate}
	if x.made.Resumed || x.made.ExternalPSK || x.made.Suite == nil || x.version < suite.TLS13 && !x.made.Suite.CertificateAuth() {
		return c, false
	}
	w := x.requirements()
	if x.version == suite.TLS13 {
		if x.offered.schemes == nil {
			return c, false
		}
		if from, cert, _ := x.chooseCertificate13(w); cert != nil {
			x.from, x.cert = from, cert
		}
	}
	switch {
	case x.cert == nil && x.made.Certificate == nil:
		c.Rule = "the server has none that the client can verify"
	case x.cert == nil || x.cert.Leaf != x.made.Certificate:
		return c, false
	default:
		c.Chosen, c.Rule = x.cfg.nameOf(x.cert), x.ruleOfCertificate(&w)
	}
	for _, b := range x.betterCertificates(&w) {
		c.add(x.cfg.nameOf(b), x.whyNotCertificate(b, x.made.Suite, w), "")
	}
	return c, true
}

// requirements are those of the client and of the suite.
func (x *serverChoices) requirements() certRequirements {
	if x.version == suite.TLS13 {
		return x.requirements13()
	}
	return x.requirements12(x.made.Suite)
}

func (x *serverChoices) ruleOfCertificate(w *certRequirements) string {
	of := ""
	if len(x.from) < len(x.cfg.Certificates) {
		of = " for the server name"
	}
	switch {
	case len(x.from) == 1:
		return "the only one" + of
	case w.followsPeer():
		return "the one" + of + " that signs with the scheme that the client prefers"
	}
	return "the first" + of + " that fits what the client and the cipher suite require"
}

// betterCertificates returns the certificates that would be preferred if they met the
// requirements.
func (x *serverChoices) betterCertificates(w *certRequirements) []*Certificate {
	if !w.followsPeer() {
		return better(x.from, x.cert)
	}
	rank := func(cert *Certificate) int {
		s, ok := sign.Choose(cert.Leaf.Public, x.version, w.schemes, x.cfg.schemesOf(cert))
		if !ok {
			return len(w.schemes)
		}
		return slices.Index(w.schemes, s)
	}
	return slices.DeleteFunc(slices.Clone(x.from), func(cert *Certificate) bool {
		return x.cert != nil && rank(cert) >= rank(x.cert)
	})
}

// whyNotCertificate returns why a certificate does not fit a suite.
func (x *serverChoices) whyNotCertificate(cert *Certificate, c *suite.CipherSuite, w certRequirements) obstacle {
	if c.MinVersion < suite.TLS13 && !signed(c) {
		return w.decrypts(cert)
	}
	_, why := x.cfg.schemeFor(cert, w)
	if ours := x.cfg.schemesOf(cert); why == noCommonScheme && !slices.ContainsFunc(ours, x.fits(cert)) {
		return noEnabledScheme
	}
	return why
}

// fits returns whether a scheme fits the key of a certificate.
func (x *serverChoices) fits(cert *Certificate) func(suite.Scheme) bool {
	return func(s suite.Scheme) bool { return sign.Fits(cert.Leaf.Public, s, x.version) }
}

// explainScheme explains sign.Choose.
func (x *serverChoices) explainScheme() (Choice, bool) {
	c := Choice{What: choiceOfScheme}
	if x.made.Scheme == 0 || x.version < suite.TLS12 || x.cert == nil || x.cert.Leaf != x.made.Certificate {
		return c, false
	}
	w := x.requirements()
	if again, _ := x.cfg.schemeFor(x.cert, w); again != x.made.Scheme {
		return c, false
	}
	c.Chosen = x.made.Scheme.String()
	ours, theirs := x.cfg.schemesOf(x.cert), w.schemes
	list := ours
	switch {
	case x.offered.schemes == nil:
		c.Rule = "the client names none, so the one with SHA-1 (RFC 5246, section 7.4.1.4.1)"
	case w.followsPeer():
		c.Rule, list = "the first of the client's list for the key that the server enables, since the server follows the client's order", theirs
	default:
		c.Rule = "the first of the server's list for the key that the client offers"
	}
	for _, b := range better(list, x.made.Scheme) {
		if x.fits(x.cert)(b) {
			c.addUnsupported(b.String(), slices.Contains(theirs, b), slices.Contains(ours, b), x.cfg.whyNotScheme(b))
		}
	}
	return c, true
}

// explainProtocol explains chooseALPN.
func (x *serverChoices) explainProtocol() (Choice, bool) {
	c := Choice{What: choiceOfProtocol, Chosen: x.made.ALPN}
	var theirs []string
	if x.offered.alpn != nil {
		theirs = x.offered.alpn.Protocols
	}
	switch again, _ := firstCommon(x.cfg.ALPN, theirs); {
	case theirs == nil && x.cfg.ChooseALPN == nil && len(x.cfg.ALPN) == 0:
		return c, false
	case theirs == nil:
		c.Rule = "the client offers none"
	case x.cfg.ChooseALPN != nil:
		c.Rule = "what ALPNCallback returned"
	case len(x.cfg.ALPN) == 0:
		c.Rule = "the server has none (ALPNProtocols)"
	case again != x.made.ALPN:
		return c, false
	default:
		c.Rule = "the first of the server's list that the client offers"
		for _, b := range better(x.cfg.ALPN, again) {
			c.add(b, notOffered, "")
		}
	}
	return c, true
}

// explainResumption explains choosePSK and findSession12.
func (x *serverChoices) explainResumption() (Choice, bool) {
	c := Choice{What: choiceOfResumption}
	switch {
	case x.made.ExternalPSK:
		c.Chosen, c.Rule = "external key", "the first key of the client's that the server knows"
	case x.made.Resumed:
		c.Chosen, c.Rule = "session", "the client offers a session that the server accepts"
	default:
		c.Rule = "a full handshake"
		c.add("session", x.whyNotResumed(), "")
	}
	return c, true
}

func (x *serverChoices) whyNotResumed() obstacle {
	switch {
	case !x.offersSession():
		return noSession
	case x.cfg.Tickets == nil && x.cfg.Sessions == nil:
		return noSessions
	}
	return cmp.Or(x.made.refused, unknownSession)
}

// explainGroup explains chooseGroup, curve and dhGroup.
func (x *serverChoices) explainGroup() (Choice, bool) {
	c := Choice{What: choiceOfGroup}
	switch {
	case x.version == suite.TLS13:
		return x.explainGroup13()
	case x.made.Suite == nil || x.made.Resumed:
	case x.made.Suite.UsesECDHE():
		return x.explainCurve()
	case x.made.Suite.UsesDHE():
		return x.explainDHE()
	}
	return c, false
}

func (x *serverChoices) explainGroup13() (Choice, bool) {
	c := Choice{What: choiceOfGroup}
	withPSK := x.made.Resumed || x.made.ExternalPSK
	if withPSK && x.made.Group == 0 {
		c.Rule = "none: the keys follow from the pre-shared key alone (psk_ke)"
		return c, true
	}
	theirs, shares := x.theirGroups(), appendGroups(nil, x.offered.shares)
	again, _ := chooseGroup(x.cfg.order(), x.cfg.tuples(), theirs, shares)
	if again != x.made.Group {
		return c, false
	}
	c.Rule = x.ruleOfGroup(again, shares)
	if again != 0 {
		c.Chosen = again.String()
	}
	for _, b := range x.cfg.disabledBefore(again) {
		c.addUnsupported(b.String(), slices.Contains(theirs, b), false, x.cfg.whyNotGroup(b))
	}
	for _, tuple := range x.cfg.tuples() {
		list := tuple
		if slices.Contains(tuple, again) {
			if x.cfg.order() == clientOrder {
				list = intersect(theirs, tuple)
			}
			list = better(list, again)
		}
		for _, b := range list {
			switch {
			case !slices.Contains(theirs, b):
				c.add(b.String(), notOffered, "")
			case !slices.Contains(shares, b) && slices.Contains(shares, again):
				c.add(b.String(), noShare, "")
			}
		}
		if slices.Contains(tuple, again) {
			break
		}
	}
	return c, true
}

func (x *serverChoices) theirGroups() []suite.Group {
	if x.offered.groups == nil {
		return nil
	}
	return x.offered.groups.Groups
}

func (x *serverChoices) ruleOfGroup(g suite.Group, shares []suite.Group) string {
	end := "server"
	if x.cfg.order() == clientOrder {
		end = "client"
	}
	switch {
	case g == 0:
		return "the ends have none in common"
	case !slices.Contains(shares, g):
		return fmt.Sprintf("the %s's first in the best set that both ends have, asked for by a HelloRetryRequest, since the client sends no key share of that set", end)
	}
	return fmt.Sprintf("the %s's first with a key share in the best set that both ends have", end)
}

func (x *serverChoices) explainCurve() (Choice, bool) {
	c := Choice{What: choiceOfGroup, Chosen: x.made.Group.String()}
	if x.curve() != x.made.Group {
		return c, false
	}
	ours, theirs := x.curves(), x.theirGroups()
	list := ours
	switch {
	case theirs == nil:
		c.Rule = "the client names none, so the curve that all such clients support (RFC 8422, section 4)"
		return c, true
	case x.cfg.order() == clientOrder:
		c.Rule, list = "the first of the client's list that the server enables, since the server follows the client's order", theirs
	default:
		c.Rule = "the first of the server's list that the client offers"
	}
	for _, b := range better(list, x.made.Group) {
		if isCurve(b) {
			c.addUnsupported(b.String(), slices.Contains(theirs, b), slices.Contains(ours, b), x.cfg.whyNotGroup(b))
		}
	}
	return c, true
}

func (x *serverChoices) explainDHE() (Choice, bool) {
	c := Choice{What: choiceOfGroup}
	switch {
	case x.made.Group != 0:
		c.Chosen, c.Rule = x.made.Group.String(), "the first of the server's finite-field groups that the client names (RFC 7919)"
	case x.cfg.DHParams != nil:
		c.Rule = "that of the option DHParam"
	default:
		c.Rule = `by the strength of the certificate's key (DHParam "auto")`
	}
	if x.made.Group == 0 {
		c.Chosen = fmt.Sprintf("DH, %d bits", x.made.DHBits)
	}
	return c, true
}
