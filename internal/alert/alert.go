// Package alert is the bottom of the house: the alerts of TLS and the error
// that carries one.
//
// The place that detects a failure makes the error, from a row of package
// reason, and so chooses the alert; only the ends of a conversation send one.
package alert

import "strconv"

// Alert is an AlertDescription (RFC 8446, section 6).
type Alert uint8

// The registered alert descriptions.
const (
	CloseNotify                  Alert = 0
	UnexpectedMessage            Alert = 10
	BadRecordMAC                 Alert = 20
	DecryptionFailed             Alert = 21
	RecordOverflow               Alert = 22
	DecompressionFailure         Alert = 30
	HandshakeFailure             Alert = 40
	NoCertificate                Alert = 41
	BadCertificate               Alert = 42
	UnsupportedCertificate       Alert = 43
	CertificateRevoked           Alert = 44
	CertificateExpired           Alert = 45
	CertificateUnknown           Alert = 46
	IllegalParameter             Alert = 47
	UnknownCA                    Alert = 48
	AccessDenied                 Alert = 49
	DecodeError                  Alert = 50
	DecryptError                 Alert = 51
	ExportRestriction            Alert = 60
	ProtocolVersion              Alert = 70
	InsufficientSecurity         Alert = 71
	InternalError                Alert = 80
	InappropriateFallback        Alert = 86
	UserCanceled                 Alert = 90
	NoRenegotiation              Alert = 100
	MissingExtension             Alert = 109
	UnsupportedExtension         Alert = 110
	CertificateUnobtainable      Alert = 111
	UnrecognizedName             Alert = 112
	BadCertificateStatusResponse Alert = 113
	BadCertificateHashValue      Alert = 114
	UnknownPSKIdentity           Alert = 115
	CertificateRequired          Alert = 116
	NoApplicationProtocol        Alert = 120
	ECHRequired                  Alert = 121
)

// names holds each alert's RFC name and the words that OpenSSL's error reasons
// use for it ("<family> alert <words>").
var names = map[Alert]struct{ name, family string }{
	CloseNotify:                  {"close_notify", "SSL/TLS"},
	UnexpectedMessage:            {"unexpected_message", "SSL/TLS"},
	BadRecordMAC:                 {"bad_record_mac", "SSL/TLS"},
	DecryptionFailed:             {"decryption_failed", "TLSV1"},
	RecordOverflow:               {"record_overflow", "TLSV1"},
	DecompressionFailure:         {"decompression_failure", "SSL/TLS"},
	HandshakeFailure:             {"handshake_failure", "SSL/TLS"},
	NoCertificate:                {"no_certificate", "SSL/TLS"},
	BadCertificate:               {"bad_certificate", "SSL/TLS"},
	UnsupportedCertificate:       {"unsupported_certificate", "SSL/TLS"},
	CertificateRevoked:           {"certificate_revoked", "SSL/TLS"},
	CertificateExpired:           {"certificate_expired", "SSL/TLS"},
	CertificateUnknown:           {"certificate_unknown", "SSL/TLS"},
	IllegalParameter:             {"illegal_parameter", "SSL/TLS"},
	UnknownCA:                    {"unknown_ca", "TLSV1"},
	AccessDenied:                 {"access_denied", "TLSV1"},
	DecodeError:                  {"decode_error", "TLSV1"},
	DecryptError:                 {"decrypt_error", "TLSV1"},
	ExportRestriction:            {"export_restriction", "TLSV1"},
	ProtocolVersion:              {"protocol_version", "TLSV1"},
	InsufficientSecurity:         {"insufficient_security", "TLSV1"},
	InternalError:                {"internal_error", "TLSV1"},
	InappropriateFallback:        {"inappropriate_fallback", "TLSV1"},
	UserCanceled:                 {"user_canceled", "TLSV1"},
	NoRenegotiation:              {"no_renegotiation", "TLSV1"},
	MissingExtension:             {"missing_extension", "TLSV13"},
	UnsupportedExtension:         {"unsupported_extension", "TLSV1"},
	CertificateUnobtainable:      {"certificate_unobtainable", "TLSV1"},
	UnrecognizedName:             {"unrecognized_name", "TLSV1"},
	BadCertificateStatusResponse: {"bad_certificate_status_response", "TLSV1"},
	BadCertificateHashValue:      {"bad_certificate_hash_value", "TLSV1"},
	UnknownPSKIdentity:           {"unknown_psk_identity", "TLSV1"},
	CertificateRequired:          {"certificate_required", "TLSV13"},
	NoApplicationProtocol:        {"no_application_protocol", "TLSV1"},
	ECHRequired:                  {"ech_required", "TLSV1"},
}

// String returns the RFC's name, such as "handshake_failure".
func (a Alert) String() string {
	if n, ok := names[a]; ok {
		return n.name
	}
	return "alert(" + strconv.Itoa(int(a)) + ")"
}

// Level is an AlertLevel (RFC 5246, section 7.2). TLS 1.3 goes by the
// description and ignores it.
type Level uint8

// The two levels.
const (
	Warning Level = 1
	Fatal   Level = 2
)

// Level returns the level that a sender of a gives it.
func (a Alert) Level() Level {
	switch a {
	case CloseNotify, UserCanceled, NoRenegotiation:
		return Warning
	}
	return Fatal
}

// Side says which end of the connection sent an alert.
type Side uint8

// No alert was involved, we sent it, or the peer did.
const (
	None Side = iota
	Us
	Peer
)

// String returns "none", "us" or "peer".
func (s Side) String() string {
	switch s {
	case Us:
		return "us"
	case Peer:
		return "peer"
	}
	return "none"
}
