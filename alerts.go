package polytls

import "polytls/failure"

// Alert is an AlertDescription, one byte (RFC 8446, section 6). An end sends an alert
// before it closes the connection. Compare it with the constants below.
//
// String returns the RFC's name, such as "handshake_failure". Meaning returns a
// sentence that explains the alert. Level returns its usual AlertLevel: 1 for a
// warning, 2 for a fatal alert.
type Alert = failure.Alert

// The registered alerts, by their names in RFC 8446 and the RFCs before it.
const (
	AlertCloseNotify                  = failure.AlertCloseNotify
	AlertUnexpectedMessage            = failure.AlertUnexpectedMessage
	AlertBadRecordMAC                 = failure.AlertBadRecordMAC
	AlertDecryptionFailed             = failure.AlertDecryptionFailed
	AlertRecordOverflow               = failure.AlertRecordOverflow
	AlertDecompressionFailure         = failure.AlertDecompressionFailure
	AlertHandshakeFailure             = failure.AlertHandshakeFailure
	AlertNoCertificate                = failure.AlertNoCertificate
	AlertBadCertificate               = failure.AlertBadCertificate
	AlertUnsupportedCertificate       = failure.AlertUnsupportedCertificate
	AlertCertificateRevoked           = failure.AlertCertificateRevoked
	AlertCertificateExpired           = failure.AlertCertificateExpired
	AlertCertificateUnknown           = failure.AlertCertificateUnknown
	AlertIllegalParameter             = failure.AlertIllegalParameter
	AlertUnknownCA                    = failure.AlertUnknownCA
	AlertAccessDenied                 = failure.AlertAccessDenied
	AlertDecodeError                  = failure.AlertDecodeError
	AlertDecryptError                 = failure.AlertDecryptError
	AlertExportRestriction            = failure.AlertExportRestriction
	AlertProtocolVersion              = failure.AlertProtocolVersion
	AlertInsufficientSecurity         = failure.AlertInsufficientSecurity
	AlertInternalError                = failure.AlertInternalError
	AlertInappropriateFallback        = failure.AlertInappropriateFallback
	AlertUserCanceled                 = failure.AlertUserCanceled
	AlertNoRenegotiation              = failure.AlertNoRenegotiation
	AlertMissingExtension             = failure.AlertMissingExtension
	AlertUnsupportedExtension         = failure.AlertUnsupportedExtension
	AlertCertificateUnobtainable      = failure.AlertCertificateUnobtainable
	AlertUnrecognizedName             = failure.AlertUnrecognizedName
	AlertBadCertificateStatusResponse = failure.AlertBadCertificateStatusResponse
	AlertBadCertificateHashValue      = failure.AlertBadCertificateHashValue
	AlertUnknownPSKIdentity           = failure.AlertUnknownPSKIdentity
	AlertCertificateRequired          = failure.AlertCertificateRequired
	AlertNoApplicationProtocol        = failure.AlertNoApplicationProtocol
	AlertECHRequired                  = failure.AlertECHRequired
)

// Side is the end of the connection that sent an alert. String returns "none", "us"
// or "peer".
type Side = failure.Side

// The values of Side: no alert was sent, we sent it, or the peer sent it.
const (
	SideNone = failure.SideNone
	SideUs   = failure.SideUs
	SidePeer = failure.SidePeer
)
