package securecontext

import (
	"errors"
	"testing"

	"polytls/failure"
	"polytls/internal/openssl"
	"polytls/internal/suite"
)

// with returns a context of a cipher list, TLS 1.2 and 1.3, and the default groups
// and schemes.
func with(t *testing.T, ciphers string) *Context {
	t.Helper()
	list, err := openssl.ParseCiphers(ciphers)
	if err != nil {
		t.Fatal(err)
	}
	c := New()
	c.SetCiphers(list, suite.TLS12, suite.TLS13)
	if err := errors.Join(c.SetGroups("auto"), c.SetSigalgs("")); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCiphersChooseVersionsAndLevel: a list of TLS 1.3 suites alone means TLS 1.3,
// and a level that it names applies to everything.
func TestCiphersChooseVersionsAndLevel(t *testing.T) {
	for list, want := range map[string]struct {
		level  suite.Level
		lowest suite.Version
	}{
		"":                            {suite.DefaultLevel, suite.TLS12},
		"TLS_AES_128_GCM_SHA256":      {suite.DefaultLevel, suite.TLS13},
		"DEFAULT@SECLEVEL=0":          {0, suite.TLS12},
		"ECDHE-RSA-AES256-SHA":        {suite.DefaultLevel, suite.TLS12},
		"DEFAULT:@SECLEVEL=3":         {3, suite.TLS12},
		"TLS_AES_256_GCM_SHA384:aRSA": {suite.DefaultLevel, suite.TLS12},
	} {
		c := with(t, list)
		if c.Config.Level != want.level || c.Config.MinVersion != want.lowest {
			t.Errorf("%q: level %d, from %s", list, c.Config.Level, c.Config.MinVersion)
		}
		for _, s := range append(c.Config.Suites, c.Config.Suites13...) {
			if !c.Config.Level.AllowsSuite(s) {
				t.Errorf("%q: %s at level %d", list, s.Name, c.Config.Level)
			}
		}
	}
}

// TestPolicyLeavesSomethingOfEach: the error names the parameter for which a policy
// leaves no value.
func TestPolicyLeavesSomethingOfEach(t *testing.T) {
	p, err := suite.ParsePolicy("cnsa2-202603")
	if err != nil {
		t.Fatal(err)
	}
	c := with(t, "TLS_AES_256_GCM_SHA384")
	if err := c.SetPolicy(p, "auto"); err != nil || !c.Config.StrictKeyUsage || c.Config.Policy != p {
		t.Errorf("the policy's own suite: %v", err)
	}
	if err := with(t, "TLS_AES_128_GCM_SHA256").SetPolicy(p, "auto"); !errors.Is(err, failure.NoCipherMatch) {
		t.Errorf("no suite is left: %v", err)
	}
	if err := with(t, "TLS_AES_256_GCM_SHA384").SetPolicy(p, "X25519"); !errors.Is(err, failure.CryptoOperationFailed) {
		t.Errorf("no group is left: %v", err)
	}
}
