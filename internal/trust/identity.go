package trust

import (
	"net/netip"
	"slices"
	"strings"

	"polytls/certobject"
	"polytls/failure"
	"polytls/internal/jsonstring"
)

// IdentityError is the error of a certificate that is not valid for a host: Node's
// ERR_TLS_CERT_ALTNAME_INVALID.
type IdentityError struct {
	// Reason is Node's err.reason.
	Reason string
	// Host is the host without its trailing dot.
	Host string
	Cert *certobject.Certificate
}

// badAltNames is the Reason if the text of alternative names has an unterminated
// string.
const badAltNames = "Invalid subject alternative name string"

// Error returns Node's message.
func (e *IdentityError) Error() string {
	if e.Reason == badAltNames {
		return badAltNames
	}
	return "Hostname/IP does not match certificate's altnames: " + e.Reason
}

// NodeCode returns ERR_TLS_CERT_ALTNAME_INVALID, or ERR_TLS_CERT_ALTNAME_FORMAT for
// a certificate object whose text of alternative names cannot be read.
func (e *IdentityError) NodeCode() string {
	if e.Reason == badAltNames {
		return failure.AltNameFormat.Code
	}
	return failure.AltNameInvalid.Code
}

// CheckServerIdentity is Node 26's tls.checkServerIdentity: it returns nil
// if the certificate names the host, by an alternative name or, if it has no DNS name
// among them, by its common name.
func CheckServerIdentity(host string, c *certobject.Certificate) *IdentityError {
	ids := identities{commonNames: c.Subject.Get("CN")}
	why := badAltNames
	var ok bool
	// The text is malformed only in objects that were not made by certobject.
	if ids.dnsNames, ids.addresses, ok = splitAltNames(c.SubjectAltName); ok {
		why = ids.mismatch(host)
	}
	switch why {
	case "":
		return nil
	case notAmongAltNames:
		why = "Host: " + unfqdn(host) + ". is not in the cert's altnames: " + *c.SubjectAltName
	}
	return &IdentityError{Reason: why, Host: unfqdn(host), Cert: c}
}

// identities are the names of a certificate that CheckServerIdentity compares.
type identities struct {
	dnsNames, addresses, commonNames []string
}

// notAmongAltNames marks Node's reason that lists all alternative names.
const notAmongAltNames = "altnames"

// mismatch returns Node's reason why none of the names matches the host, "" if one
// does.
func (ids *identities) mismatch(host string) string {
	bare, ascii := unfqdn(host), unfqdn(DomainToASCII(host))
	cn := ids.commonNames
	switch {
	case isIP(bare):
		if slices.Contains(ids.addresses, canonicalIP(bare)) {
			return ""
		}
		return "IP: " + bare + " is not in the cert's list: " + strings.Join(ids.addresses, ", ")
	case isIP(ascii): // a resolver may read it as another address
		return "Host is a non-canonical IP address"
	case len(ids.dnsNames) > 0:
		if matchesAny(ascii, ids.dnsNames) {
			return ""
		}
		return notAmongAltNames
	case len(cn) > 1 || len(cn) == 1 && cn[0] != "":
		if matchesAny(ascii, cn) {
			return ""
		}
		return "Host: " + bare + ". is not cert's CN: " + strings.Join(cn, ",")
	}
	return "Cert does not contain a DNS name"
}

// splitAltNames splits Node's text of alternative names. An address that
// cannot be read counts as "", as in Node's list.
func splitAltNames(text *string) (dnsNames, addresses []string, ok bool) {
	if text == nil {
		return nil, nil, true
	}
	names := strings.Split(*text, ", ")
	if strings.Contains(*text, `"`) {
		if names, ok = splitQuoted(*text); !ok {
			return nil, nil, false
		}
	}
	for _, name := range names {
		if dns, found := strings.CutPrefix(name, "DNS:"); found {
			dnsNames = append(dnsNames, dns)
		} else if ip, found := strings.CutPrefix(name, "IP Address:"); found {
			addresses = append(addresses, canonicalIP(ip))
		}
	}
	return dnsNames, addresses, true
}

// splitQuoted splits at commas outside JSON strings.
func splitQuoted(text string) (names []string, ok bool) {
	var token strings.Builder
	for text != "" {
		i := strings.IndexAny(text, `,"`)
		if i < 0 {
			i = len(text)
		}
		token.WriteString(text[:i])
		switch text = text[i:]; {
		case text == "":
		case text[0] == '"':
			var plain string
			if plain, text, ok = jsonstring.Unquote(text); !ok {
				return nil, false
			}
			token.WriteString(plain)
		default:
			names = append(names, token.String())
			token.Reset()
			text = text[min(len(", "), len(text)):]
		}
	}
	return append(names, token.String()), true
}

func matchesAny(host string, patterns []string) bool {
	labels := splitHost(host) // as Node does, which removes a second dot
	return slices.ContainsFunc(patterns, func(p string) bool { return matchesPattern(labels, p) })
}

func unfqdn(host string) string { return strings.TrimSuffix(host, ".") }

func splitHost(host string) []string { return strings.Split(LowerASCII(unfqdn(host)), ".") }

// matchesPattern compares label by label. A wildcard is allowed in the first label,
// alone or with a prefix and a suffix, before at least two others (RFC 6125, section
// 6.4.3).
func matchesPattern(host []string, pattern string) bool {
	labels := splitHost(pattern)
	if len(labels) != len(host) || !canMatch(pattern) || !slices.Equal(labels[1:], host[1:]) {
		return false
	}
	first := labels[0]
	prefix, suffix, wildcard := strings.Cut(first, "*")
	if !wildcard || strings.Contains(first, "xn--") {
		return first == host[0]
	}
	return !strings.Contains(suffix, "*") && len(labels) > 2 &&
		len(prefix)+len(suffix) <= len(host[0]) &&
		strings.HasPrefix(host[0], prefix) && strings.HasSuffix(host[0], suffix)
}

// canMatch reports whether the pattern can match any host.
func canMatch(pattern string) bool {
	return !slices.ContainsFunc(splitHost(pattern), badLabel)
}

// badLabel reports whether a label is empty or holds blanks, control characters or
// non-ASCII characters.
func badLabel(label string) bool {
	return label == "" || strings.ContainsFunc(label, func(r rune) bool { return r < 0x21 || r > 0x7f })
}

func isIP(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// canonicalIP is inet_ntop(inet_pton(ip)), without a zone; "" if it is not an
// address.
func canonicalIP(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	a = a.WithZone("")
	octets := a.As16()
	if a.Is6() && !a.Is4In6() && isZero(octets[:12]) && !isZero(octets[12:14]) {
		v4, _ := netip.AddrFromSlice(octets[12:])
		return "::" + v4.String()
	}
	return a.String()
}

func isZero(b []byte) bool { return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) }
