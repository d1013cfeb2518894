// Package reason is the table of failures of the protocol: Node's code for
// each and the alert that goes with it.
package reason

import (
	"fmt"

	"polytls/internal/alert"
)

// Reason is a row of the table: Node's code and the alert that goes with it
// unless the place of the failure knows a better one. It is an error, so that
// errors.Is(err, reason.DecodeError) asks for the row.
type Reason struct {
	Code  string
	Alert alert.Alert
}

// Error returns the code.
func (r Reason) Error() string { return r.Code }

// NodeCode returns the code, for alert.Error's Is.
func (r Reason) NodeCode() string { return r.Code }

// New makes the error of this reason with the row's own alert.
func (r Reason) New(format string, args ...any) *alert.Error {
	return r.With(r.Alert, format, args...)
}

// With makes the error of this reason with another alert.
func (r Reason) With(a alert.Alert, format string, args ...any) *alert.Error {
	return &alert.Error{Code: r.Code, Reason: fmt.Sprintf(format, args...), Alert: a, AlertFrom: alert.Us}
}

// Local makes the error of this reason where no alert is sent: before a
// connection exists, or after it has ended.
func (r Reason) Local(format string, args ...any) *alert.Error {
	return &alert.Error{Code: r.Code, Reason: fmt.Sprintf(format, args...)}
}

