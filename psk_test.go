package polytls_test

import (
	"context"
	"testing"

	"polytls"
)

// pskFailure is the client's error where server and client hold different
// things: an identity that the server does not know, or another key.
func pskFailure(t *testing.T, version, identity string, hide bool) error {
	t.Helper()
	so := polytls.ServerOptions{HidePSKIdentities: hide}
	so.Ciphers = "PSK:TLS_AES_128_GCM_SHA256"
	so.PSKCallback = func(_ context.Context, _ *polytls.Socket, id []byte) (*polytls.PSK, error) {
		if string(id) != "known" {
			return nil, nil
		}
		return &polytls.PSK{Identity: id, Key: []byte("the server's key")}, nil
	}
	co := polytls.ConnectOptions{ServerName: "localhost"}
	co.Ciphers = so.Ciphers
	co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) {
		return []polytls.PSK{{Identity: []byte(identity), Key: []byte("another key")}}, nil
	}
	only(&so.ContextOptions, version)
	only(&co.ContextOptions, version)
	o := handshake(t, so, co)
	if err := o.afterwards(); err != nil {
		return err
	}
	t.Fatal("the handshake succeeded")
	return nil
}

func TestHidePSKIdentities(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		wrong := pskFailure(t, version, "known", true)
		if unknown := pskFailure(t, version, "unknown", true); unknown.Error() != wrong.Error() {
			t.Errorf("%s: hidden: unknown identity: %v; wrong key: %v", version, unknown, wrong)
		}
		if unknown := pskFailure(t, version, "unknown", false); unknown.Error() == wrong.Error() {
			t.Errorf("%s: not hidden, but as a wrong key: %v", version, unknown)
		}
	}
}

// TestPSKSessionIsAuthorized resumes what a pre-shared key has authenticated:
// there is no certificate to be asked for.
func TestPSKSessionIsAuthorized(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		so := polytls.ServerOptions{TicketKeys: make([]byte, 48)}
		so.Ciphers = "PSK:TLS_AES_128_GCM_SHA256"
		so.PSKCallback = func(_ context.Context, _ *polytls.Socket, id []byte) (*polytls.PSK, error) {
			return &polytls.PSK{Identity: id, Key: []byte("a key that both have")}, nil
		}
		co := polytls.ConnectOptions{ServerName: "localhost"}
		co.Ciphers = so.Ciphers
		co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) {
			return []polytls.PSK{{Identity: []byte("sensor"), Key: []byte("a key that both have")}}, nil
		}
		sessions := make(chan []byte, 4)
		co.OnSession = func(s []byte) { sessions <- s }
		only(&so.ContextOptions, version)
		only(&co.ContextOptions, version)

		server, client := pair(t, so, co)
		exchange(t, server, client, "data")
		co.Session = <-sessions
		co.PSKCallback = nil
		if version == "TLSv1.2" {
			co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return nil, nil }
		}
		server, client = pair(t, so, co)
		exchange(t, server, client, "data")
		for name, s := range map[string]*polytls.Socket{"client": client, "server": server} {
			if !s.SessionReused() || !s.Authorized() {
				t.Errorf("%s, %s: reused %v, authorized %v: %v", version, name, s.SessionReused(), s.Authorized(), s.AuthorizationError())
			}
		}
	}
}
