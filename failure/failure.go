// Package failure is the table of failures: the code that Node has for each, the
// alert that goes with it, and the error that carries both.
//
// The place that detects a failure makes the error from a row, and so chooses the
// alert; only the ends of a conversation send one.
package failure

import (
	"fmt"
)

// Failure is a row of the table: Node's code and the alert that goes with it
// unless the place of the failure knows a better one. It is an error, so that
// errors.Is(err, failure.Decode) asks for the row.
type Failure struct {
	Code  string
	Alert Alert
}

// Error returns the code.
func (r Failure) Error() string { return r.Code }

// NodeCode returns the code, for Error's Is.
func (r Failure) NodeCode() string { return r.Code }

// New makes the error of this failure with the row's own alert.
func (r Failure) New(format string, args ...any) *Error {
	return r.With(r.Alert, format, args...)
}

// With makes the error of this failure with another alert.
func (r Failure) With(a Alert, format string, args ...any) *Error {
	return &Error{Code: r.Code, Reason: fmt.Sprintf(format, args...), Alert: a, AlertFrom: SideUs}
}

// Local makes the error of this failure where no alert is sent: before a
// connection exists, or after it has ended.
func (r Failure) Local(format string, args ...any) *Error {
	return &Error{Code: r.Code, Reason: fmt.Sprintf(format, args...)}
}

