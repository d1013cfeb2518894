package endpoint

import (
	"cmp"
	"slices"

	"polytls"
	"polytls/cmd/polytls/internal/flags"
	"polytls/internal/openssl"
	"polytls/internal/suite"
)

// checkVersions refuses flags that leave no version enabled.
func (c *Flags) checkVersions() error {
	if c.Given.SecureProtocol != "" {
		return nil
	}
	lowest := cmp.Or(c.Given.MinVersion, polytls.DefaultMinVersion())
	highest := cmp.Or(c.Given.MaxVersion, polytls.DefaultMaxVersion())
	from, to := slices.Index(versionNames, lowest), slices.Index(versionNames, highest)
	switch {
	case from > to && c.Given.MinVersion == "":
		return flags.Wrong("--max-version", "%s is below the lowest version, %s by default: give --min-version, too", highest, lowest)
	case from > to:
		return flags.Wrong("--min-version", "%s is above the highest version, %s", lowest, highest)
	}
	allowed := func(name string) bool {
		v, ok := suite.ParseVersion(name)
		return ok && openssl.Options(c.secureOptions.value).AllowsVersion(v)
	}
	if !slices.ContainsFunc(versionNames[from:to+1], allowed) {
		return flags.Wrong("--secure-options", "no version is left of %s to %s", lowest, highest)
	}
	return nil
}

var versionNames = []string{polytls.TLS10, polytls.TLS11, polytls.TLS12, polytls.TLS13}
