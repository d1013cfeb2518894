package x509text

import (
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trace/release"
	"polytls/internal/trust/certder"
)

// policies is CertificatePolicies (RFC 5280, section 4.2.1.4).
func (p *printer) policies(der []byte) bool {
	seq, ok := sequence(der)
	if !ok {
		return false
	}
	for !seq.Empty() {
		var info, qualifiers cryptobyte.String
		var id string
		if !seq.ReadASN1(&info, cbasn1.SEQUENCE) || !certder.ReadOID(&info, &id) {
			return false
		}
		p.add(valueIndent, "Policy: %s", p.longName(id))
		if !info.Empty() {
			p.line(0, "")
			if !info.ReadASN1(&qualifiers, cbasn1.SEQUENCE) || !p.qualifiers(qualifiers) {
				return false
			}
		} else if p.release < release.OpenSSL30 {
			p.line(0, "")
		}
		if p.release >= release.OpenSSL30 && !seq.Empty() {
			p.line(0, "")
		}
	}
	return true
}

func (p *printer) qualifiers(list cryptobyte.String) bool {
	for !list.Empty() {
		var qualifier cryptobyte.String
		var id string
		if !list.ReadASN1(&qualifier, cbasn1.SEQUENCE) || !certder.ReadOID(&qualifier, &id) {
			return false
		}
		ok := true
		switch p.longName(id) {
		case "Policy Qualifier CPS":
			var uri cryptobyte.String
			ok = qualifier.ReadASN1(&uri, cbasn1.IA5String)
			p.add(valueIndent+2, "CPS: %s", Escape(uri))
		case "Policy Qualifier User Notice":
			p.line(valueIndent+2, "User Notice:")
			ok = p.userNotice(qualifier)
		default:
			p.add(valueIndent+2, "Unknown Qualifier: %s", id)
		}
		if !ok {
			return false
		}
		p.end(list.Empty())
	}
	return true
}

func (p *printer) userNotice(s cryptobyte.String) bool {
	var notice, reference, text cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadASN1(&notice, cbasn1.SEQUENCE) {
		return false
	}
	const indent = valueIndent + 4
	if notice.PeekASN1Tag(cbasn1.SEQUENCE) {
		var numbers cryptobyte.String
		if !notice.ReadASN1(&reference, cbasn1.SEQUENCE) || !reference.ReadAnyASN1(&text, &tag) ||
			!reference.ReadASN1(&numbers, cbasn1.SEQUENCE) {
			return false
		}
		p.line(indent, "Organization: %s", Escape(text))
		var list []string
		for !numbers.Empty() {
			var n int64
			if !numbers.ReadASN1Integer(&n) {
				return false
			}
			list = append(list, fmt.Sprint(n))
		}
		plural := ""
		if len(list) > 1 {
			plural = "s"
		}
		p.add(indent, "Number%s: %s", plural, strings.Join(list, ", "))
		if !notice.Empty() {
			p.line(0, "")
		}
	}
	if !notice.Empty() {
		if !notice.ReadAnyASN1(&text, &tag) {
			return false
		}
		p.add(indent, "Explicit Text: %s", cString(text))
	}
	return true
}

func (p *printer) policyMappings(der []byte) bool {
	seq, ok := sequence(der)
	var list []string
	for ok && !seq.Empty() {
		var pair cryptobyte.String
		var from, to string
		if !seq.ReadASN1(&pair, cbasn1.SEQUENCE) || !certder.ReadOID(&pair, &from) || !certder.ReadOID(&pair, &to) {
			return false
		}
		list = append(list, p.longName(from)+":"+p.longName(to))
	}
	return ok && p.values(list)
}

func (p *printer) policyConstraints(der []byte) bool {
	seq, ok := sequence(der)
	var explicit, mapping cryptobyte.String
	var hasExplicit, hasMapping bool
	if !ok || !seq.ReadOptionalASN1(&explicit, &hasExplicit, cbasn1.Tag(0).ContextSpecific()) ||
		!seq.ReadOptionalASN1(&mapping, &hasMapping, cbasn1.Tag(1).ContextSpecific()) {
		return false
	}
	var list []string
	if hasExplicit {
		list = append(list, "Require Explicit Policy:"+decimal(explicit))
	}
	if hasMapping {
		list = append(list, "Inhibit Policy Mapping:"+decimal(mapping))
	}
	return p.values(list)
}
