package trust

import (
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trust/certder"
)

// nameConstraints are RFC 5280, section 4.2.1.10.
type nameConstraints struct{ permitted, excluded []subtree }

type subtree struct {
	base name
	// bounded says that a minimum or maximum is given, which no implementation
	// supports.
	bounded bool
}

// maxNameChecks bounds names times constraints, as OpenSSL's NAME_CHECK_MAX.
const maxNameChecks = 1 << 20

func parseNameConstraints(s cryptobyte.String) (*nameConstraints, bool) {
	var seq, permitted, excluded cryptobyte.String
	var hasPermitted, hasExcluded bool
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !s.Empty() ||
		!seq.ReadOptionalASN1(&permitted, &hasPermitted, cbasn1.Tag(0).ContextSpecific().Constructed()) ||
		!seq.ReadOptionalASN1(&excluded, &hasExcluded, cbasn1.Tag(1).ContextSpecific().Constructed()) ||
		!seq.Empty() {
		return nil, false
	}
	nc := new(nameConstraints)
	return nc, readSubtrees(permitted, &nc.permitted) && readSubtrees(excluded, &nc.excluded)
}

func readSubtrees(s cryptobyte.String, trees *[]subtree) bool {
	for !s.Empty() {
		var tree cryptobyte.String
		if !s.ReadASN1(&tree, cbasn1.SEQUENCE) {
			return false
		}
		base, ok := certder.ReadGeneralName(&tree)
		var minimum cryptobyte.String
		var hasMinimum bool
		if !ok || !tree.ReadOptionalASN1(&minimum, &hasMinimum, cbasn1.Tag(0).ContextSpecific()) {
			return false
		}
		bounded := hasMinimum && string(minimum) != "\x00" || !tree.Empty()
		*trees = append(*trees, subtree{base: newBase(base), bounded: bounded})
	}
	return true
}

// checkNameConstraints checks every name below a constraint against it
// (check_name_constraints). Constraints of an anchor count, too.
func (v *verification) checkNameConstraints() bool {
	for i := len(v.path) - 1; i >= 0; i-- {
		c := v.path[i]
		if i != 0 && c.facts.selfIssued {
			continue
		}
		if c.facts.proxy && !c.isNamedAsProxy() {
			v.fault(ProxySubjectNameViolation, i)
		}
		if !v.checkNamesOf(i) {
			return false
		}
	}
	return true
}

// checkNamesOf checks the names of one certificate against all constraints above
// it. Each name is converted once to the form in which it is compared.
func (v *verification) checkNamesOf(i int) bool {
	var names, commonNames constrainedNames
	for j := len(v.path) - 1; j > i; j-- {
		nc := v.path[j].facts.constraints
		if nc == nil {
			continue
		}
		if names.list == nil {
			if !v.spend(v.path[i].namesWork()) {
				return false
			}
			names = v.path[i].constrainedNames()
			if i == 0 {
				commonNames = v.path[0].constrainedCommonNames(v.Purpose)
			}
		}
		if !v.spend(compareWork * work(len(names.list)+len(commonNames.list)) * work(nc.size())) {
			return false
		}
		r := nc.check(names)
		if r == OK {
			r = nc.check(commonNames)
		}
		if r != OK {
			v.fault(r, i)
		}
	}
	return true
}

// isNamedAsProxy reports whether the subject is the issuer and one more common name
// (RFC 3820, section 3.4).
func (c *Certificate) isNamedAsProxy() bool {
	subject, _ := certder.ParseName(c.der.Subject)
	issuer, _ := certder.ParseName(c.der.Issuer)
	n := len(subject) - 1
	return n >= 1 && n == len(issuer) && subject[n].RDN != subject[n-1].RDN &&
		subject[n].ID == oidCommonName && strings.HasPrefix(c.subject, c.issuer)
}

func (nc *nameConstraints) size() int { return len(nc.permitted) + len(nc.excluded) }

// check checks names against the constraints, in order (NAME_CONSTRAINTS_check).
func (nc *nameConstraints) check(names constrainedNames) Result {
	if n := len(names.list); n > 0 && nc.size() > maxNameChecks/n {
		return Unspecified
	}
	for i := range names.list {
		if r := nc.match(&names.list[i]); r != OK {
			return r
		}
	}
	return names.broken
}

// match is nc_match: of the subtrees of the name's kind, one permitted subtree must
// hold the name and no excluded one may.
func (nc *nameConstraints) match(n *name) Result {
	constrained, permitted := false, false
	for i := range nc.permitted {
		tree := &nc.permitted[i]
		if !tree.appliesTo(n) {
			continue
		}
		if tree.bounded {
			return SubtreeMinMax
		}
		constrained = true
		if permitted {
			continue
		}
		in, r := tree.base.holds(n)
		if r != OK {
			return r
		}
		permitted = in
	}
	if constrained && !permitted {
		return PermittedViolation
	}
	for i := range nc.excluded {
		tree := &nc.excluded[i]
		if !tree.appliesTo(n) {
			continue
		}
		if tree.bounded {
			return SubtreeMinMax
		}
		in, r := tree.base.excludes(n)
		if r != OK {
			return r
		}
		if in {
			return ExcludedViolation
		}
	}
	return OK
}

// oidSmtpUTF8Mailbox is an otherName that counts as an email address
// (RFC 8398, section 6).
const oidSmtpUTF8Mailbox = "1.3.6.1.5.5.7.8.9"

func (t *subtree) appliesTo(n *name) bool {
	if n.kind == certder.OtherName && n.typeID == oidSmtpUTF8Mailbox {
		return t.base.kind == certder.Email
	}
	return t.base.kind == n.kind && t.base.typeID == n.typeID
}
