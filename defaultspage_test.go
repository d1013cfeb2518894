package polytls_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/docpage"
	"polytls/internal/openssl"
	"polytls/internal/suite"
)

// TestDefaultsPage: docs/defaults.md is made from the registries and from the table
// below. `go test -run TestDefaultsPage . -update-docs` writes it.
func TestDefaultsPage(t *testing.T) {
	options := fieldsOf(reflect.TypeFor[polytls.ServerOptions](), reflect.TypeFor[polytls.ConnectOptions]())
	var settings strings.Builder
	for _, d := range defaultSettings {
		for _, name := range regexp.MustCompile("`([A-Z]\\w+)`").FindAllStringSubmatch(d.change, -1) {
			if !options[name[1]] && !strings.HasPrefix(name[1], "SSL_OP_") {
				t.Errorf("%s: there is no option %s", d.what, name[1])
			}
		}
		fmt.Fprintf(&settings, "| %s | %s | %s | %s |\n", d.what, d.value, d.why, d.change)
	}
	docpage.Want(t, "docs/defaults.md", fmt.Sprintf(defaultsText, settings.String(),
		defaultSuites(t), defaultGroups(), defaultSchemes()))
}

const defaultsText = `# What is on by default, and why

The defaults are those of current Node, so that a program that moves here connects to
what it connected to before, unless the table says otherwise. The zero value of an option
is its default. ` + "`polytls ciphers -v`" + ` prints the suites. [dialects.md](dialects.md) has the
weaknesses of what is old, [profiles.md](profiles.md) the policies that allow less.

## Settings

| what | default | why | to change it |
| --- | --- | --- | --- |
%s
## Cipher suites

Most preferred first; the server's order counts. Suites without forward secrecy come last,
and are used only if a certificate has an RSA key. DHE suites are used by clients, and by
servers with ` + "`DHParam`" + `. Pre-shared keys, SRP, anonymous suites and those without
encryption are in no default list.

| suite | versions | forward secrecy | AEAD |
| --- | --- | --- | --- |
%s
## Groups

A client sends key shares for those that are marked, so that a server with either
needs no further round trip. Groups with the same number are equally preferred: the
server uses one that it got a share of. The hybrids with ML-KEM protect recorded connections from
quantum computers.

| group | preference | key share in the first hello |
| --- | --- | --- |
%s
## Signature algorithms

At security level 2, in the order in which clients offer them:

%s
`

// defaultSettings are the defaults that are in no registry.
var defaultSettings = []struct{ what, value, why, change string }{
	{"versions", "TLS 1.2 and 1.3", "all current peers have them; 1.0 and 1.1 are forbidden by RFC 8996", "`MinVersion`, `MaxVersion`"},
	{"security level", "2: 112 bits", "OpenSSL's: RSA and DH keys of 2,048 bits, no SHA-1 in certificates", "`@SECLEVEL=n` in `Ciphers`"},
	{"trusted roots", "Mozilla's, as compiled in", "the same on every machine, as in Node", "`CA`, `RootCAs`, `SystemRoots`, `ExtraCA`"},
	{"verification of servers", "chain, dates, purpose and name", "without it anybody can be the server", "`AllowUnauthorized`, `CheckServerIdentity`, `Verify`"},
	{"certificates of clients", "not requested", "few servers use them", "`RequestCert`, `ClientAuth`"},
	{"revocation", "not checked", "there is no list that all authorities serve; a list or a stapled response must be given", "`CRL`, `RequestOCSP` with `OnOCSPResponse`"},
	{"order of suites", "the server's", "the server knows its certificates and its clients", "`ClientCipherOrder`"},
	{"ALPN", "none; `h2` and `http/1.1` in polyhttp", "the protocol is the program's choice", "`ALPNProtocols`, `ALPNCallback`"},
	{"tickets", "two for each TLS 1.3 handshake, under a key of the process", "a client may resume twice at once; a random key cannot be stolen from a file", "`Tickets`, `TicketKeys`, package ticketkeys"},
	{"life of a session", "two hours from its full handshake", "Node's; a new ticket has the remaining time, so that a resumed session does not live for ever", "`SessionTimeout`"},
	{"session store", "none", "tickets need none", "`SessionStore`"},
	{"early data (0-RTT)", "off", "an attacker can send it again", "`MaxEarlyData`, `EarlyData`"},
	{"renegotiation up to TLS 1.2", "on, at most three times in ten minutes", "Node's; the limit is what a client may cost", "`SecureOptions` with `SSL_OP_NO_RENEGOTIATION`"},
	{"secure renegotiation (RFC 5746)", "required of servers", "without it an attacker can put data before a client's", "`SecureOptions` with `SSL_OP_LEGACY_SERVER_CONNECT`"},
	{"an end without close_notify", "the error io.ErrUnexpectedEOF", "an attacker may have cut the stream", "`SecureOptions` with `SSL_OP_IGNORE_UNEXPECTED_EOF`"},
	{"time for a handshake", "120 s at servers; the context at clients", "Node's", "`HandshakeTimeout`"},
	{"a peer's RSA keys", "up to 8,192 bits", "verifying with larger ones takes long", "`MaxRSABits`"},
	{"groups of DHE at clients", "1,024 bits or what the level requires, up to 4,096, larger ones only of RFC 3526 and 7919", "a server could cost the client seconds", "`MinDHSize`, `MaxDHSize`"},
	{"DHE at servers", "off", "costs more than ECDHE and is no better", "`DHParam`"},
	{"certificate compression", "off", "Node's", "`CertificateCompression`"},
	{"GREASE and the order of extensions", "off", "the hello is Node's", "`GREASE`, `ShuffleExtensions`"},
	{"limit of records", "none of ours; a peer's is respected", "Node's hello has none", "`RecordSizeLimit`, `MaxFragmentLength`, `MaxSendFragment`"},
	{"record of a handshake", "none", "it costs memory until the connection ends", "`RecordHandshake`"},
	{"key log", "none", "whoever has it can decrypt the connections", "`OnKeylog`"},
	{"number of connections", "no limit", "Node's", "`MaxConnections`"},
}

func defaultSuites(t *testing.T) string {
	t.Helper()
	list, err := openssl.ParseCiphers(polytls.DefaultCiphers())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, s := range append(list.TLS13, list.TLS12...) {
		versions := "TLS 1.3"
		switch {
		case s.MaxVersion < suite.TLS13 && s.MinVersion < suite.TLS12:
			versions = "up to TLS 1.2"
		case s.MaxVersion < suite.TLS13:
			versions = "TLS 1.2"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.Name, versions, yes(s.Kx != suite.KxRSA), yes(s.MAC == suite.AEAD))
	}
	return b.String()
}

func defaultGroups() string {
	var b strings.Builder
	for g := range suite.Groups() {
		if g.Tuple > 0 {
			fmt.Fprintf(&b, "| `%s` | %d | %s |\n", g.Name, g.Tuple, yes(g.KeyShare))
		}
	}
	return b.String()
}

func defaultSchemes() string {
	var names []string
	for _, s := range suite.Level(2).DefaultSchemes() {
		names = append(names, "`"+s.String()+"`")
	}
	return strings.Join(names, ", ") + "."
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
