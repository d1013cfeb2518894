package main

import (
	"strings"
	"testing"
)

// TestSecretsStayOutOfErrors has keys that are no good.
func TestSecretsStayOutOfErrors(t *testing.T) {
	const secret = "0123456789abcdefg"
	for _, args := range [][]string{
		{"serve", "--psk", "me:" + secret}, {"serve", "--ticket-keys", secret}, {"serve", "--session-store", "http://me:" + secret + "@host"},
	} {
		if got := execute(t, args...).want(t, exitMisuse); strings.Contains(got.stderr, secret) || !strings.HasPrefix(got.stderr, args[1]+": ") {
			t.Errorf("%q: %s", args, got.stderr)
		}
	}
}

func TestVersionIsAFlagToo(t *testing.T) {
	if flag, command := execute(t, "--version").want(t, exitOK), execute(t, "version").want(t, exitOK); flag != command {
		t.Errorf("%v, want %v", flag, command)
	}
}