// The codes are "ERR_SSL_" and OpenSSL's reason string, as Node makes them;
// where OpenSSL has no reason of its own, BoringSSL's name stands.
var (
	ALPNCallbackInvalid          = Reason{"ERR_TLS_ALPN_CALLBACK_INVALID_RESULT", alert.InternalError}
	ALPNCallbackWithProtocols    = Reason{"ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS", alert.InternalError}
	ASN1WrongTag                 = Reason{"ERR_OSSL_ASN1_WRONG_TAG", alert.InternalError}
	AltNameFormat                = Reason{"ERR_TLS_CERT_ALTNAME_FORMAT", alert.BadCertificate}
	AppDataInHandshake           = Reason{"ERR_SSL_APP_DATA_IN_HANDSHAKE", alert.UnexpectedMessage}
	BadAlert                     = Reason{"ERR_SSL_BAD_ALERT", alert.DecodeError}
	BadChangeCipherSpec          = Reason{"ERR_SSL_BAD_CHANGE_CIPHER_SPEC", alert.UnexpectedMessage}
	BadCompression               = Reason{"ERR_SSL_BAD_CERTIFICATE_COMPRESSION", alert.BadCertificate}
	BadDHValue                   = Reason{"ERR_SSL_BAD_DH_VALUE", alert.IllegalParameter}
	BadDecrypt                   = Reason{"ERR_OSSL_BAD_DECRYPT", alert.InternalError}
	BadECPoint                   = Reason{"ERR_SSL_BAD_ECPOINT", alert.IllegalParameter}
	BadEarlyData                 = Reason{"ERR_SSL_BAD_EARLY_DATA", alert.IllegalParameter}
	BadExtension                 = Reason{"ERR_SSL_BAD_EXTENSION", alert.IllegalParameter}
	BadKeyUpdate                 = Reason{"ERR_SSL_BAD_KEY_UPDATE", alert.IllegalParameter}
	BadLegacyVersion             = Reason{"ERR_SSL_BAD_LEGACY_VERSION", alert.ProtocolVersion}
	BadPort                      = Reason{"ERR_SOCKET_BAD_PORT", alert.InternalError}
	BadPSK                       = Reason{"ERR_SSL_BAD_PSK", alert.IllegalParameter}
	BadPSKBinder                 = Reason{"ERR_SSL_BINDER_DOES_NOT_VERIFY", alert.DecryptError}
	BadRecordType                = Reason{"ERR_SSL_BAD_RECORD_TYPE", alert.UnexpectedMessage}
	BadSRPParameters             = Reason{"ERR_SSL_BAD_SRP_PARAMETERS", alert.IllegalParameter}
	BadSignature                 = Reason{"ERR_SSL_BAD_SIGNATURE", alert.DecryptError}
	CAKeyTooSmall                = Reason{"ERR_SSL_CA_KEY_TOO_SMALL", alert.BadCertificate}
	Callback                     = Reason{"ERR_SSL_CALLBACK_FAILED", alert.InternalError}
	CalledWrongFunction          = Reason{"ERR_SSL_CALLED_A_FUNCTION_YOU_SHOULD_NOT_CALL", alert.InternalError}
	CertificateVerifyFailed      = Reason{"ERR_SSL_CERTIFICATE_VERIFY_FAILED", alert.BadCertificate}
	Aborted                      = Reason{"ECONNABORTED", alert.UserCanceled}
	ConnectionReset              = Reason{"ECONNRESET", alert.InternalError}
	CryptoInterrupted            = Reason{"ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED", alert.InternalError}
	CryptoOperationFailed        = Reason{"ERR_CRYPTO_OPERATION_FAILED", alert.InternalError}
	CryptoUnsupportedOperation   = Reason{"ERR_CRYPTO_UNSUPPORTED_OPERATION", alert.InternalError}
	DHKeyTooSmall                = Reason{"ERR_SSL_DH_KEY_TOO_SMALL", alert.HandshakeFailure}
	DHParamSize                  = Reason{"ERR_TLS_DH_PARAM_SIZE", alert.InsufficientSecurity}
	DataLengthTooLong            = Reason{"ERR_SSL_DATA_LENGTH_TOO_LONG", alert.RecordOverflow}
	Decode                       = Reason{"ERR_SSL_DECODE_ERROR", alert.DecodeError}
	DecryptionFailed             = Reason{"ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", alert.BadRecordMAC}
	DigestCheckFailed            = Reason{"ERR_SSL_DIGEST_CHECK_FAILED", alert.DecryptError}
	Downgrade                    = Reason{"ERR_SSL_TLS13_DOWNGRADE", alert.IllegalParameter}
	DuplicateExtension           = Reason{"ERR_SSL_DUPLICATE_EXTENSION", alert.DecodeError}
	DuplicateKeyShare            = Reason{"ERR_SSL_DUPLICATE_KEY_SHARE", alert.IllegalParameter}
	EEKeyTooSmall                = Reason{"ERR_SSL_EE_KEY_TOO_SMALL", alert.BadCertificate}
	EmptyHelloRetryRequest       = Reason{"ERR_SSL_EMPTY_HELLO_RETRY_REQUEST", alert.IllegalParameter}
	EncryptedLengthTooLong       = Reason{"ERR_SSL_ENCRYPTED_LENGTH_TOO_LONG", alert.RecordOverflow}
	ExcessHandshakeData          = Reason{"ERR_SSL_EXCESS_HANDSHAKE_DATA", alert.UnexpectedMessage}
	ExcessiveMessageSize         = Reason{"ERR_SSL_EXCESSIVE_MESSAGE_SIZE", alert.IllegalParameter}
	ExtensionNotReceived         = Reason{"ERR_SSL_EXTENSION_NOT_RECEIVED", alert.MissingExtension}
	HTTPRequest                  = Reason{"ERR_SSL_HTTP_REQUEST", alert.UnexpectedMessage}
	HTTPSProxyRequest            = Reason{"ERR_SSL_HTTPS_PROXY_REQUEST", alert.UnexpectedMessage}
	HandshakeTimeout             = Reason{"ERR_TLS_HANDSHAKE_TIMEOUT", alert.UserCanceled}
	HostnameMismatch             = Reason{"ERR_TLS_CERT_ALTNAME_INVALID", alert.BadCertificate}
	IllegalExporterLabel         = Reason{"ERR_SSL_TLS_ILLEGAL_EXPORTER_LABEL", alert.InternalError}
	InappropriateFallback        = Reason{"ERR_SSL_INAPPROPRIATE_FALLBACK", alert.InappropriateFallback}
	InconsistentEMS              = Reason{"ERR_SSL_INCONSISTENT_EXTMS", alert.HandshakeFailure}
	Internal                     = Reason{"ERR_SSL_INTERNAL_ERROR", alert.InternalError}
	InvalidALPN                  = Reason{"ERR_SSL_INVALID_ALPN_PROTOCOL", alert.IllegalParameter}
	InvalidArgValue              = Reason{"ERR_INVALID_ARG_VALUE", alert.InternalError}
	InvalidCommand               = Reason{"ERR_SSL_INVALID_COMMAND", alert.InternalError}
	InvalidMaxFragmentLength     = Reason{"ERR_SSL_SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH", alert.IllegalParameter}
	InvalidCompression           = Reason{"ERR_SSL_INVALID_COMPRESSION_ALGORITHM", alert.IllegalParameter}
	InvalidContext               = Reason{"ERR_TLS_INVALID_CONTEXT", alert.InternalError}
	InvalidProtocolMethod        = Reason{"ERR_TLS_INVALID_PROTOCOL_METHOD", alert.InternalError}
	InvalidProtocolVersion       = Reason{"ERR_TLS_INVALID_PROTOCOL_VERSION", alert.InternalError}
	InvalidRawPublicKey          = Reason{"ERR_SSL_INVALID_RAW_PUBLIC_KEY", alert.DecodeError}
	InvalidSessionID             = Reason{"ERR_SSL_INVALID_SESSION_ID", alert.IllegalParameter}
	InvalidState                 = Reason{"ERR_TLS_INVALID_STATE", alert.InternalError}
	KeyTypeMismatch              = Reason{"ERR_OSSL_X509_KEY_TYPE_MISMATCH", alert.InternalError}
	KeyUsage                     = Reason{"ERR_SSL_KEY_USAGE_BIT_INCORRECT", alert.IllegalParameter}
	KeyValuesMismatch            = Reason{"ERR_OSSL_X509_KEY_VALUES_MISMATCH", alert.InternalError}
	LengthMismatch               = Reason{"ERR_SSL_LENGTH_MISMATCH", alert.DecodeError}
	MissingArgs                  = Reason{"ERR_MISSING_ARGS", alert.InternalError}
	MissingExtension             = Reason{"ERR_SSL_MISSING_EXTENSION", alert.MissingExtension}
	MissingKeyShare              = Reason{"ERR_SSL_MISSING_KEY_SHARE", alert.MissingExtension}
	MissingSigAlgs               = Reason{"ERR_SSL_MISSING_SIGALGS_EXTENSION", alert.MissingExtension}
	MissingSupportedGroups       = Reason{"ERR_SSL_MISSING_SUPPORTED_GROUPS_EXTENSION", alert.MissingExtension}
	MixedHandshakeAndNonHand     = Reason{"ERR_SSL_MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA", alert.UnexpectedMessage}
	NoApplicationProtocol        = Reason{"ERR_SSL_NO_APPLICATION_PROTOCOL", alert.NoApplicationProtocol}
	NoCertificateReturned        = Reason{"ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", alert.HandshakeFailure}
	NoCipherMatch                = Reason{"ERR_SSL_NO_CIPHER_MATCH", alert.InternalError}
	NoCiphersAvailable           = Reason{"ERR_SSL_NO_CIPHERS_AVAILABLE", alert.InternalError}
	NoCompressionSpecified       = Reason{"ERR_SSL_NO_COMPRESSION_SPECIFIED", alert.IllegalParameter}
	NoProtocolsAvailable         = Reason{"ERR_SSL_NO_PROTOCOLS_AVAILABLE", alert.ProtocolVersion}
	NoRenegotiation              = Reason{"ERR_SSL_NO_RENEGOTIATION", alert.NoRenegotiation}
	NoSharedCipher               = Reason{"ERR_SSL_NO_SHARED_CIPHER", alert.HandshakeFailure}
	NoSharedSignatureAlgorithms  = Reason{"ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS", alert.HandshakeFailure}
	NoSuitableGroups             = Reason{"ERR_SSL_NO_SUITABLE_GROUPS", alert.InternalError}
	NoSuitableKeyShare           = Reason{"ERR_SSL_NO_SUITABLE_KEY_SHARE", alert.HandshakeFailure}
	NoSuitableSignatureAlgorithm = Reason{"ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM", alert.HandshakeFailure}
	OldSessionCipherNotReturned  = Reason{"ERR_SSL_OLD_SESSION_CIPHER_NOT_RETURNED", alert.IllegalParameter}
	OldSessionPRFHash            = Reason{"ERR_SSL_OLD_SESSION_PRF_HASH_MISMATCH", alert.IllegalParameter}
	OldSessionVersion            = Reason{"ERR_SSL_OLD_SESSION_VERSION_NOT_RETURNED", alert.IllegalParameter}
	OutOfRange                   = Reason{"ERR_OUT_OF_RANGE", alert.InternalError}
	PEMBadBase64                 = Reason{"ERR_OSSL_PEM_BAD_BASE64_DECODE", alert.InternalError}
	PEMBadEndLine                = Reason{"ERR_OSSL_PEM_BAD_END_LINE", alert.InternalError}
	PEMNoStartLine               = Reason{"ERR_OSSL_PEM_NO_START_LINE", alert.InternalError}
	PSKIdentityNotFound          = Reason{"ERR_SSL_PSK_IDENTITY_NOT_FOUND", alert.UnknownPSKIdentity}
	PassedInvalidArgument        = Reason{"ERR_SSL_PASSED_INVALID_ARGUMENT", alert.InternalError}
	ProtocolVersionConflict      = Reason{"ERR_TLS_PROTOCOL_VERSION_CONFLICT", alert.InternalError}
	RenegotiationDisabled        = Reason{"ERR_TLS_RENEGOTIATION_DISABLED", alert.NoRenegotiation}
	RenegotiationMismatch        = Reason{"ERR_SSL_RENEGOTIATION_MISMATCH", alert.HandshakeFailure}
	RequiredServerName           = Reason{"ERR_TLS_REQUIRED_SERVER_NAME", alert.InternalError}
	SSLv2Hello                   = Reason{"ERR_SSL_UNKNOWN_PROTOCOL", alert.ProtocolVersion}
	ServerCertChanged            = Reason{"ERR_SSL_SERVER_CERT_CHANGED", alert.IllegalParameter}
	SessionAttack                = Reason{"ERR_TLS_SESSION_ATTACK", alert.NoRenegotiation}
	TooManyEmptyFragments        = Reason{"ERR_SSL_TOO_MANY_EMPTY_FRAGMENTS", alert.UnexpectedMessage}
	TooManyKeyUpdates            = Reason{"ERR_SSL_TOO_MANY_KEY_UPDATES", alert.UnexpectedMessage}
	TooManyWarnAlerts            = Reason{"ERR_SSL_TOO_MANY_WARN_ALERTS", alert.UnexpectedMessage}
	TooMuchEarlyData             = Reason{"ERR_SSL_TOO_MUCH_EARLY_DATA", alert.UnexpectedMessage}
	TooMuchSkippedEarlyData      = Reason{"ERR_SSL_TOO_MUCH_SKIPPED_EARLY_DATA", alert.UnexpectedMessage}
	UnexpectedExtension          = Reason{"ERR_SSL_UNSOLICITED_EXTENSION", alert.UnsupportedExtension}
	UnexpectedMessage            = Reason{"ERR_SSL_UNEXPECTED_MESSAGE", alert.UnexpectedMessage}
	UnexpectedRecord             = Reason{"ERR_SSL_UNEXPECTED_RECORD", alert.UnexpectedMessage}
	UnknownAlertType             = Reason{"ERR_SSL_UNKNOWN_ALERT_TYPE", alert.IllegalParameter}
	UnknownCertificateType       = Reason{"ERR_SSL_UNKNOWN_CERTIFICATE_TYPE", alert.UnsupportedCertificate}
	UnknownCipherReturned        = Reason{"ERR_SSL_UNKNOWN_CIPHER_RETURNED", alert.IllegalParameter}
	UnknownCompression           = Reason{"ERR_SSL_UNKNOWN_CERT_COMPRESSION_ALG", alert.IllegalParameter}
	ModulusTooLarge              = Reason{"ERR_SSL_MODULUS_TOO_LARGE", alert.BadCertificate}
	UnreadableCertificate        = Reason{"ERR_SSL_CANNOT_PARSE_LEAF_CERT", alert.DecodeError}
	UnsafeLegacyRenegotiation    = Reason{"ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED", alert.HandshakeFailure}
	UnsupportedCertificate       = Reason{"ERR_SSL_UNSUPPORTED_CERTIFICATE", alert.UnsupportedCertificate}
	UnsupportedKey               = Reason{"ERR_OSSL_UNSUPPORTED", alert.InternalError}
	UnsupportedCipher            = Reason{"ERR_OSSL_EVP_UNSUPPORTED", alert.InternalError}
	UnsupportedProtocol          = Reason{"ERR_SSL_UNSUPPORTED_PROTOCOL", alert.ProtocolVersion}
	WrongCertificateType         = Reason{"ERR_SSL_WRONG_CERTIFICATE_TYPE", alert.IllegalParameter}
	WrongCipherReturned          = Reason{"ERR_SSL_WRONG_CIPHER_RETURNED", alert.IllegalParameter}
	WrongCurve                   = Reason{"ERR_SSL_WRONG_CURVE", alert.IllegalParameter}
	WrongSSLVersion              = Reason{"ERR_SSL_WRONG_SSL_VERSION", alert.ProtocolVersion}
	WrongSignatureType           = Reason{"ERR_SSL_WRONG_SIGNATURE_TYPE", alert.IllegalParameter}
	WrongVersionNumber           = Reason{"ERR_SSL_WRONG_VERSION_NUMBER", alert.ProtocolVersion}
)
