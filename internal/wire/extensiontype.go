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
	ExtServerName              ExtensionType = 0      // RFC 6066
	ExtMaxFragmentLength       ExtensionType = 1      // RFC 6066
	ExtStatusRequest           ExtensionType = 5      // RFC 6066
	ExtSupportedGroups         ExtensionType = 10     // RFC 7919, RFC 8422
	ExtPointFormats            ExtensionType = 11     // RFC 8422
	ExtSRP                     ExtensionType = 12     // RFC 5054
	ExtSignatureAlgorithms     ExtensionType = 13     // RFC 8446
	ExtUseSRTP                 ExtensionType = 14     // RFC 5764
	ExtHeartbeat               ExtensionType = 15     // RFC 6520
	ExtALPN                    ExtensionType = 16     // RFC 7301
	ExtStatusRequestV2         ExtensionType = 17     // RFC 6961
	ExtSCT                     ExtensionType = 18     // RFC 6962
	ExtClientCertificateType   ExtensionType = 19     // RFC 7250
	ExtServerCertificateType   ExtensionType = 20     // RFC 7250
	ExtPadding                 ExtensionType = 21     // RFC 7685
	ExtEncryptThenMAC          ExtensionType = 22     // RFC 7366
	ExtExtendedMasterSecret    ExtensionType = 23     // RFC 7627
	ExtCompressCertificate     ExtensionType = 27     // RFC 8879
	ExtRecordSizeLimit         ExtensionType = 28     // RFC 8449
	ExtDelegatedCredential     ExtensionType = 34     // RFC 9345
	ExtSessionTicket           ExtensionType = 35     // RFC 5077
	ExtPreSharedKey            ExtensionType = 41     // RFC 8446
	ExtEarlyData               ExtensionType = 42     // RFC 8446
	ExtSupportedVersions       ExtensionType = 43     // RFC 8446
	ExtCookie                  ExtensionType = 44     // RFC 8446
	ExtPSKKeyExchangeModes     ExtensionType = 45     // RFC 8446
	ExtCertificateAuthorities  ExtensionType = 47     // RFC 8446
	ExtOIDFilters              ExtensionType = 48     // RFC 8446
	ExtPostHandshakeAuth       ExtensionType = 49     // RFC 8446
	ExtSignatureAlgorithmsCert ExtensionType = 50     // RFC 8446
	ExtKeyShare                ExtensionType = 51     // RFC 8446
	ExtQUICTransportParameters ExtensionType = 57     // RFC 9001
	ExtNextProtocolNegotiation ExtensionType = 13172  // draft-agl-tls-nextprotoneg
	ExtECHOuterExtensions      ExtensionType = 0xFD00 // RFC 9849
	ExtEncryptedClientHello    ExtensionType = 0xFE0D // RFC 9849
	ExtRenegotiationInfo       ExtensionType = 0xFF01 // RFC 5746
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

// extensions is the one table of extensions: the IANA name and where each may be (RFC
// 8446, section 4.2, and the RFC of each).
var extensions = map[ExtensionType]struct {
	name   string
	places Place
}{
	ExtServerName:        {"server_name", everywhere},
	ExtMaxFragmentLength: {"max_fragment_length", everywhere},
	ExtStatusRequest:     {"status_request", requests | InServerHello12 | InCertificate},
	// Many old servers send it in the ServerHello, which the RFCs do not allow.
	ExtSupportedGroups:         {"supported_groups", everywhere},
	ExtPointFormats:            {"ec_point_formats", until12},
	ExtSRP:                     {"srp", onlyHello},
	ExtSignatureAlgorithms:     {"signature_algorithms", requests},
	ExtUseSRTP:                 {"use_srtp", everywhere},
	ExtHeartbeat:               {"heartbeat", everywhere},
	ExtALPN:                    {"application_layer_protocol_negotiation", everywhere},
	ExtStatusRequestV2:         {"status_request_v2", until12},
	ExtSCT:                     {"signed_certificate_timestamp", requests | InServerHello12 | InCertificate},
	ExtClientCertificateType:   {"client_certificate_type", everywhere},
	ExtServerCertificateType:   {"server_certificate_type", everywhere},
	ExtPadding:                 {"padding", onlyHello},
	ExtEncryptThenMAC:          {"encrypt_then_mac", until12},
	ExtExtendedMasterSecret:    {"extended_master_secret", until12},
	ExtCompressCertificate:     {"compress_certificate", requests},
	ExtRecordSizeLimit:         {"record_size_limit", everywhere},
	ExtDelegatedCredential:     {"delegated_credential", requests | InCertificate},
	ExtSessionTicket:           {"session_ticket", until12},
	ExtPreSharedKey:            {"pre_shared_key", InClientHello | InServerHello},
	ExtEarlyData:               {"early_data", InClientHello | InEncryptedExtensions | InTicket},
	ExtSupportedVersions:       {"supported_versions", chooses13},
	ExtCookie:                  {"cookie", InClientHello | InRetry},
	ExtPSKKeyExchangeModes:     {"psk_key_exchange_modes", onlyHello},
	ExtCertificateAuthorities:  {"certificate_authorities", requests},
	ExtOIDFilters:              {"oid_filters", InCertificateRequest},
	ExtPostHandshakeAuth:       {"post_handshake_auth", onlyHello},
	ExtSignatureAlgorithmsCert: {"signature_algorithms_cert", requests},
	ExtKeyShare:                {"key_share", chooses13},
	ExtQUICTransportParameters: {"quic_transport_parameters", InClientHello | InEncryptedExtensions},
	ExtNextProtocolNegotiation: {"next_protocol_negotiation", until12},
	ExtECHOuterExtensions:      {"ech_outer_extensions", onlyHello},
	ExtEncryptedClientHello:    {"encrypted_client_hello", InClientHello | InRetry | InEncryptedExtensions},
	ExtRenegotiationInfo:       {"renegotiation_info", until12},
}

// ExtensionTypes returns the extensions of the table, in no particular order.
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
	return fmt.Sprintf("extension(%d)", uint16(t))
}
