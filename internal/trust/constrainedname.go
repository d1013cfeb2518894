package trust

import (
	"net/url"
	"strings"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trust/certder"
)

// name is a GeneralName in the form in which it is compared with the base of a
// subtree, or such a base (RFC 5280, section 4.2.1.10).
type name struct {
	kind   certder.Kind
	typeID string // of an otherName
	// text is what is compared: a canonical directory name, a host in lower
	// case, an address, of a base with its mask.
	text string
	// mailbox is what precedes the host of an email address; a base may have none.
	mailbox    string
	hasMailbox bool
	// domain says that a base holds the hosts that end in it, but not itself.
	domain bool
	// broken says that the name has a form that cannot be compared.
	broken bool
}

// generalName converts the parts that names and bases have in common.
func generalName(g certder.GeneralName) name {
	n := name{kind: g.Kind, typeID: g.TypeID, text: string(g.Value)}
	switch g.Kind {
	case certder.DirectoryName:
		n.text = g.Canonical
	case certder.DNS:
		n.text = LowerASCII(n.text)
	}
	return n
}

// newName converts a name of a certificate.
func newName(g certder.GeneralName) name {
	n := generalName(g)
	switch g.Kind {
	case certder.Email:
		at := strings.LastIndexByte(n.text, '@')
		n.broken, n.hasMailbox = at < 0, true
		n.mailbox, n.text = n.text[:max(at, 0)], LowerASCII(n.text[at+1:])
	case certder.URI:
		u, err := url.Parse(n.text)
		if n.broken = err != nil || u.Scheme == "" || u.Hostname() == ""; !n.broken {
			n.text = LowerASCII(u.Hostname())
		}
	case certder.IPAddress:
		n.broken = len(n.text) != 4 && len(n.text) != 16
	}
	return n
}

// newBase converts the base of a subtree.
func newBase(g certder.GeneralName) name {
	n := generalName(g)
	switch g.Kind {
	case certder.URI:
		n.text, n.domain = LowerASCII(n.text), strings.HasPrefix(n.text, ".")
	case certder.Email:
		at := strings.LastIndexByte(n.text, '@')
		n.hasMailbox, n.domain = at > 0, at < 0 && strings.HasPrefix(n.text, ".")
		n.mailbox, n.text = n.text[:max(at, 0)], LowerASCII(n.text[at+1:])
	case certder.IPAddress:
		n.broken = len(n.text) != 8 && len(n.text) != 32
	}
	return n
}

// holds reports whether the subtree of the base holds a name of its kind; the result is
// not OK if that cannot be determined.
func (base *name) holds(n *name) (bool, Result) {
	if n.broken || base.broken {
		return false, UnsupportedNameSyntax
	}
	switch n.kind {
	case certder.DirectoryName:
		return strings.HasPrefix(n.text, base.text), OK
	case certder.DNS:
		return inDomain(n.text, base.text), OK
	case certder.Email:
		return base.holdsEmail(n)
	case certder.URI:
		// nc_uri: unlike that of an email address, a host is longer than its domain.
		return base.holdsHost(n) && !(base.domain && n.text == base.text), OK
	case certder.IPAddress:
		return inNet(n.text, base.text), OK
	}
	// Stricter: SmtpUTF8Mailbox names, which OpenSSL compares, are among these.
	return false, UnsupportedConstraintType
}

// inDomain is nc_dns: a base without a leading dot holds itself and its subdomains.
func inDomain(name, base string) bool {
	front, ok := strings.CutSuffix(name, base)
	return ok && (front == "" || base == "" || base[0] == '.' || strings.HasSuffix(front, "."))
}

// excludes reports whether a name of its kind could match one in the excluded subtree
// of the base.
//
// Stricter: OpenSSL considers neither the dot at the end of a fully qualified host
// name nor wildcards, although CheckServerIdentity does.
func (base *name) excludes(n *name) (bool, Result) {
	if in, r := base.holds(n); in || r != OK || n.kind == certder.DirectoryName || n.kind == certder.IPAddress {
		return in, r
	}
	bare, bareBase := *n, *base
	bare.text, bareBase.text = strings.TrimRight(n.text, "."), strings.TrimRight(base.text, ".")
	if n.kind == certder.DNS && wildcardReaches(bare.text, bareBase.text) {
		return true, OK
	}
	return bareBase.holds(&bare)
}

