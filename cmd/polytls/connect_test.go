package main

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"polytls/internal/testcert"
)

func TestConnectReportsWhatNodeReports(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	got := f.connect(t, r, "--ecdh-curve", "X25519").want(t, exitOK).object(t)
	cert, _ := got["peerCertificate"].(map[string]any)
	if subject, _ := cert["subject"].(map[string]any); subject["CN"] != "localhost" {
		t.Errorf("peerCertificate.subject is %v", cert["subject"])
	}
	issuer, _ := cert["issuerCertificate"].(map[string]any)
	if issuer == nil || issuer["issuerCertificate"] != nil {
		t.Error("peerCertificate is not detailed, or its root refers to itself")
	}
	chain, _ := got["peerChain"].([]any)
	if len(chain) != 1 {
		t.Fatalf("peerChain is %v, want one certificate", got["peerChain"])
	}
	sent, _ := os.ReadFile(f.cert)
	if text := chain[0]; text != string(sent) {
		t.Errorf("peerChain holds %q, want %q", text, sent)
	}
	for _, name := range []string{"peerCertificate", "peerChain", "localPort", "remotePort", "handshake"} {
		if got[name] == nil {
			t.Errorf("%s is missing", name)
		}
		delete(got, name)
	}
	want := map[string]any{
		"authorized": true, "authorizationError": nil, "protocol": "TLSv1.3",
		"cipher": map[string]any{
			"name": "TLS_AES_256_GCM_SHA384", "standardName": "TLS_AES_256_GCM_SHA384", "version": "TLSv1.3",
		},
		"alpnProtocol": false, "servername": "localhost", "sessionReused": false,
		"ephemeralKeyInfo": map[string]any{"type": "ECDH", "name": "X25519", "size": 253.0},
		"sharedSigalgs":    []any{}, "ocspResponse": nil,
		"localAddress": "127.0.0.1", "remoteAddress": "127.0.0.1",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	record := r.record("handshake")
	for name, want := range map[string]any{
		"ok": true, "protocol": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "group": "x25519",
		"servername": "localhost", "alpn": "", "reused": false, "authorized": false, "code": "", "alert": "",
	} {
		if value, there := record[name]; !there || value != want {
			t.Errorf("the log's %s is %v, want %v", name, value, want)
		}
	}
}

// TestConnectForms goes through what flags change in the object.
func TestConnectForms(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--alpn-protocols", "one,two", "--min-version", "TLSv1")
	tests := []struct {
		name string
		args []string
		want map[string]any
	}{
		{"no server name", []string{"--servername", ""}, map[string]any{"servername": false}},
		{"another server name", []string{"--servername", "other.example", "--reject-unauthorized=false"}, map[string]any{
			"servername": "other.example", "authorized": false, "authorizationError": "ERR_TLS_CERT_ALTNAME_INVALID"}},
		{"ALPN", []string{"--alpn-protocols", "two,one"}, map[string]any{"alpnProtocol": "one"}},
		{"TLS 1.2", []string{"--max-version", "TLSv1.2"}, map[string]any{"protocol": "TLSv1.2"}},
		{"TLS 1.1", []string{"--min-version", "TLSv1.1", "--max-version", "TLSv1.1"}, map[string]any{"protocol": "TLSv1.1"}},
		{"a switch for the default", []string{"--tls-max-v1.2"}, map[string]any{"protocol": "TLSv1.2"}},
		{"the lowest minimum", []string{"--tls-min-v1.3", "--tls-min-v1.0", "--max-version", "TLSv1"}, map[string]any{"protocol": "TLSv1"}},
		{"a method", []string{"--secure-protocol", "TLSv1_2_method"}, map[string]any{"protocol": "TLSv1.2"}},
		{"options", []string{"--secure-options", "SSL_OP_NO_TLSv1_3,SSL_OP_NO_TICKET"}, map[string]any{"protocol": "TLSv1.2"}},
		{"a suite", []string{"--ciphers", "TLS_CHACHA20_POLY1305_SHA256"}, map[string]any{"protocol": "TLSv1.3"}},
		{"not trusted, let in", []string{"--ca", "", "--reject-unauthorized=false"}, map[string]any{"authorized": true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := f.connect(t, r, test.args...).want(t, exitOK).object(t)
			for name, want := range test.want {
				if !reflect.DeepEqual(got[name], want) {
					t.Errorf("%s is %v, want %v", name, got[name], want)
				}
			}
		})
	}
}

func TestReconnectResumes(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		got := f.connect(t, r, "--reconnect", "2", "--max-version", version).want(t, exitOK).object(t)
		list, _ := got["connections"].([]any)
		if len(list) != 3 {
			t.Fatalf("%s: %d connections, want 3", version, len(list))
		}
		for i, c := range list {
			if reused := c.(map[string]any)["sessionReused"]; reused != (i > 0) {
				t.Errorf("%s: connection %d: sessionReused is %v", version, i, reused)
			}
		}
	}
}

