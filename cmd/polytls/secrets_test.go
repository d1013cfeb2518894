package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"polytls/internal/peertest"
)

// verifiers is a file of OpenSSL with alice, whose password is password123, and
// bob, whose password is swordfish.
var verifiers = filepath.Join("..", "..", "internal", "kex", "testdata", "openssl.srp")

const pskHex = "00112233445566778899aabbccddeeff"

// TestSharedSecretsNeedNoCiphers connects by keys and passwords alone at both
// ends, and by a certificate where the server has one besides.
func TestSharedSecretsNeedNoCiphers(t *testing.T) {
	f := newFiles(t)
	certificate := []string{"--cert", f.cert, "--key", f.key}
	bySRP := []string{"--srp-user", "bob", "--srp-password", "swordfish"}
	for name, test := range map[string]struct{ server, client []string }{
		"PSK":                  {[]string{"--psk", "me:" + pskHex}, []string{"--psk", "me:" + pskHex}},
		"PSK and certificate":  {append([]string{"--psk", "me:" + pskHex}, certificate...), []string{"--psk", "me:" + pskHex}},
		"certificate and PSK":  {append([]string{"--psk", "me:" + pskHex}, certificate...), []string{"--ca", f.ca}},
		"PSK unknown there":    {certificate, []string{"--psk", "me:" + pskHex, "--ca", f.ca}},
		"SRP":                  {[]string{"--srp-verifiers", verifiers}, bySRP},
		"SRP and certificate":  {append([]string{"--srp-verifiers", verifiers}, certificate...), bySRP},
		"certificate and SRP":  {append([]string{"--srp-verifiers", verifiers}, certificate...), []string{"--ca", f.ca}},
		"SRP where PSK is too": {[]string{"--srp-verifiers", verifiers, "--psk", "me:" + pskHex}, bySRP},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, append([]string{"--mode", "echo"}, test.server...)...)
			srp := test.client[0] == "--srp-user"
			byKey := srp || test.client[0] == "--psk" && name != "PSK unknown there"
			for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
				if srp && version == "TLSv1.3" {
					continue // has no SRP
				}
				args := append([]string{"connect", r.localhost(), "--max-version", version, "--json"}, test.client...)
				got := execute(t, args...).want(t, exitOK).object(t)
				if got["authorized"] != true || got["protocol"] != version {
					t.Errorf("%v", got)
				}
				cipher := got["cipher"].(map[string]any)["name"].(string)
				if srp && !strings.HasPrefix(cipher, "SRP-") {
					t.Errorf("%s is negotiated", cipher)
				}
				if cert := got["peerCertificate"].(map[string]any); byKey != (len(cert) == 0) {
					t.Errorf("%s: peerCertificate is %v", version, cert)
				}
			}
		})
	}
	given := start(t, "--mode", "echo", "--psk", "me:"+pskHex, "--tls-cipher-list", "HIGH:!PSK")
	execute(t, "connect", given.localhost(), "--psk", "me:"+pskHex, "--max-version", "TLSv1.2", "--json").want(t, exitFailure)
}

// TestSRPNeverFallsBack refuses a server that knows the user not at all: by its
// certificate it would not learn who connects.
func TestSRPNeverFallsBack(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	refused := f.connect(t, r, "--srp-user", "bob", "--srp-password", "swordfish").want(t, exitFailure)
	if !strings.Contains(refused.stderr, `SRP user "bob"`) {
		t.Errorf("standard error is %q", refused.stderr)
	}
	got := execute(t, "connect", r.localhost(), "--srp-user", "bob", "--min-version", "TLSv1.3").want(t, exitMisuse)
	if !strings.HasPrefix(got.stderr, "--srp-user: ") {
		t.Errorf("standard error is %q", got.stderr)
	}
}

// TestHintsWork runs every command that a server's log gives, in a shell that
// has the variable which they want.
func TestHintsWork(t *testing.T) {
	for name, test := range map[string]struct {
		args     []string
		variable string
		programs []string
	}{
		"own certificate": {nil, "", []string{"polytls", "openssl", "curl"}},
		"PSK":             {[]string{"--psk", "it's me:" + pskHex}, "PSK=" + pskHex, []string{"polytls", "openssl"}},
		"SRP":             {[]string{"--srp-verifiers", verifiers}, "SRP_PASSWORD=password123", []string{"polytls", "gnutls-cli"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, test.args...)
			if test.variable != "" {
				want, _, _ := strings.Cut(test.variable, "=")
				if record := r.record("these commands read a shell variable"); record["name"] != want {
					t.Errorf("the log says %v", record)
				}
			}
			for _, program := range test.programs {
				hint, _ := r.record("try")["command"].(string)
				words := strings.Fields(hint)
				if filepath.Base(words[0]) != program {
					t.Fatalf("the hint is %s, want one for %s", hint, program)
				}
				if strings.Contains(hint, pskHex) {
					t.Errorf("the hint tells the key: %s", hint)
				}
				if _, err := exec.LookPath(words[0]); err != nil {
					peertest.Path(t, program) // skips, or fails
				}
				cmd := command(t, "sh", "-c", hint)
				cmd.Env = append(cmd.Env, test.variable)
				finish(t, cmd).want(t, 0)
			}
			for range test.programs {
				if record := r.record("handshake"); record["ok"] != true {
					t.Errorf("the log says %v", record)
				}
			}
		})
	}
}
