package x509text

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/oid"
	"polytls/internal/trace/release"
	"polytls/internal/trust/certder"
)

func (p *printer) altNames(der []byte) bool {
	names, ok := certder.ParseGeneralNames(der)
	if !ok {
		return false
	}
	list, ok := p.listedNames(names)
	return ok && p.valuesOrEmpty(list)
}

// listedNames formats GeneralNames as the values of a list. It reports false if a
// text holds a NUL or is malformed.
func (p *printer) listedNames(names []certder.GeneralName) ([]string, bool) {
	list := make([]string, len(names))
	for i, n := range names {
		if bytes.IndexByte(n.Value, 0) >= 0 && textKinds[n.Kind] != "" {
			return nil, false
		}
		var ok bool
		if list[i], ok = p.listedName(n); !ok {
			return nil, false
		}
		label, text, _ := strings.Cut(list[i], ":")
		if text == "" && p.release < release.OpenSSL30 {
			list[i] = label
		}
	}
	return list, true
}

// textKinds are the kinds of names that are text.
var textKinds = map[certder.Kind]string{certder.DNS: "DNS:", certder.Email: "email:", certder.URI: "URI:"}

// listedName formats a GeneralName in a list, where some kinds have another form
// than in generalName.
func (p *printer) listedName(n certder.GeneralName) (string, bool) {
	switch {
	case textKinds[n.Kind] != "":
		return textKinds[n.Kind] + Escape(n.Value), true
	case n.Kind == certder.DirectoryName:
		return "DirName:" + p.slashName(n.Value), true
	case n.Kind == certder.OtherName:
		return p.listedOtherName(n)
	case n.Kind == certder.IPAddress:
		return "IP Address:" + p.address(n.Value), true
	}
	return p.generalName(n), true
}

// generalName is GENERAL_NAME_print's text.
func (p *printer) generalName(n certder.GeneralName) string {
	switch n.Kind {
	case certder.DNS, certder.Email, certder.URI:
		return textKinds[n.Kind] + string(rawText(n.Value))
	case certder.DirectoryName:
		return "DirName:" + nameOrNothing(n.Value)
	case certder.IPAddress:
		text := "IP Address:" + p.address(n.Value)
		if len(n.Value) == 16 && p.release < release.OpenSSL30 {
			text += "\n"
		}
		return text
	case certder.RegisteredID:
		id, _ := certder.DottedOID(n.Value)
		return "Registered ID:" + p.longName(id)
	case certder.OtherName:
		label, want, ok := oid.OtherName(n.TypeID)
		if value, tag := otherValue(n); ok && p.release >= release.OpenSSL30 && tag == want {
			return "othername:" + label + ":" + cString(value)
		}
		return "othername:<unsupported>"
	case certder.X400:
		return "X400Name:<unsupported>"
	}
	return "EdiPartyName:<unsupported>"
}

// otherValue returns the value of an otherName and its type.
func otherValue(n certder.GeneralName) ([]byte, cbasn1.Tag) {
	s := cryptobyte.String(n.Other)
	var value cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadAnyASN1(&value, &tag) {
		return nil, 0
	}
	return value, tag
}

// listedOtherName formats an otherName in a list, if its value is text. It reports
// false for a known type whose value has the wrong type.
func (p *printer) listedOtherName(n certder.GeneralName) (string, bool) {
	value, tag := otherValue(n)
	label, want, ok := oid.OtherName(n.TypeID)
	switch {
	case p.release < release.OpenSSL30:
		return "othername:<unsupported>", true
	case ok && tag != want, bytes.IndexByte(value, 0) >= 0:
		return "", false
	case !ok:
		label = p.longName(n.TypeID)
		if tag != cbasn1.UTF8String && tag != cbasn1.IA5String {
			value = []byte("<unsupported>")
		}
	}
	colon := ":"
	if p.release == release.OpenSSL30 {
		colon = "::"
	}
	return "othername: " + label + colon + Escape(value), true
}

// address formats IPv4 in dotted notation and IPv6 as eight groups.
func (p *printer) address(ip []byte) string {
	switch {
	case len(ip) == 4:
		a, _ := netip.AddrFromSlice(ip)
		return a.String()
	case len(ip) == 16:
		groups := make([]string, 8)
		for i := range groups {
			groups[i] = fmt.Sprintf("%X", int(ip[2*i])<<8|int(ip[2*i+1]))
		}
		return strings.Join(groups, ":")
	case p.release >= release.OpenSSL30:
		return fmt.Sprintf("<invalid length=%d>", len(ip))
	}
	return "<invalid>"
}

// infoAccess prints AuthorityInfoAccess and SubjectInfoAccess.
func (p *printer) infoAccess(der []byte) bool {
	seq, ok := sequence(der)
	var list []string
	for ok && !seq.Empty() {
		var description cryptobyte.String
		var method string
		if !seq.ReadASN1(&description, cbasn1.SEQUENCE) || !certder.ReadOID(&description, &method) {
			return false
		}
		location, ok := certder.ReadGeneralName(&description)
		if !ok {
			return false
		}
		name, ok := p.listedNames([]certder.GeneralName{location})
		if !ok {
			return false
		}
		list = append(list, p.longName(method)+" - "+name[0])
	}
	return ok && p.lines(list)
}

// nameConstraints is NameConstraints (RFC 5280, section 4.2.1.10).
func (p *printer) nameConstraints(der []byte) bool {
	seq, ok := sequence(der)
	var permitted, excluded cryptobyte.String
	var hasPermitted, hasExcluded bool
	if !ok || !seq.ReadOptionalASN1(&permitted, &hasPermitted, cbasn1.Tag(0).ContextSpecific().Constructed()) ||
		!seq.ReadOptionalASN1(&excluded, &hasExcluded, cbasn1.Tag(1).ContextSpecific().Constructed()) {
		return false
	}
	ok = p.subtrees("Permitted", permitted, hasPermitted)
	if hasPermitted && hasExcluded && p.release >= release.OpenSSL30 {
		p.line(0, "")
	}
	return ok && p.subtrees("Excluded", excluded, hasExcluded)
}

func (p *printer) subtrees(label string, list cryptobyte.String, present bool) bool {
	if !present {
		return true
	}
	p.line(valueIndent, "%s:", label)
	for !list.Empty() {
		var tree cryptobyte.String
		if !list.ReadASN1(&tree, cbasn1.SEQUENCE) {
			return false
		}
		base, ok := certder.ReadGeneralName(&tree)
		if !ok {
			return false
		}
		p.add(valueIndent+2, "%s", p.constraint(base))
		p.end(list.Empty())
	}
	return true
}

// constraint formats a GeneralName of a constraint, where an address has a mask.
func (p *printer) constraint(n certder.GeneralName) string {
	if n.Kind != certder.IPAddress {
		return p.generalName(n)
	}
	if half := len(n.Value) / 2; half == 4 || half == 16 {
		return "IP:" + p.address(n.Value[:half]) + "/" + p.address(n.Value[half:])
	}
	return "IP Address:<invalid>"
}
