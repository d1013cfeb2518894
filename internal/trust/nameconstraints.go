package trust

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trust/certder"
)

// nameConstraints are RFC 5280, section 4.2.1.10.
type nameConstraints struct{ permitted, excluded []subtree }

type subtree struct {
	base certder.GeneralName
	// bounded: a minimum or maximum is given, which nobody supports.
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
		*trees = append(*trees, subtree{base: base, bounded: bounded})
	}
	return true
}

// checkNameConstraints holds every name below a constraint against it
// (check_name_constraints), those of an anchor too.
func (v *verification) checkNameConstraints() bool {
	for i := len(v.path) - 1; i >= 0; i-- {
		c := v.path[i]
		if i != 0 && c.facts.selfIssued {
			continue
		}
		if c.facts.proxy && !c.isNamedAsProxy() {
			v.fault(ProxySubjectNameViolation, i)
		}
		for j := len(v.path) - 1; j > i; j-- {
			nc := v.path[j].facts.constraints
			if nc == nil {
				continue
			}
			r := nc.check(c)
			if r == OK && i == 0 && !c.hasDNSName() {
				r = nc.checkCommonNames(c)
			}
			if r != OK {
				v.fault(r, i)
			}
		}
	}
	return true
}

// isNamedAsProxy says whether the subject is the issuer and one more common name
// (RFC 3820, section 3.4).
func (c *Certificate) isNamedAsProxy() bool {
	subject, _ := certder.ParseName(c.der.Subject)
	issuer, _ := certder.ParseName(c.der.Issuer)
	n := len(subject) - 1
	return n >= 1 && n == len(issuer) && subject[n].RDN != subject[n-1].RDN &&
		subject[n].ID == oidCommonName && strings.HasPrefix(c.subject, c.issuer)
}

func (c *Certificate) hasDNSName() bool {
	for _, n := range c.facts.names {
		if n.Kind == certder.DNS {
			return true
		}
	}
	return false
}

const (
	oidCommonName   = "2.5.4.3"
	oidEmailAddress = "1.2.840.113549.1.9.1"
)

func (nc *nameConstraints) check(c *Certificate) Result {
	attrs, _ := certder.ParseName(c.der.Subject) // ParseCertificate has read it
	names, constraints := len(attrs)+len(c.facts.names), len(nc.permitted)+len(nc.excluded)
	if names > 0 && constraints > maxNameChecks/names {
		return Unspecified
	}
	if len(attrs) > 0 {
		if r := nc.match(certder.GeneralName{Kind: certder.DirectoryName, Value: c.der.Subject}); r != OK {
			return r
		}
	}
	for _, a := range attrs {
		if a.ID != oidEmailAddress {
			continue
		}
		if a.Tag != cbasn1.IA5String {
			return UnsupportedNameSyntax
		}
		if r := nc.match(certder.GeneralName{Kind: certder.Email, Value: a.Value}); r != OK {
			return r
		}
	}
	for _, n := range c.facts.names {
		if r := nc.match(n); r != OK {
			return r
		}
	}
	return OK
}

// checkCommonNames takes common names that look like host names for such, in
// a leaf without DNS names: they may stand for one (checkServerIdentity).
func (nc *nameConstraints) checkCommonNames(c *Certificate) Result {
	attrs, _ := certder.ParseName(c.der.Subject)
	for _, a := range attrs {
		if a.ID != oidCommonName {
			continue
		}
		text, ok := certder.Text(a.Tag, a.Value)
		if !ok {
			return Unspecified
		}
		text = strings.TrimRight(text, "\x00")
		if strings.Contains(text, "\x00") {
			return UnsupportedNameSyntax
		}
		if !looksLikeHost(text) {
			continue
		}
		if r := nc.match(certder.GeneralName{Kind: certder.DNS, Value: []byte(text)}); r != OK {
			return r
		}
	}
	return OK
}

// looksLikeHost says whether name has two labels or more of letters, digits,
// underscores and inner hyphens (cn2dnsid).
func looksLikeHost(name string) bool {
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
		for _, r := range label {
			if r != '-' && r != '_' && !isAlphanumeric(r) {
				return false
			}
		}
	}
	return len(labels) > 1
}

func isAlphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// match is nc_match: of the permitted subtrees of the name's kind one has to
// hold it, of the excluded ones none.
func (nc *nameConstraints) match(n certder.GeneralName) Result {
	constrained, permitted := false, false
	for _, tree := range nc.permitted {
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
		in, r := tree.holds(n)
		if r != OK {
			return r
		}
		permitted = in
	}
	if constrained && !permitted {
		return PermittedViolation
	}
	for _, tree := range nc.excluded {
		if !tree.appliesTo(n) {
			continue
		}
		if tree.bounded {
			return SubtreeMinMax
		}
		in, r := tree.holds(n)
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

func (t *subtree) appliesTo(n certder.GeneralName) bool {
	if n.Kind == certder.OtherName && n.TypeID == oidSmtpUTF8Mailbox {
		return t.base.Kind == certder.Email
	}
	return t.base.Kind == n.Kind && t.base.TypeID == n.TypeID
}

// holds says whether the name lies in the subtree; the result is not OK where
// that cannot be told.
func (t *subtree) holds(n certder.GeneralName) (bool, Result) {
	base := t.base.Value
	switch n.Kind {
	case certder.DirectoryName:
		name, _ := certder.Canonical(n.Value)
		prefix, _ := certder.Canonical(base)
		return strings.HasPrefix(name, prefix), OK
	case certder.DNS:
		return inDomain(string(n.Value), string(base)), OK
	case certder.Email:
		return emailIn(string(n.Value), string(base))
	case certder.URI:
		return uriIn(string(n.Value), string(base))
	case certder.IPAddress:
		return addressIn(n.Value, base)
	}
	// Stricter: SmtpUTF8Mailbox names, which OpenSSL compares, are among these.
	return false, UnsupportedConstraintType
}

// inDomain is nc_dns: a base without a leading dot holds itself and what has
// labels before it.
func inDomain(name, base string) bool {
	if base == "" {
		return true
	}
	if len(name) < len(base) {
		return false
	}
	front := name[:len(name)-len(base)]
	if front != "" && base[0] != '.' && !strings.HasSuffix(front, ".") {
		return false
	}
	return equalFold(name[len(front):], base)
}

// emailIn is nc_email: a base is a mailbox, a host, or with a leading dot a
// domain.
func emailIn(mail, base string) (bool, Result) {
	at := strings.LastIndexByte(mail, '@')
	if at < 0 {
		return false, UnsupportedNameSyntax
	}
	baseAt := strings.LastIndexByte(base, '@')
	if baseAt < 0 && strings.HasPrefix(base, ".") {
		return len(mail) > len(base) && equalFold(mail[len(mail)-len(base):], base), OK
	}
	if baseAt > 0 {
		if len(mail[:at]) != len(base[:baseAt]) {
			return false, OK
		}
		if strings.Contains(mail[:at], "\x00") || strings.Contains(base[:baseAt], "\x00") {
			return false, UnsupportedNameSyntax
		}
		if mail[:at] != base[:baseAt] {
			return false, OK
		}
	}
	return equalFold(mail[at+1:], base[baseAt+1:]), OK
}

// uriIn is nc_uri: the base is a host, or with a leading dot a domain.
func uriIn(uri, base string) (bool, Result) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" || u.Hostname() == "" {
		return false, UnsupportedNameSyntax
	}
	host := u.Hostname()
	if strings.HasPrefix(base, ".") {
		return len(host) > len(base) && equalFold(host[len(host)-len(base):], base), OK
	}
	return equalFold(host, base), OK
}

// addressIn is nc_ip: the base is an address and a mask.
func addressIn(address, base []byte) (bool, Result) {
	if len(address) != 4 && len(address) != 16 || len(base) != 8 && len(base) != 32 {
		return false, UnsupportedNameSyntax
	}
	if len(base) != 2*len(address) {
		return false, OK
	}
	mask := base[len(address):]
	masked := func(a []byte) []byte {
		out := make([]byte, len(mask))
		for i := range out {
			out[i] = a[i] & mask[i]
		}
		return out
	}
	return bytes.Equal(masked(address), masked(base)), OK
}

// equalFold ignores the case of ASCII letters only.
func equalFold(a, b string) bool { return lowerASCII(a) == lowerASCII(b) }

func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
