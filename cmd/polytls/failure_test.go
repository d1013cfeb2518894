package main

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polytls/cmd/polytls/internal/flags"
	"polytls/internal/testcert"
)

// TestMisuse wants exit code 2, one line, and the flag or argument at fault in front
// of it. Nothing listens at localhost:1: what is checked after dialing ends with exit
// code 1.
func TestMisuse(t *testing.T) {
	f := newFiles(t)
	empty := f.write(t, "empty", []byte("no PEM\n"))
	tests := []struct {
		want string
		args []string
	}{
		{"unknown flag: --nope", []string{"connect", "localhost:1", "--nope"}},
		{"HOST:PORT: ", []string{"connect", "localhost"}},
		{"HOST:PORT: ", []string{"connect"}},
		{`HOST:PORT: "no..name" is neither a host name nor an IP address`, []string{"connect", "no..name:1"}},
		{"HOST:PORT: ", []string{"connect", "localhost:1", "localhost:2"}},
		{"unknown flag: --servernam (did you mean --servername?)", []string{"connect", "localhost:1", "--servernam", "x"}},
		{"unknown flag: -json (did you mean --json?)", []string{"connect", "localhost:1", "-json"}},
		{"unknown flag: --sess (did you mean --session-in?)", []string{"connect", "localhost:1", "--sess", "x"}},
		{"unknown flag: --watch (it is a flag of polytls serve)", []string{"connect", "localhost:1", "--watch"}},
		{"unknown flag: -k; see", []string{"connect", "localhost:1", "-k"}},
		{"unknown command: polytls conect (did you mean connect?); see", []string{"conect"}},
		{"unknown command: polytls bench; see polytls --help", []string{"bench"}},
		{"unknown command: polytls bench; see", []string{"bench", "--help"}},
		{"unknown command: polytls bench; see", []string{"--help", "bench"}},
		{"unknown command: polytls bench; see", []string{"help", "bench"}},
		{"unknown command: polytls cert shw (did you mean show?); see", []string{"cert", "shw"}},
		{"unknown command: polytls cert shw (did you mean show?); see", []string{"cert", "shw", "--help"}},
		{"unknown command: polytls cert shw (did you mean show?); see", []string{"help", "cert", "shw"}},
		{"unknown command: polytls connect x; see", []string{"help", "connect", "x"}},
		{`HOST:PORT: "unix:" has no path`, []string{"connect", "unix:"}},
		{`HOST:PORT: "localhost:99999" has no valid port`, []string{"connect", "localhost:99999"}},
		{`HOST:PORT: "localhost:0": nothing listens on port 0`, []string{"connect", "localhost:0"}},
		{`HOST:PORT: URL of scheme "http", want https`, []string{"connect", "http://me:secret@localhost"}},
		{"HOST:PORT: the URL has no host", []string{"connect", "https://me:secret@"}},
		{"HOST:PORT: the URL has no port", []string{"connect", "tls://localhost"}},
		{"--min-version: TLSv1.3 is above the highest version, TLSv1.2", []string{"connect", "localhost:1", "--min-version", "TLSv1.3", "--max-version", "TLSv1.2"}},
		{"--min-version: TLSv1.3 is above the highest version, TLSv1.2", []string{"serve", "--min-version", "TLSv1.3", "--tls-max-v1.2"}},
		{"--max-version: TLSv1.1 is below the lowest version, TLSv1.2 by default", []string{"connect", "localhost:1", "--max-version", "TLSv1.1"}},
		{"--secure-options: no version is left of TLSv1.2 to TLSv1.3", []string{"serve", "--secure-options", "SSL_OP_NO_TLSv1_2,SSL_OP_NO_TLSv1_3"}},
		{"--secure-options: no version is left of --secure-protocol TLSv1_2_method", []string{"connect", "localhost:1",
			"--secure-protocol", "TLSv1_2_method", "--secure-options", "SSL_OP_NO_TLSv1_2"}},
		{"--ciphers: no cipher suite fits the versions", []string{"connect", "localhost:1", "--ciphers", "PSK", "--max-version", "TLSv1.2"}},
		{"--ca: " + empty + ": no certificate in PEM", []string{"connect", "localhost:1", "--ca", empty}},
		{"--ca: " + empty + ": no certificate in PEM", []string{"serve", "--ca", f.ca, "--ca", empty}},
		{`"x": polytls serve `, []string{"serve", "x"}},
		{`"x": polytls version `, []string{"version", "x"}},
		{`"x": polytls cert ca `, []string{"cert", "ca", "x"}},
		{"FILE: ", []string{"cert", "show"}},
		{"FILE: ", []string{"cert", "check"}},
		{"FILE: ", []string{"cert", "check", "a", "b"}},
		{"CSR: ", []string{"cert", "sign"}},
		{"LIST: ", []string{"ciphers", "a", "b"}},
		{`LIST: "nosuchcipher" `, []string{"ciphers", "nosuchcipher"}},
		{"LIST: not allowed with --policy", []string{"ciphers", "--policy=pci-dss-4", "ALL"}},
		{"--verbose: not allowed with --policy", []string{"ciphers", "--policy", "-v"}},
		{`--policy: "nope" is not a policy`, []string{"ciphers", "--policy", "nope"}},
		{`--policy: "nope" is not a policy`, []string{"serve", "--policy", "nope"}},
		{"--policy: mozilla-modern allows none of the versions", []string{"connect", "localhost:1", "--policy", "mozilla-modern", "--max-version", "TLSv1.2"}},
		{"--min-version: ", []string{"serve", "--min-version", "TLSv1.4"}},
		{"--ciphers: ", []string{"serve", "--ciphers", "nosuchcipher"}},
		{"--tls-cipher-list: ", []string{"serve", "--tls-cipher-list", "nosuchcipher"}},
		{"--ecdh-curve: ", []string{"connect", "localhost:1", "--ecdh-curve", "nosuchcurve"}},
		{"--sigalgs: ", []string{"connect", "localhost:1", "--sigalgs", "nosuchalg"}},
		{"--secure-protocol: ", []string{"connect", "localhost:1", "--secure-protocol", "TLSv9_method"}},
		{"--secure-protocol: ", []string{"connect", "localhost:1", "--secure-protocol", "TLSv1_2_server_method"}},
		{"--secure-protocol: ", []string{"serve", "--secure-protocol", "TLSv1_2_client_method"}},
		{"--secure-options: ", []string{"connect", "localhost:1", "--secure-options", "SSL_OP_NOPE"}},
		{"--ticket-keys: ", []string{"serve", "--ticket-keys", "00"}},
		{"--psk: ", []string{"serve", "--psk", "id"}},
		{"--psk: needs an argument IDENTITY:HEX; see", []string{"connect", "localhost:1", "--psk"}},
		{"--psk: want the key in hex", []string{"serve", "--psk", "id:0x"}},
		{"--psk: key of 513 bytes, want at most 512", []string{"serve", "--psk", "id:" + strings.Repeat("00", 513)}},
		{"--psk: identity of 257 bytes, want at most 256", []string{"serve", "--psk", strings.Repeat("i", 257) + ":00"}},
		{"--psk-identity-hint: ", []string{"serve", "--psk-identity-hint", strings.Repeat("x", 300)}},
		{"--mode: ", []string{"serve", "--mode", "nope"}},
		{"--listen: ", []string{"serve", "--listen", "8443"}},
		{"--root: required by --mode http", []string{"serve", "--mode", "http"}},
		{"--open: a browser shows nothing of --mode echo", []string{"serve", "--mode", "echo", "--open"}},
		{"--trust: requires --state DIR", []string{"serve", "--trust", "--yes"}},
		{"--untrust: requires --state DIR", []string{"serve", "--untrust", "--yes"}},
		{"--trust: asks before it changes anything; give --yes", []string{"serve", "--trust", "--state", f.dir}},
		{"--trust: serve makes no CA where other flags", []string{"serve", "--trust", "--psk", "a:00", "--state", f.dir}},
		{"--trust, --untrust: give one of the two", []string{"serve", "--trust", "--untrust", "--state", f.dir}},
		{"--yes: requires --trust or --untrust", []string{"serve", "--yes"}},
		{`--trust-stores: "pgp", want a list of nss, java, system`, []string{"serve", "--trust-stores", "nss,pgp"}},
		{"--open: a browser cannot connect to a Unix socket", []string{"serve", "--listen", "unix:/x", "--open"}},
		{"--max-send-fragment: ", []string{"serve", "--max-send-fragment", "5"}},
		{"--max-send-fragment: ", []string{"connect", "localhost:1", "--max-send-fragment", "5"}},
		{"--max-fragment-length: ", []string{"connect", "localhost:1", "--max-fragment-length", "5"}},
		{"--record-size-limit: ", []string{"serve", "--record-size-limit", "5"}},
		{"--max-send-fragment: ", []string{"connect", "localhost:1", "--max-send-fragment", "5", "--starttls", "smtp"}},
		{"--servername: ", []string{"connect", "localhost:1", "--servername", "127.0.0.1"}},
		{"--alpn-protocols: ", []string{"connect", "localhost:1", "--alpn-protocols", ","}},
		{"--alpn-protocols: ", []string{"serve", "--alpn-protocols", ","}},
		{"--sni: ", []string{"serve", "--sni", "name"}},
		{"--sni: ", []string{"serve", "--sni", "a=" + f.cert + ","}},
		{"--listen: ", []string{"serve", "--listen", "a b:0"}},
		{"--timeout: ", []string{"connect", "localhost:1", "--timeout", "soon"}},
		{"--handshake-timeout: ", []string{"connect", "localhost:1", "--handshake-timeout", "-1s"}},
		{"--handshake-timeout: ", []string{"serve", "--handshake-timeout", "-1s"}},
		{"--session-timeout: ", []string{"serve", "--session-timeout", "-1s"}},
		{"--session-id-context: ", []string{"serve", "--session-id-context", strings.Repeat("x", 33)}},
		{"--min-dh-size: ", []string{"connect", "localhost:1", "--min-dh-size", "-1"}},
		{"--min-dh-size: ", []string{"serve", "--min-dh-size", "-1"}},
		{"--max-dh-size: ", []string{"connect", "localhost:1", "--max-dh-size", "-1"}},
		{"--max-dh-size: ", []string{"serve", "--max-dh-size", "-1"}},
		{"--max-rsa-bits: ", []string{"connect", "localhost:1", "--max-rsa-bits", "-1"}},
		{"--max-rsa-bits: ", []string{"serve", "--max-rsa-bits", "-1"}},
		{"--starttls: ", []string{"connect", "localhost:1", "--starttls", "gopher"}},
		{"--reconnect: ", []string{"connect", "localhost:1", "--reconnect", "-1"}},
		{"--reconnect: ", []string{"connect", "localhost:1", "--reconnect", "x"}},
		{"--timeout: -1s is negative", []string{"connect", "localhost:1", "--timeout", "-1s"}},
		{"--srp-user: SRP needs TLS 1.2 or lower", []string{"connect", "localhost:1", "--srp-user", "x", "--min-version", "TLSv1.3"}},
		{"--srp-password: requires --srp-user", []string{"connect", "localhost:1", "--srp-password", "x"}},
		{"--security-level: 9, want 0 to 5", []string{"cert", "check", f.cert, "--security-level", "9"}},
		{"--cert, --key: both are required", []string{"cert", "pfx"}},
		{"--san: required, as --name is not a host name", []string{"cert", "server", "--out", f.dir, "--name", "not a name"}},
		{"--san: ", []string{"cert", "server", "--out", f.dir, "--san", "IP:x"}},
		{"--san: ", []string{"cert", "server", "--out", f.dir, "--san", "URI:%"}},
		{"--san: ", []string{"cert", "server", "--out", f.dir, "--san", "a..b"}},
		{"--san: ", []string{"cert", "sign", f.cert, "--san", "a..b"}},
		{"--days: ", []string{"cert", "ca", "--out", f.dir, "--days", "0"}},
		{"--san: ", []string{"cert", "server", "--out", f.dir, "--san", "not a name"}},
		{"--algorithm: ", []string{"cert", "ca", "--algorithm", "dsa"}},
		{"--passphrase: ", []string{"connect", "localhost:1", "--passphrase", "env:POLYTLS_NO_SUCH_VARIABLE"}},
		{"--srp-password: ", []string{"connect", "localhost:1", "--srp-user", "x", "--srp-password", "env:POLYTLS_NO_SUCH_VARIABLE"}},
		{"--cert, --key: ", []string{"serve", "--cert", f.cert}},
		{"--reject-unauthorized: ", []string{"connect", "localhost:1", "--reject-unauthorized=maybe"}},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			if test.args[0] == "serve" && !slices.Contains(test.args, "--listen") {
				test.args = append(test.args, "--listen", "127.0.0.1:0")
			}
			got := execute(t, test.args...).want(t, exitMisuse)
			if !strings.HasPrefix(got.stderr, test.want) || strings.Count(got.stderr, "\n") != 1 || got.stdout != "" {
				t.Errorf("want one line that begins with %q, got stderr %q, stdout %q", test.want, got.stderr, got.stdout)
			}
		})
	}
}