func TestInputComesBack(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	sent := strings.Repeat("0123456789abcdef", 20000) // more than buffers hold
	got := f.connect(t, r, "--input", f.write(t, "input", []byte(sent))).want(t, exitOK).object(t)
	text, _ := got["received"].(string)
	back, err := base64.StdEncoding.DecodeString(text)
	if err != nil || string(back) != sent {
		t.Errorf("%d bytes came back, want %d (%v)", len(back), len(sent), err)
	}
	empty := f.connect(t, r, "--input", os.DevNull).want(t, exitOK).object(t)
	if empty["received"] != "" {
		t.Errorf("received is %v for no input", empty["received"])
	}
}

func TestStandardInputAndOutput(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	cmd := command(t, program(), "connect", r.localhost(), "--ca", f.ca)
	cmd.Stdin = strings.NewReader("over and out")
	got := finish(t, cmd).want(t, exitOK)
	if got.stdout != "over and out" {
		t.Errorf("standard output is %q", got.stdout)
	}
	for _, want := range []string{"TLSv1.3", "\nauthorized\n", "CN=localhost"} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("standard error lacks %q:\n%s", want, got.stderr)
		}
	}
}

func TestSessionFiles(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		path := filepath.Join(f.dir, version+".pem")
		f.connect(t, r, "--max-version", version, "--session-out", path).want(t, exitOK)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if block, _ := pem.Decode(data); block == nil || block.Type != "SSL SESSION PARAMETERS" {
			t.Errorf("%s: the session file begins with %.40q", version, data)
		}
		if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the session file has mode %v", version, info.Mode())
		}
		got := f.connect(t, r, "--max-version", version, "--session-in", path).want(t, exitOK).object(t)
		if got["sessionReused"] != true {
			t.Errorf("%s: the session of the file was not resumed", version)
		}
	}
}

// TestSessionFilesHoldTheChain: a server behind an intermediate is verified by what
// follows the session; a file without it costs a full handshake.
func TestSessionFilesHoldTheChain(t *testing.T) {
	root := testcert.CA("root of a chain")
	server := root.Issue(testcert.Template{CommonName: "between", CA: true}).Server("localhost")
	f := newFiles(t)
	f.ca = f.write(t, "ca.pem", root.PEM())
	f.cert, f.key = f.write(t, "cert.pem", server.ChainPEM()), f.write(t, "key.pem", server.KeyPEM())
	r := f.serve(t)
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		path := filepath.Join(f.dir, version+".pem")
		f.connect(t, r, "--max-version", version, "--session-out", path).want(t, exitOK)
		again := f.connect(t, r, "--max-version", version, "--session-in", path, "--session-out", path).want(t, exitOK).object(t)
		if again["sessionReused"] != true || again["authorized"] != true {
			t.Errorf("%s: resumed %v, authorized %v", version, again["sessionReused"], again["authorized"])
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		alone, chain, _ := bytes.Cut(data, []byte("-----BEGIN CERTIFICATE"))
		if len(chain) == 0 {
			t.Errorf("%s: a resumed session is written without its chain", version)
		}
		f.write(t, version+".pem", alone)
		again = f.connect(t, r, "--max-version", version, "--session-in", path).want(t, exitOK).object(t)
		if again["sessionReused"] != false || again["authorized"] != true {
			t.Errorf("%s, no chain: resumed %v, authorized %v", version, again["sessionReused"], again["authorized"])
		}
	}
}

func TestClientCertificates(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--request-cert", "--ca", f.ca)
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		refused := f.connect(t, r, "--max-version", version).want(t, exitFailure)
		failure, _ := refused.object(t)["error"].(map[string]any)
		if failure["alertFrom"] != "peer" || failure["alert"] == nil {
			t.Errorf("%s: without a certificate: %v", version, failure)
		}
		if !strings.Contains(refused.stderr, "--cert FILE --key FILE") {
			t.Errorf("%s: the advice is %q", version, refused.stderr)
		}
		if record := r.record("handshake"); record["ok"] != false || record["code"] != "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE" {
			t.Errorf("%s: the log says %v", version, record)
		}
		f.connect(t, r, "--max-version", version, "--cert", f.clientCert, "--key", f.clientKey).want(t, exitOK)
		if record := r.record("handshake"); record["authorized"] != true || record["peer"] != "O=polytls, CN=client one" {
			t.Errorf("%s: the log says %v", version, record)
		}
	}
	tolerant := f.serve(t, "--request-cert", "--ca", f.ca, "--reject-unauthorized=false")
	other := testcert.CA("other root").Client("stranger")
	f.connect(t, tolerant, "--cert", f.write(t, "o.pem", other.ChainPEM()), "--key", f.write(t, "ok.pem", other.KeyPEM())).want(t, exitOK)
	if record := tolerant.record("handshake"); record["ok"] != true || record["authorized"] != false || record["code"] == "" {
		t.Errorf("a stranger that is let in is logged as %v", record)
	}
}

