package endpoint

import (
	"errors"
	"strings"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/flags"
	"polytls/failure"
)

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
	"MaxEarlyData":           "--max-early-data",
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

// OptionError names the flag behind an option that the library refused, and the
// file if it is one.
func (c *Flags) OptionError(err error) error {
	var e *polytls.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	f := explain.Of(err)
	if e.Option == "" {
		return f
	}
	at := failure.Item{Option: e.Option, Index: e.Index}
	text := WithoutSubject(strings.TrimPrefix(f.Reason, e.Subject()))
	var other failure.Item // that the failure concerns, too
	if errors.As(err, &other) {
		text = strings.ReplaceAll(text, other.String(), c.fileWords(other))
	}
	if flag := OptionFlags[at.Option]; flag != "" {
		return flags.WrongOption(flag, f, text)
	}
	if file, known := FileFlags[at.Option]; known {
		f.Reason = c.flagOf(at.Option) + ": " + c.pathOf(at) + text
		if f.Hint = f.AdviceByCause(); f.Hint == "" {
			f.Hint = file.Hint
		}
	}
	return f
}

// fileWords is the file behind an item, as the command line names it.
func (c *Flags) fileWords(item failure.Item) string {
	path := strings.TrimSuffix(c.pathOf(item), ": ")
	if c.SNIItem != "" {
		return path
	}
	return c.flagOf(item.Option) + " " + path
}

// flagOf is the flag that gave an option's file.
func (c *Flags) flagOf(option string) string {
	if c.SNIItem != "" && (option == "Cert" || option == "Key") {
		return "--sni " + c.SNIItem
	}
	return FileFlags[option].Flag
}

// pathOf is the file of an item, such as Key[1], with a colon behind it.
func (c *Flags) pathOf(item failure.Item) string {
	paths := map[string][]string{"Cert": c.Certs, "Key": c.Keys, "PFX": c.PFXs, "CRL": c.CRLs, "CA": c.CAs, "DHParam": {c.DHParam}}[item.Option]
	i := max(item.Index, 0)
	for _, path := range paths {
		if path == "" {
			continue // stands for none
		}
		if i == 0 {
			return path + ": "
		}
		i--
	}
	return ""
}

// WithoutSubject cuts off what the library calls the option itself: the flag
// says that already.
func WithoutSubject(text string) string {
	for _, subject := range []string{"cert", "private key", "pfx", "crl", "ciphers", "sigalgs", "secureOptions"} {
		if rest, ok := strings.CutPrefix(text, subject+": "); ok {
			return rest
		}
	}
	return text
}
