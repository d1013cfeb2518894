package trust

import "polytls/failure"

// Result is what OpenSSL's X509_verify_cert says of a chain: X509_V_OK, or
// the X509_V_ERR_ of the last thing it found wrong. It is also the
// verify_result of a session.
type Result int

// The results that Verify gives, apart from those of sessions by others.
const (
	OK                            Result = 0
	Unspecified                   Result = 1
	UnableToGetIssuerCert         Result = 2
	UnableToGetCRL                Result = 3
	UnableToDecodeIssuerPublicKey Result = 6
	CertSignatureFailure          Result = 7
	CRLSignatureFailure           Result = 8
	CertNotYetValid               Result = 9
	CertHasExpired                Result = 10
	CRLNotYetValid                Result = 11
	CRLHasExpired                 Result = 12
	ErrorInCertNotBeforeField     Result = 13
	ErrorInCertNotAfterField      Result = 14
	ErrorInCRLLastUpdateField     Result = 15
	ErrorInCRLNextUpdateField     Result = 16
	DepthZeroSelfSignedCert       Result = 18
	SelfSignedCertInChain         Result = 19
	UnableToGetIssuerCertLocally  Result = 20
	UnableToVerifyLeafSignature   Result = 21
	CertChainTooLong              Result = 22
	CertRevoked                   Result = 23
	PathLengthExceeded            Result = 25
	InvalidPurpose                Result = 26
	CertRejected                  Result = 28
	KeyUsageNoCertSign            Result = 32
	UnableToGetCRLIssuer          Result = 33
	UnhandledCriticalExtension    Result = 34
	KeyUsageNoCRLSign             Result = 35
	UnhandledCriticalCRLExtension Result = 36
	ProxyCertificatesNotAllowed   Result = 40
	DifferentCRLScope             Result = 44
	PermittedViolation            Result = 47
	ExcludedViolation             Result = 48
	SubtreeMinMax                 Result = 49
	UnsupportedConstraintType     Result = 51
	UnsupportedConstraintSyntax   Result = 52
	UnsupportedNameSyntax         Result = 53
	HostnameMismatch              Result = 62
	EEKeyTooSmall                 Result = 66
	CAKeyTooSmall                 Result = 67
	CAMDTooWeak                   Result = 68
	ProxySubjectNameViolation     Result = 72
	InvalidCA                     Result = 79
	ECKeyExplicitParams           Result = 94
)

