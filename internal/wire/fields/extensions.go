package fields

import "polytls/internal/wire"

// body is a row: what an extension consists of in some messages.
type body struct {
	in   wire.Place
	form []part
}

const anywhere = ^wire.Place(0)

var (
	groupList  = []part{{name: "named_group_list", kind: List, size: vec16, of: []part{{kind: Group, size: 2}}}}
	schemeList = []part{{name: "supported_signature_algorithms", kind: List, size: vec16, of: []part{{kind: Scheme, size: 2}}}}
	typeList   = []part{{name: "certificate_types", kind: List, size: vec8, of: []part{{kind: CertificateType, size: 1}}}}
	oneType    = []part{{name: "certificate_type", kind: CertificateType, size: 1}}
	keyShare   = []part{{name: "group", kind: Group, size: 2}, {name: "key_exchange", size: vec16}}
	sctList    = []part{{name: "sct_list", kind: List, size: vec16, of: []part{{name: "SerializedSCT", size: vec16}}}}
	ocspStatus = []part{{name: "status_type", kind: Number, size: 1}, {name: "ocsp_response", size: vec24}}
	nothing    = []part{}
)

// bodies are the extensions whose parts are known, each with its messages in the
// order in which they are searched.
var bodies = map[wire.ExtensionType][]body{
	wire.ExtServerName: {
		{wire.InClientHello, []part{{name: "server_name_list", kind: List, size: vec16, of: []part{
			{name: "name_type", kind: Number, size: 1}, {name: "host_name", size: vec16},
		}}}},
		{anywhere, nothing},
	},
	wire.ExtMaxFragmentLength: {{anywhere, []part{{name: "max_fragment_length", kind: MaxFragmentLength, size: 1}}}},
	wire.ExtStatusRequest: {
		{wire.InClientHello, []part{
			{name: "status_type", kind: Number, size: 1},
			{name: "responder_id_list", kind: List, size: vec16, of: []part{{name: "ResponderID", size: vec16}}},
			{name: "request_extensions", size: vec16},
		}},
		{wire.InCertificate, ocspStatus},
		{anywhere, nothing},
	},
	wire.ExtSupportedGroups: {{anywhere, groupList}},
	wire.ExtPointFormats: {{anywhere, []part{
		{name: "ec_point_format_list", kind: List, size: vec8, of: []part{{kind: PointFormat, size: 1}}},
	}}},
	wire.ExtSRP:                 {{anywhere, []part{{name: "srp_I", size: vec8}}}},
	wire.ExtSignatureAlgorithms: {{anywhere, schemeList}},
	wire.ExtALPN: {{anywhere, []part{
		{name: "protocol_name_list", kind: List, size: vec16, of: []part{{kind: Protocol, size: vec8}}},
	}}},
	wire.ExtSCT: {
		{wire.InClientHello | wire.InCertificateRequest, nothing},
		{anywhere, sctList},
	},
	wire.ExtClientCertificateType: {{wire.InClientHello, typeList}, {anywhere, oneType}},
	wire.ExtServerCertificateType: {{wire.InClientHello, typeList}, {anywhere, oneType}},
	wire.ExtPadding:               {{anywhere, []part{{name: "padding", size: rest}}}},
	wire.ExtEncryptThenMAC:        {{anywhere, nothing}},
	wire.ExtExtendedMasterSecret:  {{anywhere, nothing}},
	wire.ExtCompressCertificate: {{anywhere, []part{
		{name: "algorithms", kind: List, size: vec8, of: []part{{kind: CertificateCompression, size: 2}}},
	}}},
	wire.ExtRecordSizeLimit: {{anywhere, []part{{name: "RecordSizeLimit", kind: Number, size: 2}}}},
	wire.ExtSessionTicket:   {{anywhere, []part{{name: "ticket", size: rest}}}},
	wire.ExtPreSharedKey: {
		{wire.InClientHello, []part{
			{name: "identities", kind: List, size: vec16, of: []part{
				{name: "identity", size: vec16}, {name: "obfuscated_ticket_age", kind: Number, size: 4},
			}},
			{name: "binders", kind: List, size: vec16, of: []part{{name: "PskBinderEntry", size: vec8}}},
		}},
		{anywhere, []part{{name: "selected_identity", kind: Number, size: 2}}},
	},
	wire.ExtEarlyData: {
		{wire.InTicket, []part{{name: "max_early_data_size", kind: Number, size: 4}}},
		{anywhere, nothing},
	},
	wire.ExtSupportedVersions: {
		{wire.InClientHello, []part{{name: "versions", kind: List, size: vec8, of: []part{{kind: Version, size: 2}}}}},
		{anywhere, []part{{name: "selected_version", kind: Version, size: 2}}},
	},
	wire.ExtCookie:              {{anywhere, []part{{name: "cookie", size: vec16}}}},
	wire.ExtPSKKeyExchangeModes: {{anywhere, []part{{name: "ke_modes", kind: List, size: vec8, of: []part{{kind: PSKMode, size: 1}}}}}},
	wire.ExtCertificateAuthorities: {{anywhere, []part{
		{name: "authorities", kind: List, size: vec16, of: []part{{name: "DistinguishedName", kind: DistinguishedName, size: vec16}}},
	}}},
	wire.ExtOIDFilters: {{anywhere, []part{{name: "filters", kind: List, size: vec16, of: []part{
		{name: "certificate_extension_oid", size: vec8}, {name: "certificate_extension_values", size: vec16},
	}}}}},
	wire.ExtPostHandshakeAuth:       {{anywhere, nothing}},
	wire.ExtSignatureAlgorithmsCert: {{anywhere, schemeList}},
	wire.ExtKeyShare: {
		{wire.InClientHello, []part{{name: "client_shares", kind: List, size: vec16, of: keyShare}}},
		{wire.InRetry, []part{{name: "selected_group", kind: Group, size: 2}}},
		{anywhere, keyShare},
	},
	wire.ExtRenegotiationInfo: {
		{wire.InClientHello, []part{{name: "client_verify_data", size: vec8}}},
		{anywhere, []part{{name: "renegotiated_connection", size: vec8}}},
	},
}

// extensionForm returns the parts of an extension in a message, nil if they are
// not known.
func extensionForm(t wire.ExtensionType, in wire.Place) []part {
	for _, b := range bodies[t] {
		if b.in&in != 0 {
			return b.form
		}
	}
	return nil
}
