package trust

import "polytls/failure"

// Result is the result of OpenSSL's X509_verify_cert: X509_V_OK, or the
// X509_V_ERR_ of the last fault that it found. It is also the
// verify_result of a session.
type Result int

// The results of Verify. Sessions of other implementations may hold others.
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

// result is a row of OpenSSL's table: name and text of crypto/x509/x509_txt.c
// (3.5), whether Node has the name as a code, and the alert of ssl_x509err2alert.
type result struct {
	name, words string
	node        bool
	alert       failure.Alert // 0 means certificate_unknown
}

// named returns the result of a failure that has a code in Node.
func named(f failure.Failure) result {
	return result{name: f.Code, words: f.OpenSSL, node: true, alert: f.Alert}
}

// results is OpenSSL's table.
var results = [...]result{
	OK:                            {name: "OK", words: "ok"},
	Unspecified:                   named(failure.Unspecified),
	UnableToGetIssuerCert:         named(failure.UnableToGetIssuerCert),
	UnableToGetCRL:                named(failure.UnableToGetCRL),
	4:                             named(failure.UnableToDecryptCertSignature),
	5:                             named(failure.UnableToDecryptCRLSignature),
	UnableToDecodeIssuerPublicKey: named(failure.UnableToDecodeIssuerPublicKey),
	CertSignatureFailure:          named(failure.CertSignatureFailure),
	CRLSignatureFailure:           named(failure.CRLSignatureFailure),
	CertNotYetValid:               named(failure.CertNotYetValid),
	CertHasExpired:                named(failure.CertHasExpired),
	CRLNotYetValid:                named(failure.CRLNotYetValid),
	CRLHasExpired:                 named(failure.CRLHasExpired),
	ErrorInCertNotBeforeField:     named(failure.ErrorInCertNotBeforeField),
	ErrorInCertNotAfterField:      named(failure.ErrorInCertNotAfterField),
	ErrorInCRLLastUpdateField:     named(failure.ErrorInCRLLastUpdateField),
	ErrorInCRLNextUpdateField:     named(failure.ErrorInCRLNextUpdateField),
	17:                            named(failure.OutOfMemory),
	DepthZeroSelfSignedCert:       named(failure.DepthZeroSelfSignedCert),
	SelfSignedCertInChain:         named(failure.SelfSignedCertInChain),
	UnableToGetIssuerCertLocally:  named(failure.UnableToGetIssuerCertLocally),
	UnableToVerifyLeafSignature:   named(failure.UnableToVerifyLeafSignature),
	CertChainTooLong:              named(failure.CertChainTooLong),
	CertRevoked:                   named(failure.CertRevoked),
	24:                            {name: "NO_ISSUER_PUBLIC_KEY", words: "issuer certificate doesn't have a public key"},
	PathLengthExceeded:            named(failure.PathLengthExceeded),
	InvalidPurpose:                named(failure.InvalidPurpose),
	27:                            named(failure.CertUntrusted),
	CertRejected:                  named(failure.CertRejected),
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
	HostnameMismatch:              named(failure.HostnameMismatch),
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
	InvalidCA:                     named(failure.InvalidCA),
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

// Error returns OpenSSL's text for r.
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

// Err returns the error of r, nil for OK. errors.As finds r in it.
func (r Result) Err() error {
	if r == OK {
		return nil
	}
	return &failure.Error{Code: r.Code(), Reason: r.Error(), Alert: r.Alert(), AlertFrom: failure.SideUs, Err: r}
}

// because is Err with a more detailed text.
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
