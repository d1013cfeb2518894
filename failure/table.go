package failure

// The failures of options, handshakes and connections. The codes are "ERR_SSL_"
// and OpenSSL's reason, as Node makes them, or Node's own; where neither has
// one, the code is made from BoringSSL's name.
var (
	Aborted = row(Failure{
		Code: "ECONNABORTED", Alert: AlertUserCanceled,
		Meaning: "the connection ended in the middle of a renegotiation",
		Remedy:  "connect again; see the log of the end that closed",
	})
	ALPNCallbackInvalid = row(Failure{
		Code: "ERR_TLS_ALPN_CALLBACK_INVALID_RESULT", Alert: AlertInternalError,
		Meaning: "ALPNCallback returned a protocol that the client did not offer",
		Remedy:  "return one of the protocols that the callback was given, or the empty string for none",
	})
	ALPNCallbackWithProtocols = row(Failure{
		Code: "ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS", Alert: AlertInternalError,
		Meaning: "the options ALPNCallback and ALPNProtocols are both set",
		Remedy:  "set one of the two",
	})
	AltNameFormat = row(Failure{
		Code: "ERR_TLS_CERT_ALTNAME_FORMAT", Alert: AlertBadCertificate,
		Meaning: "the certificate's alternative names cannot be read, so that no host name can be compared with them",
		Remedy:  "have the certificate reissued with well-formed names",
	})
	AltNameInvalid = row(Failure{
		Code: "ERR_TLS_CERT_ALTNAME_INVALID", Alert: AlertBadCertificate,
		Meaning: "the certificate does not name the host that was dialed",
		Remedy:  "connect by a name that the certificate has, or set ServerName to one",
	})
	AppDataInHandshake = row(Failure{
		Code: "ERR_SSL_APP_DATA_IN_HANDSHAKE", Alert: AlertUnexpectedMessage, OpenSSL: "app data in handshake",
		Meaning: "the peer sent application data where a handshake message was expected",
		Remedy:  peerAtFault,
	})
	ASN1WrongTag = row(Failure{
		Code: "ERR_OSSL_ASN1_WRONG_TAG", Alert: AlertInternalError, OpenSSL: "wrong tag",
		Meaning: "a PEM block or DER data is not one certificate",
		Remedy:  "check that each CERTIFICATE block holds one certificate in DER and nothing else",
	})
	BadAlert = row(Failure{
		Code: "ERR_SSL_BAD_ALERT", Alert: AlertDecodeError,
		Meaning: "the peer sent an alert that is not two bytes long",
		Remedy:  peerAtFault,
	})
	BadChangeCipherSpec = row(Failure{
		Code: "ERR_SSL_BAD_CHANGE_CIPHER_SPEC", Alert: AlertUnexpectedMessage, OpenSSL: "bad change cipher spec",
		Meaning: "the peer sent a change_cipher_spec whose content is not the byte 1",
		Remedy:  peerAtFault,
	})
	BadCompression = row(Failure{
		Code: "ERR_SSL_BAD_CERTIFICATE_COMPRESSION", Alert: AlertBadCertificate,
		Meaning: "the peer's compressed certificate is too large, or does not decompress to the length that it announces",
		Remedy:  "turn CertificateCompression off, or update the peer's TLS software",
	})
	BadDecrypt = row(Failure{
		Code: "ERR_OSSL_BAD_DECRYPT", Alert: AlertInternalError, OpenSSL: "bad decrypt",
		Meaning: "the passphrase of a private key or archive is missing or wrong, or the encrypted data are damaged",
		Remedy:  "give the passphrase with which the file was encrypted",
	})
	BadDHValue = row(Failure{
		Code: "ERR_SSL_BAD_DH_VALUE", Alert: AlertIllegalParameter, OpenSSL: "bad dh value",
		Meaning: "the public value of the peer in a finite-field group is out of range, or the modulus of the group is not prime",
		Remedy:  "have the peer use a group of RFC 7919, or a key exchange over elliptic curves",
	})
	BadEarlyData = row(Failure{
		Code: "ERR_SSL_BAD_EARLY_DATA", Alert: AlertIllegalParameter, OpenSSL: "bad early data",
		Meaning: "the server accepted early data in a handshake that does not allow it",
		Remedy:  "connect without early data, and update the server's TLS software",
	})
	BadECPoint = row(Failure{
		Code: "ERR_SSL_BAD_ECPOINT", Alert: AlertIllegalParameter, OpenSSL: "bad ecpoint",
		Meaning: "the peer's share of an elliptic-curve or ML-KEM key exchange is not a valid point or key",
		Remedy:  peerAtFault,
	})
	BadExtension = row(Failure{
		Code: "ERR_SSL_BAD_EXTENSION", Alert: AlertIllegalParameter, OpenSSL: "bad extension",
		Meaning: "an extension of the peer is malformed, in the wrong place, or contradicts the connection",
		Remedy:  peerAtFault,
	})
	BadKeyShare = row(Failure{
		Code: "ERR_SSL_BAD_KEY_SHARE", Alert: AlertIllegalParameter, OpenSSL: "bad key share",
		Meaning: "the client sent a key share of a group that its supported_groups lacks",
		Remedy:  peerAtFault,
	})
	BadKeyUpdate = row(Failure{
		Code: "ERR_SSL_BAD_KEY_UPDATE", Alert: AlertIllegalParameter, OpenSSL: "bad key update",
		Meaning: "the peer sent a KeyUpdate whose request_update is neither 0 nor 1",
		Remedy:  peerAtFault,
	})
	BadLegacyVersion = row(Failure{
		Code: "ERR_SSL_BAD_LEGACY_VERSION", Alert: AlertProtocolVersion, OpenSSL: "bad legacy version",
		Meaning: "the peer names a legacy version before TLS 1.0 in a hello of TLS 1.3",
		Remedy:  peerAtFault,
	})
	BadPort = row(Failure{
		Code: "ERR_SOCKET_BAD_PORT", Alert: AlertInternalError,
		Meaning: "the option Port is not a port number",
		Remedy:  "set a port from 0 to 65535",
	})
	BadPSK = row(Failure{
		Code: "ERR_SSL_BAD_PSK", Alert: AlertIllegalParameter, OpenSSL: "bad psk",
		Meaning: "the client's pre_shared_key extension does not hold as many binders as identities",
		Remedy:  peerAtFault,
	})
	BadPSKBinder = row(Failure{
		Code: "ERR_SSL_BINDER_DOES_NOT_VERIFY", Alert: AlertDecryptError, OpenSSL: "binder does not verify",
		Meaning: "the client does not prove that it has the pre-shared key or session that it offers",
		Remedy:  "check that both ends have the same key for this identity",
	})
	BadRecordType = row(Failure{
		Code: "ERR_SSL_BAD_RECORD_TYPE", Alert: AlertUnexpectedMessage, OpenSSL: "bad record type",
		Meaning: "the peer sent a protected record without a content type, or with the wrong one",
		Remedy:  peerAtFault,
	})
	BadSignature = row(Failure{
		Code: "ERR_SSL_BAD_SIGNATURE", Alert: AlertDecryptError, OpenSSL: "bad signature",
		Meaning: "the peer's signature of the handshake does not verify",
		Remedy:  "check that the peer's private key belongs to its certificate, and that nothing between the two ends changes what they send",
	})
	BadSRPParameters = row(Failure{
		Code: "ERR_SSL_BAD_SRP_PARAMETERS", Alert: AlertIllegalParameter, OpenSSL: "bad srp parameters",
		Meaning: "the peer's SRP group or public value is not allowed",
		Remedy:  "have the server use a group of RFC 5054 of at least 1024 bits",
	})
	CAKeyTooSmall = row(Failure{
		Code: "ERR_SSL_CA_KEY_TOO_SMALL", Alert: AlertBadCertificate, OpenSSL: "ca key too small",
		Meaning: "the compliance policy does not allow the key of an issuer in a configured chain",
		Remedy:  "have the chain issued under a key that the error lists, or choose another CompliancePolicy",
	})
	CAMDTooWeak = row(Failure{
		Code: "ERR_SSL_CA_MD_TOO_WEAK", Alert: AlertBadCertificate, OpenSSL: "ca md too weak",
		Meaning: "a configured certificate is signed by an algorithm that the compliance policy does not allow",
		Remedy:  "have it issued with one of the signatures that the error lists, or choose another CompliancePolicy",
	})
	Callback = row(Failure{
		Code: "ERR_SSL_CALLBACK_FAILED", Alert: AlertInternalError, OpenSSL: "callback failed",
		Meaning: "a callback of the application returned an error",
		Remedy:  "see the cause, which is what the callback returned",
	})
	CalledWrongFunction = row(Failure{
		Code: "ERR_SSL_CALLED_A_FUNCTION_YOU_SHOULD_NOT_CALL", Alert: AlertInternalError, OpenSSL: "called a function you should not call",
		Meaning: "the option SecureProtocol names a client's method at a server or a server's at a client",
		Remedy:  "name the method without _client_method or _server_method, or set MinVersion and MaxVersion instead",
	})
	CheckPNotPrime = row(Failure{
		Code: "ERR_SSL_CHECK_P_NOT_PRIME", Alert: AlertIllegalParameter, OpenSSL: "check p not prime",
		Meaning: "the modulus of the peer's finite-field group is not prime",
		Remedy:  "have the peer use a group of RFC 7919, or a key exchange over elliptic curves",
	})
	ConnectionReset = row(Failure{
		Code: "ECONNRESET", Alert: AlertInternalError,
		Meaning: "the peer closed or reset the connection during the handshake",
		Remedy:  "check that the peer uses TLS on this port and supports a version and cipher suite of yours; see its log",
	})
	CryptoInterrupted = row(Failure{
		Code: "ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED", Alert: AlertInternalError, OpenSSL: "interrupted or cancelled",
		Meaning: "a passphrase is longer than 1024 bytes",
		Remedy:  "give the passphrase with which the file was encrypted",
	})
	CryptoOperationFailed = row(Failure{
		Code: "ERR_CRYPTO_OPERATION_FAILED", Alert: AlertInternalError,
		Meaning: "an option or file cannot be used: groups, a revocation list or the contents of a PKCS #12 archive",
		Remedy:  "correct the option or file that the message names",
	})
	CryptoUnsupportedOperation = row(Failure{
		Code: "ERR_CRYPTO_UNSUPPORTED_OPERATION", Alert: AlertInternalError,
		Meaning: "a PKCS #12 archive is encrypted with an algorithm that is not supported",
		Remedy:  "recreate the archive with AES and SHA-2, as OpenSSL 3 does by default",
	})
	DataLengthTooLong = row(Failure{
		Code: "ERR_SSL_DATA_LENGTH_TOO_LONG", Alert: AlertRecordOverflow, OpenSSL: "data length too long",
		Meaning: "the peer sent a record or field that is longer than TLS allows",
		Remedy:  peerAtFault,
	})
	Decode = row(Failure{
		Code: "ERR_SSL_DECODE_ERROR", Alert: AlertDecodeError,
		Meaning: "a message or certificate of the peer does not have the form that its specification requires",
		Remedy:  peerAtFault,
	})
	DecryptionFailed = row(Failure{
		Code: "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", Alert: AlertBadRecordMAC, OpenSSL: "decryption failed or bad record mac",
		Meaning: "a record of the peer does not decrypt under the keys of the connection",
		Remedy:  "check that both ends have the same pre-shared key or password, and that nothing between them changes what they send",
	})
	DHKeyTooSmall = row(Failure{
		Code: "ERR_SSL_DH_KEY_TOO_SMALL", Alert: AlertHandshakeFailure, OpenSSL: "dh key too small",
		Meaning: "a finite-field group is too small for the security level or the compliance policy",
		Remedy:  "use a larger group, or lower the security level with @SECLEVEL in Ciphers",
	})
	DHParamSize = row(Failure{
		Code: "ERR_TLS_DH_PARAM_SIZE", Alert: AlertInsufficientSecurity,
		Meaning: "the server's finite-field group is smaller than the option MinDHSize or the compliance policy wants",
		Remedy:  "have the server use a larger group or elliptic curves, or lower MinDHSize",
	})
	DigestCheckFailed = row(Failure{
		Code: "ERR_SSL_DIGEST_CHECK_FAILED", Alert: AlertDecryptError, OpenSSL: "digest check failed",
		Meaning: "the peer's Finished message does not match the handshake",
		Remedy:  "check that both ends have the same pre-shared key or password, and that nothing between them changes what they send",
	})
	Downgrade = row(Failure{
		Code: "ERR_SSL_TLS13_DOWNGRADE", Alert: AlertIllegalParameter,
		Meaning: "the server supports a later version than the one that was negotiated: something changed the handshake",
		Remedy:  "look for a device between the two ends that limits TLS versions, and do not trust the connection",
	})
	DuplicateExtension = row(Failure{
		Code: "ERR_SSL_DUPLICATE_EXTENSION", Alert: AlertDecodeError,
		Meaning: "the peer sent the same extension twice in one message",
		Remedy:  peerAtFault,
	})
	DuplicateKeyShare = row(Failure{
		Code: "ERR_SSL_DUPLICATE_KEY_SHARE", Alert: AlertIllegalParameter,
		Meaning: "the client sent two key shares of the same group",
		Remedy:  peerAtFault,
	})
	EEKeyTooSmall = row(Failure{
		Code: "ERR_SSL_EE_KEY_TOO_SMALL", Alert: AlertBadCertificate, OpenSSL: "ee key too small",
		Meaning: "the key of a certificate is too small for the security level or its signature, or the compliance policy does not allow it",
		Remedy:  "use a larger key, or lower the security level with @SECLEVEL in Ciphers",
	})
	EmptyHelloRetryRequest = row(Failure{
		Code: "ERR_SSL_EMPTY_HELLO_RETRY_REQUEST", Alert: AlertIllegalParameter,
		Meaning: "the server asked for a second ClientHello without asking for a change",
		Remedy:  peerAtFault,
	})
	EncryptedLengthTooLong = row(Failure{
		Code: "ERR_SSL_ENCRYPTED_LENGTH_TOO_LONG", Alert: AlertRecordOverflow, OpenSSL: "encrypted length too long",
		Meaning: "the peer sent an encrypted record that is longer than TLS allows",
		Remedy:  peerAtFault,
	})
	ExcessHandshakeData = row(Failure{
		Code: "ERR_SSL_EXCESS_HANDSHAKE_DATA", Alert: AlertUnexpectedMessage,
		Meaning: "the peer sent handshake data across a change of keys",
		Remedy:  peerAtFault,
	})
	ExcessiveMessageSize = row(Failure{
		Code: "ERR_SSL_EXCESSIVE_MESSAGE_SIZE", Alert: AlertIllegalParameter, OpenSSL: "excessive message size",
		Meaning: "the peer sent a handshake message that is longer than its type allows",
		Remedy:  "if it is a Certificate, shorten the peer's chain; otherwise update the peer's TLS software",
	})
	ExtensionNotReceived = row(Failure{
		Code: "ERR_SSL_EXTENSION_NOT_RECEIVED", Alert: AlertMissingExtension, OpenSSL: "extension not received",
		Meaning: "the client did not offer post-handshake authentication, so that it cannot be asked for a certificate now",
		Remedy:  "set AllowPostHandshakeAuth at the client, or ask for its certificate in the handshake",
	})
	HandshakeTimeout = row(Failure{
		Code: "ERR_TLS_HANDSHAKE_TIMEOUT", Alert: AlertUserCanceled,
		Meaning: "the handshake did not end within HandshakeTimeout",
		Remedy:  "check that the peer uses TLS on this port, or raise HandshakeTimeout",
	})
	HTTPRequest = row(Failure{
		Code: "ERR_SSL_HTTP_REQUEST", Alert: AlertUnexpectedMessage, OpenSSL: "http request",
		Meaning: "the client sent an HTTP request without TLS",
		Remedy:  "use https in the client's address, or another port for plain HTTP",
	})
	HTTPSProxyRequest = row(Failure{
		Code: "ERR_SSL_HTTPS_PROXY_REQUEST", Alert: AlertUnexpectedMessage, OpenSSL: "https proxy request",
		Meaning: "the client sent an HTTP request to a proxy (CONNECT) without TLS",
		Remedy:  "do not name this server as a proxy, or name it as one that is reached over TLS",
	})
	IllegalExporterLabel = row(Failure{
		Code: "ERR_SSL_TLS_ILLEGAL_EXPORTER_LABEL", Alert: AlertInternalError, OpenSSL: "tls illegal exporter label",
		Meaning: "the label given to ExportKeyingMaterial is reserved by TLS or too long",
		Remedy:  "use a label of your own, such as one that begins with EXPORTER",
	})
	InappropriateFallback = row(Failure{
		Code: "ERR_SSL_INAPPROPRIATE_FALLBACK", Alert: AlertInappropriateFallback, OpenSSL: "inappropriate fallback",
		Meaning: "the client fell back to an earlier version although both ends support a later one",
		Remedy:  "look for what breaks the client's first attempt; a client should not fall back by itself",
	})
	InconsistentEMS = row(Failure{
		Code: "ERR_SSL_INCONSISTENT_EXTMS", Alert: AlertHandshakeFailure, OpenSSL: "inconsistent extms",
		Meaning: "the peer uses extended_master_secret in only one of two handshakes that belong together",
		Remedy:  "discard the session, and update the peer's TLS software",
	})
	Internal = row(Failure{
		Code: "ERR_SSL_INTERNAL_ERROR", Alert: AlertInternalError, OpenSSL: "internal error",
		Meaning: "the handshake failed for a reason that is not the fault of the peer",
		Remedy:  "see the message; if it names no option or callback, report it as a bug of this library",
	})
	InvalidALPN = row(Failure{
		Code: "ERR_SSL_INVALID_ALPN_PROTOCOL", Alert: AlertIllegalParameter,
		Meaning: "the server chose an application protocol that the client did not offer",
		Remedy:  peerAtFault,
	})
	InvalidArgValue = row(Failure{
		Code: "ERR_INVALID_ARG_VALUE", Alert: AlertInternalError,
		Meaning: "the value of an option or argument is not allowed",
		Remedy:  "correct the option that the message names",
	})
	InvalidCommand = row(Failure{
		Code: "ERR_SSL_INVALID_COMMAND", Alert: AlertInternalError, OpenSSL: "invalid command",
		Meaning: "the cipher list has a command or character that OpenSSL's lists do not have",
		Remedy:  "correct the cipher list; polytls ciphers shows what a list selects",
	})
	InvalidCompression = row(Failure{
		Code: "ERR_SSL_INVALID_COMPRESSION_ALGORITHM", Alert: AlertIllegalParameter, OpenSSL: "invalid compression algorithm",
		Meaning: "the peer chose or offered compression of records, which is not supported and which TLS 1.3 forbids",
		Remedy:  peerAtFault,
	})
	InvalidContext = row(Failure{
		Code: "ERR_TLS_INVALID_CONTEXT", Alert: AlertInternalError,
		Meaning: "a SecureContext is missing or combined with options that belong to one",
		Remedy:  "make it with NewSecureContext, and set the options of a context there",
	})
	InvalidKey = row(Failure{
		Code: "ERR_OSSL_INVALID_KEY", Alert: AlertInternalError, OpenSSL: "invalid key",
		Meaning: "the parts of an ML-DSA private key do not belong together",
		Remedy:  "export the key again from where it was made, or make a new one",
	})
	InvalidMaxFragmentLength = row(Failure{
		Code: "ERR_SSL_SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH", Alert: AlertIllegalParameter, OpenSSL: "ssl3 ext invalid max fragment length",
		Meaning: "the client asks for a maximum fragment length that RFC 6066 does not define",
		Remedy:  peerAtFault,
	})
	InvalidProtocolMethod = row(Failure{
		Code: "ERR_TLS_INVALID_PROTOCOL_METHOD", Alert: AlertInternalError,
		Meaning: "the option SecureProtocol names no method of OpenSSL, or one of SSL 2.0 or 3.0",
		Remedy:  "name a method such as TLS_method, or set MinVersion and MaxVersion instead",
	})
	InvalidProtocolVersion = row(Failure{
		Code: "ERR_TLS_INVALID_PROTOCOL_VERSION", Alert: AlertInternalError,
		Meaning: "the option MinVersion or MaxVersion is not the name of a version",
		Remedy:  "set TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3",
	})
	InvalidRawPublicKey = row(Failure{
		Code: "ERR_SSL_INVALID_RAW_PUBLIC_KEY", Alert: AlertDecodeError, OpenSSL: "invalid raw public key",
		Meaning: "the peer's raw public key is not a subjectPublicKeyInfo in DER",
		Remedy:  peerAtFault,
	})
	InvalidSessionID = row(Failure{
		Code: "ERR_SSL_INVALID_SESSION_ID", Alert: AlertIllegalParameter, OpenSSL: "invalid session id",
		Meaning: "the server echoed a session id that the client did not send",
		Remedy:  peerAtFault,
	})
	InvalidState = row(Failure{
		Code: "ERR_TLS_INVALID_STATE", Alert: AlertInternalError,
		Meaning: "the method cannot be called now: the connection is not secure yet or any more, or the value was not made by its constructor",
		Remedy:  "call it after the handshake, on a value that a function of this package has made",
	})
	KeyTypeMismatch = row(Failure{
		Code: "ERR_OSSL_X509_KEY_TYPE_MISMATCH", Alert: AlertInternalError, OpenSSL: "key type mismatch",
		Meaning: "the private key is of another type than the certificate's key",
		Remedy:  "give the key that belongs to the certificate",
	})
	KeyUsage = row(Failure{
		Code: "ERR_SSL_KEY_USAGE_BIT_INCORRECT", Alert: AlertIllegalParameter,
		Meaning: "the peer's certificate has a key usage that forbids what the handshake needs of its key",
		Remedy:  "have the certificate issued with the key usage digitalSignature or keyEncipherment, or choose another cipher suite",
	})
	KeyValuesMismatch = row(Failure{
		Code: "ERR_OSSL_X509_KEY_VALUES_MISMATCH", Alert: AlertInternalError, OpenSSL: "key values mismatch",
		Meaning: "the private key does not belong to the certificate",
		Remedy:  "give the key that belongs to the certificate",
	})
	LengthMismatch = row(Failure{
		Code: "ERR_SSL_LENGTH_MISMATCH", Alert: AlertDecodeError, OpenSSL: "length mismatch",
		Meaning: "a record or field is not as long as its length says",
		Remedy:  peerAtFault,
	})
	MissingArgs = row(Failure{
		Code: "ERR_MISSING_ARGS", Alert: AlertInternalError,
		Meaning: "neither the option Port nor the option Path is set",
		Remedy:  "set Port, or Path for a socket of the file system",
	})
	MissingExtension = row(Failure{
		Code: "ERR_SSL_MISSING_EXTENSION", Alert: AlertMissingExtension,
		Meaning: "the client's hello lacks an extension that its pre_shared_key needs",
		Remedy:  peerAtFault,
	})
	MissingKeyShare = row(Failure{
		Code: "ERR_SSL_MISSING_KEY_SHARE", Alert: AlertMissingExtension,
		Meaning: "the peer's hello lacks the key share that the handshake needs",
		Remedy:  peerAtFault,
	})
	MissingSigAlgs = row(Failure{
		Code: "ERR_SSL_MISSING_SIGALGS_EXTENSION", Alert: AlertMissingExtension, OpenSSL: "missing sigalgs extension",
		Meaning: "the peer does not name its signature algorithms although a certificate must be sent",
		Remedy:  peerAtFault,
	})
	MissingSupportedGroups = row(Failure{
		Code: "ERR_SSL_MISSING_SUPPORTED_GROUPS_EXTENSION", Alert: AlertMissingExtension, OpenSSL: "missing supported groups extension",
		Meaning: "the client names no groups for its key exchange",
		Remedy:  peerAtFault,
	})
	MixedHandshakeAndNonHand = row(Failure{
		Code: "ERR_SSL_MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA", Alert: AlertUnexpectedMessage, OpenSSL: "mixed handshake and non handshake data",
		Meaning: "the peer sent a record of another type between the parts of a handshake message",
		Remedy:  peerAtFault,
	})
	ModulusTooLarge = row(Failure{
		Code: "ERR_SSL_MODULUS_TOO_LARGE", Alert: AlertBadCertificate, OpenSSL: "modulus too large",
		Meaning: "an RSA key of the peer has more bits than MaxRSABits allows, or its finite-field group more than MaxDHSize",
		Remedy:  "use a smaller or elliptic-curve key at the peer, or raise MaxRSABits or MaxDHSize",
	})
	ModulusTooSmall = row(Failure{
		Code: "ERR_SSL_MODULUS_TOO_SMALL", Alert: AlertIllegalParameter, OpenSSL: "modulus too small",
		Meaning: "the modulus of the peer's finite-field group has fewer than 512 bits",
		Remedy:  "have the peer use a group of RFC 7919, or a key exchange over elliptic curves",
	})
	NoApplicationProtocol = row(Failure{
		Code: "ERR_SSL_NO_APPLICATION_PROTOCOL", Alert: AlertNoApplicationProtocol, OpenSSL: "no application protocol",
		Meaning: "the two ends have no application protocol (ALPN) in common",
		Remedy:  "add a protocol of the peer to ALPNProtocols",
	})
	NoCertificateReturned = row(Failure{
		Code: "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", Alert: AlertHandshakeFailure, OpenSSL: "peer did not return a certificate",
		Meaning: "the client sent no certificate although the server requires one",
		Remedy:  "give the client a certificate and its key",
	})
	NoCipherMatch = row(Failure{
		Code: "ERR_SSL_NO_CIPHER_MATCH", Alert: AlertInternalError, OpenSSL: "no cipher match",
		Meaning: "the cipher list names no cipher suite that exists",
		Remedy:  "correct the cipher list; polytls ciphers shows what a list selects",
	})
	NoCiphersAvailable = row(Failure{
		Code: "ERR_SSL_NO_CIPHERS_AVAILABLE", Alert: AlertInternalError, OpenSSL: "no ciphers available",
		Meaning: "no configured cipher suite can be used in the configured versions",
		Remedy:  "add cipher suites of these versions to Ciphers, or widen MinVersion and MaxVersion",
	})
	NoCompressionSpecified = row(Failure{
		Code: "ERR_SSL_NO_COMPRESSION_SPECIFIED", Alert: AlertIllegalParameter, OpenSSL: "no compression specified",
		Meaning: "the client does not offer to leave records uncompressed",
		Remedy:  peerAtFault,
	})
	NoProtocolsAvailable = row(Failure{
		Code: "ERR_SSL_NO_PROTOCOLS_AVAILABLE", Alert: AlertProtocolVersion, OpenSSL: "no protocols available",
		Meaning: "no version is left between MinVersion and MaxVersion",
		Remedy:  "set a MinVersion that is not above MaxVersion, within what SecureOptions and CompliancePolicy leave",
	})
	NoRenegotiation = row(Failure{
		Code: "ERR_SSL_NO_RENEGOTIATION", Alert: AlertNoRenegotiation, OpenSSL: "no renegotiation",
		Meaning: "one end asks for a renegotiation that the other does not allow",
		Remedy:  "open a new connection instead, or use TLS 1.3, which has no renegotiation",
	})
	NoSharedCipher = row(Failure{
		Code: "ERR_SSL_NO_SHARED_CIPHER", Alert: AlertHandshakeFailure, OpenSSL: "no shared cipher",
		Meaning: "none of the client's cipher suites can be used with the server's configuration and certificates",
		Remedy:  "allow a cipher suite of the peer in Ciphers, and check that the server has a certificate for it",
	})
	NoSharedSignatureAlgorithms = row(Failure{
		Code: "ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS", Alert: AlertHandshakeFailure, OpenSSL: "no shared signature algorithms",
		Meaning: "the two ends have no signature algorithm in common",
		Remedy:  "allow an algorithm of the peer in Sigalgs",
	})
	NoSuitableGroups = row(Failure{
		Code: "ERR_SSL_NO_SUITABLE_GROUPS", Alert: AlertInternalError, OpenSSL: "no suitable groups",
		Meaning: "none of the configured groups can be used in TLS 1.3",
		Remedy:  "add a group of TLS 1.3, such as X25519, to ECDHCurve",
	})
	NoSuitableKeyShare = row(Failure{
		Code: "ERR_SSL_NO_SUITABLE_KEY_SHARE", Alert: AlertHandshakeFailure, OpenSSL: "no suitable key share",
		Meaning: "the two ends have no key-exchange group in common",
		Remedy:  "allow a group of the peer in ECDHCurve",
	})
	NoSuitableSignatureAlgorithm = row(Failure{
		Code: "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM", Alert: AlertHandshakeFailure, OpenSSL: "no suitable signature algorithm",
		Meaning: "no configured certificate can sign with an algorithm that the peer or the compliance policy allows",
		Remedy:  "add a certificate with a key of another type, or allow more algorithms in Sigalgs; with pre-shared keys only, check the identity at both ends",
	})
	NotSuitableGenerator = row(Failure{
		Code: "ERR_SSL_NOT_SUITABLE_GENERATOR", Alert: AlertIllegalParameter, OpenSSL: "not suitable generator",
		Meaning: "the generator of the peer's finite-field group is not within the group",
		Remedy:  "have the peer use a group of RFC 7919, or a key exchange over elliptic curves",
	})
	OldSessionCipherNotReturned = row(Failure{
		Code: "ERR_SSL_OLD_SESSION_CIPHER_NOT_RETURNED", Alert: AlertIllegalParameter, OpenSSL: "old session cipher not returned",
		Meaning: "the server resumed a session under another cipher suite",
		Remedy:  "discard the session, and update the server's TLS software",
	})
	OldSessionPRFHash = row(Failure{
		Code: "ERR_SSL_OLD_SESSION_PRF_HASH_MISMATCH", Alert: AlertIllegalParameter,
		Meaning: "the server selected a pre-shared key whose hash is not that of the cipher suite",
		Remedy:  "discard the session, and update the server's TLS software",
	})
	OldSessionVersion = row(Failure{
		Code: "ERR_SSL_OLD_SESSION_VERSION_NOT_RETURNED", Alert: AlertIllegalParameter,
		Meaning: "the server resumed a session under another version",
		Remedy:  "discard the session, and update the server's TLS software",
	})
	OutOfRange = row(Failure{
		Code: "ERR_OUT_OF_RANGE", Alert: AlertInternalError,
		Meaning: "a number is not within the range that the option or argument allows",
		Remedy:  "correct the option that the message names",
	})
	PassedInvalidArgument = row(Failure{
		Code: "ERR_SSL_PASSED_INVALID_ARGUMENT", Alert: AlertInternalError, OpenSSL: "passed invalid argument",
		Meaning: "an argument names nothing that is implemented, or is too long",
		Remedy:  "correct the option or argument that the message names",
	})
	PEMBadBase64 = row(Failure{
		Code: "ERR_OSSL_PEM_BAD_BASE64_DECODE", Alert: AlertInternalError, OpenSSL: "bad base64 decode",
		Meaning: "a block of the PEM text is not base64",
		Remedy:  "check that the file is complete and was not changed",
	})
	PEMBadEndLine = row(Failure{
		Code: "ERR_OSSL_PEM_BAD_END_LINE", Alert: AlertInternalError, OpenSSL: "bad end line",
		Meaning: "a block of the PEM text has no end line",
		Remedy:  "check that the file is complete",
	})
	PEMNoStartLine = row(Failure{
		Code: "ERR_OSSL_PEM_NO_START_LINE", Alert: AlertInternalError, OpenSSL: "no start line",
		Meaning: "there is no certificate, in PEM or in DER",
		Remedy:  "give certificates in PEM, with their BEGIN CERTIFICATE lines",
	})
	PinnedKeyMismatch = row(Failure{
		Code: "ERR_TLS_PINNED_KEY_MISMATCH", Alert: AlertBadCertificate,
		Meaning: "no key of the peer's certificates is one of PinnedKeys",
		Remedy:  "if the peer has a new key, add its hash to PinnedKeys; if it has not, somebody is in between",
	})
	ProtocolVersionConflict = row(Failure{
		Code: "ERR_TLS_PROTOCOL_VERSION_CONFLICT", Alert: AlertInternalError,
		Meaning: "SecureProtocol cannot be combined with MinVersion or MaxVersion",
		Remedy:  "set only MinVersion and MaxVersion",
	})
	PSKIdentityNotFound = row(Failure{
		Code: "ERR_SSL_PSK_IDENTITY_NOT_FOUND", Alert: AlertUnknownPSKIdentity, OpenSSL: "psk identity not found",
		Meaning: "the pre-shared key or SRP user that the handshake names is not known",
		Remedy:  "check the identity or user name at both ends",
	})
	RenegotiationDisabled = row(Failure{
		Code: "ERR_TLS_RENEGOTIATION_DISABLED", Alert: AlertNoRenegotiation,
		Meaning: "the client asked for a renegotiation after DisableRenegotiation",
		Remedy:  "have the client open a new connection instead",
	})
	RenegotiationMismatch = row(Failure{
		Code: "ERR_SSL_RENEGOTIATION_MISMATCH", Alert: AlertHandshakeFailure, OpenSSL: "renegotiation mismatch",
		Meaning: "a hello is not bound to the connection as RFC 5746 requires: this may be an attack",
		Remedy:  "update the peer's TLS software, and look for what else writes into the connection",
	})
	RequiredServerName = row(Failure{
		Code: "ERR_TLS_REQUIRED_SERVER_NAME", Alert: AlertInternalError,
		Meaning: "AddContext was called without a server name",
		Remedy:  "give a host name or a pattern such as *.example.org",
	})
	ServerCertChanged = row(Failure{
		Code: "ERR_SSL_SERVER_CERT_CHANGED", Alert: AlertIllegalParameter,
		Meaning: "the peer sent a different certificate in a renegotiation",
		Remedy:  "open a new connection where the certificate has to change",
	})
	SessionAttack = row(Failure{
		Code: "ERR_TLS_SESSION_ATTACK", Alert: AlertNoRenegotiation,
		Meaning: "the client asked for more renegotiations than ClientRenegLimit allows in ClientRenegWindow",
		Remedy:  "check the client, which may be an attacker; raise ClientRenegLimit if it is not",
	})
	SSLv2Hello = row(Failure{
		Code: "ERR_SSL_UNKNOWN_PROTOCOL", Alert: AlertProtocolVersion, OpenSSL: "unknown protocol",
		Meaning: "the client uses SSL 2.0",
		Remedy:  "update the client: SSL 2.0 is not secure",
	})
	TooManyEmptyFragments = row(Failure{
		Code: "ERR_SSL_TOO_MANY_EMPTY_FRAGMENTS", Alert: AlertUnexpectedMessage,
		Meaning: "the peer sent too many records without content in a row",
		Remedy:  peerAtFault,
	})
	TooManyKeyUpdates = row(Failure{
		Code: "ERR_SSL_TOO_MANY_KEY_UPDATES", Alert: AlertUnexpectedMessage, OpenSSL: "too many key updates",
		Meaning: "the peer changed its keys too often without sending data",
		Remedy:  peerAtFault,
	})
	TooManyWarnAlerts = row(Failure{
		Code: "ERR_SSL_TOO_MANY_WARN_ALERTS", Alert: AlertUnexpectedMessage, OpenSSL: "too many warn alerts",
		Meaning: "the peer sent too many warning alerts in a row",
		Remedy:  peerAtFault,
	})
	TooMuchEarlyData = row(Failure{
		Code: "ERR_SSL_TOO_MUCH_EARLY_DATA", Alert: AlertUnexpectedMessage, OpenSSL: "too much early data",
		Meaning: "the client sent more early data than the server allows",
		Remedy:  "send less before the handshake ends, or raise MaxEarlyData at the server",
	})
	TooMuchSkippedEarlyData = row(Failure{
		Code: "ERR_SSL_TOO_MUCH_SKIPPED_EARLY_DATA", Alert: AlertUnexpectedMessage,
		Meaning: "the client sent more early data than a server that rejects it skips",
		Remedy:  "send less before the handshake ends",
	})
	UnexpectedExtension = row(Failure{
		Code: "ERR_SSL_UNSOLICITED_EXTENSION", Alert: AlertUnsupportedExtension, OpenSSL: "unsolicited extension",
		Meaning: "the peer sent an extension that was not offered or that is not allowed in its message",
		Remedy:  peerAtFault,
	})
	UnexpectedMessage = row(Failure{
		Code: "ERR_SSL_UNEXPECTED_MESSAGE", Alert: AlertUnexpectedMessage, OpenSSL: "unexpected message",
		Meaning: "the peer sent a handshake message that is not allowed at this point",
		Remedy:  peerAtFault,
	})
	UnexpectedRecord = row(Failure{
		Code: "ERR_SSL_UNEXPECTED_RECORD", Alert: AlertUnexpectedMessage, OpenSSL: "unexpected record",
		Meaning: "the peer sent a record of a type that is not allowed at this point",
		Remedy:  peerAtFault,
	})
	UnknownAlertType = row(Failure{
		Code: "ERR_SSL_UNKNOWN_ALERT_TYPE", Alert: AlertIllegalParameter, OpenSSL: "unknown alert type",
		Meaning: "the peer sent an alert whose level is neither warning nor fatal",
		Remedy:  peerAtFault,
	})
	UnknownCertificateType = row(Failure{
		Code: "ERR_SSL_UNKNOWN_CERTIFICATE_TYPE", Alert: AlertUnsupportedCertificate, OpenSSL: "unknown certificate type",
		Meaning: "a certificate's key is of an algorithm or curve that is not supported",
		Remedy:  "use a certificate with an RSA, ECDSA, Ed25519 or ML-DSA key",
	})
	UnknownCipherReturned = row(Failure{
		Code: "ERR_SSL_UNKNOWN_CIPHER_RETURNED", Alert: AlertIllegalParameter, OpenSSL: "unknown cipher returned",
		Meaning: "the server chose a cipher suite that is not known",
		Remedy:  peerAtFault,
	})
	UnknownCompression = row(Failure{
		Code: "ERR_SSL_UNKNOWN_CERT_COMPRESSION_ALG", Alert: AlertIllegalParameter,
		Meaning: "the peer compressed its certificate with an algorithm that was not offered",
		Remedy:  peerAtFault,
	})
	UnreadableCertificate = row(Failure{
		Code: "ERR_SSL_CANNOT_PARSE_LEAF_CERT", Alert: AlertDecodeError,
		Meaning: "a certificate of the peer is empty or cannot be read",
		Remedy:  "have the peer's certificate reissued, in DER as RFC 5280 requires",
	})
	UnsafeLegacyRenegotiation = row(Failure{
		Code: "ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED", Alert: AlertHandshakeFailure, OpenSSL: "unsafe legacy renegotiation disabled",
		Meaning: "the peer does not support secure renegotiation (RFC 5746)",
		Remedy:  "update the peer's TLS software, or set SSL_OP_LEGACY_SERVER_CONNECT in SecureOptions where that cannot be done",
	})
	UnsupportedCertificate = row(Failure{
		Code: "ERR_SSL_UNSUPPORTED_CERTIFICATE", Alert: AlertUnsupportedCertificate,
		Meaning: "the two ends have no certificate type in common",
		Remedy:  "allow X.509 certificates or raw public keys at both ends",
	})
	UnsupportedCipher = row(Failure{
		Code: "ERR_OSSL_EVP_UNSUPPORTED", Alert: AlertInternalError, OpenSSL: "unsupported",
		Meaning: "a private key is encrypted with a cipher that is not supported",
		Remedy:  "re-encrypt the key with AES, as openssl pkcs8 does by default",
	})
	UnsupportedKey = row(Failure{
		Code: "ERR_OSSL_UNSUPPORTED", Alert: AlertInternalError, OpenSSL: "unsupported",
		Meaning: "the text or archive holds no private key of a supported kind",
		Remedy:  "give a private key in PEM: RSA, EC on P-256, P-384 or P-521, Ed25519, or ML-DSA; other curves need AllowVariableTimeKeys",
	})
	UnsupportedProtocol = row(Failure{
		Code: "ERR_SSL_UNSUPPORTED_PROTOCOL", Alert: AlertProtocolVersion, OpenSSL: "unsupported protocol",
		Meaning: "the two ends have no TLS version in common",
		Remedy:  "widen MinVersion and MaxVersion at the end that allows fewer versions",
	})
	WriteAfterAlert = row(Failure{
		Code: "EPIPE", Alert: AlertInternalError,
		Meaning: "data were written after a fatal alert was sent",
		Remedy:  "see the earlier error, which is why the connection ended",
	})
	WriteAfterEnd = row(Failure{
		Code: "ERR_STREAM_WRITE_AFTER_END", Alert: AlertInternalError,
		Meaning: "data were written after close_notify was sent",
		Remedy:  "write before Close or CloseWrite",
	})
	WrongCertificateType = row(Failure{
		Code: "ERR_SSL_WRONG_CERTIFICATE_TYPE", Alert: AlertIllegalParameter, OpenSSL: "wrong certificate type",
		Meaning: "the peer's certificate has a key that the cipher suite or version cannot use",
		Remedy:  "use a certificate with a key of another type, or other cipher suites",
	})
	WrongCipherReturned = row(Failure{
		Code: "ERR_SSL_WRONG_CIPHER_RETURNED", Alert: AlertIllegalParameter, OpenSSL: "wrong cipher returned",
		Meaning: "the cipher suite that the peer chose was not offered, or does not go with the version or the earlier hello",
		Remedy:  peerAtFault,
	})
	WrongCurve = row(Failure{
		Code: "ERR_SSL_WRONG_CURVE", Alert: AlertIllegalParameter, OpenSSL: "wrong curve",
		Meaning: "the peer chose a group that was not offered or asked for, or its certificate's curve is not enabled",
		Remedy:  "allow the group in ECDHCurve; otherwise update the peer's TLS software",
	})
	WrongSignatureType = row(Failure{
		Code: "ERR_SSL_WRONG_SIGNATURE_TYPE", Alert: AlertIllegalParameter, OpenSSL: "wrong signature type",
		Meaning: "the peer signed with an algorithm that was not offered or does not go with its key",
		Remedy:  peerAtFault,
	})
	WrongSSLVersion = row(Failure{
		Code: "ERR_SSL_WRONG_SSL_VERSION", Alert: AlertProtocolVersion, OpenSSL: "wrong ssl version",
		Meaning: "what is asked for does not exist in the version of the connection, or the peer changed the version",
		Remedy:  "check the version of the connection first",
	})
	WrongVersionNumber = row(Failure{
		Code: "ERR_SSL_WRONG_VERSION_NUMBER", Alert: AlertProtocolVersion, OpenSSL: "wrong version number",
		Meaning: "the peer does not use TLS on this port",
		Remedy:  "check the port, and whether the protocol starts in plain text (STARTTLS)",
	})
)

// peerAtFault is the remedy if the peer violates the protocol.
const peerAtFault = "update the peer's TLS software; if it is current, look for a device between the two ends that changes what they send"
