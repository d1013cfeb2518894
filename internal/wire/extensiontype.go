package wire

import (
	"fmt"
	"iter"
	"maps"
	"strings"
)

// ExtensionType is the registered number of an extension (RFC 8446, section
// 4.2).
type ExtensionType uint16

// The extensions that polytls supports or knows by name.
const (
	ExtServerName              ExtensionType = 0
	ExtMaxFragmentLength       ExtensionType = 1
	ExtStatusRequest           ExtensionType = 5
	ExtSupportedGroups         ExtensionType = 10
	ExtPointFormats            ExtensionType = 11
	ExtSRP                     ExtensionType = 12
	ExtSignatureAlgorithms     ExtensionType = 13
	ExtUseSRTP                 ExtensionType = 14
	ExtHeartbeat               ExtensionType = 15
	ExtALPN                    ExtensionType = 16
	ExtStatusRequestV2         ExtensionType = 17
	ExtSCT                     ExtensionType = 18
	ExtClientCertificateType   ExtensionType = 19
	ExtServerCertificateType   ExtensionType = 20
	ExtPadding                 ExtensionType = 21
	ExtEncryptThenMAC          ExtensionType = 22
	ExtExtendedMasterSecret    ExtensionType = 23
	ExtCompressCertificate     ExtensionType = 27
	ExtRecordSizeLimit         ExtensionType = 28
	ExtDelegatedCredential     ExtensionType = 34
	ExtSessionTicket           ExtensionType = 35
	ExtPreSharedKey            ExtensionType = 41
	ExtEarlyData               ExtensionType = 42
	ExtSupportedVersions       ExtensionType = 43
	ExtCookie                  ExtensionType = 44
	ExtPSKKeyExchangeModes     ExtensionType = 45
	ExtCertificateAuthorities  ExtensionType = 47
	ExtOIDFilters              ExtensionType = 48
	ExtPostHandshakeAuth       ExtensionType = 49
	ExtSignatureAlgorithmsCert ExtensionType = 50
	ExtKeyShare                ExtensionType = 51
	ExtQUICTransportParameters ExtensionType = 57
	ExtNextProtocolNegotiation ExtensionType = 13172
	ExtECHOuterExtensions      ExtensionType = 0xFD00
	ExtEncryptedClientHello    ExtensionType = 0xFE0D
	ExtRenegotiationInfo       ExtensionType = 0xFF01
)

// Place is a message that holds extensions, or a set of such messages.
type Place uint16

// The messages that hold extensions. A ServerHello counts twice, since TLS 1.3
// moved most of its extensions to EncryptedExtensions.
const (
	InClientHello         Place = 1 << iota
	InServerHello12             // the ServerHello of TLS 1.0 to 1.2
	InServerHello               // the ServerHello of TLS 1.3
	InRetry                     // HelloRetryRequest
	InEncryptedExtensions       // TLS 1.3
	InCertificateRequest        // TLS 1.3
	InCertificate               // an entry of a Certificate of TLS 1.3
	InTicket                    // the NewSessionTicket of TLS 1.3
)

var placeNames = [...]string{
	"ClientHello", "ServerHello up to TLS 1.2", "ServerHello", "HelloRetryRequest",
	"EncryptedExtensions", "CertificateRequest", "Certificate", "NewSessionTicket",
}

