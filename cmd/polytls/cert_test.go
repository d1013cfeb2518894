package main

import (
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"polytls/cmd/polytls/internal/issue"
	"polytls/internal/peertest"
	"polytls/internal/testcert"
)

// TestCertificatesServe makes a pair with each algorithm and connects with it
// in both roles.
func TestCertificatesServe(t *testing.T) {
	for _, algorithm := range issue.Algorithms {
		t.Run(algorithm, func(t *testing.T) {
			dir := t.TempDir()
			in := func(name string) string { return filepath.Join(dir, name) }
			got := execute(t, "cert", "ca", "--out", dir, "--algorithm", algorithm, "--name", "my CA").want(t, exitOK)
			if got.stdout != in("ca-key.pem")+"\n"+in("ca-cert.pem")+"\n" {
				t.Errorf("standard output is %q", got.stdout)
			}
			execute(t, "cert", "server", "--out", dir, "--algorithm", algorithm).want(t, exitOK)
			execute(t, "cert", "client", "--out", dir, "--algorithm", algorithm).want(t, exitOK)
			execute(t, "cert", "check", in("server-cert.pem"), "--ca", in("ca-cert.pem"), "--host", "localhost", "--key", in("server-key.pem")).want(t, exitOK)
			r := start(t, "--mode", "echo", "--cert", in("server-cert.pem"), "--key", in("server-key.pem"), "--request-cert", "--ca", in("ca-cert.pem"))
			execute(t, "connect", r.localhost(), "--ca", in("ca-cert.pem"), "--cert", in("client-cert.pem"), "--key", in("client-key.pem"), "--json").want(t, exitOK)
			if record := r.record("handshake"); record["peer"] != "CN=client" {
				t.Errorf("the log says %v", record)
			}
			for _, key := range []string{"ca-key.pem", "server-key.pem", "client-key.pem"} {
				if info, err := os.Stat(in(key)); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v, %v", key, info, err)
				}
			}
		})
	}
}

func TestNothingIsReplacedWithoutForce(t *testing.T) {
	dir := t.TempDir()
	execute(t, "cert", "ca", "--out", dir).want(t, exitOK)
	key := filepath.Join(dir, "ca-key.pem")
	before, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "ca-cert.pem")); err != nil { // half of a pair
		t.Fatal(err)
	}
	got := execute(t, "cert", "ca", "--out", dir).want(t, exitFailure)
	if !strings.HasPrefix(got.stderr, "EEXIST: ") || !strings.Contains(got.stderr, "--force") {
		t.Errorf("standard error is %q", got.stderr)
	}
	if after, _ := os.ReadFile(key); string(after) != string(before) {
		t.Error("the key was replaced")
	}
	execute(t, "cert", "ca", "--out", dir, "--force").want(t, exitOK)
	if after, _ := os.ReadFile(key); string(after) == string(before) {
		t.Error("the key was not replaced")
	}
}

func TestRequestsAreSigned(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	execute(t, "cert", "ca", "--out", dir, "--passphrase", "sesame").want(t, exitOK)
	execute(t, "cert", "csr", "--out", dir, "--name", "www.example", "--san", "www.example,IP:::1,URI:https://a.example/b,email:me@a.example").want(t, exitOK)
	if got := execute(t, "cert", "sign", in("csr.pem"), "--out", dir).want(t, exitFailure); !strings.Contains(got.stderr, "--passphrase") {
		t.Errorf("without the passphrase: %q", got.stderr)
	}
	execute(t, "cert", "sign", in("csr.pem"), "--out", dir, "--passphrase", "sesame").want(t, exitOK)
	execute(t, "cert", "check", in("csr-cert.pem"), "--ca", in("ca-cert.pem"), "--host", "::1", "--key", in("csr-key.pem")).want(t, exitOK)
	got := execute(t, "cert", "show", in("csr-cert.pem"), "--json").want(t, exitOK)
	var object map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &object); err != nil {
		t.Fatal(err)
	}
	if want := "DNS:www.example, email:me@a.example, IP Address:0:0:0:0:0:0:0:1, URI:https://a.example/b"; object["subjectaltname"] != want {
		t.Errorf("subjectaltname is %v, want %s", object["subjectaltname"], want)
	}
}