// results is OpenSSL's table: names and words of crypto/x509/x509_txt.c (3.5),
// which of them Node calls by name, and the alerts of ssl_x509err2alert.
var results = [...]struct {
	name, words string
	node        bool
	alert       failure.Alert // none: certificate_unknown
}{
	OK:                            {name: "OK", words: "ok"},
	Unspecified:                   {name: "UNSPECIFIED", words: "unspecified certificate verification error", alert: failure.AlertInternalError},
	UnableToGetIssuerCert:         {name: "UNABLE_TO_GET_ISSUER_CERT", words: "unable to get issuer certificate", node: true, alert: failure.AlertUnknownCA},
	UnableToGetCRL:                {name: "UNABLE_TO_GET_CRL", words: "unable to get certificate CRL", node: true, alert: failure.AlertUnknownCA},
	4:                             {name: "UNABLE_TO_DECRYPT_CERT_SIGNATURE", words: "unable to decrypt certificate's signature", node: true, alert: failure.AlertDecryptError},
	5:                             {name: "UNABLE_TO_DECRYPT_CRL_SIGNATURE", words: "unable to decrypt CRL's signature", node: true, alert: failure.AlertDecryptError},
	UnableToDecodeIssuerPublicKey: {name: "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY", words: "unable to decode issuer public key", node: true, alert: failure.AlertBadCertificate},
	CertSignatureFailure:          {name: "CERT_SIGNATURE_FAILURE", words: "certificate signature failure", node: true, alert: failure.AlertDecryptError},
	CRLSignatureFailure:           {name: "CRL_SIGNATURE_FAILURE", words: "CRL signature failure", node: true, alert: failure.AlertDecryptError},
	CertNotYetValid:               {name: "CERT_NOT_YET_VALID", words: "certificate is not yet valid", node: true, alert: failure.AlertBadCertificate},
	CertHasExpired:                {name: "CERT_HAS_EXPIRED", words: "certificate has expired", node: true, alert: failure.AlertCertificateExpired},
	CRLNotYetValid:                {name: "CRL_NOT_YET_VALID", words: "CRL is not yet valid", node: true, alert: failure.AlertBadCertificate},
	CRLHasExpired:                 {name: "CRL_HAS_EXPIRED", words: "CRL has expired", node: true, alert: failure.AlertCertificateExpired},
	ErrorInCertNotBeforeField:     {name: "ERROR_IN_CERT_NOT_BEFORE_FIELD", words: "format error in certificate's notBefore field", node: true, alert: failure.AlertBadCertificate},
	ErrorInCertNotAfterField:      {name: "ERROR_IN_CERT_NOT_AFTER_FIELD", words: "format error in certificate's notAfter field", node: true, alert: failure.AlertBadCertificate},
	ErrorInCRLLastUpdateField:     {name: "ERROR_IN_CRL_LAST_UPDATE_FIELD", words: "format error in CRL's lastUpdate field", node: true, alert: failure.AlertBadCertificate},
	ErrorInCRLNextUpdateField:     {name: "ERROR_IN_CRL_NEXT_UPDATE_FIELD", words: "format error in CRL's nextUpdate field", node: true, alert: failure.AlertBadCertificate},
	17:                            {name: "OUT_OF_MEM", words: "out of memory", node: true, alert: failure.AlertInternalError},
	DepthZeroSelfSignedCert:       {name: "DEPTH_ZERO_SELF_SIGNED_CERT", words: "self-signed certificate", node: true, alert: failure.AlertUnknownCA},
	SelfSignedCertInChain:         {name: "SELF_SIGNED_CERT_IN_CHAIN", words: "self-signed certificate in certificate chain", node: true, alert: failure.AlertUnknownCA},
	UnableToGetIssuerCertLocally:  {name: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", words: "unable to get local issuer certificate", node: true, alert: failure.AlertUnknownCA},
	UnableToVerifyLeafSignature:   {name: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", words: "unable to verify the first certificate", node: true, alert: failure.AlertUnknownCA},
	CertChainTooLong:              {name: "CERT_CHAIN_TOO_LONG", words: "certificate chain too long", node: true, alert: failure.AlertUnknownCA},
	CertRevoked:                   {name: "CERT_REVOKED", words: "certificate revoked", node: true, alert: failure.AlertCertificateRevoked},
	24:                            {name: "NO_ISSUER_PUBLIC_KEY", words: "issuer certificate doesn't have a public key"},
	PathLengthExceeded:            {name: "PATH_LENGTH_EXCEEDED", words: "path length constraint exceeded", node: true, alert: failure.AlertUnknownCA},
	InvalidPurpose:                {name: "INVALID_PURPOSE", words: "unsuitable certificate purpose", node: true, alert: failure.AlertUnsupportedCertificate},
	27:                            {name: "CERT_UNTRUSTED", words: "certificate not trusted", node: true, alert: failure.AlertBadCertificate},
	CertRejected:                  {name: "CERT_REJECTED", words: "certificate rejected", node: true, alert: failure.AlertBadCertificate},
	29:                            {name: "SUBJECT_ISSUER_MISMATCH", words: "subject issuer mismatch"},
	30:                            {name: "AKID_SKID_MISMATCH", words: "authority and subject key identifier mismatch"},
	31:                            {name: "AKID_ISSUER_SERIAL_MISMATCH", words: "authority and issuer serial number mismatch"},
	KeyUsageNoCertSign:            {name: "KEYUSAGE_NO_CERTSIGN", words: "key usage does not include certificate signing"},
	UnableToGetCRLIssuer:          {name: "UNABLE_TO_GET_CRL_ISSUER", words: "unable to get CRL issuer certificate", alert: failure.AlertUnknownCA},
	UnhandledCriticalExtension:    {name: "UNHANDLED_CRITICAL_EXTENSION", words: "unhandled critical extension"},
	KeyUsageNoCRLSign:             {name: "KEYUSAGE_NO_CRL_SIGN", words: "key usage does not include CRL signing"},
	UnhandledCriticalCRLExtension: {name: "UNHANDLED_CRITICAL_CRL_EXTENSION", words: "unhandled critical CRL extension"},
	37:                            {name: "INVALID_NON_CA", words: "invalid non-CA certificate (has CA markings)"},
	38:                            {name: "PROXY_PATH_LENGTH_EXCEEDED", words: "proxy path length constraint exceeded"},
	39:                            {name: "KEYUSAGE_NO_DIGITAL_SIGNATURE", words: "key usage does not include digital signature"},
	ProxyCertificatesNotAllowed:   {name: "PROXY_CERTIFICATES_NOT_ALLOWED", words: "proxy certificates not allowed, please set the appropriate flag"},
	41:                            {name: "INVALID_EXTENSION", words: "invalid or inconsistent certificate extension"},
	42:                            {name: "INVALID_POLICY_EXTENSION", words: "invalid or inconsistent certificate policy extension"},
	43:                            {name: "NO_EXPLICIT_POLICY", words: "no explicit policy"},
	DifferentCRLScope:             {name: "DIFFERENT_CRL_SCOPE", words: "different CRL scope"},
	45:                            {name: "UNSUPPORTED_EXTENSION_FEATURE", words: "unsupported extension feature"},
	46:                            {name: "UNNESTED_RESOURCE", words: "RFC 3779 resource not subset of parent's resources"},
	PermittedViolation:            {name: "PERMITTED_VIOLATION", words: "permitted subtree violation"},
	ExcludedViolation:             {name: "EXCLUDED_VIOLATION", words: "excluded subtree violation"},
	SubtreeMinMax:                 {name: "SUBTREE_MINMAX", words: "name constraints minimum and maximum not supported"},
	50:                            {name: "APPLICATION_VERIFICATION", words: "application verification failure", alert: failure.AlertHandshakeFailure},
	UnsupportedConstraintType:     {name: "UNSUPPORTED_CONSTRAINT_TYPE", words: "unsupported name constraint type"},
	UnsupportedConstraintSyntax:   {name: "UNSUPPORTED_CONSTRAINT_SYNTAX", words: "unsupported or invalid name constraint syntax"},
	UnsupportedNameSyntax:         {name: "UNSUPPORTED_NAME_SYNTAX", words: "unsupported or invalid name syntax"},
	54:                            {name: "CRL_PATH_VALIDATION_ERROR", words: "CRL path validation error"},
	55:                            {name: "PATH_LOOP", words: "path loop"},
	56:                            {name: "SUITE_B_INVALID_VERSION", words: "Suite B: certificate version invalid"},
	57:                            {name: "SUITE_B_INVALID_ALGORITHM", words: "Suite B: invalid public key algorithm"},
	58:                            {name: "SUITE_B_INVALID_CURVE", words: "Suite B: invalid ECC curve"},
	59:                            {name: "SUITE_B_INVALID_SIGNATURE_ALGORITHM", words: "Suite B: invalid signature algorithm"},
	60:                            {name: "SUITE_B_LOS_NOT_ALLOWED", words: "Suite B: curve not allowed for this LOS"},
	61:                            {name: "SUITE_B_CANNOT_SIGN_P_384_WITH_P_256", words: "Suite B: cannot sign P-384 with P-256"},
	HostnameMismatch:              {name: "HOSTNAME_MISMATCH", words: "hostname mismatch", node: true, alert: failure.AlertBadCertificate},
	63:                            {name: "EMAIL_MISMATCH", words: "email address mismatch", alert: failure.AlertBadCertificate},
	64:                            {name: "IP_ADDRESS_MISMATCH", words: "IP address mismatch", alert: failure.AlertBadCertificate},
	65:                            {name: "DANE_NO_MATCH", words: "no matching DANE TLSA records", alert: failure.AlertBadCertificate},
	EEKeyTooSmall:                 {name: "EE_KEY_TOO_SMALL", words: "EE certificate key too weak", alert: failure.AlertBadCertificate},
	CAKeyTooSmall:                 {name: "CA_KEY_TOO_SMALL", words: "CA certificate key too weak", alert: failure.AlertBadCertificate},
	CAMDTooWeak:                   {name: "CA_MD_TOO_WEAK", words: "CA signature digest algorithm too weak", alert: failure.AlertBadCertificate},
	69:                            {name: "INVALID_CALL", words: "invalid certificate verification context", alert: failure.AlertInternalError},
	70:                            {name: "STORE_LOOKUP", words: "issuer certificate lookup error", alert: failure.AlertInternalError},
	71:                            {name: "NO_VALID_SCTS", words: "Certificate Transparency required, but no valid SCTs found"},
	72:                            {name: "PROXY_SUBJECT_NAME_VIOLATION", words: "proxy subject name violation"},
	73:                            {name: "OCSP_VERIFY_NEEDED", words: "OCSP verification needed"},
	74:                            {name: "OCSP_VERIFY_FAILED", words: "OCSP verification failed"},
	75:                            {name: "OCSP_CERT_UNKNOWN", words: "OCSP unknown cert"},
	76:                            {name: "UNSUPPORTED_SIGNATURE_ALGORITHM", words: "Cannot find certificate signature algorithm"},
	77:                            {name: "SIGNATURE_ALGORITHM_MISMATCH", words: "subject signature algorithm and issuer public key algorithm mismatch"},
	78:                            {name: "SIGNATURE_ALGORITHM_INCONSISTENCY", words: "cert info signature and signature algorithm mismatch"},
	InvalidCA:                     {name: "INVALID_CA", words: "invalid CA certificate", node: true, alert: failure.AlertUnknownCA},
	80:                            {name: "PATHLEN_INVALID_FOR_NON_CA", words: "Path length invalid for non-CA cert"},
	81:                            {name: "PATHLEN_WITHOUT_KU_KEY_CERT_SIGN", words: "Path length given without key usage keyCertSign"},
	82:                            {name: "KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA", words: "Key usage keyCertSign invalid for non-CA cert"},
	83:                            {name: "ISSUER_NAME_EMPTY", words: "Issuer name empty"},
	84:                            {name: "SUBJECT_NAME_EMPTY", words: "Subject name empty"},
	85:                            {name: "MISSING_AUTHORITY_KEY_IDENTIFIER", words: "Missing Authority Key Identifier"},
	86:                            {name: "MISSING_SUBJECT_KEY_IDENTIFIER", words: "Missing Subject Key Identifier"},
	87:                            {name: "EMPTY_SUBJECT_ALT_NAME", words: "Empty Subject Alternative Name extension"},
	88:                            {name: "EMPTY_SUBJECT_SAN_NOT_CRITICAL", words: "Subject empty and Subject Alt Name extension not critical"},
	89:                            {name: "CA_BCONS_NOT_CRITICAL", words: "Basic Constraints of CA cert not marked critical"},
	90:                            {name: "AUTHORITY_KEY_IDENTIFIER_CRITICAL", words: "Authority Key Identifier marked critical"},
	91:                            {name: "SUBJECT_KEY_IDENTIFIER_CRITICAL", words: "Subject Key Identifier marked critical"},
	92:                            {name: "CA_CERT_MISSING_KEY_USAGE", words: "CA cert does not include key usage extension"},
	93:                            {name: "EXTENSIONS_REQUIRE_VERSION_3", words: "Using cert extension requires at least X509v3"},
	ECKeyExplicitParams:           {name: "EC_KEY_EXPLICIT_PARAMS", words: "Certificate public key has explicit ECC parameters", alert: failure.AlertBadCertificate},
	95:                            {name: "RPK_UNTRUSTED", words: "Raw public key untrusted, no trusted keys configured"},
}

// Name returns OpenSSL's name without X509_V_ERR_.
func (r Result) Name() string {
	if r < 0 || int(r) >= len(results) {
		return Unspecified.Name()
	}
	return results[r].name
}

// Error returns OpenSSL's words for r.
func (r Result) Error() string {
	if r < 0 || int(r) >= len(results) {
		return "unknown certificate verification error"
	}
	return results[r].words
}

// Code returns the code of Node's error: OpenSSL's name if Node knows it,
// UNSPECIFIED for the other errors, "" for OK.
func (r Result) Code() string {
	switch {
	case r == OK:
		return ""
	case r < 0 || int(r) >= len(results) || !results[r].node:
		return Unspecified.Name()
	}
	return results[r].name
}

// Alert returns the alert that OpenSSL sends for r.
func (r Result) Alert() failure.Alert {
	if r <= OK || int(r) >= len(results) || results[r].alert == 0 {
		return failure.AlertCertificateUnknown
	}
	return results[r].alert
}

// Err makes the error of r, nil for OK. errors.As finds r in it again.
func (r Result) Err() error {
	if r == OK {
		return nil
	}
	return &failure.Error{Code: r.Code(), Reason: r.Error(), Alert: r.Alert(), AlertFrom: failure.SideUs, Err: r}
}

// because is Err with words that say more.
func (r Result) because(why string) error {
	return &failure.Error{Code: r.Code(), Reason: r.Error() + ": " + why, Alert: r.Alert(), AlertFrom: failure.SideUs, Err: r}
}

// Number returns the number of an OpenSSL name such as CERT_HAS_EXPIRED;
// X509_V_ERR_UNSPECIFIED for names that OpenSSL does not have, 0 for "".
func Number(code string) int {
	if code == "" {
		return int(OK)
	}
	for v := range results {
		if results[v].name == code {
			return v
		}
	}
	return int(Unspecified)
}
