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
	sessionRefused
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

	noSession:      {"the client offers none", atClient},
	noSessions:     {"the server keeps neither tickets nor sessions", atServer},
	sessionRefused: {"the server cannot read what the client offers, or it has expired, or its peer would not be accepted now", atBoth},

	sessionNotAccepted: {"the server does not accept it", atServer},

	notChosen: {"the server prefers another or does not enable it", atServer},
}
