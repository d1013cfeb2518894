package polytls_test

import (
	"bytes"
	"context"
	"crypto"
	"strings"
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
		server, client = pair(t, so, co)
		exchange(t, server, client, "data")
		for name, s := range map[string]*polytls.Socket{"client": client, "server": server} {
			if !s.SessionReused() || !s.Authorized() {
				t.Errorf("%s, %s: reused %v, authorized %v: %v", version, name, s.SessionReused(), s.Authorized(), s.AuthorizationError())
			}
		}
	}
}

// TestRefusesPSK tells which keys of a callback are refused, and that the error
// names what of the key is wrong, as Node's does.
func TestRefusesPSK(t *testing.T) {
	id, key := []byte("id"), bytes.Repeat([]byte{1}, 32)
	tests := []struct {
		name     string
		psk      polytls.PSK
		argument string // that is at fault
	}{
		{"no key", polytls.PSK{Identity: id}, "psk"},
		{"long key", polytls.PSK{Identity: id, Key: make([]byte, 513)}, "psk"},
		{"long identity", polytls.PSK{Identity: make([]byte, 257), Key: key}, "identity"},
		{"hash that is not linked", polytls.PSK{Identity: id, Key: key, Hash: crypto.MD4}, "hash"},
		{"hash of no suite", polytls.PSK{Identity: id, Key: key, Hash: crypto.SHA512}, "hash"},
		{"no hash at all", polytls.PSK{Identity: id, Key: key, Hash: 99}, "hash"},
	}
	for _, tt := range tests {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			t.Run(tt.name+"/"+version, func(t *testing.T) {
				good := polytls.PSK{Identity: id, Key: key}
				want := func(end string, err error) {
					wantCode(t, end, err, "ERR_INVALID_ARG_VALUE")
					if err == nil || !strings.Contains(err.Error(), "'"+tt.argument+"'") {
						t.Errorf("%s: %v does not name the argument %s", end, err, tt.argument)
					}
				}
				want("client", pskHandshake(t, version, good, tt.psk).clientErr)
				want("server", pskHandshake(t, version, tt.psk, good).serverErr)
			})
		}
	}
}

// TestEmptyPSKIdentity is Node's behaviour: up to TLS 1.2 an identity may be
// empty, in TLS 1.3 a client cannot say it.
func TestEmptyPSKIdentity(t *testing.T) {
	key := polytls.PSK{Key: []byte("key")}
	server, client := pskHandshake(t, "TLSv1.2", key, key).must(t)
	if !server.Authorized() || !client.Authorized() {
		t.Errorf("server: %v; client: %v, want both authorized", server.AuthorizationError(), client.AuthorizationError())
	}
	err := pskHandshake(t, "TLSv1.3", key, key).clientErr
	wantCode(t, "client", err, "ERR_INVALID_ARG_VALUE")
	if err == nil || !strings.Contains(err.Error(), "'identity'") {
		t.Errorf("%v does not name the identity", err)
	}
}

// TestAcceptsPSK holds keys to their documented bounds.
func TestAcceptsPSK(t *testing.T) {
	for name, psk := range map[string]polytls.PSK{
		"shortest": {Identity: []byte{0}, Key: []byte{0}},
		"longest":  {Identity: bytes.Repeat([]byte("i"), 256), Key: bytes.Repeat([]byte("k"), 512)},
		"SHA-256":  {Identity: []byte("id"), Key: []byte("key"), Hash: crypto.SHA256},
		"SHA-384":  {Identity: []byte("id"), Key: []byte("key"), Hash: crypto.SHA384},
	} {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			t.Run(name+"/"+version, func(t *testing.T) {
				_, client := pskHandshake(t, version, psk, psk).must(t)
				suite := client.Cipher().Name
				if sha384 := strings.HasSuffix(suite, "SHA384"); version == "TLSv1.3" && sha384 != (psk.Hash == crypto.SHA384) {
					t.Errorf("the key went with %s", suite)
				}
			})
		}
	}
}

// pskHandshake is a handshake in which the callbacks return these keys.
func pskHandshake(t *testing.T, version string, server, client polytls.PSK) outcome {
	t.Helper()
	o := polytls.ContextOptions{Ciphers: "PSK:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"}
	only(&o, version)
	return handshake(t, polytls.ServerOptions{ContextOptions: o, PSKCallback: func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) {
		return &server, nil
	}}, polytls.ConnectOptions{ContextOptions: o, PSKCallback: func(context.Context, *string) ([]polytls.PSK, error) {
		return []polytls.PSK{client}, nil
	}})
}

// TestImportPSK authenticates by keys that both ends import from one external
// key, in each suite's hash and from each hash of the key.
func TestImportPSK(t *testing.T) {
	external := polytls.PSK{Identity: []byte("sensor 7"), Key: bytes.Repeat([]byte{7}, 32)}
	for _, source := range []crypto.Hash{0, crypto.SHA256, crypto.SHA384} {
		for _, suite := range []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"} {
			external.Hash = source
			ours, theirs := imported(t, external, "heating"), imported(t, external, "heating")
			importedPair(t, suite, ours, theirs).must(t)
		}
	}
	other := external
	other.Hash = crypto.SHA256 // the identity is the same, the key is not
	o := importedPair(t, "TLS_AES_128_GCM_SHA256", imported(t, external, "heating"), imported(t, other, "heating"))
	wantCode(t, "another hash", o.serverErr, "ERR_SSL_BINDER_DOES_NOT_VERIFY")
	o = importedPair(t, "TLS_AES_128_GCM_SHA256", imported(t, external, "heating"), imported(t, external, "doors"))
	wantCode(t, "another context", o.serverErr, "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM")
}

func imported(t *testing.T, key polytls.PSK, context string) []polytls.PSK {
	t.Helper()
	psks, err := polytls.ImportPSK(key, []byte(context))
	if err != nil {
		t.Fatal(err)
	}
	return psks
}

func importedPair(t *testing.T, suite string, server, client []polytls.PSK) outcome {
	t.Helper()
	c := polytls.ContextOptions{Ciphers: suite}
	return handshake(t, polytls.ServerOptions{ContextOptions: c, PSKCallback: func(_ context.Context, _ *polytls.Socket, id []byte) (*polytls.PSK, error) {
		for _, k := range server {
			if bytes.Equal(k.Identity, id) {
				return &k, nil
			}
		}
		return nil, nil
	}}, polytls.ConnectOptions{ContextOptions: c, PSKCallback: func(context.Context, *string) ([]polytls.PSK, error) {
		return client, nil
	}})
}

func TestImportPSKRefuses(t *testing.T) {
	good := polytls.PSK{Identity: []byte("id"), Key: []byte("key")}
	for name, change := range map[string]func(*polytls.PSK){
		"no identity":   func(k *polytls.PSK) { k.Identity = nil },
		"long identity": func(k *polytls.PSK) { k.Identity = make([]byte, 246) },
		"no key":        func(k *polytls.PSK) { k.Key = nil },
		"hash":          func(k *polytls.PSK) { k.Hash = crypto.SHA512 },
		"imported":      func(k *polytls.PSK) { k.Imported = true },
	} {
		k := good
		change(&k)
		_, err := polytls.ImportPSK(k, []byte("ctx"))
		wantCode(t, name, err, "ERR_INVALID_ARG_VALUE")
	}
	longest := good
	longest.Identity = make([]byte, 245)
	psks := imported(t, longest, "ctx")
	importedPair(t, "TLS_AES_128_GCM_SHA256", psks, psks).must(t)
}
