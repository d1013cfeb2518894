package securecontext

import (
	"slices"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/kex"
	"polytls/internal/openssl"
	"polytls/internal/suite"
)

// This file compiles the parameters that handshakes negotiate.

// SetCiphers sets the suites of a list, its security level, and the range of versions.
func (c *Context) SetCiphers(list openssl.CipherList, lowest, highest suite.Version) {
	f := &c.Config
	f.Level = suite.DefaultLevel
	if list.Level >= 0 {
		f.Level = suite.Level(list.Level)
	}
	for _, s := range allowed(slices.Concat(list.TLS13, list.TLS12), f.Level.AllowsSuite) {
		if s.MinVersion == suite.TLS13 {
			f.Suites13 = append(f.Suites13, s)
		} else { // a suite given by its IANA name is in the list for TLS 1.3
			f.Suites = append(f.Suites, s)
		}
	}
	if len(list.TLS12) == 0 && lowest < suite.TLS13 && highest == suite.TLS13 {
		lowest = suite.TLS13 // a list with only TLS 1.3 suites selects TLS 1.3
	}
	lowest = max(lowest, suite.Level(list.Level).MinVersion()) // an explicit level disables the versions below its minimum
	f.MinVersion, f.MaxVersion = lowest, highest
}

func allowed[T any](list []T, allows func(T) bool) []T {
	var out []T
	for _, x := range list {
		if allows(x) {
			out = append(out, x)
		}
	}
	return out
}

// SetGroups sets the groups of a list in OpenSSL's language. Under a policy, "auto" is
// the policy's own list.
func (c *Context) SetGroups(text string) error {
	list := c.Config.Policy.DefaultGroups()
	if text != "auto" {
		var err error
		if list, err = openssl.ParseGroups(text); err != nil {
			return err
		}
		list = list.Filter(c.Config.Policy.AllowsGroup)
	}
	c.Config.SetGroups(list.Filter(c.Config.Level.AllowsGroup))
	return nil
}

// SetSigalgs sets the schemes of a list in OpenSSL's language, "" for its default.
func (c *Context) SetSigalgs(text string) error {
	f := &c.Config
	if text == "" {
		f.Schemes = c.defaultSchemes()
		return nil
	}
	schemes, err := openssl.ParseSchemes(text)
	if err != nil {
		return err
	}
	f.Schemes = allowed(schemes, func(s suite.Scheme) bool {
		return f.Level.AllowsScheme(s) || s.Info().Weak && f.MinVersion < suite.TLS12
	})
	return nil
}

// defaultSchemes returns the schemes of the level, and the weak ones, which are the
// only ones of versions below 1.2, if such a version is enabled.
func (c *Context) defaultSchemes() []suite.Scheme {
	schemes := c.Config.Level.DefaultSchemes()
	if c.Config.MinVersion >= suite.TLS12 {
		return schemes
	}
	for _, weak := range []suite.Scheme{suite.ECDSASHA1, suite.RSAPKCS1SHA1, suite.RSAPKCS1MD5SHA1} {
		if !slices.Contains(schemes, weak) {
			schemes = append(schemes, weak)
		}
	}
	return schemes
}

// SetPolicy restricts the context to what a policy allows; groups is the list that
// SetGroups was given. It is an error if the policy allows none of the versions,
// suites, groups or schemes that were set.
func (c *Context) SetPolicy(p *suite.Policy, groups string) error {
	before, f := c.Config, &c.Config
	f.MinVersion, f.MaxVersion = p.Versions(f.MinVersion, f.MaxVersion)
	f.Suites13, f.Suites = p.FilterSuites(f.Suites13), p.FilterSuites(f.Suites)
	f.Schemes = p.FilterSchemes(f.Schemes)
	f.DHLimits.MinBits = p.MinDHBits
	f.Policy, f.StrictKeyUsage = p, true
	if err := c.SetGroups(groups); err != nil {
		return err
	}
	for _, left := range []struct {
		reason    failure.Failure
		of        string
		was, none bool
		allowed   string
	}{
		{failure.NoProtocolsAvailable, "versions", before.MinVersion <= before.MaxVersion, f.MinVersion > f.MaxVersion, p.VersionWords()},
		{failure.NoCipherMatch, "cipher suites", usable(&before), !usable(f), p.SuiteWords()},
		{failure.CryptoOperationFailed, "groups", len(before.Groups) > 0, len(f.Groups) == 0, p.GroupWords()},
		{failure.PassedInvalidArgument, "signature algorithms", len(before.Schemes) > 0, len(f.Schemes) == 0, p.SchemeWords()},
	} {
		if left.was && left.none {
			return left.reason.Local("%s allows none of the %s of the other options, but %s", p.Name, left.of, left.allowed)
		}
	}
	return nil
}

// usable reports whether there is a suite for one of the versions.
func usable(f *handshake.Config) bool {
	return slices.ContainsFunc(slices.Concat(f.Suites13, f.Suites), func(s *suite.CipherSuite) bool {
		return s.MinVersion <= f.MaxVersion && s.MaxVersion >= f.MinVersion
	})
}

// MinDHBits is Node's least size of a DH group, in bits.
const MinDHBits = 1024

// SetDHParams sets the group of DHE up to TLS 1.2: PEM, or "auto" for one as strong as
// the certificate.
func (c *Context) SetDHParams(pem []byte) error {
	if string(pem) == "auto" {
		c.Config.DHAuto = true
		return nil
	}
	params, err := kex.ParseDHParams(pem)
	if err != nil {
		return err
	}
	if params.Bits() < MinDHBits {
		return failure.InvalidArgValue.Local("DH parameter is less than %d bits", MinDHBits)
	}
	if err := params.CheckLevel(c.Config.Level); err != nil {
		return err
	}
	if want := c.Config.DHLimits.MinBits; params.Bits() < want {
		return failure.DHKeyTooSmall.Local("a DH group of %d bits is too small for CompliancePolicy %s, which wants %d", params.Bits(), c.Config.Policy.Name, want)
	}
	if err := params.CheckPrime(); err != nil {
		return err
	}
	c.Config.DHParams = params
	return nil
}