// TestMisuseBeforeListening: a wrong flag counts even where the address is taken.
func TestMisuseBeforeListening(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	execute(t, "serve", "--listen", l.Addr().String(), "--max-send-fragment", "5").want(t, exitMisuse)
}

// TestFailures wants exit code 1 and one line with code, reason and advice.
func TestFailures(t *testing.T) {
	f := newFiles(t)
	other := testcert.CA("other root").Server("localhost")
	otherKey := f.write(t, "other.pem", other.KeyPEM())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := l.Addr().String()
	t.Cleanup(func() { l.Close() })
	missing := filepath.Join(f.dir, "missing.pem")
	encrypted := f.write(t, "encrypted.pem", other.EncryptedKeyPEM("sesame"))
	odd, _ := f.oddCertificate(t)
	tests := []struct {
		code, hint string
		args       []string
	}{
		{"EADDRINUSE", "port 0", []string{"serve", "--listen", taken}},
		{"ENOENT", "--cert", []string{"serve", "--cert", missing, "--key", missing}},
		{"ENOENT", "--root", []string{"serve", "--listen", "127.0.0.1:0", "--mode", "http", "--root", missing}},
		{"ERR_OSSL_X509_KEY_VALUES_MISMATCH", "--key", []string{"serve", "--listen", "127.0.0.1:0", "--cert", f.cert, "--key", otherKey}},
		{"ERR_OSSL_PEM_NO_START_LINE", "--cert", []string{"serve", "--listen", "127.0.0.1:0", "--cert", f.key, "--key", f.key}},
		{"ECONNREFUSED", "listens there", []string{"connect", "127.0.0.1:1"}},
		{"ENOENT", "--session-in", []string{"connect", taken, "--session-in", missing}},
		{"ERR_SSL_UNUSABLE_SESSION", "--session-in", []string{"connect", taken, "--session-in", f.cert}},
		{"ERR_TLS_HANDSHAKE_TIMEOUT", "--handshake-timeout", []string{"connect", taken, "--handshake-timeout", "50ms"}},
		{"ENOTDIR", "--root: " + f.cert, []string{"serve", "--listen", "127.0.0.1:0", "--mode", "http", "--root", f.cert}},
		{"ENOENT", "--session-out: ", []string{"connect", f.serve(t).address, "--ca", f.ca, "--json", "--session-out", filepath.Join(missing, "x")}},
		{"ERR_TLS_HANDSHAKE_TIMEOUT", "more with --timeout", []string{"connect", taken, "--timeout", "1s"}},
		{"ENOENT", "polytls cert ca", []string{"cert", "server", "--out", f.dir}},
		{"ERR_OSSL_BAD_DECRYPT", "no passphrase was given; give the passphrase that opens it with --passphrase", []string{"serve", "--listen", "127.0.0.1:0", "--cert", f.cert, "--key", encrypted}},
		{"ERR_OSSL_BAD_DECRYPT", "the passphrase is wrong", []string{"connect", taken, "--cert", f.cert, "--key", encrypted, "--passphrase", "wrong"}},
		{"ERR_SSL_WRONG_VERSION_NUMBER", `"220 mail.example ESMTP"`, []string{"connect", greeter(t, "mail.example ESMTP")}},
		{"ERR_STARTTLS_REFUSED", `"220 mail.example ESMTP"`, []string{"connect", greeter(t, "mail.example ESMTP"), "--starttls", "imap"}},
		{"ERR_SSL_UNUSABLE_SESSION", "--session-out: the server sent no session", []string{"connect", silent(t, f), "--ca", f.ca, "--json", "--session-out", filepath.Join(f.dir, "s")}},
		{"ETIMEDOUT", "the server sent nothing for 3s; allow more with --timeout", []string{"connect", silent(t, f), "--ca", f.ca, "--json", "--timeout", "3s", "--input", f.cert}},
		{"ERR_OSSL_PEM_NO_START_LINE", "--extra-ca: " + f.key + ": no certificate in PEM", []string{"connect", taken, "--extra-ca", f.key}},
		{"INVALID_CA", "not a CA certificate", []string{"cert", "server", "--out", f.dir, "--ca", f.cert, "--ca-key", f.key}},
		{"ERR_OSSL_ASN1_PARSE_ERROR", "--ca: " + odd, []string{"cert", "server", "--out", f.dir, "--ca", odd, "--ca-key", f.key}},
		{"ERR_OSSL_PEM_NO_START_LINE", "CSR: " + f.cert, []string{"cert", "sign", f.cert}},
		{"ERR_OSSL_ASN1_PARSE_ERROR", "make a new request", []string{"cert", "sign", f.write(t, "bad.csr", []byte("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"))}},
		{"CRL_SIGNATURE_FAILURE", "issued by another CA", []string{"cert", "crl", "--out", f.authority(t, "one"), "--ca", filepath.Join(f.authority(t, "two"), "ca-cert.pem"), "--force"}},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			got := execute(t, test.args...).want(t, exitFailure)
			if !strings.HasPrefix(got.stderr, test.code+": ") || !strings.Contains(got.stderr, test.hint) ||
				!strings.Contains(got.stderr, "; ") || strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("want one line with %q and %q, got %q", test.code, test.hint, got.stderr)
			}
			if got.stdout != "" && !slices.Contains(test.args, "--json") {
				t.Errorf("standard output is %q", got.stdout)
			}
		})
	}
}