// The codes are "ERR_SSL_" and OpenSSL's reason string, as Node makes them;
// where OpenSSL has no reason of its own, BoringSSL's name stands.
var (
	ALPNCallbackInvalid          = Failure{"ERR_TLS_ALPN_CALLBACK_INVALID_RESULT", AlertInternalError}
	ALPNCallbackWithProtocols    = Failure{"ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS", AlertInternalError}
	ASN1WrongTag                 = Failure{"ERR_OSSL_ASN1_WRONG_TAG", AlertInternalError}
	AltNameFormat                = Failure{"ERR_TLS_CERT_ALTNAME_FORMAT", AlertBadCertificate}
	AppDataInHandshake           = Failure{"ERR_SSL_APP_DATA_IN_HANDSHAKE", AlertUnexpectedMessage}
	BadAlert                     = Failure{"ERR_SSL_BAD_ALERT", AlertDecodeError}
	BadChangeCipherSpec          = Failure{"ERR_SSL_BAD_CHANGE_CIPHER_SPEC", AlertUnexpectedMessage}
	BadCompression               = Failure{"ERR_SSL_BAD_CERTIFICATE_COMPRESSION", AlertBadCertificate}
	BadDHValue                   = Failure{"ERR_SSL_BAD_DH_VALUE", AlertIllegalParameter}
	BadDecrypt                   = Failure{"ERR_OSSL_BAD_DECRYPT", AlertInternalError}
	BadECPoint                   = Failure{"ERR_SSL_BAD_ECPOINT", AlertIllegalParameter}
	BadEarlyData                 = Failure{"ERR_SSL_BAD_EARLY_DATA", AlertIllegalParameter}
	BadExtension                 = Failure{"ERR_SSL_BAD_EXTENSION", AlertIllegalParameter}
	BadKeyUpdate                 = Failure{"ERR_SSL_BAD_KEY_UPDATE", AlertIllegalParameter}
	BadLegacyVersion             = Failure{"ERR_SSL_BAD_LEGACY_VERSION", AlertProtocolVersion}
	BadPort                      = Failure{"ERR_SOCKET_BAD_PORT", AlertInternalError}
	BadPSK                       = Failure{"ERR_SSL_BAD_PSK", AlertIllegalParameter}
	BadPSKBinder                 = Failure{"ERR_SSL_BINDER_DOES_NOT_VERIFY", AlertDecryptError}
	BadRecordType                = Failure{"ERR_SSL_BAD_RECORD_TYPE", AlertUnexpectedMessage}
	BadSRPParameters             = Failure{"ERR_SSL_BAD_SRP_PARAMETERS", AlertIllegalParameter}
	BadSignature                 = Failure{"ERR_SSL_BAD_SIGNATURE", AlertDecryptError}
	CAKeyTooSmall                = Failure{"ERR_SSL_CA_KEY_TOO_SMALL", AlertBadCertificate}
	Callback                     = Failure{"ERR_SSL_CALLBACK_FAILED", AlertInternalError}
	CalledWrongFunction          = Failure{"ERR_SSL_CALLED_A_FUNCTION_YOU_SHOULD_NOT_CALL", AlertInternalError}
	CertificateVerifyFailed      = Failure{"ERR_SSL_CERTIFICATE_VERIFY_FAILED", AlertBadCertificate}
	CheckPNotPrime               = Failure{"ERR_SSL_CHECK_P_NOT_PRIME", AlertIllegalParameter}
	Aborted                      = Failure{"ECONNABORTED", AlertUserCanceled}
	ConnectionReset              = Failure{"ECONNRESET", AlertInternalError}
	CryptoInterrupted            = Failure{"ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED", AlertInternalError}
	CryptoOperationFailed        = Failure{"ERR_CRYPTO_OPERATION_FAILED", AlertInternalError}
	CryptoUnsupportedOperation   = Failure{"ERR_CRYPTO_UNSUPPORTED_OPERATION", AlertInternalError}
	DHKeyTooSmall                = Failure{"ERR_SSL_DH_KEY_TOO_SMALL", AlertHandshakeFailure}
	DHParamSize                  = Failure{"ERR_TLS_DH_PARAM_SIZE", AlertInsufficientSecurity}
	DataLengthTooLong            = Failure{"ERR_SSL_DATA_LENGTH_TOO_LONG", AlertRecordOverflow}
	Decode                       = Failure{"ERR_SSL_DECODE_ERROR", AlertDecodeError}
	DecryptionFailed             = Failure{"ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", AlertBadRecordMAC}
	DigestCheckFailed            = Failure{"ERR_SSL_DIGEST_CHECK_FAILED", AlertDecryptError}
	Downgrade                    = Failure{"ERR_SSL_TLS13_DOWNGRADE", AlertIllegalParameter}
	DuplicateExtension           = Failure{"ERR_SSL_DUPLICATE_EXTENSION", AlertDecodeError}
	DuplicateKeyShare            = Failure{"ERR_SSL_DUPLICATE_KEY_SHARE", AlertIllegalParameter}
	EEKeyTooSmall                = Failure{"ERR_SSL_EE_KEY_TOO_SMALL", AlertBadCertificate}
	EmptyHelloRetryRequest       = Failure{"ERR_SSL_EMPTY_HELLO_RETRY_REQUEST", AlertIllegalParameter}
	EncryptedLengthTooLong       = Failure{"ERR_SSL_ENCRYPTED_LENGTH_TOO_LONG", AlertRecordOverflow}
	ExcessHandshakeData          = Failure{"ERR_SSL_EXCESS_HANDSHAKE_DATA", AlertUnexpectedMessage}
	ExcessiveMessageSize         = Failure{"ERR_SSL_EXCESSIVE_MESSAGE_SIZE", AlertIllegalParameter}
	ExtensionNotReceived         = Failure{"ERR_SSL_EXTENSION_NOT_RECEIVED", AlertMissingExtension}
	HTTPRequest                  = Failure{"ERR_SSL_HTTP_REQUEST", AlertUnexpectedMessage}
	HTTPSProxyRequest            = Failure{"ERR_SSL_HTTPS_PROXY_REQUEST", AlertUnexpectedMessage}
	HandshakeTimeout             = Failure{"ERR_TLS_HANDSHAKE_TIMEOUT", AlertUserCanceled}
	HostnameMismatch             = Failure{"ERR_TLS_CERT_ALTNAME_INVALID", AlertBadCertificate}
	IllegalExporterLabel         = Failure{"ERR_SSL_TLS_ILLEGAL_EXPORTER_LABEL", AlertInternalError}
	InappropriateFallback        = Failure{"ERR_SSL_INAPPROPRIATE_FALLBACK", AlertInappropriateFallback}
	InconsistentEMS              = Failure{"ERR_SSL_INCONSISTENT_EXTMS", AlertHandshakeFailure}
	Internal                     = Failure{"ERR_SSL_INTERNAL_ERROR", AlertInternalError}
	InvalidALPN                  = Failure{"ERR_SSL_INVALID_ALPN_PROTOCOL", AlertIllegalParameter}
	InvalidArgValue              = Failure{"ERR_INVALID_ARG_VALUE", AlertInternalError}
	InvalidCommand               = Failure{"ERR_SSL_INVALID_COMMAND", AlertInternalError}
	InvalidMaxFragmentLength     = Failure{"ERR_SSL_SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH", AlertIllegalParameter}
	InvalidCompression           = Failure{"ERR_SSL_INVALID_COMPRESSION_ALGORITHM", AlertIllegalParameter}
	InvalidContext               = Failure{"ERR_TLS_INVALID_CONTEXT", AlertInternalError}
	InvalidProtocolMethod        = Failure{"ERR_TLS_INVALID_PROTOCOL_METHOD", AlertInternalError}
	InvalidProtocolVersion       = Failure{"ERR_TLS_INVALID_PROTOCOL_VERSION", AlertInternalError}
	InvalidRawPublicKey          = Failure{"ERR_SSL_INVALID_RAW_PUBLIC_KEY", AlertDecodeError}
	InvalidSessionID             = Failure{"ERR_SSL_INVALID_SESSION_ID", AlertIllegalParameter}
	InvalidState                 = Failure{"ERR_TLS_INVALID_STATE", AlertInternalError}
	KeyTypeMismatch              = Failure{"ERR_OSSL_X509_KEY_TYPE_MISMATCH", AlertInternalError}
	KeyUsage                     = Failure{"ERR_SSL_KEY_USAGE_BIT_INCORRECT", AlertIllegalParameter}
	KeyValuesMismatch            = Failure{"ERR_OSSL_X509_KEY_VALUES_MISMATCH", AlertInternalError}
	LengthMismatch               = Failure{"ERR_SSL_LENGTH_MISMATCH", AlertDecodeError}
	MissingArgs                  = Failure{"ERR_MISSING_ARGS", AlertInternalError}
	MissingExtension             = Failure{"ERR_SSL_MISSING_EXTENSION", AlertMissingExtension}
	MissingKeyShare              = Failure{"ERR_SSL_MISSING_KEY_SHARE", AlertMissingExtension}
	MissingSigAlgs               = Failure{"ERR_SSL_MISSING_SIGALGS_EXTENSION", AlertMissingExtension}
	MissingSupportedGroups       = Failure{"ERR_SSL_MISSING_SUPPORTED_GROUPS_EXTENSION", AlertMissingExtension}
	MixedHandshakeAndNonHand     = Failure{"ERR_SSL_MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA", AlertUnexpectedMessage}
	ModulusTooLarge              = Failure{"ERR_SSL_MODULUS_TOO_LARGE", AlertBadCertificate}
	ModulusTooSmall              = Failure{"ERR_SSL_MODULUS_TOO_SMALL", AlertIllegalParameter}
	NoApplicationProtocol        = Failure{"ERR_SSL_NO_APPLICATION_PROTOCOL", AlertNoApplicationProtocol}
	NoCertificateReturned        = Failure{"ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", AlertHandshakeFailure}
	NoCipherMatch                = Failure{"ERR_SSL_NO_CIPHER_MATCH", AlertInternalError}
	NoCiphersAvailable           = Failure{"ERR_SSL_NO_CIPHERS_AVAILABLE", AlertInternalError}
	NoCompressionSpecified       = Failure{"ERR_SSL_NO_COMPRESSION_SPECIFIED", AlertIllegalParameter}
	NoProtocolsAvailable         = Failure{"ERR_SSL_NO_PROTOCOLS_AVAILABLE", AlertProtocolVersion}
	NoRenegotiation              = Failure{"ERR_SSL_NO_RENEGOTIATION", AlertNoRenegotiation}
	NoSharedCipher               = Failure{"ERR_SSL_NO_SHARED_CIPHER", AlertHandshakeFailure}
	NoSharedSignatureAlgorithms  = Failure{"ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS", AlertHandshakeFailure}
	NoSuitableGroups             = Failure{"ERR_SSL_NO_SUITABLE_GROUPS", AlertInternalError}
	NoSuitableKeyShare           = Failure{"ERR_SSL_NO_SUITABLE_KEY_SHARE", AlertHandshakeFailure}
	NoSuitableSignatureAlgorithm = Failure{"ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM", AlertHandshakeFailure}
	NotSuitableGenerator         = Failure{"ERR_SSL_NOT_SUITABLE_GENERATOR", AlertIllegalParameter}
	OldSessionCipherNotReturned  = Failure{"ERR_SSL_OLD_SESSION_CIPHER_NOT_RETURNED", AlertIllegalParameter}
	OldSessionPRFHash            = Failure{"ERR_SSL_OLD_SESSION_PRF_HASH_MISMATCH", AlertIllegalParameter}
	OldSessionVersion            = Failure{"ERR_SSL_OLD_SESSION_VERSION_NOT_RETURNED", AlertIllegalParameter}
	OutOfRange                   = Failure{"ERR_OUT_OF_RANGE", AlertInternalError}
	PEMBadBase64                 = Failure{"ERR_OSSL_PEM_BAD_BASE64_DECODE", AlertInternalError}
	PEMBadEndLine                = Failure{"ERR_OSSL_PEM_BAD_END_LINE", AlertInternalError}
	PEMNoStartLine               = Failure{"ERR_OSSL_PEM_NO_START_LINE", AlertInternalError}
	PSKIdentityNotFound          = Failure{"ERR_SSL_PSK_IDENTITY_NOT_FOUND", AlertUnknownPSKIdentity}
	PassedInvalidArgument        = Failure{"ERR_SSL_PASSED_INVALID_ARGUMENT", AlertInternalError}
	ProtocolVersionConflict      = Failure{"ERR_TLS_PROTOCOL_VERSION_CONFLICT", AlertInternalError}
	RenegotiationDisabled        = Failure{"ERR_TLS_RENEGOTIATION_DISABLED", AlertNoRenegotiation}
	RenegotiationMismatch        = Failure{"ERR_SSL_RENEGOTIATION_MISMATCH", AlertHandshakeFailure}
	RequiredServerName           = Failure{"ERR_TLS_REQUIRED_SERVER_NAME", AlertInternalError}
	SSLv2Hello                   = Failure{"ERR_SSL_UNKNOWN_PROTOCOL", AlertProtocolVersion}
	ServerCertChanged            = Failure{"ERR_SSL_SERVER_CERT_CHANGED", AlertIllegalParameter}
	SessionAttack                = Failure{"ERR_TLS_SESSION_ATTACK", AlertNoRenegotiation}
	TooManyEmptyFragments        = Failure{"ERR_SSL_TOO_MANY_EMPTY_FRAGMENTS", AlertUnexpectedMessage}
	TooManyKeyUpdates            = Failure{"ERR_SSL_TOO_MANY_KEY_UPDATES", AlertUnexpectedMessage}
	TooManyWarnAlerts            = Failure{"ERR_SSL_TOO_MANY_WARN_ALERTS", AlertUnexpectedMessage}
	TooMuchEarlyData             = Failure{"ERR_SSL_TOO_MUCH_EARLY_DATA", AlertUnexpectedMessage}
	TooMuchSkippedEarlyData      = Failure{"ERR_SSL_TOO_MUCH_SKIPPED_EARLY_DATA", AlertUnexpectedMessage}
	UnexpectedExtension          = Failure{"ERR_SSL_UNSOLICITED_EXTENSION", AlertUnsupportedExtension}
	UnexpectedMessage            = Failure{"ERR_SSL_UNEXPECTED_MESSAGE", AlertUnexpectedMessage}
	UnexpectedRecord             = Failure{"ERR_SSL_UNEXPECTED_RECORD", AlertUnexpectedMessage}
	UnknownAlertType             = Failure{"ERR_SSL_UNKNOWN_ALERT_TYPE", AlertIllegalParameter}
	UnknownCertificateType       = Failure{"ERR_SSL_UNKNOWN_CERTIFICATE_TYPE", AlertUnsupportedCertificate}
	UnknownCipherReturned        = Failure{"ERR_SSL_UNKNOWN_CIPHER_RETURNED", AlertIllegalParameter}
	UnknownCompression           = Failure{"ERR_SSL_UNKNOWN_CERT_COMPRESSION_ALG", AlertIllegalParameter}
	UnreadableCertificate        = Failure{"ERR_SSL_CANNOT_PARSE_LEAF_CERT", AlertDecodeError}
	UnsafeLegacyRenegotiation    = Failure{"ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED", AlertHandshakeFailure}
	UnsupportedCertificate       = Failure{"ERR_SSL_UNSUPPORTED_CERTIFICATE", AlertUnsupportedCertificate}
	UnsupportedKey               = Failure{"ERR_OSSL_UNSUPPORTED", AlertInternalError}
	UnsupportedCipher            = Failure{"ERR_OSSL_EVP_UNSUPPORTED", AlertInternalError}
	UnsupportedProtocol          = Failure{"ERR_SSL_UNSUPPORTED_PROTOCOL", AlertProtocolVersion}
	WrongCertificateType         = Failure{"ERR_SSL_WRONG_CERTIFICATE_TYPE", AlertIllegalParameter}
	WrongCipherReturned          = Failure{"ERR_SSL_WRONG_CIPHER_RETURNED", AlertIllegalParameter}
	WrongCurve                   = Failure{"ERR_SSL_WRONG_CURVE", AlertIllegalParameter}
	WrongSSLVersion              = Failure{"ERR_SSL_WRONG_SSL_VERSION", AlertProtocolVersion}
	WrongSignatureType           = Failure{"ERR_SSL_WRONG_SIGNATURE_TYPE", AlertIllegalParameter}
	WrongVersionNumber           = Failure{"ERR_SSL_WRONG_VERSION_NUMBER", AlertProtocolVersion}
)
