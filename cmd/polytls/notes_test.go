package main

import (
	"strings"
	"testing"
)

// TestNotes tells of flags that do nothing, once, at both ends.
func TestNotes(t *testing.T) {
	f := newFiles(t)
	for want, args := range map[string][]string{
		"--secure-options: these have no effect: SSL_OP_NO_SSLv3 (SSL is not supported), SSL_OP_SINGLE_DH_USE (ephemeral keys are always fresh)": {
			"--secure-options", "SSL_OP_SINGLE_DH_USE, SSL_OP_NO_TICKET", "--secure-options", "SSL_OP_NO_SSLv3"},
	} {
		r := f.serve(t, args...)
		if text, _ := r.record("flags")["note"].(string); !strings.HasPrefix(text, want) {
			t.Errorf("serve %q: the log says %q", args, text)
		}
		got := execute(t, append([]string{"connect", "localhost:1"}, args...)...).want(t, exitFailure)
		if !strings.HasPrefix(got.stderr, want) || strings.Count(got.stderr, "\n") != 2 {
			t.Errorf("connect %q says %q", args, got.stderr)
		}
	}
}
