package failure

import "strconv"

// Alert is an AlertDescription (RFC 8446, section 6).
type Alert uint8

// The registered alert descriptions.
const (
	AlertCloseNotify                  Alert = 0
	AlertUnexpectedMessage            Alert = 10
	AlertBadRecordMAC                 Alert = 20
	AlertDecryptionFailed             Alert = 21
	AlertRecordOverflow               Alert = 22
	AlertDecompressionFailure         Alert = 30
	AlertHandshakeFailure             Alert = 40
	AlertNoCertificate                Alert = 41
	AlertBadCertificate               Alert = 42
	AlertUnsupportedCertificate       Alert = 43
	AlertCertificateRevoked           Alert = 44
	AlertCertificateExpired           Alert = 45
	AlertCertificateUnknown           Alert = 46
	AlertIllegalParameter             Alert = 47
	AlertUnknownCA                    Alert = 48
	AlertAccessDenied                 Alert = 49
	AlertDecodeError                  Alert = 50
	AlertDecryptError                 Alert = 51
	AlertExportRestriction            Alert = 60
	AlertProtocolVersion              Alert = 70
	AlertInsufficientSecurity         Alert = 71
	AlertInternalError                Alert = 80
	AlertInappropriateFallback        Alert = 86
	AlertUserCanceled                 Alert = 90
	AlertNoRenegotiation              Alert = 100
	AlertMissingExtension             Alert = 109
	AlertUnsupportedExtension         Alert = 110
	AlertCertificateUnobtainable      Alert = 111
	AlertUnrecognizedName             Alert = 112
	AlertBadCertificateStatusResponse Alert = 113
	AlertBadCertificateHashValue      Alert = 114
	AlertUnknownPSKIdentity           Alert = 115
	AlertCertificateRequired          Alert = 116
	AlertNoApplicationProtocol        Alert = 120
	AlertECHRequired                  Alert = 121
)

// names holds each alert's RFC name and the words that OpenSSL's error reasons
// use for it ("<family> alert <words>").
var names = map[Alert]struct{ name, family string }{
	AlertCloseNotify:                  {"close_notify", "SSL/TLS"},
	AlertUnexpectedMessage:            {"unexpected_message", "SSL/TLS"},
	AlertBadRecordMAC:                 {"bad_record_mac", "SSL/TLS"},
	AlertDecryptionFailed:             {"decryption_failed", "TLSV1"},
	AlertRecordOverflow:               {"record_overflow", "TLSV1"},
	AlertDecompressionFailure:         {"decompression_failure", "SSL/TLS"},
	AlertHandshakeFailure:             {"handshake_failure", "SSL/TLS"},
	AlertNoCertificate:                {"no_certificate", "SSL/TLS"},
	AlertBadCertificate:               {"bad_certificate", "SSL/TLS"},
	AlertUnsupportedCertificate:       {"unsupported_certificate", "SSL/TLS"},
	AlertCertificateRevoked:           {"certificate_revoked", "SSL/TLS"},
	AlertCertificateExpired:           {"certificate_expired", "SSL/TLS"},
	AlertCertificateUnknown:           {"certificate_unknown", "SSL/TLS"},
	AlertIllegalParameter:             {"illegal_parameter", "SSL/TLS"},
	AlertUnknownCA:                    {"unknown_ca", "TLSV1"},
	AlertAccessDenied:                 {"access_denied", "TLSV1"},
	AlertDecodeError:                  {"decode_error", "TLSV1"},
	AlertDecryptError:                 {"decrypt_error", "TLSV1"},
	AlertExportRestriction:            {"export_restriction", "TLSV1"},
	AlertProtocolVersion:              {"protocol_version", "TLSV1"},
	AlertInsufficientSecurity:         {"insufficient_security", "TLSV1"},
	AlertInternalError:                {"internal_error", "TLSV1"},
	AlertInappropriateFallback:        {"inappropriate_fallback", "TLSV1"},
	AlertUserCanceled:                 {"user_canceled", "TLSV1"},
	AlertNoRenegotiation:              {"no_renegotiation", "TLSV1"},
	AlertMissingExtension:             {"missing_extension", "TLSV13"},
	AlertUnsupportedExtension:         {"unsupported_extension", "TLSV1"},
	AlertCertificateUnobtainable:      {"certificate_unobtainable", "TLSV1"},
	AlertUnrecognizedName:             {"unrecognized_name", "TLSV1"},
	AlertBadCertificateStatusResponse: {"bad_certificate_status_response", "TLSV1"},
	AlertBadCertificateHashValue:      {"bad_certificate_hash_value", "TLSV1"},
	AlertUnknownPSKIdentity:           {"unknown_psk_identity", "TLSV1"},
	AlertCertificateRequired:          {"certificate_required", "TLSV13"},
	AlertNoApplicationProtocol:        {"no_application_protocol", "TLSV1"},
	AlertECHRequired:                  {"ech_required", "TLSV1"},
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
	LevelWarning Level = 1
	LevelFatal   Level = 2
)

// Level returns the level that a sender of a gives it.
func (a Alert) Level() Level {
	switch a {
	case AlertCloseNotify, AlertUserCanceled, AlertNoRenegotiation:
		return LevelWarning
	}
	return LevelFatal
}

// Side says which end of the connection sent an alert.
type Side uint8

// No alert was involved, we sent it, or the peer did.
const (
	SideNone Side = iota
	SideUs
	SidePeer
)

// String returns "none", "us" or "peer".
func (s Side) String() string {
	switch s {
	case SideUs:
		return "us"
	case SidePeer:
		return "peer"
	}
	return "none"
}