func TestRevocation(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	execute(t, "cert", "ca", "--out", dir).want(t, exitOK)
	for _, kind := range []string{"server", "client"} {
		execute(t, "cert", kind, "--out", dir).want(t, exitOK)
	}
	check := func(kind string) result {
		return execute(t, "cert", "check", in(kind+"-cert.pem"), "--ca", in("ca-cert.pem"), "--crl", in("crl.pem"), "--purpose", kind)
	}
	execute(t, "cert", "crl", "--out", dir).want(t, exitOK)
	check("client").want(t, exitOK)
	execute(t, "cert", "crl", "--out", dir, "--revoke", in("client-cert.pem"), "--force").want(t, exitOK)
	if got := check("client").want(t, exitFailure); !strings.HasPrefix(got.stdout, "CERT_REVOKED: ") {
		t.Errorf("standard output is %q", got.stdout)
	}
	check("server").want(t, exitOK)
	execute(t, "cert", "crl", "--out", dir, "--revoke", in("server-cert.pem"), "--force").want(t, exitOK)
	check("client").want(t, exitFailure) // the entry before stays
	check("server").want(t, exitFailure)
	execute(t, "cert", "crl", "--out", dir).want(t, exitFailure)
	r := start(t, "--mode", "echo", "--cert", in("server-cert.pem"), "--key", in("server-key.pem"))
	got := execute(t, "connect", r.localhost(), "--ca", in("ca-cert.pem"), "--crl", in("crl.pem"), "--json").want(t, exitFailure).object(t)
	if got["error"].(map[string]any)["code"] != "CERT_REVOKED" {
		t.Errorf("connect says %v", got)
	}
}

// TestListOfAnotherCA keeps no entries of a list that another CA of ML-DSA has issued.
func TestListOfAnotherCA(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	execute(t, "cert", "ca", "--out", one, "--algorithm", "ml-dsa-44", "--name", "one").want(t, exitOK)
	execute(t, "cert", "ca", "--out", two, "--algorithm", "ml-dsa-44", "--name", "two").want(t, exitOK)
	execute(t, "cert", "crl", "--out", one).want(t, exitOK)
	got := execute(t, "cert", "crl", "--out", one, "--ca", filepath.Join(two, "ca-cert.pem"), "--force").want(t, exitFailure)
	if !strings.HasPrefix(got.stderr, "CRL_SIGNATURE_FAILURE: ") || !strings.Contains(got.stderr, "its issuer is CN=one") {
		t.Errorf("standard error is %q", got.stderr)
	}
}

func TestCheckPrintsEveryFault(t *testing.T) {
	f := newFiles(t)
	got := execute(t, "cert", "check", f.clientCert, "--ca", f.ca, "--host", "elsewhere.example", "--key", f.key).want(t, exitFailure)
	for _, want := range []string{"INVALID_PURPOSE: ", "ERR_TLS_CERT_ALTNAME_INVALID: ", "ERR_OSSL_X509_KEY_VALUES_MISMATCH: "} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("standard output lacks %q:\n%s", want, got.stdout)
		}
	}
	execute(t, "cert", "check", f.clientCert, "--ca", f.ca, "--purpose", "client").want(t, exitOK)
}

// TestShowNamesAlgorithms wants a name, or else the number, of each kind of key and
// signature.
func TestShowNamesAlgorithms(t *testing.T) {
	f := newFiles(t)
	for _, kind := range testcert.Kinds() {
		root := testcert.SelfSigned(testcert.Template{CommonName: "root", CA: true, Kind: kind})
		got := execute(t, "cert", "show", f.write(t, "root.pem", root.PEM())).want(t, exitOK).stdout
		for _, row := range []string{"key", "signed with"} {
			if found, _ := regexp.MatchString(`(?m)^`+row+` +[A-Za-z]\w+`, got); !found {
				t.Errorf("%s: no name for %q in\n%s", kind, row, got)
			}
		}
	}
}

// TestMixedAuthorities signs requests and revocation lists where the authority or the
// subject alone has a key of ML-DSA, and both.
func TestMixedAuthorities(t *testing.T) {
	for _, keys := range [][2]string{{"ml-dsa-65", "ml-dsa-44"}, {"ecdsa-p256", "ml-dsa-87"}, {"rsa-2048", "ml-dsa-44"}, {"ed25519", "ml-dsa-65"}, {"ml-dsa-87", "ecdsa-p384"}} {
		t.Run(keys[0]+" and "+keys[1], func(t *testing.T) {
			dir := t.TempDir()
			in := func(name string) string { return filepath.Join(dir, name) }
			execute(t, "cert", "ca", "--out", dir, "--algorithm", keys[0]).want(t, exitOK)
			execute(t, "cert", "csr", "--out", dir, "--algorithm", keys[1], "--name", "a.example").want(t, exitOK)
			execute(t, "cert", "sign", in("csr.pem"), "--out", dir).want(t, exitOK)
			check := func() result {
				return execute(t, "cert", "check", in("csr-cert.pem"), "--ca", in("ca-cert.pem"), "--crl", in("crl.pem"), "--host", "a.example", "--key", in("csr-key.pem"))
			}
			execute(t, "cert", "crl", "--out", dir).want(t, exitOK)
			check().want(t, exitOK)
			execute(t, "cert", "crl", "--out", dir, "--revoke", in("csr-cert.pem"), "--force").want(t, exitOK)
			if got := check().want(t, exitFailure); !strings.HasPrefix(got.stdout, "CERT_REVOKED: ") {
				t.Errorf("standard output is %q", got.stdout)
			}
			for name, wrong := range map[string]string{"csr.pem": "ERR_OSSL_ASN1_PARSE_ERROR", "crl.pem": "CRL_SIGNATURE_FAILURE"} {
				forge(t, in(name))
				args := []string{"cert", "sign", in(name), "--out", dir, "--force"}
				if name == "crl.pem" {
					args = []string{"cert", "crl", "--out", dir, "--force"}
				}
				if got := execute(t, args...).want(t, exitFailure); !strings.HasPrefix(got.stderr, wrong+": ") {
					t.Errorf("%s with another signature: %q", name, got.stderr)
				}
			}
		})
	}
}

