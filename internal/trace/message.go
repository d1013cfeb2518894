package trace

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"polytls/internal/suite"
	"polytls/internal/trace/release"
	"polytls/internal/trace/x509text"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// message prints a handshake message as far as it can be parsed, followed by its
// bytes if it is malformed.
func (p *printer) message(sent bool, raw []byte) {
	c := p.context.Of(sent == p.server)
	c.RawPublicKey = c.RawPublicKey && p.release >= release.OpenSSL35
	m := fields.Describe(raw, c)
	p.line(4, "%s, Length=%d", p.name(messages, uint32(m.Type)), m.Length)
	p.context.Follow(&m)
	if p.body(&m, c) {
		return
	}
	p.line(0, "Message length parse error!")
	if m.Malformed || malformed(m.Fields) { // malformed itself, not only to OpenSSL, which does not print the bytes
		p.dump(4, raw)
	}
}

func malformed(list []fields.Field) bool {
	return slices.ContainsFunc(list, func(f fields.Field) bool { return f.Malformed || malformed(f.Fields) })
}

// labels are OpenSSL's names of the fields that it calls by other names than the
// RFC.
var labels = map[string]string{
	"supported_signature_algorithms": "signature_algorithms",
	"ticket_lifetime":                "ticket_lifetime_hint",
}

func label(name string) string {
	if l, ok := labels[name]; ok {
		return l
	}
	return name
}

// body prints the body of a message and reports whether OpenSSL would have accepted
// it.
func (p *printer) body(m *fields.Message, c fields.Context) bool {
	const indent = 6
	switch m.Type {
	case wire.TypeClientHello, wire.TypeServerHello, wire.TypeEncryptedExtensions:
		return p.fields(indent, m.Fields) && !m.Malformed
	case wire.TypeFinished:
		return p.fields(indent, m.Fields)
	case wire.TypeCertificate:
		return p.certificates(m, c)
	case wire.TypeCertificateRequest:
		return p.certificateRequest(m)
	case wire.TypeCertificateVerify:
		return p.signature(m.Fields) && !m.Malformed
	case wire.TypeServerKeyExchange, wire.TypeClientKeyExchange:
		return p.keyExchange(m, c)
	case wire.TypeNewSessionTicket:
		return p.ticket(m)
	case wire.TypeKeyUpdate:
		return p.keyUpdate(m)
	case wire.TypeServerHelloDone:
		return p.empty(m)
	case wire.TypeEndOfEarlyData:
		if p.release >= release.OpenSSL35 {
			return p.empty(m)
		}
	case wire.TypeCompressedCertificate:
		if p.release >= release.OpenSSL35 {
			return p.compressedCertificate(m)
		}
	}
	p.line(indent, "Unsupported, hex dump follows:")
	p.dump(indent+2, m.Body)
	return m.Length == len(m.Body)
}

// fields prints fields one after another, and reports false after one that
// OpenSSL would not have read.
func (p *printer) fields(n int, list []fields.Field) bool {
	for i := range list {
		if !p.field(n, &list[i]) {
			return false
		}
	}
	return true
}

// field prints a field of a message.
func (p *printer) field(n int, f *fields.Field) bool {
	v := f.Uint()
	switch f.Kind {
	case fields.Extensions:
		return p.extensions(n, f)
	case fields.List:
		p.line(n, "%s (len=%d)", label(f.Name), len(f.Value))
		p.items(n+2, f.Fields)
	case fields.Random:
		p.line(n, "Random:")
		p.line(n+2, "gmt_unix_time=0x%08X", binary.BigEndian.Uint32(f.Value))
		p.hex(n+2, "random_bytes", f.Value[4:])
	case fields.Version:
		p.line(n, "%s=0x%x (%s)", f.Name, v, p.name(versions, v))
	case fields.CipherSuite:
		p.line(n, "%s {0x%02X, 0x%02X} %s", f.Name, f.Value[0], f.Value[1], p.name(cipherSuites, v))
	case fields.CompressionMethod:
		p.line(n, "%s: %s (0x%02X)", f.Name, p.name(compressionMethods, v), v)
	case fields.Scheme:
		p.line(n, "Signature Algorithm: %s (0x%04x)", p.name(schemes, v), v)
	case fields.Number:
		p.line(n, "%s=%d", label(f.Name), v)
	default:
		p.hex(n, label(f.Name), f.Value)
	}
	return true
}

