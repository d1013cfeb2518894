package main

import (
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
