package x509text

import (
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trace/release"
	"polytls/internal/trust/certder"
)

// valueIndent is the indentation of an extension's value.
const valueIndent = 16

// extension prints an extension as X509V3_extensions_print does: unknown
// extensions, and those that cannot be read, as raw text.
func (p *printer) extension(x certder.Extension) {
	critical := ""
	if x.Critical {
		critical = "critical"
	}
	p.line(12, "%s: %s", p.longName(x.ID), critical)
	before := len(p.text)
	if show := extensionText[x.ID]; show == nil || !show(p, x.Value) {
		p.text = p.text[:before]
		p.add(valueIndent, "%s", rawText(x.Value))
	}
	p.text = append(p.text, '\n')
}

// rawText formats b as ASN1_STRING_print does: dots for unprintable characters,
// except newlines and carriage returns.
func rawText(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if (c < ' ' && c != '\n' && c != '\r') || c > '~' {
			c = '.'
		}
		out[i] = c
	}
	return out
}

// extensionText holds the functions that print the extensions which OpenSSL parses.
// They report false for a value that cannot be read.
var extensionText = map[string]func(*printer, []byte) bool{
	certder.SubjectKeyID:      (*printer).subjectKeyID,
	certder.KeyUsage:          bitNames("Digital Signature", "Non Repudiation", "Key Encipherment", "Data Encipherment", "Key Agreement", "Certificate Sign", "CRL Sign", "Encipher Only", "Decipher Only"),
	certder.NetscapeCertType:  bitNames("SSL Client", "SSL Server", "S/MIME", "Object Signing", "Unused", "SSL CA", "S/MIME CA", "Object Signing CA"),
	certder.SubjectAltName:    (*printer).altNames,
	certder.IssuerAltName:     (*printer).altNames,
	certder.BasicConstraints:  (*printer).basicConstraints,
	certder.NameConstraints:   (*printer).nameConstraints,
	certder.CRLDistribution:   (*printer).distributionPoints,
	"2.5.29.46":               (*printer).distributionPoints,
	certder.CertificatePolicy: (*printer).policies,
	certder.PolicyMappings:    (*printer).policyMappings,
	certder.PolicyConstraints: (*printer).policyConstraints,
	certder.InhibitAnyPolicy:  (*printer).integer,
	"2.5.29.16":               (*printer).privateKeyUsage,
	"2.5.29.20":               (*printer).integer,
	"2.5.29.27":               (*printer).integer,
	"2.5.29.28":               (*printer).issuingDistributionPoint,
	"1.3.6.1.5.5.7.1.14":      (*printer).proxyInfo,
	certder.AuthorityKeyID:    (*printer).authorityKeyID,
	certder.ExtKeyUsage:       (*printer).extKeyUsage,
	certder.AuthorityInfo:     (*printer).infoAccess,
	"1.3.6.1.5.5.7.1.11":      (*printer).infoAccess,
	"1.3.6.1.5.5.7.1.24":      (*printer).tlsFeature,
	certder.OCSPNoCheck:       (*printer).nothing,
	"1.3.6.1.4.1.11129.2.4.2": (*printer).signedTimestamps,
	"1.3.6.1.4.1.11129.2.4.3": (*printer).poison,
	"2.16.840.1.113730.1.2":   (*printer).ia5,
	"2.16.840.1.113730.1.3":   (*printer).ia5,
	"2.16.840.1.113730.1.4":   (*printer).ia5,
	"2.16.840.1.113730.1.7":   (*printer).ia5,
	"2.16.840.1.113730.1.8":   (*printer).ia5,
	"2.16.840.1.113730.1.12":  (*printer).ia5,
	"2.16.840.1.113730.1.13":  (*printer).ia5,
}

// values prints a list in one line, and reports false if it is empty.
func (p *printer) values(list []string) bool {
	p.add(valueIndent, "%s", strings.Join(list, ", "))
	return len(list) > 0
}

// valuesOrEmpty is values for a list that may be empty.
func (p *printer) valuesOrEmpty(list []string) bool {
	if len(list) == 0 {
		p.line(valueIndent, "<EMPTY>")
		return true
	}
	return p.values(list)
}

// lines prints each element of a list on a line. Up to 1.1.1 the last line ended
// with a newline, too, so that an empty line followed.
func (p *printer) lines(list []string) bool {
	for i, v := range list {
		if p.release >= release.OpenSSL30 && i > 0 {
			p.line(0, "")
		}
		p.add(valueIndent, "%s", v)
		if p.release < release.OpenSSL30 {
			p.line(0, "")
		}
	}
	return true
}

// end ends a line, except the last one since 3.0.
func (p *printer) end(last bool) {
	if !last || p.release < release.OpenSSL30 {
		p.line(0, "")
	}
}

func sequence(der []byte) (cryptobyte.String, bool) {
	s := cryptobyte.String(der)
	var seq cryptobyte.String
	return seq, s.ReadASN1(&seq, cbasn1.SEQUENCE) && s.Empty()
}

func (p *printer) nothing([]byte) bool { return true }

func (p *printer) poison([]byte) bool { return p.values([]string{"NULL"}) }

func (p *printer) subjectKeyID(der []byte) bool {
	s := cryptobyte.String(der)
	var id cryptobyte.String
	return s.ReadASN1(&id, cbasn1.OCTET_STRING) && s.Empty() && p.values([]string{hexText(id)})
}

// bitNames prints a BIT STRING by the names of its bits.
func bitNames(names ...string) func(*printer, []byte) bool {
	return func(p *printer, der []byte) bool {
		s := cryptobyte.String(der)
		var bits cryptobyte.String
		return s.ReadASN1(&bits, cbasn1.BIT_STRING) && p.values(namesOfBits(bits, names...))
	}
}