// wildcardReaches reports whether a pattern with a wildcard in its first label
// matches the host base.
func wildcardReaches(pattern, base string) bool {
	first, parent, _ := strings.Cut(pattern, ".")
	host, baseParent, _ := strings.Cut(base, ".")
	return strings.Contains(first, "*") && host != "" && parent == baseParent
}

// holdsEmail is nc_email: a base is a mailbox, a host, or with a leading dot a
// domain.
func (base *name) holdsEmail(n *name) (bool, Result) {
	if !base.hasMailbox {
		return base.holdsHost(n), OK
	}
	const zero = "\x00"
	if len(n.mailbox) == len(base.mailbox) && (strings.Contains(n.mailbox, zero) || strings.Contains(base.mailbox, zero)) {
		return false, UnsupportedNameSyntax
	}
	return n.mailbox == base.mailbox && n.text == base.text, OK
}

// holdsHost compares the hosts of email addresses and URIs.
func (base *name) holdsHost(n *name) bool {
	if base.domain {
		return strings.HasSuffix(n.text, base.text)
	}
	return n.text == base.text
}

// inNet is nc_ip: the base is an address and a mask.
func inNet(address, base string) bool {
	if len(base) != 2*len(address) {
		return false
	}
	prefix, mask := base[:len(address)], base[len(address):]
	for i := range len(address) {
		if (address[i]^prefix[i])&mask[i] != 0 {
			return false
		}
	}
	return true
}

// constrainedNames are the names of a certificate that constraints apply to, in
// OpenSSL's order, up to one that cannot be read: then broken is not OK.
type constrainedNames struct {
	list   []name
	broken Result
}

func (c *Certificate) namesWork() work {
	return nameWork*work(len(c.facts.names)) + work(len(c.der.Subject))
}

// constrainedNames are the subject, its email addresses and the alternative
// names.
func (c *Certificate) constrainedNames() constrainedNames {
	attrs, _ := certder.ParseName(c.der.Subject) // ParseCertificate has read it
	names := constrainedNames{list: make([]name, 0, 1+len(c.facts.names))}
	if len(attrs) > 0 {
		names.list = append(names.list, name{kind: certder.DirectoryName, text: c.subject})
	}
	for _, a := range attrs {
		if a.ID != oidEmailAddress {
			continue
		}
		if a.Tag != cbasn1.IA5String {
			names.broken = UnsupportedNameSyntax
			return names
		}
		names.list = append(names.list, newName(certder.GeneralName{Kind: certder.Email, Value: a.Value}))
	}
	for _, n := range c.facts.names {
		names.list = append(names.list, newName(n))
	}
	return names
}

// constrainedCommonNames are the common names of a leaf without DNS names that may be
// a host.
//
// Stricter: of a server certificate OpenSSL checks only those that look like a
// fully qualified host name. CheckServerIdentity also matches names with one label,
// a wildcard or a dot at the end.
func (c *Certificate) constrainedCommonNames(p Purpose) (names constrainedNames) {
	if c.hasDNSName() {
		return names
	}
	attrs, _ := certder.ParseName(c.der.Subject)
	for _, a := range attrs {
		if a.ID != oidCommonName {
			continue
		}
		text, ok := certder.Text(a.Tag, a.Value)
		if !ok {
			names.broken = Unspecified
			return names
		}
		text = strings.TrimRight(text, "\x00")
		if strings.Contains(text, "\x00") {
			names.broken = UnsupportedNameSyntax
			return names
		}
		if looksLikeHost(text) || p == ServerAuth && canMatch(text) {
			names.list = append(names.list, newName(certder.GeneralName{Kind: certder.DNS, Value: []byte(text)}))
		}
	}
	return names
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

// looksLikeHost reports whether name has two labels or more of letters, digits,
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
