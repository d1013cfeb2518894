package polytls

import "polytls/internal/alert"

// Alert is an AlertDescription, one byte (RFC 8446, section 6): what a side said
// before it gave up. Compare it with the constants below.
//
// String returns the RFC's name, such as "handshake_failure", Level the
// AlertLevel that a sender gives it: 1 for a warning, 2 for a fatal alert.
type Alert = alert.Alert

// The registered alerts, by their names in RFC 8446 and the RFCs before it.
const (
	AlertCloseNotify                  = alert.CloseNotify
	AlertUnexpectedMessage            = alert.UnexpectedMessage
	AlertBadRecordMAC                 = alert.BadRecordMAC
	AlertDecryptionFailed             = alert.DecryptionFailed
	AlertRecordOverflow               = alert.RecordOverflow
	AlertDecompressionFailure         = alert.DecompressionFailure
	AlertHandshakeFailure             = alert.HandshakeFailure
	AlertNoCertificate                = alert.NoCertificate
	AlertBadCertificate               = alert.BadCertificate
	AlertUnsupportedCertificate       = alert.UnsupportedCertificate
	AlertCertificateRevoked           = alert.CertificateRevoked
	AlertCertificateExpired           = alert.CertificateExpired
	AlertCertificateUnknown           = alert.CertificateUnknown
	AlertIllegalParameter             = alert.IllegalParameter
	AlertUnknownCA                    = alert.UnknownCA
	AlertAccessDenied                 = alert.AccessDenied
	AlertDecodeError                  = alert.DecodeError
	AlertDecryptError                 = alert.DecryptError
	AlertExportRestriction            = alert.ExportRestriction
	AlertProtocolVersion              = alert.ProtocolVersion
	AlertInsufficientSecurity         = alert.InsufficientSecurity
	AlertInternalError                = alert.InternalError
	AlertInappropriateFallback        = alert.InappropriateFallback
	AlertUserCanceled                 = alert.UserCanceled
	AlertNoRenegotiation              = alert.NoRenegotiation
	AlertMissingExtension             = alert.MissingExtension
	AlertUnsupportedExtension         = alert.UnsupportedExtension
	AlertCertificateUnobtainable      = alert.CertificateUnobtainable
	AlertUnrecognizedName             = alert.UnrecognizedName
	AlertBadCertificateStatusResponse = alert.BadCertificateStatusResponse
	AlertBadCertificateHashValue      = alert.BadCertificateHashValue
	AlertUnknownPSKIdentity           = alert.UnknownPSKIdentity
	AlertCertificateRequired          = alert.CertificateRequired
	AlertNoApplicationProtocol        = alert.NoApplicationProtocol
	AlertECHRequired                  = alert.ECHRequired
)

// Side says which end of the connection sent an alert. String returns "none",
// "us" or "peer".
type Side = alert.Side

// No alert was involved, we sent it, or the peer did.
const (
	SideNone = alert.None
	SideUs   = alert.Us
	SidePeer = alert.Peer
)
