package failure

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

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

type alertRow struct {
	name    string // the RFC's
	openssl string // OpenSSL's reason for receiving the alert, "" if it has none
	meaning string
	remedy  string // what to do when the peer sends it
}

// alerts is the table of the registered alerts, by number.
var alerts = map[Alert]alertRow{
	AlertCloseNotify: {
		"close_notify", "",
		"the sender sends no more data",
		"see the peer's log for why it closed the connection",
	},
	AlertUnexpectedMessage: {
		"unexpected_message", "ssl/tls alert unexpected message",
		"a message came that is not allowed at that point",
		oursAtFault,
	},
	AlertBadRecordMAC: {
		"bad_record_mac", "ssl/tls alert bad record mac",
		"a record does not decrypt under the keys of the connection",
		"check that both ends have the same pre-shared key or password, and that nothing between them changes what they send",
	},
	AlertDecryptionFailed: {
		"decryption_failed", "tlsv1 alert decryption failed",
		"a record does not decrypt; no current version sends this",
		oursAtFault,
	},
	AlertRecordOverflow: {
		"record_overflow", "tlsv1 alert record overflow",
		"a record is longer than TLS or the connection allows",
		oursAtFault,
	},
	AlertDecompressionFailure: {
		"decompression_failure", "ssl/tls alert decompression failure",
		"a record cannot be decompressed; no current version sends this",
		oursAtFault,
	},
	AlertHandshakeFailure: {
		"handshake_failure", "ssl/tls alert handshake failure",
		"the two ends have no parameters in common, or a certificate is missing",
		"allow more in Ciphers, ECDHCurve and Sigalgs; a server may also require a certificate of the client",
	},
	AlertNoCertificate: {
		"no_certificate", "ssl/tls alert no certificate",
		"the client has no certificate; only SSL 3.0 sends this",
		"give the client a certificate and its key",
	},
	AlertBadCertificate: {
		"bad_certificate", "ssl/tls alert bad certificate",
		"a certificate is damaged, or its signature does not verify",
		"see the peer's log for why it does not accept our certificate",
	},
	AlertUnsupportedCertificate: {
		"unsupported_certificate", "ssl/tls alert unsupported certificate",
		"a certificate is of a type or for a use that is not accepted",
		"use a certificate that was issued for this end: clientAuth or serverAuth",
	},
	AlertCertificateRevoked: {
		"certificate_revoked", "ssl/tls alert certificate revoked",
		"the issuer of a certificate has withdrawn it",
		"use a certificate that is not revoked",
	},
	AlertCertificateExpired: {
		"certificate_expired", "ssl/tls alert certificate expired",
		"a certificate has expired or is not valid yet",
		"renew the certificate, and check the clocks of both ends",
	},
	AlertCertificateUnknown: {
		"certificate_unknown", "ssl/tls alert certificate unknown",
		"a certificate is not acceptable for some other reason",
		"see the peer's log for why it does not accept our certificate",
	},
	AlertIllegalParameter: {
		"illegal_parameter", "ssl/tls alert illegal parameter",
		"a field of the handshake is out of range or contradicts another",
		oursAtFault,
	},
	AlertUnknownCA: {
		"unknown_ca", "tlsv1 alert unknown ca",
		"the issuer of a certificate is not known or not trusted",
		"send the whole chain, and have the peer trust its root",
	},
	AlertAccessDenied: {
		"access_denied", "tlsv1 alert access denied",
		"a certificate or key is valid, but its owner is not allowed to connect",
		"ask the operator of the peer for access",
	},
	AlertDecodeError: {
		"decode_error", "tlsv1 alert decode error",
		"a message cannot be read",
		oursAtFault,
	},
	AlertDecryptError: {
		"decrypt_error", "tlsv1 alert decrypt error",
		"a signature, a Finished message or a binder does not verify",
		"check that both ends have the same pre-shared key or password, and that nothing between them changes what they send",
	},
	AlertExportRestriction: {
		"export_restriction", "tlsv1 alert export restriction",
		"export rules forbid the parameters; no current version sends this",
		oursAtFault,
	},
	AlertProtocolVersion: {
		"protocol_version", "tlsv1 alert protocol version",
		"the version that was offered is not supported",
		"widen MinVersion and MaxVersion",
	},
	AlertInsufficientSecurity: {
		"insufficient_security", "tlsv1 alert insufficient security",
		"the parameters that were offered are not secure enough",
		"allow stronger ones in Ciphers and ECDHCurve",
	},
	AlertInternalError: {
		"internal_error", "tlsv1 alert internal error",
		"the sender failed for a reason that is not the fault of the other end",
		"see the peer's log",
	},
	AlertInappropriateFallback: {
		"inappropriate_fallback", "tlsv1 alert inappropriate fallback",
		"the client fell back to an earlier version although both ends support a later one",
		"look for what breaks the first attempt; a client should not fall back by itself",
	},
	AlertUserCanceled: {
		"user_canceled", "tlsv1 alert user cancelled",
		"the sender gives up the handshake",
		"see the peer's log for who gave up and why",
	},
	AlertNoRenegotiation: {
		"no_renegotiation", "tlsv1 alert no renegotiation",
		"the sender does not renegotiate",
		"open a new connection instead",
	},
	AlertMissingExtension: {
		"missing_extension", "tlsv13 alert missing extension",
		"a message lacks an extension that it needs",
		oursAtFault,
	},
	AlertUnsupportedExtension: {
		"unsupported_extension", "tlsv1 unsupported extension",
		"a message has an extension that was not offered",
		oursAtFault,
	},
	AlertCertificateUnobtainable: {
		"certificate_unobtainable", "tlsv1 certificate unobtainable",
		"a certificate cannot be fetched from its URL (RFC 6066)",
		oursAtFault,
	},
	AlertUnrecognizedName: {
		"unrecognized_name", "tlsv1 unrecognized name",
		"the server serves no host of the name that was asked for",
		"set ServerName to a host that the server knows",
	},
	AlertBadCertificateStatusResponse: {
		"bad_certificate_status_response", "tlsv1 bad certificate status response",
		"an OCSP response is not valid",
		"have the server staple a current OCSP response",
	},
	AlertBadCertificateHashValue: {
		"bad_certificate_hash_value", "tlsv1 bad certificate hash value",
		"a certificate does not have the hash that was announced (RFC 6066)",
		oursAtFault,
	},
	AlertUnknownPSKIdentity: {
		"unknown_psk_identity", "tlsv1 alert unknown psk identity",
		"the server does not know the pre-shared key or user",
		"check the identity or user name at both ends",
	},
	AlertCertificateRequired: {
		"certificate_required", "tlsv13 alert certificate required",
		"the server requires a certificate of the client",
		"give the client a certificate and its key",
	},
	AlertNoApplicationProtocol: {
		"no_application_protocol", "tlsv1 alert no application protocol",
		"the two ends have no application protocol (ALPN) in common",
		"add a protocol of the peer to ALPNProtocols",
	},
	AlertECHRequired: {
		"ech_required", "",
		"the server requires encrypted ClientHellos",
		"use a client that supports them: this library does not",
	},
}

