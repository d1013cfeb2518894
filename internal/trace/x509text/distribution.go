package x509text

import (
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trace/release"
	"polytls/internal/trust/certder"
)

// distributionPoints is CRLDistributionPoints (RFC 5280, section 4.2.1.13).
func (p *printer) distributionPoints(der []byte) bool {
	seq, ok := sequence(der)
	for first := true; ok && !seq.Empty(); first = false {
		var point, name, reasons, issuer cryptobyte.String
		var hasName, hasReasons, hasIssuer bool
		if !seq.ReadASN1(&point, cbasn1.SEQUENCE) ||
			!point.ReadOptionalASN1(&name, &hasName, cbasn1.Tag(0).ContextSpecific().Constructed()) ||
			!point.ReadOptionalASN1(&reasons, &hasReasons, cbasn1.Tag(1).ContextSpecific()) ||
			!point.ReadOptionalASN1(&issuer, &hasIssuer, cbasn1.Tag(2).ContextSpecific().Constructed()) {
			return false
		}
		if !first || p.release < release.OpenSSL30 {
			p.line(0, "")
		}
		if hasName && !p.distributionPoint(name) || hasReasons && !p.reasons("Reasons", reasons) {
			return false
		}
		if hasIssuer {
			p.line(valueIndent, "CRL Issuer:")
			if !p.generalNames(issuer) {
				return false
			}
			p.end(true)
		}
	}
	return ok
}

// distributionPoint is a DistributionPointName.
func (p *printer) distributionPoint(s cryptobyte.String) bool {
	var names cryptobyte.String
	var full bool
	if !s.ReadOptionalASN1(&names, &full, cbasn1.Tag(0).ContextSpecific().Constructed()) {
		return false
	}
	if full {
		p.line(valueIndent, "Full Name:")
		ok := p.generalNames(names)
		if p.release != release.OpenSSL30 { // 3.0 prints the next label on the same line
			p.line(0, "")
		}
		return ok
	}
	var rdn cryptobyte.String
	if !s.ReadASN1(&rdn, cbasn1.Tag(1).ContextSpecific().Constructed()) {
		return false
	}
	var name cryptobyte.Builder
	name.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(rdn) })
	})
	der, err := name.Bytes()
	text, ok := Name(der)
	p.line(valueIndent, "Relative Name:")
	p.line(valueIndent+2, "%s", text)
	return ok && err == nil
}

// generalNames prints names, one a line, without a newline after the last.
func (p *printer) generalNames(list cryptobyte.String) bool {
	names, ok := certder.ParseGeneralNameList(list)
	for i, n := range names {
		if i > 0 {
			p.line(0, "")
		}
		p.add(valueIndent+2, "%s", p.generalName(n))
	}
	return ok
}

// reasons prints the ReasonFlags of a distribution point.
func (p *printer) reasons(label string, bits []byte) bool {
	if len(bits) == 0 {
		return false
	}
	list := namesOfBits(bits, "Unused", "Key Compromise", "CA Compromise", "Affiliation Changed", "Superseded",
		"Cessation Of Operation", "Certificate Hold", "Privilege Withdrawn", "AA Compromise")
	if len(list) == 0 {
		list = []string{"<EMPTY>"}
	}
	p.line(valueIndent, "%s:", label)
	p.line(valueIndent+2, "%s", strings.Join(list, ", "))
	return true
}

// issuingDistributionPoint is IssuingDistributionPoint (RFC 5280, section 5.2.5).
func (p *printer) issuingDistributionPoint(der []byte) bool {
	seq, ok := sequence(der)
	var fields [6]cryptobyte.String // indexed by tag
	for ok && !seq.Empty() {
		var field cryptobyte.String
		var tag cbasn1.Tag
		ok = seq.ReadAnyASN1(&field, &tag)
		if n := int(tag &^ cbasn1.Tag(0).ContextSpecific().Constructed()); n < len(fields) {
			fields[n] = field
		}
	}
	before := len(p.text)
	ok = ok && (fields[0] == nil || p.distributionPoint(fields[0]))
	p.flag("Only User Certificates", fields[1])
	p.flag("Only CA Certificates", fields[2])
	p.flag("Indirect CRL", fields[4])
	ok = ok && (fields[3] == nil || p.reasons("Only Some Reasons", fields[3]))
	p.flag("Only Attribute Certificates", fields[5])
	if len(p.text) == before {
		p.line(valueIndent, "<EMPTY>")
	}
	return ok
}

// flag prints a label if a BOOLEAN is true.
func (p *printer) flag(label string, value []byte) {
	if len(value) == 1 && value[0] != 0 {
		p.line(valueIndent, "%s", label)
	}
}