// namesOfBits are the names of the bits that the contents of a BIT STRING set.
func namesOfBits(bits []byte, names ...string) []string {
	var set []string
	for i, name := range names {
		if at := 1 + i/8; at < len(bits) && bits[at]&(0x80>>(i%8)) != 0 {
			set = append(set, name)
		}
	}
	return set
}

func (p *printer) ia5(der []byte) bool {
	s := cryptobyte.String(der)
	var text cryptobyte.String
	return s.ReadASN1(&text, cbasn1.IA5String) && p.values([]string{Escape(text)})
}

func (p *printer) integer(der []byte) bool {
	s := cryptobyte.String(der)
	var v int64
	return s.ReadASN1Integer(&v) && p.values([]string{fmt.Sprint(v)})
}

func (p *printer) basicConstraints(der []byte) bool {
	seq, ok := sequence(der)
	var ca, path cryptobyte.String
	var isCA, hasPath bool
	if !ok || !seq.ReadOptionalASN1(&ca, &isCA, cbasn1.BOOLEAN) || !seq.ReadOptionalASN1(&path, &hasPath, cbasn1.INTEGER) {
		return false
	}
	list := []string{"CA:FALSE"}
	if isCA && len(ca) == 1 && ca[0] != 0 {
		list[0] = "CA:TRUE"
	}
	if hasPath {
		list = append(list, "pathlen:"+decimal(path))
	}
	return p.values(list)
}

// decimal writes the contents of a small INTEGER.
func decimal(contents []byte) string {
	var n int64
	for i, c := range contents {
		if i == 0 && c&0x80 != 0 {
			n = -1
		}
		n = n<<8 | int64(c)
	}
	return fmt.Sprint(n)
}

func (p *printer) extKeyUsage(der []byte) bool {
	seq, ok := sequence(der)
	var list []string
	for ok && !seq.Empty() {
		var id string
		if ok = certder.ReadOID(&seq, &id); ok {
			list = append(list, p.longName(id))
		}
	}
	return ok && p.values(list)
}

// authorityKeyID is AuthorityKeyIdentifier (RFC 5280, section 4.2.1.1).
func (p *printer) authorityKeyID(der []byte) bool {
	seq, ok := sequence(der)
	var key, issuer, serial cryptobyte.String
	var hasKey, hasIssuer, hasSerial bool
	if !ok || !seq.ReadOptionalASN1(&key, &hasKey, cbasn1.Tag(0).ContextSpecific()) ||
		!seq.ReadOptionalASN1(&issuer, &hasIssuer, cbasn1.Tag(1).ContextSpecific().Constructed()) ||
		!seq.ReadOptionalASN1(&serial, &hasSerial, cbasn1.Tag(2).ContextSpecific()) {
		return false
	}
	var list []string
	if hasKey {
		label := "keyid:"
		if p.release >= release.OpenSSL30 && !hasIssuer && !hasSerial {
			label = "" // without a label if there is nothing else
		}
		list = append(list, label+hexText(key))
	}
	if hasIssuer {
		names, ok := certder.ParseGeneralNameList(issuer)
		if !ok {
			return false
		}
		texts, ok := p.listedNames(names)
		if !ok {
			return false
		}
		list = append(list, texts...)
	}
	if hasSerial {
		list = append(list, "serial:"+hexText(serial))
	}
	return p.lines(list)
}

func (p *printer) tlsFeature(der []byte) bool {
	seq, ok := sequence(der)
	var list []string
	for ok && !seq.Empty() {
		var v int64
		ok = seq.ReadASN1Integer(&v)
		switch v {
		case 5:
			list = append(list, "status_request")
		case 17:
			list = append(list, "status_request_v2")
		default:
			list = append(list, fmt.Sprint(v))
		}
	}
	return ok && p.values(list)
}

// privateKeyUsage is PrivateKeyUsagePeriod (RFC 3280, section 4.2.1.4).
func (p *printer) privateKeyUsage(der []byte) bool {
	seq, ok := sequence(der)
	var list []string
	for i, label := range []string{"Not Before", "Not After"} {
		var when cryptobyte.String
		var present bool
		if !ok || !seq.ReadOptionalASN1(&when, &present, cbasn1.Tag(i).ContextSpecific()) {
			return false
		}
		if present {
			text, _ := p.timeText(certder.Time{Generalized: true, Text: string(when)})
			list = append(list, label+": "+text)
		}
	}
	p.values(list)
	return true
}

// proxyInfo is ProxyCertInfo (RFC 3820, section 3.8).
func (p *printer) proxyInfo(der []byte) bool {
	seq, ok := sequence(der)
	var length, policy, text cryptobyte.String
	var limited, hasText bool
	var language string
	if !ok || !seq.ReadOptionalASN1(&length, &limited, cbasn1.INTEGER) || !seq.ReadASN1(&policy, cbasn1.SEQUENCE) ||
		!certder.ReadOID(&policy, &language) || !policy.ReadOptionalASN1(&text, &hasText, cbasn1.OCTET_STRING) {
		return false
	}
	limit := "infinite"
	if limited {
		limit = fmt.Sprintf("%02X", []byte(length))
	}
	p.line(valueIndent, "Path Length Constraint: %s", limit)
	p.add(valueIndent, "Policy Language: %s", p.longName(language))
	if hasText {
		p.line(0, "")
		p.add(valueIndent, "Policy Text: %s", cString(text))
	}
	p.end(true)
	return true
}
