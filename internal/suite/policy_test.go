package suite_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/openssl"
	"polytls/internal/suite"
)

const (
	defaultGroups     = "*X25519MLKEM768/*x25519:secp256r1/x448:secp384r1:secp521r1/ffdhe2048:ffdhe3072"
	everyDefaultGroup = "X25519MLKEM768 x25519 secp256r1 x448 secp384r1 secp521r1 ffdhe2048 ffdhe3072"
)

// all are the suites of the list ALL, those of TLS 1.3 first.
func all(t *testing.T) []*suite.CipherSuite {
	t.Helper()
	list, err := openssl.ParseCiphers("ALL")
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(list.TLS13, list.TLS12)
}

func names(list []*suite.CipherSuite) string {
	var names []string
	for _, s := range list {
		names = append(names, s.Name)
	}
	return strings.Join(names, ":")
}

func TestPolicies(t *testing.T) {
	for _, tc := range []struct {
		name      string
		ciphers   string
		groups    string // of a context that names none
		left      string // of the default list
		schemes   int
		low, high suite.Version
		p256      bool
	}{
		{"", names(all(t)), defaultGroups, everyDefaultGroup, 22, suite.TLS10, suite.TLS13, true},
		{
			"FIPS-202205", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" +
				"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
			"*secp256r1:secp384r1", "secp256r1 secp384r1", 8, suite.TLS12, suite.TLS13, true,
		},
		{
			"wpa3-192-202304", "TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
			"*secp384r1", "secp384r1", 5, suite.TLS12, suite.TLS13, false,
		},
		{
			"cnsa-202407", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:" +
				names(all(t)[3:]),
			defaultGroups, everyDefaultGroup, 22, suite.TLS10, suite.TLS13, true,
		},
		{
			"cnsa1-202603", "TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:AES256-GCM-SHA384",
			"*MLKEM1024/*secp384r1", "secp384r1", 3, suite.TLS12, suite.TLS13, false,
		},
		{
			"cnsa2-202603", "TLS_AES_256_GCM_SHA384",
			"*MLKEM1024", "", 3, suite.TLS13, suite.TLS13, false,
		},
	} {
		p, err := suite.ParsePolicy(tc.name)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(p.FilterSuites(all(t))); got != tc.ciphers {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.ciphers)
		}
		if got := p.DefaultGroups().String(); got != tc.groups {
			t.Errorf("%s: groups %s", tc.name, got)
		}
		if got := suite.DefaultGroups().Filter(p.AllowsGroup).Groups(); strings.Trim(fmt.Sprint(got), "[]") != tc.left {
			t.Errorf("%s: groups %v of the default ones", tc.name, got)
		}
		if got := p.FilterSchemes(suite.DefaultLevel.DefaultSchemes()); len(got) != tc.schemes {
			t.Errorf("%s: schemes %v", tc.name, got)
		}
		if low, high := p.Versions(suite.TLS10, suite.TLS13); low != tc.low || high != tc.high {
			t.Errorf("%s: %v to %v", tc.name, low, high)
		}
		if p.AllowsScheme(suite.ECDSAP256SHA256) != tc.p256 {
			t.Errorf("%s: allows P-256: %v", tc.name, !tc.p256)
		}
	}
	if _, err := suite.ParsePolicy("fips"); !errors.Is(err, failure.InvalidArgValue) {
		t.Errorf("an unknown policy: %v", err)
	}
}
