package main

import (
	"path/filepath"
	"strings"
	"testing"

	"polytls/internal/suite"
)

// TestCiphersPrintsPolicies: each by name, and all with their documents.
func TestCiphersPrintsPolicies(t *testing.T) {
	all := execute(t, "ciphers", "--policy").want(t, exitOK).stdout
	if list := execute(t, "ciphers", "--policy", "list").want(t, exitOK).stdout; list != all {
		t.Errorf("list is\n%s\nwithout a name it is\n%s", list, all)
	}
	for p := range suite.Policies() {
		if !strings.Contains(all, p.Name+" ") || !strings.Contains(all, " "+p.Document+"\n") {
			t.Errorf("%s is not listed:\n%s", p.Name, all)
		}
		for _, args := range [][]string{{"--policy", p.Name}, {"--policy=" + p.Name}} {
			if got := execute(t, append([]string{"ciphers"}, args...)...).want(t, exitOK).stdout; got != p.Words() {
				t.Errorf("%q prints\n%s", args, got)
			}
		}
	}
}

// TestBothEndsTakeAPolicy that restricts them.
func TestBothEndsTakeAPolicy(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--policy", "mozilla-modern")
	f.connect(t, r, "--policy", "mozilla-intermediate").want(t, exitOK)
	if got := f.connect(t, r, "--max-version", "TLSv1.2", "--json").want(t, exitFailure).stdout; !strings.Contains(got, "protocol_version") {
		t.Errorf("TLS 1.2 at mozilla-modern: %s", got)
	}
}

// TestServeMakesWhatThePolicyAllows: without --cert the keys of the CA and the
// certificate fit the policy, whose clients accept them.
func TestServeMakesWhatThePolicyAllows(t *testing.T) {
	for p := range suite.Policies() {
		r := start(t, "--mode", "echo", "--policy", p.Name)
		ca, _ := r.record("made a certificate")["ca"].(string)
		execute(t, "connect", r.localhost(), "--ca", ca, "--policy", p.Name, "--json").want(t, exitOK)
		r.stop()
	}
}

// TestServeKeepsWhatThePolicyAllows: a certificate that is kept is replaced, the CA that
// clients may trust is not.
func TestServeKeepsWhatThePolicyAllows(t *testing.T) {
	small, large := filepath.Join(t.TempDir(), "small"), filepath.Join(t.TempDir(), "large")
	start(t, "--mode", "echo", "--state", small).stop()
	got := execute(t, "serve", "--listen", "127.0.0.1:0", "--state", small, "--policy", "cnsa1-202603").want(t, exitFailure)
	for _, words := range []string{"--state: " + small, "CompliancePolicy cnsa1-202603", "give another directory"} {
		if !strings.Contains(got.stderr, words) {
			t.Errorf("the error does not say %q: %s", words, got.stderr)
		}
	}
	for _, args := range [][]string{{"--policy", "cnsa1-202603"}, nil, {"--policy", "cnsa1-202603"}} {
		r := start(t, append([]string{"--mode", "echo", "--state", large}, args...)...)
		execute(t, append([]string{"connect", r.localhost(), "--ca", filepath.Join(large, "ca-cert.pem")}, args...)...).want(t, exitOK)
		r.stop()
	}
}
