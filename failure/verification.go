package failure

// The failures of X.509 verification that have their own code in Node, with OpenSSL's
// names, texts and alerts. Some occur only in sessions of other programs, which record
// the result of a verification by its number.
var (
	Unspecified = row(Failure{
		Code: "UNSPECIFIED", Alert: AlertInternalError, OpenSSL: "unspecified certificate verification error",
		Meaning: "the peer's certificates fail a check for which Node has no code of its own; the message names it",
		Remedy:  "correct what the message names, or have the certificate reissued",
	})
	UnableToGetIssuerCert = row(Failure{
		Code: "UNABLE_TO_GET_ISSUER_CERT", Alert: AlertUnknownCA, OpenSSL: "unable to get issuer certificate",
		Meaning: "an issuer of the peer's chain is not known, or the peer has no certificate where one was asked for",
		Remedy:  "have the peer send its whole chain, or add the issuer's certificate to CA if you trust it",
	})
	UnableToGetCRL = row(Failure{
		Code: "UNABLE_TO_GET_CRL", Alert: AlertUnknownCA, OpenSSL: "unable to get certificate CRL",
		Meaning: "there is no revocation list of an issuer in the peer's chain",
		Remedy:  "add a current list of every issuer in the chain to CRL",
	})
	UnableToDecryptCertSignature = row(Failure{
		Code: "UNABLE_TO_DECRYPT_CERT_SIGNATURE", Alert: AlertDecryptError, OpenSSL: "unable to decrypt certificate's signature",
		Meaning: "a certificate's signature cannot be decrypted, as another program's session records",
		Remedy:  "have the client connect without its session",
	})
	UnableToDecryptCRLSignature = row(Failure{
		Code: "UNABLE_TO_DECRYPT_CRL_SIGNATURE", Alert: AlertDecryptError, OpenSSL: "unable to decrypt CRL's signature",
		Meaning: "a revocation list's signature cannot be decrypted, as another program's session records",
		Remedy:  "have the client connect without its session",
	})
	UnableToDecodeIssuerPublicKey = row(Failure{
		Code: "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY", Alert: AlertBadCertificate, OpenSSL: "unable to decode issuer public key",
		Meaning: "the key of an issuer cannot be read, as another program's session records",
		Remedy:  "have the client connect without its session",
	})
	CertSignatureFailure = row(Failure{
		Code: "CERT_SIGNATURE_FAILURE", Alert: AlertDecryptError, OpenSSL: "certificate signature failure",
		Meaning: "the signature of a certificate in the peer's chain does not verify",
		Remedy:  "have the chain reissued, and check that CA holds the issuer's current certificate",
	})
	CRLSignatureFailure = row(Failure{
		Code: "CRL_SIGNATURE_FAILURE", Alert: AlertDecryptError, OpenSSL: "CRL signature failure",
		Meaning: "the signature of a revocation list does not verify",
		Remedy:  "get a new list from its issuer",
	})
	CertNotYetValid = row(Failure{
		Code: "CERT_NOT_YET_VALID", Alert: AlertBadCertificate, OpenSSL: "certificate is not yet valid",
		Meaning: "a certificate in the peer's chain is not valid yet",
		Remedy:  "check this machine's clock",
	})
	CertHasExpired = row(Failure{
		Code: "CERT_HAS_EXPIRED", Alert: AlertCertificateExpired, OpenSSL: "certificate has expired",
		Meaning: "a certificate in the peer's chain has expired",
		Remedy:  "have the certificate renewed; if it is current, check this machine's clock",
	})
	CRLNotYetValid = row(Failure{
		Code: "CRL_NOT_YET_VALID", Alert: AlertBadCertificate, OpenSSL: "CRL is not yet valid",
		Meaning: "a revocation list is not valid yet",
		Remedy:  "check this machine's clock",
	})
	CRLHasExpired = row(Failure{
		Code: "CRL_HAS_EXPIRED", Alert: AlertCertificateExpired, OpenSSL: "CRL has expired",
		Meaning: "a revocation list has expired",
		Remedy:  "get a current list from its issuer",
	})
	ErrorInCertNotBeforeField = row(Failure{
		Code: "ERROR_IN_CERT_NOT_BEFORE_FIELD", Alert: AlertBadCertificate, OpenSSL: "format error in certificate's notBefore field",
		Meaning: "a certificate's notBefore is not a time",
		Remedy:  "have the certificate reissued",
	})
	ErrorInCertNotAfterField = row(Failure{
		Code: "ERROR_IN_CERT_NOT_AFTER_FIELD", Alert: AlertBadCertificate, OpenSSL: "format error in certificate's notAfter field",
		Meaning: "a certificate's notAfter is not a time",
		Remedy:  "have the certificate reissued",
	})
	ErrorInCRLLastUpdateField = row(Failure{
		Code: "ERROR_IN_CRL_LAST_UPDATE_FIELD", Alert: AlertBadCertificate, OpenSSL: "format error in CRL's lastUpdate field",
		Meaning: "a revocation list's lastUpdate is not a time, as another program's session records",
		Remedy:  "have the client connect without its session",
	})
	ErrorInCRLNextUpdateField = row(Failure{
		Code: "ERROR_IN_CRL_NEXT_UPDATE_FIELD", Alert: AlertBadCertificate, OpenSSL: "format error in CRL's nextUpdate field",
		Meaning: "a revocation list's nextUpdate is not a time, as another program's session records",
		Remedy:  "have the client connect without its session",
	})
	OutOfMemory = row(Failure{
		Code: "OUT_OF_MEM", Alert: AlertInternalError, OpenSSL: "out of memory",
		Meaning: "memory was short when another program verified the peer, as its session records",
		Remedy:  "have the client connect without its session",
	})
	DepthZeroSelfSignedCert = row(Failure{
		Code: "DEPTH_ZERO_SELF_SIGNED_CERT", Alert: AlertUnknownCA, OpenSSL: "self-signed certificate",
		Meaning: "the peer's certificate is signed with its own key and is not trusted",
		Remedy:  "add the certificate to CA if you trust the peer",
	})
	SelfSignedCertInChain = row(Failure{
		Code: "SELF_SIGNED_CERT_IN_CHAIN", Alert: AlertUnknownCA, OpenSSL: "self-signed certificate in certificate chain",
		Meaning: "the root of the peer's chain is not trusted",
		Remedy:  "add the root's certificate to CA if you trust it",
	})
	UnableToGetIssuerCertLocally = row(Failure{
		Code: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", Alert: AlertUnknownCA, OpenSSL: "unable to get local issuer certificate",
		Meaning: "the issuer of a certificate in the peer's chain is not among the trusted certificates",
		Remedy:  "have the peer send its whole chain, or add the issuer's certificate to CA if you trust it",
	})
	UnableToVerifyLeafSignature = row(Failure{
		Code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", Alert: AlertUnknownCA, OpenSSL: "unable to verify the first certificate",
		Meaning: "the peer sent a single certificate, and its issuer is not among the trusted certificates",
		Remedy:  "have the peer send its whole chain, or add the issuer's certificate to CA if you trust it",
	})
	CertChainTooLong = row(Failure{
		Code: "CERT_CHAIN_TOO_LONG", Alert: AlertUnknownCA, OpenSSL: "certificate chain too long",
		Meaning: "the peer's chain has more certificates than are verified",
		Remedy:  "have the certificate issued under a shorter chain",
	})
	CertRevoked = row(Failure{
		Code: "CERT_REVOKED", Alert: AlertCertificateRevoked, OpenSSL: "certificate revoked",
		Meaning: "a revocation list names a certificate of the peer's chain",
		Remedy:  "do not trust the peer: the issuer has withdrawn its certificate",
	})
	PathLengthExceeded = row(Failure{
		Code: "PATH_LENGTH_EXCEEDED", Alert: AlertUnknownCA, OpenSSL: "path length constraint exceeded",
		Meaning: "the peer's chain has more issuers than one of them allows below itself",
		Remedy:  "have the certificate issued under a shorter chain",
	})
	InvalidPurpose = row(Failure{
		Code: "INVALID_PURPOSE", Alert: AlertUnsupportedCertificate, OpenSSL: "unsuitable certificate purpose",
		Meaning: "the peer's certificate is not made for this use: a client's at a server, or a server's at a client",
		Remedy:  "have the certificate issued with the extended key usage serverAuth or clientAuth",
	})
	CertUntrusted = row(Failure{
		Code: "CERT_UNTRUSTED", Alert: AlertBadCertificate, OpenSSL: "certificate not trusted",
		Meaning: "a certificate is not trusted for this use, as another program's session records",
		Remedy:  "have the client connect without its session",
	})
	CertRejected = row(Failure{
		Code: "CERT_REJECTED", Alert: AlertBadCertificate, OpenSSL: "certificate rejected",
		Meaning: "a trusted certificate is marked as rejected for this use",
		Remedy:  "remove the mark from the certificate in CA, or trust another issuer",
	})
	HostnameMismatch = row(Failure{
		Code: "HOSTNAME_MISMATCH", Alert: AlertBadCertificate, OpenSSL: "hostname mismatch",
		Meaning: "the certificate does not name the host, as another program's session records",
		Remedy:  "have the client connect without its session",
	})
	InvalidCA = row(Failure{
		Code: "INVALID_CA", Alert: AlertUnknownCA, OpenSSL: "invalid CA certificate",
		Meaning: "an issuer in the peer's chain is not a certificate authority",
		Remedy:  "have the chain issued under a certificate whose basic constraints mark it as an authority",
	})
)
