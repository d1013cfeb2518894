package certobject

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/jsonstring"
	"polytls/internal/oid"
	"polytls/internal/trust/certder"
)

// altNames is Node's text of subjectAltName. One without a name that can be
// read is a DNS name that fits nothing, so that no common name takes its place.
func altNames(c *certder.Certificate) *string {
	value, ok := c.First(certder.SubjectAltName)
	if !ok {
		return nil
	}
	names, ok := certder.ParseGeneralNames(value)
	if !ok || len(names) == 0 {
		text := "DNS:"
		return &text
	}
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = generalName(n)
	}
	text := strings.Join(parts, ", ")
	return &text
}

// infoAccess is Node's map of authorityInfoAccess, read from the lines that
// Node's native half writes.
func infoAccess(c *certder.Certificate) InfoAccess {
	value, ok := c.First(certder.AuthorityInfo)
	s := cryptobyte.String(value)
	var seq cryptobyte.String
	if !ok || !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !s.Empty() {
		return nil
	}
	access := newList(1)
	for !seq.Empty() {
		var description cryptobyte.String
		var method string
		if !seq.ReadASN1(&description, cbasn1.SEQUENCE) || !certder.ReadOID(&description, &method) {
			return nil
		}
		location, ok := certder.ReadGeneralName(&description)
		if !ok || !description.Empty() {
			return nil
		}
		key, text, _ := strings.Cut(generalName(location), ":")
		if plain, rest, ok := jsonstring.Unquote(text); ok && rest == "" {
			text = plain
		}
		access.add(accessMethod(method)+" - "+key, text)
	}
	return access.attributes
}

// generalName is Node's PrintGeneralName: what could be mistaken for a
// separator or another name is quoted as JSON.
func generalName(n certder.GeneralName) string {
	switch n.Kind {
	case certder.DNS:
		return "DNS:" + latin1Name(n.Value)
	case certder.Email:
		return "email:" + latin1Name(n.Value)
	case certder.URI:
		return "URI:" + latin1Name(n.Value)
	case certder.DirectoryName:
		return "DirName:" + utf8Name("", rfc2253(n.Value))
	case certder.IPAddress:
		return "IP Address:" + address(n.Value)
	case certder.RegisteredID:
		id, _ := certder.DottedOID(n.Value)
		return "Registered ID:" + id
	case certder.OtherName:
		return "othername:" + otherName(n)
	case certder.X400:
		return "X400Name:<unsupported>"
	}
	return "EdiPartyName:<unsupported>"
}

func otherName(n certder.GeneralName) string {
	label, tag, ok := oid.OtherName(n.TypeID)
	s := cryptobyte.String(n.Other)
	var value cryptobyte.String
	if !ok || !s.ReadASN1(&value, tag) {
		return "<unsupported>"
	}
	if tag == cbasn1.IA5String {
		return latin1WithLabel(label+":", value)
	}
	return utf8Name(label+":", string(value))
}

// address writes IPv4 in dots and IPv6 in eight groups without compression.
func address(ip []byte) string {
	switch len(ip) {
	case 4:
		a, _ := netip.AddrFromSlice(ip)
		return a.String()
	case 16:
		groups := make([]string, 8)
		for i := range groups {
			groups[i] = fmt.Sprintf("%X", int(ip[2*i])<<8|int(ip[2*i+1]))
		}
		return strings.Join(groups, ":")
	}
	return fmt.Sprintf("<invalid length=%d>", len(ip))
}

func latin1Name(value []byte) string { return latin1WithLabel("", value) }

// latin1WithLabel quotes the label along with a name that needs it.
func latin1WithLabel(label string, value []byte) string {
	for _, c := range value {
		if c < ' ' || c > '~' || strings.IndexByte(`",'\`, c) >= 0 {
			return quote(label, value, false)
		}
	}
	return label + string(value)
}

func utf8Name(label, value string) string {
	for i := range len(value) {
		if c := value[i]; c < ' ' || c == 0x7f || strings.IndexByte(`",'\`, c) >= 0 {
			return quote(label, []byte(value), true)
		}
	}
	return label + value
}