func TestPreSharedKeys(t *testing.T) {
	const key = "00112233445566778899aabbccddeeff"
	r := start(t, "--mode", "echo", "--psk", "sensor:7:"+key, "--psk", "other:"+key, "--ciphers", "PSK", "--psk-identity-hint", "sensors")
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		got := execute(t, "connect", r.localhost(), "--psk", "sensor:7:"+key, "--ciphers", "PSK", "--max-version", version, "--json").
			want(t, exitOK).object(t)
		if cert, _ := got["peerCertificate"].(map[string]any); cert == nil || len(cert) != 0 {
			t.Errorf("%s: peerCertificate is %v, want {}", version, got["peerCertificate"])
		}
		if chain, ok := got["peerChain"].([]any); !ok || len(chain) != 0 {
			t.Errorf("%s: peerChain is %v, want []", version, got["peerChain"])
		}
		if got["authorized"] != true || got["sessionReused"] != (version == "TLSv1.3") {
			t.Errorf("%s: authorized %v, sessionReused %v", version, got["authorized"], got["sessionReused"])
		}
		if record := r.record("handshake"); record["peer"] != "sensor:7" {
			t.Errorf("%s: the log says %v", version, record)
		}
	}
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		unknown := execute(t, "connect", r.localhost(), "--psk", "nobody:"+key, "--ciphers", "PSK", "--max-version", version, "--json").want(t, exitFailure)
		if failure := unknown.object(t)["error"].(map[string]any); failure["alert"] == nil || !strings.Contains(unknown.stderr, `identity "nobody"`) {
			t.Errorf("%s: an unknown identity ends with %v and %q", version, failure, unknown.stderr)
		}
		if reason, _ := r.record("handshake")["reason"].(string); !strings.Contains(reason, `PSK identity "nobody" is unknown`) {
			t.Errorf("%s: the log says %q", version, reason)
		}
	}
}

// TestSRP needs no certificate at either end, and no TLS 1.3.
func TestSRP(t *testing.T) {
	verifiers := filepath.Join("..", "..", "internal", "kex", "testdata", "openssl.srp")
	r := start(t, "--mode", "echo", "--srp-verifiers", verifiers, "--ciphers", "SRP")
	args := []string{"connect", r.localhost(), "--ciphers", "SRP", "--json", "--srp-user"}
	got := execute(t, append(args, "bob", "--srp-password", "swordfish")...).want(t, exitOK).object(t)
	if got["authorized"] != true || got["protocol"] != "TLSv1.2" {
		t.Errorf("%v", got)
	}
	execute(t, append(args, "bob", "--srp-password", "wrong")...).want(t, exitFailure)
	if got := execute(t, append(args, "nobody", "--srp-password", "swordfish")...).want(t, exitFailure); !strings.Contains(got.stderr, "--srp-user") {
		t.Errorf("an unknown user ends with %q", got.stderr)
	}
}

func TestDHE(t *testing.T) {
	f := newFiles(t)
	root := testcert.CA("RSA root")
	template := testcert.ServerTemplate("localhost")
	template.Kind = testcert.RSA2048
	server := root.Issue(template)
	f.ca = f.write(t, "rsa-ca.pem", root.PEM())
	f.cert, f.key = f.write(t, "rsa.pem", server.ChainPEM()), f.write(t, "rsa-key.pem", server.KeyPEM())
	r := f.serve(t, "--dhparam", "auto", "--ciphers", "DHE")
	args := []string{"--ciphers", "DHE", "--max-version", "TLSv1.2"}
	got := f.connect(t, r, args...).want(t, exitOK).object(t)
	key, _ := got["ephemeralKeyInfo"].(map[string]any)
	if key["type"] != "DH" || key["size"] != 2048.0 {
		t.Errorf("ephemeralKeyInfo is %v", key)
	}
	failure := f.connect(t, r, append(args, "--min-dh-size", "4096")...).want(t, exitFailure).object(t)["error"].(map[string]any)
	if failure["code"] != "ERR_TLS_DH_PARAM_SIZE" {
		t.Errorf("a group that is too small ends with %v", failure)
	}
	failure = f.connect(t, r, "--max-rsa-bits", "2047").want(t, exitFailure).object(t)["error"].(map[string]any)
	if failure["code"] != "ERR_SSL_MODULUS_TOO_LARGE" {
		t.Errorf("a key that is too large ends with %v", failure)
	}
}

