package polytls_test

import (
	"bytes"
	"context"
	"testing"

	"polytls"
)

// srpPair tries to authenticate as user with password at a server that knows
// alice and her "secret".
func srpPair(t *testing.T, user, password string) outcome {
	t.Helper()
	alice, err := polytls.NewSRPVerifier(2048, "alice", "secret")
	if err != nil {
		t.Fatal(err)
	}
	list := polytls.ContextOptions{Ciphers: "SRP", MaxVersion: "TLSv1.2"}
	so := polytls.ServerOptions{ContextOptions: list}
	so.SRPCallback = func(_ context.Context, name string) (*polytls.SRPVerifier, error) {
		if name != "alice" {
			return nil, nil
		}
		return alice, nil
	}
	return handshake(t, so, polytls.ConnectOptions{ContextOptions: list, SRPUser: user, SRPPassword: password})
}

func TestSRP(t *testing.T) {
	o := srpPair(t, "alice", "secret")
	server, client := o.must(t)
	if !client.Authorized() || !server.Authorized() {
		t.Error("the verifier did not authorize both ends")
	}
}

// TestSRPUsersCannotBeProbed compares a wrong password with a user who does not
// exist: the client must not be able to tell them apart.
func TestSRPUsersCannotBeProbed(t *testing.T) {
	wrong, unknown := srpPair(t, "alice", "guess"), srpPair(t, "mallory", "guess")
	if wrong.clientErr == nil || unknown.clientErr == nil {
		t.Fatal("a handshake succeeded")
	}
	if wrong.clientErr.Error() != unknown.clientErr.Error() {
		t.Errorf("wrong password: %v; unknown user: %v", wrong.clientErr, unknown.clientErr)
	}
}

func TestSRPGroups(t *testing.T) {
	if _, err := polytls.NewSRPVerifier(1000, "alice", "secret"); err == nil {
		t.Error("a group of 1,000 bits exists")
	}
}

// TestSRPVerifierOfADatabase is one that is put together from its parts.
func TestSRPVerifierOfADatabase(t *testing.T) {
	made, err := polytls.NewSRPVerifier(2048, "alice", "secret")
	if err != nil {
		t.Fatal(err)
	}
	good := polytls.SRPVerifier{Bits: made.Bits, Salt: made.Salt, Verifier: made.Verifier}
	for name, tt := range map[string]struct {
		change func(*polytls.SRPVerifier)
		code   string
	}{
		"as it was":     {func(*polytls.SRPVerifier) {}, ""},
		"leading zeros": {func(v *polytls.SRPVerifier) { v.Verifier = append([]byte{0, 0}, v.Verifier...) }, ""},
		"no group":      {func(v *polytls.SRPVerifier) { v.Bits = 0 }, "ERR_INVALID_ARG_VALUE"},
		"no salt":       {func(v *polytls.SRPVerifier) { v.Salt = nil }, "ERR_INVALID_ARG_VALUE"},
		"long salt":     {func(v *polytls.SRPVerifier) { v.Salt = make([]byte, 256) }, "ERR_INVALID_ARG_VALUE"},
		"no verifier":   {func(v *polytls.SRPVerifier) { v.Verifier = nil }, "ERR_INVALID_ARG_VALUE"},
		"long verifier": {func(v *polytls.SRPVerifier) { v.Verifier = bytes.Repeat([]byte{1}, 257) }, "ERR_INVALID_ARG_VALUE"},
	} {
		t.Run(name, func(t *testing.T) {
			v := good
			tt.change(&v)
			list := polytls.ContextOptions{Ciphers: "SRP", MaxVersion: "TLSv1.2"}
			so := polytls.ServerOptions{ContextOptions: list}
			so.SRPCallback = func(context.Context, string) (*polytls.SRPVerifier, error) { return &v, nil }
			o := handshake(t, so, polytls.ConnectOptions{ContextOptions: list, SRPUser: "alice", SRPPassword: "secret"})
			wantCode(t, "server", o.serverErr, tt.code)
		})
	}
}