// String returns the names of the messages in p, such as "HelloRetryRequest".
func (p Place) String() string {
	var names []string
	for i, name := range placeNames {
		if p&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// Sets of messages that more than one extension has.
const (
	onlyHello  = InClientHello
	until12    = InClientHello | InServerHello12
	everywhere = until12 | InEncryptedExtensions // TLS 1.3 moved the answer
	chooses13  = InClientHello | InServerHello | InRetry
	requests   = InClientHello | InCertificateRequest
)

// extensions is the one table of extensions: the IANA name, or the one that the draft
// gives it, where each may be (RFC 8446, section 4.2), and the section that defines it.
var extensions = map[ExtensionType]struct {
	name    string
	places  Place
	section string
}{
	ExtServerName:        {"server_name", everywhere, "RFC 6066, section 3"},
	ExtMaxFragmentLength: {"max_fragment_length", everywhere, "RFC 6066, section 4"},
	ExtStatusRequest:     {"status_request", requests | InServerHello12 | InCertificate, "RFC 6066, section 8"},
	// Many old servers send it in the ServerHello, which the RFCs do not allow.
	ExtSupportedGroups:         {"supported_groups", everywhere, "RFC 8446, section 4.2.7"},
	ExtPointFormats:            {"ec_point_formats", until12, "RFC 8422, section 5.1.2"},
	ExtSRP:                     {"srp", onlyHello, "RFC 5054, section 2.8.1"},
	ExtSignatureAlgorithms:     {"signature_algorithms", requests, "RFC 8446, section 4.2.3"},
	ExtUseSRTP:                 {"use_srtp", everywhere, "RFC 5764, section 4.1"},
	ExtHeartbeat:               {"heartbeat", everywhere, "RFC 6520, section 2"},
	ExtALPN:                    {"application_layer_protocol_negotiation", everywhere, "RFC 7301, section 3.1"},
	ExtStatusRequestV2:         {"status_request_v2", until12, "RFC 6961, section 2.2"},
	ExtSCT:                     {"signed_certificate_timestamp", requests | InServerHello12 | InCertificate, "RFC 6962, section 3.3.1"},
	ExtClientCertificateType:   {"client_certificate_type", everywhere, "RFC 7250, section 3"},
	ExtServerCertificateType:   {"server_certificate_type", everywhere, "RFC 7250, section 3"},
	ExtPadding:                 {"padding", onlyHello, "RFC 7685, section 3"},
	ExtEncryptThenMAC:          {"encrypt_then_mac", until12, "RFC 7366, section 2"},
	ExtExtendedMasterSecret:    {"extended_master_secret", until12, "RFC 7627, section 5.1"},
	ExtCompressCertificate:     {"compress_certificate", requests, "RFC 8879, section 3"},
	ExtRecordSizeLimit:         {"record_size_limit", everywhere, "RFC 8449, section 4"},
	ExtDelegatedCredential:     {"delegated_credential", requests | InCertificate, "RFC 9345, section 4"},
	ExtSessionTicket:           {"session_ticket", until12, "RFC 5077, section 3.2"},
	ExtPreSharedKey:            {"pre_shared_key", InClientHello | InServerHello, "RFC 8446, section 4.2.11"},
	ExtEarlyData:               {"early_data", InClientHello | InEncryptedExtensions | InTicket, "RFC 8446, section 4.2.10"},
	ExtSupportedVersions:       {"supported_versions", chooses13, "RFC 8446, section 4.2.1"},
	ExtCookie:                  {"cookie", InClientHello | InRetry, "RFC 8446, section 4.2.2"},
	ExtPSKKeyExchangeModes:     {"psk_key_exchange_modes", onlyHello, "RFC 8446, section 4.2.9"},
	ExtCertificateAuthorities:  {"certificate_authorities", requests, "RFC 8446, section 4.2.4"},
	ExtOIDFilters:              {"oid_filters", InCertificateRequest, "RFC 8446, section 4.2.5"},
	ExtPostHandshakeAuth:       {"post_handshake_auth", onlyHello, "RFC 8446, section 4.2.6"},
	ExtSignatureAlgorithmsCert: {"signature_algorithms_cert", requests, "RFC 8446, section 4.2.3"},
	ExtKeyShare:                {"key_share", chooses13, "RFC 8446, section 4.2.8"},
	ExtQUICTransportParameters: {"quic_transport_parameters", InClientHello | InEncryptedExtensions, "RFC 9001, section 8.2"},
	ExtNextProtocolNegotiation: {"next_protocol_negotiation", until12, "draft-agl-tls-nextprotoneg"},
	ExtECHOuterExtensions:      {"ech_outer_extensions", onlyHello, "RFC 9849, section 5.1"},
	ExtEncryptedClientHello:    {"encrypted_client_hello", InClientHello | InRetry | InEncryptedExtensions, "RFC 9849, section 5"},
	ExtRenegotiationInfo:       {"renegotiation_info", until12, "RFC 5746, section 3.2"},
}

// others are extensions of which polytls knows only the name: handshakes treat them as
// unknown.
var others = map[ExtensionType]struct{ name, section string }{
	2:      {"client_certificate_url", "RFC 6066, section 5"},
	3:      {"trusted_ca_keys", "RFC 6066, section 6"},
	4:      {"truncated_hmac", "RFC 6066, section 7"},
	24:     {"token_binding", "RFC 8472, section 2"},
	25:     {"cached_info", "RFC 7924, section 3"},
	33:     {"tls_cert_with_extern_psk", "RFC 8773, section 5"},
	54:     {"connection_id", "RFC 9146, section 3"},
	58:     {"ticket_request", "RFC 9149, section 3"},
	59:     {"dnssec_chain", "RFC 9102, section 2"},
	17513:  {"application_settings_old", "draft-vvv-tls-alps"},
	17613:  {"application_settings", "draft-vvv-tls-alps"},
	0xCA34: {"trust_anchors", "draft-ietf-tls-trust-anchor-ids"},
}

// ExtensionTypes returns the extensions of the first table, in no particular order.
func ExtensionTypes() iter.Seq[ExtensionType] { return maps.Keys(extensions) }

// AllowedIn reports whether the extension is allowed in the message p (RFC 8446,
// section 4.2). One that is not in the table is allowed anywhere: package handshake
// refuses it if it is unsolicited.
func (t ExtensionType) AllowedIn(p Place) bool {
	row, known := extensions[t]
	return !known || row.places&p != 0
}

// String returns the IANA name, such as "server_name".
func (t ExtensionType) String() string {
	if row, ok := extensions[t]; ok {
		return row.name
	}
	if row, ok := others[t]; ok {
		return row.name
	}
	return fmt.Sprintf("extension(%d)", uint16(t))
}

// Section returns the section of the RFC that defines the extension, such as "RFC 6066,
// section 3", or the draft, and "" for one without a name.
func (t ExtensionType) Section() string {
	if row, ok := extensions[t]; ok {
		return row.section
	}
	return others[t].section
}
