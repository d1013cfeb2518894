package suite

import (
	"slices"
	"strings"

	"polytls/failure"
)

// DefaultGroups returns the groups that "auto" stands for, most preferred first.
func DefaultGroups() []Group {
	var list []Group
	for i := range groups {
		if groups[i].Default {
			list = append(list, groups[i].ID)
		}
	}
	return list
}

// ParseGroups reads Node's "ecdhCurve" option as OpenSSL 3.5's
// SSL_CTX_set1_groups_list does: names without regard to case, separated by
// ':' or '/', or DEFAULT for the default groups. '-' before a name takes the
// group out again, '?' lets it be unknown; '*', which asks for a key share,
// and the priorities that '/' expresses are read and change nothing. Repeated
// groups count once. "auto" alone and the empty list are DefaultGroups.
//
// Groups that only OpenSSL implements are skipped. The error, for an unknown
// name and for a list with nothing left, is ERR_CRYPTO_OPERATION_FAILED.
func ParseGroups(list string) ([]Group, error) {
	if list == "auto" || list == "" {
		return DefaultGroups(), nil
	}
	var selected []Group
	for part := range strings.SplitSeq(strings.ReplaceAll(list, "/", ":"), ":") {
		item, ok := parseGroup(strings.TrimSpace(part))
		if !ok {
			return nil, badGroups("unknown group %q in %q", part, list)
		}
		if item.remove {
			selected = slices.DeleteFunc(selected, func(g Group) bool { return slices.Contains(item.groups, g) })
			continue
		}
		for _, g := range item.groups {
			if !slices.Contains(selected, g) {
				selected = append(selected, g)
			}
		}
	}
	if len(selected) == 0 {
		return nil, badGroups("no group of %q is implemented", list)
	}
	return selected, nil
}

func badGroups(format string, args ...any) error {
	return failure.CryptoOperationFailed.Local("Failed to set ECDH curve: "+format, args...)
}

type groupItem struct {
	groups []Group // empty for a group that is known and not implemented
	remove bool
}

// parseGroup reads one part of the list; it is false for an unknown name.
func parseGroup(part string) (item groupItem, ok bool) {
	if strings.EqualFold(part, "DEFAULT") {
		return groupItem{groups: DefaultGroups()}, true
	}
	var seen string
	for part != "" && strings.Contains("-?*", part[:1]) {
		if strings.Contains(seen, part[:1]) {
			return groupItem{}, false
		}
		seen += part[:1]
		part = part[1:]
	}
	item.remove = strings.Contains(seen, "-")
	name := strings.ToLower(part)
	if g, known := groupByName[name]; known {
		item.groups = []Group{g}
		return item, true
	}
	_, foreign := foreignGroups[name]
	return item, foreign || strings.Contains(seen, "?")
}

var groupByName = indexGroups()

func indexGroups() map[string]Group {
	m := make(map[string]Group)
	for i := range groups {
		m[strings.ToLower(groups[i].Name)] = groups[i].ID
		for _, alias := range groups[i].Aliases {
			m[strings.ToLower(alias)] = groups[i].ID
		}
	}
	return m
}

// foreignGroups are the names, in lower case, of groups that OpenSSL has and
// polytls does not.
var foreignGroups = foreign(
	"secp256k1",
	"brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1",
	"brainpoolP256r1tls13", "brainpoolP384r1tls13", "brainpoolP512r1tls13",
	"secp160k1", "secp160r1", "secp160r2",
	"secp192k1", "secp192r1", "P-192", "prime192v1",
	"secp224k1", "secp224r1", "P-224",
	"sect163k1", "K-163", "sect163r1", "sect163r2", "B-163",
	"sect193r1", "sect193r2",
	"sect233k1", "K-233", "sect233r1", "B-233",
	"sect239k1",
	"sect283k1", "K-283", "sect283r1", "B-283",
	"sect409k1", "K-409", "sect409r1", "B-409",
	"sect571k1", "K-571", "sect571r1", "B-571",
)

func foreign(names ...string) map[string]struct{} {
	m := make(map[string]struct{}, len(names))
	for _, name := range names {
		m[strings.ToLower(name)] = struct{}{}
	}
	return m
}