func TestUnixSocket(t *testing.T) {
	f := newFiles(t)
	path := filepath.Join(f.dir, "s")
	r := serveCmd(t, command(t, program(), "serve", "--listen", "unix:"+path, "--mode", "echo", "--cert", f.cert, "--key", f.key, "--log", "json"))
	if r.address != "unix:"+path {
		t.Errorf("listening on %s", r.address)
	}
	got := execute(t, "connect", r.address, "--ca", f.ca, "--json").want(t, exitOK).object(t)
	if got["remotePort"] != nil || got["protocol"] != "TLSv1.3" {
		t.Errorf("%v", got)
	}
}

// TestTrace: what one end sends the other receives, in the style that is asked for.
func TestTrace(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--trace", "--trace-style", "1.1.1")
	result := f.connect(t, r, "--trace", "--secure-options", "SSL_OP_ALL").want(t, exitOK)
	if !strings.HasPrefix(result.stderr, "Sent TLS Record\nHeader:\n") || !strings.Contains(result.stderr, "\n    Finished, Length=") {
		t.Errorf("connect:\n%s", result.stderr)
	}
	f.connect(t, r, "--trace-style", "2.0").want(t, exitMisuse)
	if _, code := r.stop(); code != exitOK || !strings.Contains(r.text(), "Received Record\nHeader:\n") {
		t.Errorf("serve: exit code %d\n%s", code, r.text())
	}
}

// TestCertificateCompressionFlag: both ends take the names of algorithms, and the
// client's order is that of its offer.
func TestCertificateCompressionFlag(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--certificate-compression", "zstd, brotli")
	result := f.connect(t, r, "--trace", "--trace-style", "3.5", "--certificate-compression", "zlib,brotli").want(t, exitOK)
	if !strings.Contains(result.stderr, "CompressedCertificate, Length=") {
		t.Errorf("connect:\n%s", result.stderr)
	}
	f.connect(t, r, "--certificate-compression", "gzip").want(t, exitMisuse)
	r.stop()
}

func TestKeylog(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	path := filepath.Join(f.dir, "keys")
	f.connect(t, r, "--keylog-file", path).want(t, exitOK)
	cmd := command(t, program(), "connect", r.localhost(), "--ca", f.ca, "--json", "--max-version", "TLSv1.2")
	cmd.Env = append(cmd.Env, "SSLKEYLOGFILE="+path)
	finish(t, cmd).want(t, exitOK)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) != 6 || !strings.HasPrefix(lines[5], "CLIENT_RANDOM ") {
		t.Errorf("five lines of TLS 1.3 and one of 1.2 are wanted, got\n%s", data)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("the key log has mode %v", info.Mode())
	}
}

func TestReportsParametersBelowTheFloor(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--tls-min-v1.0")
	got := f.connect(t, r, "--min-version", "TLSv1", "--max-version", "TLSv1")
	if !strings.Contains(got.want(t, exitOK).stderr, "weaker than RFC 9325 recommends: TLSv1 (RFC 8996") {
		t.Errorf("standard error is %q", got.stderr)
	}
	if record := r.record("handshake"); record["weak"] == nil {
		t.Errorf("the log says %v", record)
	}
	if strong := f.connect(t, r); strong.stderr != "" {
		t.Errorf("TLS 1.3 is reported as weak: %q", strong.stderr)
	}
}

// TestConnectTellsChoices: the object tells how the server chose, and a failure whose
// fault it is.
func TestConnectTellsChoices(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--min-version", "TLSv1.2", "--max-version", "TLSv1.2")
	facts, _ := f.connect(t, r).want(t, exitOK).object(t)["handshake"].(map[string]any)
	choices, _ := facts["choices"].([]any)
	if len(choices) == 0 || facts["roundTrips"] != 2.0 || facts["resumption"] != "" || len(facts["ja4"].(string)) != 36 || facts["client"] != "polytls" {
		t.Fatalf("%v", facts)
	}
	version := choices[0].(map[string]any)
	if version["what"] != "version" || version["chosen"] != "TLSv1.2" || version["rule"] != "the server's choice: number 2 of the client's list" {
		t.Errorf("%v", version)
	}
	obstacle := version["obstacles"].([]any)[0].(map[string]any)
	if obstacle["better"] != "TLSv1.3" || obstacle["end"] != "server" || obstacle["reason"] == "" {
		t.Errorf("%v", obstacle)
	}
	failed := f.connect(t, r, "--min-version", "TLSv1.3").want(t, exitFailure).object(t)["error"].(map[string]any)
	for _, name := range []string{"what", "fault", "remedy"} {
		if text, _ := failed[name].(string); text == "" {
			t.Errorf("%s is missing: %v", name, failed)
		}
	}
}
