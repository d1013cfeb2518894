package trace

import (
	"polytls/internal/trace/release"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// extensions prints a block of extensions.
func (p *printer) extensions(n int, block *fields.Field) bool {
	if len(block.Value) == 0 {
		p.line(n, "No extensions")
		return true
	}
	p.line(n, "extensions, length = %d", len(block.Value))
	for i := range block.Fields {
		if !p.extension(n+2, &block.Fields[i]) {
			return false
		}
	}
	return !block.Malformed
}

// extension prints an extension, and reports whether OpenSSL would have accepted
// it. Extensions that OpenSSL does not parse are dumped.
func (p *printer) extension(n int, x *fields.Field) bool {
	p.line(n, "extension_type=%s(%d), length=%d", p.name(extensionTypes, uint32(x.Type)), x.Type, len(x.Value))
	show := extensionText[x.Type]
	switch {
	case x.Type == wire.ExtHeartbeat && p.release == release.OpenSSL111:
		return false // OpenSSL reports this as malformed
	case show == nil || p.release < since[x.Type]:
		p.dump(n+2, x.Value)
		return true
	}
	show(p, n, x)
	return !x.Malformed
}

// since holds the first release that parses an extension; older ones dump it.
var since = map[wire.ExtensionType]release.Release{
	wire.ExtCompressCertificate:   release.OpenSSL35,
	wire.ExtClientCertificateType: release.OpenSSL35,
	wire.ExtServerCertificateType: release.OpenSSL35,
}

// extensionText holds the functions that print the extensions which OpenSSL parses.
var extensionText = map[wire.ExtensionType]func(*printer, int, *fields.Field){
	wire.ExtMaxFragmentLength:     (*printer).listed,
	wire.ExtPointFormats:          (*printer).listed,
	wire.ExtSupportedGroups:       (*printer).listed,
	wire.ExtALPN:                  (*printer).listed,
	wire.ExtSignatureAlgorithms:   (*printer).listed,
	wire.ExtPSKKeyExchangeModes:   (*printer).listed,
	wire.ExtCompressCertificate:   (*printer).listed,
	wire.ExtClientCertificateType: (*printer).listed,
	wire.ExtServerCertificateType: (*printer).listed,
	wire.ExtSupportedVersions:     (*printer).supportedVersions,
	wire.ExtKeyShare:              (*printer).keyShares,
	wire.ExtRenegotiationInfo:     (*printer).renegotiation,
	wire.ExtSessionTicket:         (*printer).sessionTicket,
	wire.ExtEarlyData:             (*printer).earlyData,
}

// listed prints a list, or the single element of an answer.
func (p *printer) listed(n int, x *fields.Field) {
	for i := range x.Fields {
		if f := &x.Fields[i]; f.Kind == fields.List {
			p.items(n+2, f.Fields)
		} else {
			p.item(n+2, f)
		}
	}
}

// supportedVersions indents a server's version more than a client's list.
func (p *printer) supportedVersions(n int, x *fields.Field) {
	if len(x.Fields) == 1 && x.Fields[0].Kind == fields.Version {
		p.item(n+4, &x.Fields[0])
		return
	}
	p.listed(n, x)
}

func (p *printer) keyShares(n int, x *fields.Field) {
	list := x.Fields
	if len(list) == 1 && list[0].Kind == fields.List {
		list = list[0].Fields
	}
	for i := range list {
		f := &list[i]
		if f.Kind == fields.Group {
			p.line(n+4, "NamedGroup: %s (%d)", p.name(groups, f.Uint()), f.Uint())
		} else {
			p.hex(n+4, "key_exchange: ", f.Value)
		}
	}
}

// renegotiation prints the verify_data of the client. An extension of the server
// also holds that of the server, which has the same length.
func (p *printer) renegotiation(n int, x *fields.Field) {
	if len(x.Fields) == 0 {
		return
	}
	v := x.Fields[0].Value
	switch {
	case len(v) == 0:
		p.line(n+4, "<EMPTY>")
	case x.Fields[0].Name == "renegotiated_connection" && len(v)%2 == 0:
		p.hex(n+4, "client_verify_data", v[:len(v)/2])
		p.hex(n+4, "server_verify_data", v[len(v)/2:])
	default:
		p.hex(n+4, "client_verify_data", v)
	}
}

func (p *printer) sessionTicket(n int, x *fields.Field) {
	if len(x.Value) > 0 {
		p.hex(n+4, "ticket", x.Value)
	}
}

// earlyData prints the limit in a ticket; in other messages the extension is empty.
func (p *printer) earlyData(n int, x *fields.Field) {
	if len(x.Fields) == 1 {
		p.line(n+2, "max_early_data=%d", x.Fields[0].Uint())
	}
}
