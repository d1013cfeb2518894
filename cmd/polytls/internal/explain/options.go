package explain

import "regexp"

// OptionFlags are the flags of the options that are values of their own: what
// is wrong with one of these is wrong use. Those of files are not here.
var OptionFlags = map[string]string{
	"AllowPartialTrustChain": "--allow-partial-trust-chain",
	"AllowUnauthorized":      "--reject-unauthorized",
	"ALPNProtocols":          "--alpn-protocols",
	"Ciphers":                "--ciphers",
	"ClientCipherOrder":      "--honor-cipher-order",
	"ECDHCurve":              "--ecdh-curve",
	"HandshakeTimeout":       "--handshake-timeout",
	"MaxDHSize":              "--max-dh-size",
	"MaxEarlyData":           "--max-early-data",
	"MaxRSABits":             "--max-rsa-bits",
	"MaxSendFragment":        "--max-send-fragment",
	"MaxVersion":             "--max-version",
	"MinDHSize":              "--min-dh-size",
	"MinVersion":             "--min-version",
	"OmitServerName":         "--servername",
	"Passphrase":             "--passphrase",
	"PSKCallback":            "--psk",
	"PSKIdentityHint":        "--psk-identity-hint",
	"RequestCert":            "--request-cert",
	"RequestOCSP":            "--request-ocsp",
	"SecureOptions":          "--secure-options",
	"SecureProtocol":         "--secure-protocol",
	"ServerName":             "--servername",
	"SessionIDContext":       "--session-id-context",
	"SessionStore":           "--session-store",
	"SessionTimeout":         "--session-timeout",
	"Sigalgs":                "--sigalgs",
	"SingleUseTickets":       "--max-early-data",
	"SRPPassword":            "--srp-password",
	"SRPUser":                "--srp-user",
	"StrictKeyUsage":         "--strict-key-usage",
	"SystemRoots":            "--system-roots",
	"TicketKeys":             "--ticket-keys",
}

// fileFlag is the flag of an option that is the contents of a file: what is
// wrong with these is a failure.
type fileFlag struct {
	Flag string
	Hint string // what to give
}

var FileFlags = map[string]fileFlag{
	"CA":           {"--ca", "give certificates in PEM"},
	"Cert":         {"--cert", "give a certificate in PEM, its chain behind it"},
	"CRL":          {"--crl", "give a revocation list in PEM, as polytls cert crl makes it"},
	"DHParam":      {"--dhparam", "openssl dhparam -out FILE 2048 makes one; or give auto"},
	"EarlyData":    {"--early-data", "give another file"},
	"ExtraCA":      {"--extra-ca", "give certificates in PEM"},
	"Key":          {"--key", "give a private key in PEM"},
	"OCSPResponse": {"--ocsp-response", "give an OCSP response in DER, as openssl ocsp -respout writes it"},
	"PFX":          {"--pfx", "give an archive in PKCS #12 that holds a key and its certificate"},
	"Session":      {"--session-in", "give a file of --session-out or of openssl s_client -sess_out"},
	"SRPCallback":  {"--srp-verifiers", "give a file as openssl srp writes it"},
	"SRPGroups":    {"--srp-verifiers", "give a file as openssl srp writes it"},
}

// inFlags writes the flags of the options that a sentence names.
func inFlags(sentence string) string {
	return capitalized.ReplaceAllStringFunc(sentence, func(word string) string {
		if flag := OptionFlags[word]; flag != "" {
			return flag
		}
		if file, ok := FileFlags[word]; ok {
			return file.Flag
		}
		return word
	})
}

// capitalized finds the words that can be names of options.
var capitalized = regexp.MustCompile(`\b[A-Z]\w+\b`)
