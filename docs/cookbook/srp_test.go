package cookbook

import (
	"context"
	"testing"

	"polytls"
)

// # Users with a password (SRP)
//
// The server stores a verifier in place of the password, and neither end learns more
// from a failed attempt than that it failed. SRP (RFC 5054) exists up to TLS 1.2.
// `ParseSRPVerifiers` reads the file of `openssl srp`. `SRPSeed` makes the
// responses for unknown users the same after a restart.
func srpServer(users map[string]*polytls.SRPVerifier, seed []byte) (*polytls.Server, error) {
	return polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{Ciphers: "SRP", MaxVersion: polytls.TLS12},
		SRPCallback: func(_ context.Context, user string) (*polytls.SRPVerifier, error) {
			return users[user], nil // nil: the user is simulated, and the handshake fails
		},
		SRPSeed: seed,
	}, echo)
}

func srpClient(host string, port int, user, password string) polytls.ConnectOptions {
	return polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{Ciphers: "SRP", MaxVersion: polytls.TLS12},
		Host:           host,
		Port:           port,
		SRPUser:        user,
		SRPPassword:    password,
	}
}

func TestSRP(t *testing.T) {
	verifier, err := polytls.NewSRPVerifier(2048, "ada", "a password")
	if err != nil {
		t.Fatal(err)
	}
	srv, err := srpServer(map[string]*polytls.SRPVerifier{"ada": verifier}, make([]byte, 32))
	port := start(t, srv, err)
	if _, err := talk(t, srpClient("127.0.0.1", port, "ada", "a password")); err != nil {
		t.Error(err)
	}
	for user, password := range map[string]string{"ada": "a guess", "eve": "a password"} {
		if _, err := talk(t, srpClient("127.0.0.1", port, user, password)); err == nil {
			t.Errorf("%s with %q was accepted", user, password)
		}
	}
}