// items prints the elements of a list.
func (p *printer) items(n int, list []fields.Field) {
	for i := range list {
		p.item(n, &list[i])
	}
}

// item prints the name and the number of an element of a list.
func (p *printer) item(n int, f *fields.Field) {
	v := f.Uint()
	switch f.Kind {
	case fields.CipherSuite:
		p.line(n, "{0x%02X, 0x%02X} %s", f.Value[0], f.Value[1], p.name(cipherSuites, v))
	case fields.CompressionMethod:
		p.line(n, "%s (0x%02X)", p.name(compressionMethods, v), v)
	case fields.Scheme:
		p.line(n, "%s (0x%04x)", p.name(schemes, v), v)
	case fields.Protocol:
		p.line(n, "%s", x509text.Escape(f.Value))
	case fields.DistinguishedName:
		p.distinguishedName(n, f)
	default:
		p.line(n, "%s (%d)", p.name(registries[f.Kind], v), v)
	}
}

// registries are the registries whose values are printed as a name and a number.
var registries = map[fields.Kind]registry{
	fields.Version:                versions,
	fields.Group:                  groups,
	fields.PointFormat:            pointFormats,
	fields.PSKMode:                pskModes,
	fields.MaxFragmentLength:      fragmentLengths,
	fields.CertificateType:        certificateTypes,
	fields.ClientCertificateType:  clientCertificateTypes,
	fields.CertificateCompression: certificateCompressions,
	fields.KeyUpdateRequest:       keyUpdates,
}

// unparsable is the spelling of the word in each release.
var unparsable = [release.Count]string{"UNPARSEABLE", "UNPARSABLE", "UNPARSABLE"}

func (p *printer) distinguishedName(n int, f *fields.Field) {
	name, ok := x509text.Name(f.Value)
	if !ok {
		name = "<" + unparsable[p.release] + " DN>"
	}
	p.line(n, "%s (len=%d): %s", f.Name, len(f.Value), name)
}

// empty prints a message that has no content.
func (p *printer) empty(m *fields.Message) bool {
	if len(m.Body) > 0 {
		p.hex(6, "unexpected value", m.Body)
	}
	return true
}

func (p *printer) signature(list []fields.Field) bool {
	for i := range list {
		if list[i].Name == "signature" {
			list[i].Name = "Signature"
		}
	}
	return p.fields(6, list)
}

func (p *printer) keyUpdate(m *fields.Message) bool {
	if len(m.Body) != 1 {
		p.hex(6, "unexpected value", m.Body)
		return false
	}
	p.items(6, m.Fields)
	return true
}

func (p *printer) ticket(m *fields.Message) bool {
	if len(m.Body) == 0 {
		p.line(8, "No Ticket")
		return true
	}
	return p.fields(8, m.Fields) && !m.Malformed
}

func (p *printer) certificateRequest(m *fields.Message) bool {
	for i := range m.Fields {
		f := &m.Fields[i]
		if f.Name == "certificate_request_context" {
			f.Name = "request_context"
		}
	}
	return p.fields(6, m.Fields) && !m.Malformed
}

// certificates prints a Certificate.
func (p *printer) certificates(m *fields.Message, c fields.Context) bool {
	if c.RawPublicKey && c.Version < suite.TLS13 {
		return false // OpenSSL expects a list where there is none
	}
	for i := range m.Fields {
		f := &m.Fields[i]
		switch {
		case f.Kind != fields.List:
			p.hex(6, "context", f.Value)
			continue
		case !c.RawPublicKey:
			p.line(6, "%s, length=%d", f.Name, len(f.Value))
		}
		if !p.chain(f.Fields) {
			return false
		}
	}
	return !m.Malformed
}

