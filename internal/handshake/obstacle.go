package handshake

// obstacle is why something could not be chosen in a negotiation.
type obstacle uint8

const (
	noObstacle obstacle = iota

	notOffered
	notEnabled
	inNeitherEnd
	noShare
	wrongHash

	wrongVersion
	noPSK
	unfitCertificate
	noCertificate
	anonymousServer
	noCommonCurve
	noDHParams
	noCommonFFDHE
	noSRPUser

	noSigner
	noDecrypter
	wrongCertificateType
	wrongKey
	unknownCurve
	wrongIssuer
	noCommonScheme
	noEnabledScheme

	noSession
	noSessions
	unknownSession
	expiredSession
	usedSession
	wrongSessionVersion
	wrongSessionSuite
	wrongSessionContext
	wrongSessionName
	wrongSessionFragment
	wrongSessionEMS
	wrongSessionPeer
	wrongSessionMode
	noResumptionHere
	sessionSecretChanged
	peerNotAccepted
	sessionNotAccepted

	notChosen
)

// unless returns no obstacle if a requirement is met, else why.
func unless(met bool, why obstacle) obstacle {
	if met {
		return noObstacle
	}
	return why
}

// The ends that can remove an obstacle.
const (
	atClient = "client"
	atServer = "server"
	atBoth   = "both"
)

// obstacles are their texts, and which end has to change something to remove them.
var obstacles = [...]struct{ text, end string }{
	notOffered:   {"the client does not offer it", atClient},
	notEnabled:   {"the server does not enable it", atServer},
	inNeitherEnd: {"the client does not offer it, and the server does not enable it", atBoth},
	noShare:      {"the client sends no key share of it", atClient},
	wrongHash:    {"its hash is not that of the pre-shared key", atBoth},

	wrongVersion:     {"the chosen version does not have it", atBoth},
	noPSK:            {"it needs a pre-shared key, and the server has no PSKCallback", atServer},
	unfitCertificate: {"no certificate of the server fits it", atServer},
	noCertificate:    {"it needs a certificate, and the server has none", atServer},
	anonymousServer:  {"it has no certificate of the server, which may therefore not require one of the client", atServer},
	noCommonCurve:    {"the ends have no curve in common", atBoth},
	noDHParams:       {"the server has no DHParam", atServer},
	noCommonFFDHE:    {"the ends have no finite-field group in common", atBoth},
	noSRPUser:        {"it needs a user of SRP at the client and verifiers at the server", atBoth},

	noSigner:             {"its key cannot sign", atServer},
	noDecrypter:          {"its key cannot decrypt, which RSA key exchange needs", atServer},
	wrongCertificateType: {"the client does not accept its certificate type", atClient},
	wrongKey:             {"its key is not of the kind that the cipher suite needs", atBoth},
	unknownCurve:         {"the client does not support the curve of its key", atClient},
	wrongIssuer:          {"the client names none of its issuers (MatchIssuer)", atClient},
	noCommonScheme:       {"the client offers none of the signature schemes that are enabled for its key", atClient},
	noEnabledScheme:      {"the server enables no signature scheme for its key", atServer},

	noSession:            {"the client offers none", atClient},
	noSessions:           {"the server keeps neither tickets nor sessions", atServer},
	unknownSession:       {"the server does not know it: its ticket keys differ, or its store no longer has the session", atServer},
	expiredSession:       {"it has expired (SessionTimeout)", atServer},
	usedSession:          {"it was used before", atClient},
	wrongSessionVersion:  {"it is of another version than this handshake", atBoth},
	wrongSessionSuite:    {"its cipher suite is not offered or not enabled, or in TLS 1.3 has another hash than the chosen one", atBoth},
	wrongSessionContext:  {"it is of another SessionIDContext", atServer},
	wrongSessionName:     {"it is of another server name", atClient},
	wrongSessionFragment: {"it has another maximum length of fragments", atClient},
	wrongSessionEMS:      {"it and this handshake differ in extended_master_secret", atBoth},
	wrongSessionPeer:     {"it has another certificate of the client than the connection that is renegotiated", atClient},
	wrongSessionMode:     {"the client offers no mode of pre-shared keys that the server allows", atBoth},
	noResumptionHere:     {"this renegotiation resumes no session", atServer},
	sessionSecretChanged: {"the pre-shared key or the password that made it is unknown now, or has changed", atBoth},
	peerNotAccepted:      {"a full handshake would not accept its peer now", atBoth},
	sessionNotAccepted:   {"the server does not accept it", atServer},

	notChosen: {"the server prefers another or does not enable it", atServer},
}