// oursAtFault is the remedy if the peer reports that we violate the protocol.
const oursAtFault = "see the peer's log for what it does not accept, and look for a device between the two ends that changes what they send"

// Alerts returns the registered alerts in the order of their numbers.
func Alerts() iter.Seq[Alert] {
	return slices.Values(slices.Sorted(maps.Keys(alerts)))
}

// String returns the RFC's name, such as "handshake_failure".
func (a Alert) String() string {
	if row, ok := alerts[a]; ok {
		return row.name
	}
	return "alert(" + strconv.Itoa(int(a)) + ")"
}

// Meaning returns one sentence that describes a.
func (a Alert) Meaning() string {
	if row, ok := alerts[a]; ok {
		return row.meaning
	}
	return "no RFC defines this alert"
}

// received returns the failure of an alert that the peer sent, with the code that Node
// 26 has; OpenSSL has no reason for alerts that it does not know.
func received(a Alert) Failure {
	row, ok := alerts[a]
	f := Failure{
		Code:    "ERR_SSL_TLSV1_ALERT_" + strconv.Itoa(int(a)),
		Alert:   a,
		OpenSSL: row.openssl,
		Meaning: "the peer sent the alert " + a.String() + ": " + a.Meaning(),
		Remedy:  row.remedy,
	}
	switch {
	case row.openssl != "":
		f.Code = "ERR_SSL_" + strings.ToUpper(strings.ReplaceAll(row.openssl, " ", "_"))
	case ok:
		f.Code = "ERR_SSL_TLSV1_ALERT_" + strings.ToUpper(row.name)
	default:
		f.Remedy = oursAtFault
	}
	return f
}

// Received returns the error of an alert that the peer sent.
func Received(a Alert) *Error {
	return &Error{
		Code:      received(a).Code,
		Reason:    "the peer sent the alert " + a.String(),
		Alert:     a,
		AlertFrom: SidePeer,
	}
}

// Level is an AlertLevel (RFC 5246, section 7.2). TLS 1.3 ignores it and uses only the
// description.
type Level uint8

// The two levels.
const (
	LevelWarning Level = 1
	LevelFatal   Level = 2
)

// Level returns the level with which a is sent.
func (a Alert) Level() Level {
	switch a {
	case AlertCloseNotify, AlertUserCanceled, AlertNoRenegotiation:
		return LevelWarning
	}
	return LevelFatal
}

// Side says which end of the connection sent an alert.
type Side uint8

// The values of Side: no alert was sent, we sent it, or the peer sent it.
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