// chain prints certificates, each with its extensions if it has any.
func (p *printer) chain(list []fields.Field) bool {
	for i := range list {
		f := &list[i]
		switch f.Kind {
		case fields.Certificate:
			p.certificate(f.Value)
		case fields.PublicKey:
			p.line(6, "raw_public_key, length=%d", len(f.Value))
			var ok bool
			if p.text, ok = x509text.AppendPublicKey(p.text, f.Value, 8, p.release); !ok {
				return false
			}
		case fields.Extensions:
			if !p.extensions(8, f) {
				return false
			}
		}
	}
	return true
}

func (p *printer) certificate(der []byte) {
	p.indent(8)
	p.text = append(p.text, "ASN.1Cert, length="...)
	p.text = strconv.AppendInt(p.text, int64(len(der)), 10)
	text, rest, ok := x509text.AppendCertificate(nil, der, p.release)
	if !ok {
		p.text = fmt.Appendf(p.text, "<%s CERTIFICATE>\n", unparsable[p.release])
		rest = der
	} else {
		p.text = append(p.text, "\n------details-----\n"...)
		p.text = append(p.text, text...)
		p.text = append(p.text, "------------------\n"...)
	}
	if len(rest) > 0 {
		p.text = append(p.text, "<TRAILING GARBAGE AFTER CERTIFICATE>\n"...)
	}
}

// compressedCertificate prints the message of RFC 8879: OpenSSL does not print its
// content, and refuses algorithms that it does not know.
func (p *printer) compressedCertificate(m *fields.Message) bool {
	if m.Malformed {
		return false
	}
	algorithm, size, body := m.Fields[0].Uint(), m.Fields[1].Uint(), m.Fields[2].Value
	name := p.name(certificateCompressions, algorithm)
	p.line(6, "Compression type=%s (0x%04x)", name, algorithm)
	p.line(6, "Uncompressed length=%d", size)
	if len(body) > 0 {
		p.line(6, "Compressed length=%d, Ratio=%f:1", len(body), float32(size)/float32(len(body)))
	} else {
		p.line(6, "Compressed length=%d, Ratio=unknown", len(body))
	}
	p.dump(6, body)
	return name != unknown
}

// keyExchangeNames are OpenSSL's names of key exchanges.
var keyExchangeNames = map[suite.KeyExchange]string{
	suite.KxRSA:      "rsa",
	suite.KxDHE:      "DHE",
	suite.KxECDHE:    "ECDHE",
	suite.KxPSK:      "PSK",
	suite.KxRSAPSK:   "RSAPSK",
	suite.KxDHEPSK:   "DHEPSK",
	suite.KxECDHEPSK: "ECDHEPSK",
	suite.KxSRP:      "SRP",
	suite.KxOther:    "GOST",
}

// keyExchange prints a ServerKeyExchange or ClientKeyExchange.
func (p *printer) keyExchange(m *fields.Message, c fields.Context) bool {
	name, ok := keyExchangeNames[c.KeyExchange]
	if !ok {
		name = "UNKNOWN"
	}
	p.line(6, "KeyExchangeAlgorithm=%s", name)
	if c.KeyExchange == suite.KxSRP {
		return p.srp(m, c)
	}
	for i := range m.Fields {
		f := &m.Fields[i]
		switch {
		case f.Name == "curve_type":
		case f.Kind == fields.Group:
			p.line(8, "named_curve: %s (%d)", p.name(groups, f.Uint()), f.Uint())
		case f.Kind == fields.Scheme:
			p.field(6, f)
		case f.Name == "signature":
			p.hex(6, "Signature", f.Value)
		default:
			p.hex(8, f.Name, f.Value)
		}
	}
	return !m.Malformed
}

// srp prints the values of SRP as OpenSSL does, which cannot parse them: it reads
// the first bytes of a server's values as a signature algorithm.
func (p *printer) srp(m *fields.Message, c fields.Context) bool {
	if m.Type == wire.TypeServerKeyExchange && c.Version >= suite.TLS12 && len(m.Body) >= 2 {
		v := uint32(m.Body[0])<<8 | uint32(m.Body[1])
		p.line(6, "Signature Algorithm: %s (0x%04x)", p.name(schemes, v), v)
	}
	return len(m.Body) == 0
}