// forge changes the signature of what a PEM file holds.
func forge(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	block.Bytes[len(block.Bytes)-1] ^= 1
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestNodeReadsMLDSA has what is made with a key of ML-DSA read by Node.
func TestNodeReadsMLDSA(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	read := func(name string) []byte {
		data, err := os.ReadFile(in(name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	execute(t, "cert", "ca", "--out", dir, "--algorithm", "ml-dsa-65").want(t, exitOK)
	execute(t, "cert", "server", "--out", dir, "--algorithm", "ml-dsa-65", "--passphrase", "sesame", "--ca-key", in("ca-key.pem")).want(t, exitOK)
	execute(t, "cert", "pfx", "--out", dir, "--cert", in("server-cert.pem"), "--ca", in("ca-cert.pem"), "--key", in("server-key.pem"), "--key-passphrase", "sesame", "--passphrase", "p").want(t, exitOK)
	var got struct {
		Key, Issuer, Issued, Own, Host, PFX bool
		Identifier                          string
	}
	peertest.RunNode(t, `
		const c = require("crypto"), [ca, cert, key, pfx] = JSON.parse(require("fs").readFileSync(0)).map((text) => Buffer.from(text, "base64"));
		const root = new c.X509Certificate(ca), leaf = new c.X509Certificate(cert);
		const id = c.createHash("sha1").update(root.publicKey.export({ type: "spki", format: "der" }).subarray(22)).digest();
		console.log(JSON.stringify({
			Key: leaf.checkPrivateKey(c.createPrivateKey({ key, passphrase: "sesame" })),
			Issuer: leaf.verify(root.publicKey), Issued: leaf.checkIssued(root), Own: root.verify(root.publicKey),
			Host: !!leaf.checkHost("localhost"), PFX: !!require("tls").createSecureContext({ pfx, passphrase: "p" }), Identifier: root.raw.includes(id) && leaf.raw.includes(id) ? "" : id.toString("hex"),
		}));`, [][]byte{read("ca-cert.pem"), read("server-cert.pem"), read("server-key.pem"), read("server.pfx")}, &got)
	if !got.Key || !got.Issuer || !got.Issued || !got.Own || !got.Host || !got.PFX || got.Identifier != "" {
		t.Errorf("%+v", got)
	}
}

// TestOpenSSLReadsWhatWeMake has every kind of file read by OpenSSL.
func TestOpenSSLReadsWhatWeMake(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	execute(t, "cert", "ca", "--out", dir).want(t, exitOK)
	execute(t, "cert", "server", "--out", dir, "--passphrase", "sesame").want(t, exitOK)
	execute(t, "cert", "client", "--out", dir).want(t, exitOK)
	execute(t, "cert", "csr", "--out", dir).want(t, exitOK)
	execute(t, "cert", "crl", "--out", dir, "--revoke", in("client-cert.pem")).want(t, exitOK)
	execute(t, "cert", "pfx", "--cert", in("client-cert.pem"), "--key", in("client-key.pem"), "--ca", in("ca-cert.pem"), "--passphrase", "p", "--out", dir).want(t, exitOK)
	for _, args := range [][]string{
		{"verify", "-CAfile", in("ca-cert.pem"), "-purpose", "sslserver", "-verify_hostname", "localhost", in("server-cert.pem")},
		{"verify", "-CAfile", in("ca-cert.pem"), "-purpose", "sslclient", in("client-cert.pem")},
		{"pkey", "-in", in("server-key.pem"), "-passin", "pass:sesame", "-noout", "-check"},
		{"req", "-in", in("csr.pem"), "-verify", "-noout"},
		{"crl", "-in", in("crl.pem"), "-CAfile", in("ca-cert.pem"), "-noout"},
		{"pkcs12", "-in", in("client.pfx"), "-passin", "pass:p", "-noout"},
	} {
		finish(t, command(t, openssl, args...)).want(t, 0)
	}
	revoked := finish(t, command(t, openssl, "verify", "-CAfile", in("ca-cert.pem"), "-CRLfile", in("crl.pem"), "-crl_check", in("client-cert.pem")))
	if revoked.code == 0 {
		t.Error("openssl verify does not find the certificate revoked")
	}
}
