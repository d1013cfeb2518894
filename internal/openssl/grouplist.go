package openssl

import (
	"slices"
	"strings"

	"polytls/failure"
	"polytls/internal/suite"
)

// maxKeyShares is how many key shares a list may ask for, as in OpenSSL.
const maxKeyShares = 4

// ParseGroups reads Node's "ecdhCurve" option as OpenSSL 3.5's
// SSL_CTX_set1_groups_list does: tuples separated by '/' of names without regard to
// case, separated by ':'. '*' before a name asks for a key share, '?' lets the name
// be unknown, '-' removes the group from the list. DEFAULT means the default list,
// DEFAULT_SUITE_B that of RFC 6460. Repeated groups count once. "auto" alone and
// the empty list are DefaultGroups.
//
// Curves that only certificates may have are in the list's Curves. Groups that only
// OpenSSL implements are skipped. The error, for an unknown name, for more than four key
// shares and for a list without a group for key exchange, is ERR_CRYPTO_OPERATION_FAILED.
func ParseGroups(list string) (suite.GroupList, error) {
	if list == "auto" || list == "" {
		return suite.DefaultGroups(), nil
	}
	var r groupReader
	for tuple := range strings.SplitSeq(list, "/") {
		r.endTuple()
		for part := range strings.SplitSeq(tuple, ":") {
			item, remove, ok := parseGroup(strings.TrimSpace(part))
			switch {
			case !ok:
				return suite.GroupList{}, badGroups("unknown group %q in %q", part, list)
			case remove:
				r.remove(item)
			default:
				r.add(item)
			}
		}
	}
	r.endTuple()
	switch {
	case len(r.list.Tuples) == 0:
		return suite.GroupList{}, badGroups("no group of %q can be used for key exchange", list)
	case len(r.list.KeyShares) > maxKeyShares:
		return suite.GroupList{}, badGroups("%q asks for %d key shares, at most %d are possible", list, len(r.list.KeyShares), maxKeyShares)
	}
	return r.list, nil
}

// groupReader holds the part of a list that has been read.
type groupReader struct {
	list  suite.GroupList // the complete tuples, and the key shares of all
	tuple []suite.Group   // the one that has not
}

// endTuple ends the current tuple unless it is empty.
func (r *groupReader) endTuple() {
	if len(r.tuple) > 0 {
		r.list.Tuples, r.tuple = append(r.list.Tuples, r.tuple), nil
	}
}

// add adds the groups of a part of the list that it does not hold yet. The first
// tuple of the part is added to the current tuple.
func (r *groupReader) add(item suite.GroupList) {
	for _, curve := range item.Curves {
		if !slices.Contains(r.list.Curves, curve) {
			r.list.Curves = append(r.list.Curves, curve)
		}
	}
	for i, tuple := range item.Tuples {
		if i > 0 {
			r.endTuple()
		}
		for _, g := range tuple {
			if r.list.Contains(g) || slices.Contains(r.tuple, g) {
				continue
			}
			r.tuple = append(r.tuple, g)
			if slices.Contains(item.KeyShares, g) {
				r.list.KeyShares = append(r.list.KeyShares, g)
			}
		}
	}
}

// remove removes groups from the list.
func (r *groupReader) remove(item suite.GroupList) {
	other := func(g suite.Group) bool { return !item.Contains(g) }
	r.list, r.tuple = r.list.Filter(other), slices.DeleteFunc(r.tuple, item.Contains)
	r.list.Curves = slices.DeleteFunc(r.list.Curves, func(g suite.Group) bool { return slices.Contains(item.Curves, g) })
}

func badGroups(format string, args ...any) error {
	return failure.CryptoOperationFailed.Local("Failed to set ECDH curve: "+format, args...)
}

// pseudoGroups are the names, in lower case, of whole lists.
var pseudoGroups = map[string]suite.GroupList{
	"default":         suite.DefaultGroups(),
	"default_suite_b": {Tuples: [][]suite.Group{{suite.P256, suite.P384}}}, // RFC 6460
}

// parseGroup reads one part of the list: groups and curves to add or to remove, none for
// a group that is known and not implemented. ok is false for an unknown name.
func parseGroup(part string) (item suite.GroupList, remove, ok bool) {
	name := strings.TrimLeft(part, prefixes)
	marks := part[:len(part)-len(name)]
	name = strings.ToLower(name)
	if list, isPseudo := pseudoGroups[name]; isPseudo {
		return list, false, marks == ""
	}
	for _, prefix := range prefixes {
		if strings.Count(marks, string(prefix)) > 1 {
			return suite.GroupList{}, false, false
		}
	}
	remove = strings.Contains(marks, "-")
	if g, known := groupByName[name]; known {
		item.Tuples = [][]suite.Group{{g}}
		if strings.Contains(marks, "*") {
			item.KeyShares = []suite.Group{g}
		}
		return item, remove, true
	}
	if curve, known := suite.ParseCurve(name); known {
		item.Curves = []suite.Group{curve}
		return item, remove, true
	}
	_, foreign := foreignGroups[name]
	return item, remove, foreign || name != "" && strings.Contains(marks, "?")
}

// prefixes are the characters that may precede a name.
const prefixes = "-?*"

var groupByName = indexGroups()

func indexGroups() map[string]suite.Group {
	m := make(map[string]suite.Group)
	for g := range suite.Groups() {
		m[strings.ToLower(g.Name)] = g.ID
		for _, alias := range g.Aliases {
			m[strings.ToLower(alias)] = g.ID
		}
	}
	return m
}

// foreignGroups are the names, in lower case, of groups that OpenSSL has and
// polytls does not.
var foreignGroups = foreign(
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