// authority makes an authority and its revocation list in a directory.
func (f *files) authority(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(f.dir, name)
	execute(t, "cert", "ca", "--out", dir).want(t, exitOK)
	execute(t, "cert", "crl", "--out", dir).want(t, exitOK)
	return dir
}

// silent is a server of crypto/tls that sends no tickets and says nothing.
func silent(t *testing.T, f *files) string {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}, SessionTicketsDisabled: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(io.Discard, conn)
				<-t.Context().Done() // its end is not answered
				conn.Close()
			}()
		}
	}()
	return strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
}

func TestFailureObject(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--alpn-protocols", "h2")
	tests := []struct {
		name string
		args []string
		want map[string]any
	}{
		{"issuer unknown", []string{"--ca", f.clientCert}, map[string]any{"alert": "unknown_ca", "alertFrom": "us"}},
		{"name", []string{"--servername", "other.example"}, map[string]any{
			"code":      "ERR_TLS_CERT_ALTNAME_INVALID",
			"reason":    "Host: other.example. is not in the cert's altnames: DNS:localhost, IP Address:127.0.0.1",
			"alertFrom": "us",
		}},
		{"application protocol", []string{"--alpn-protocols", "spdy/1"}, map[string]any{
			"code": "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "alert": "no_application_protocol", "alertFrom": "peer"}},
		{"version", []string{"--tls-min-v1.0", "--max-version", "TLSv1"}, map[string]any{
			"code": "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "alert": "protocol_version", "alertFrom": "peer"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args := append([]string{"connect", r.localhost(), "--json", "--ca", f.ca}, test.args...)
			if test.name == "issuer unknown" {
				args = append([]string{"connect", r.localhost(), "--json"}, test.args...)
			}
			got, _ := execute(t, args...).want(t, exitFailure).object(t)["error"].(map[string]any)
			for name, want := range test.want {
				if got[name] != want {
					t.Errorf("%s is %v, want %v", name, got[name], want)
				}
			}
		})
	}
	archive := f.write(t, "pfx", []byte("no archive"))
	got := execute(t, "connect", "127.0.0.1:1", "--pfx", archive, "--json").want(t, exitFailure)
	uncoded, _ := got.object(t)["error"].(map[string]any)
	if code, there := uncoded["code"]; !there || code != nil || !strings.HasPrefix(got.stderr, "--pfx: ") {
		t.Errorf("what Node has no code for is %v, and on standard error %q", uncoded, got.stderr)
	}
	refused, _ := execute(t, "connect", "127.0.0.1:1", "--json").want(t, exitFailure).object(t)["error"].(map[string]any)
	if alert, there := refused["alert"]; !there || alert != nil || refused["alertFrom"] != nil || refused["code"] != "ECONNREFUSED" {
		t.Errorf("a refused connection is %v", refused)
	}
}

func TestOptionsOfTheEnvironment(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	run := func(options string, args ...string) result {
		t.Helper()
		cmd := command(t, program(), args...)
		cmd.Env = append(cmd.Env, "POLYTLS_OPTIONS="+options)
		return finish(t, cmd)
	}
	quoted := `--max-version TLSv1.2 --ca "` + f.ca + `" --honor-cipher-order=false`
	got := run(quoted, "connect", r.localhost(), "--json").want(t, exitOK).object(t)
	if got["protocol"] != "TLSv1.2" {
		t.Errorf("the environment's --max-version has no effect: %v", got["protocol"])
	}
	got = run(quoted, "connect", "--max-version", "TLSv1.3", r.localhost(), "--json").want(t, exitOK).object(t)
	if got["protocol"] != "TLSv1.3" {
		t.Errorf("the command line's --max-version does not win: %v", got["protocol"])
	}
	run(quoted, "version").want(t, exitOK) // which has none of these
	for options, want := range map[string]string{"--nonsense": "unknown flag: --nonsense", `--ca "x`: "unclosed quote"} {
		if bad := run(options, "version").want(t, exitMisuse); bad.stderr != flags.OptionsVariable+": "+want+"\n" {
			t.Errorf("%q: standard error is %q", options, bad.stderr)
		}
	}
	cmd := command(t, program(), "connect", r.localhost(), "--json")
	cmd.Env = append(cmd.Env, "POLYTLS_EXTRA_CA_CERTS="+f.ca)
	finish(t, cmd).want(t, exitOK)
	execute(t, "connect", r.localhost(), "--json", "--extra-ca", f.ca).want(t, exitOK)
	execute(t, "connect", r.localhost(), "--json").want(t, exitFailure)
}

func TestPassphrases(t *testing.T) {
	f := newFiles(t)
	dir := f.dir
	execute(t, "cert", "ca", "--out", dir).want(t, exitOK)
	execute(t, "cert", "client", "--out", dir, "--name", "c").want(t, exitOK)
	secret := f.write(t, "secret", []byte("open sesame\nnot this\n"))
	execute(t, "cert", "pfx", "--cert", filepath.Join(dir, "client-cert.pem"), "--key", filepath.Join(dir, "client-key.pem"),
		"--passphrase", "file:"+secret, "--out", dir).want(t, exitOK)
	r := f.serve(t, "--request-cert", "--ca", filepath.Join(dir, "ca-cert.pem"))
	pfx := filepath.Join(dir, "client.pfx")
	f.connect(t, r, "--pfx", pfx, "--passphrase", "open sesame").want(t, exitOK)
	f.connect(t, r, "--pfx", pfx, "--passphrase", "file:"+secret).want(t, exitOK)
	cmd := command(t, program(), "connect", r.localhost(), "--ca", f.ca, "--pfx", pfx, "--passphrase", "env:SESAME", "--json")
	cmd.Env = append(cmd.Env, "SESAME=open sesame")
	finish(t, cmd).want(t, exitOK)
	if got := f.connect(t, r, "--pfx", pfx, "--passphrase", "wrong").want(t, exitFailure); !strings.HasSuffix(got.stderr, "; give the archive's passphrase with --passphrase\n") {
		t.Errorf("standard error is %q", got.stderr)
	}
	if info, _ := os.Stat(pfx); info.Mode().Perm() != 0o600 {
		t.Errorf("the archive has mode %v", info.Mode())
	}
}
