package main

import (
	"cmp"
	"slices"

	"polytls"
	"polytls/internal/suite"
)

// checkVersions refuses flags that leave no version. In Node each connection
// fails then.
func (c *common) checkVersions() error {
	if c.secureProtocol != "" {
		return nil
	}
	lowest := cmp.Or(c.minVersion, polytls.DefaultMinVersion())
	highest := cmp.Or(c.maxVersion, polytls.DefaultMaxVersion())
	from, to := slices.Index(versionNames, lowest), slices.Index(versionNames, highest)
	switch {
	case from > to && c.minVersion == "":
		return wrong("--max-version", "%s is below the lowest version, %s by default: give --min-version, too", highest, lowest)
	case from > to:
		return wrong("--min-version", "%s is above the highest version, %s", lowest, highest)
	}
	allowed := func(name string) bool {
		v, ok := suite.ParseVersion(name)
		return ok && suite.Options(c.secureOptions.value).AllowsVersion(v)
	}
	if !slices.ContainsFunc(versionNames[from:to+1], allowed) {
		return wrong("--secure-options", "no version is left of %s to %s", lowest, highest)
	}
	return nil
}
