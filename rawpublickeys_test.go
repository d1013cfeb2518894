package polytls_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// spki returns the SubjectPublicKeyInfo of a key, and what PinnedKeys holds of it.
func spki(t *testing.T, key any) (der []byte, pins [][]byte) {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	return der, [][]byte{sum[:]}
}

// TestRawPublicKeys: ends without any certificate authenticate each other by pinned
// keys, and by nothing else.
func TestRawPublicKeys(t *testing.T) {
	serverKey, clientKey, otherKey := testcert.NewKey(testcert.P256), testcert.NewKey(testcert.P256), testcert.NewKey(testcert.P256)
	serverSPKI, serverPins := spki(t, serverKey.Public())
	clientSPKI, clientPins := spki(t, clientKey.Public())
	_, otherPins := spki(t, otherKey.Public())
	for _, version := range []string{polytls.TLS12, polytls.TLS13} {
		options := func() (so polytls.ServerOptions, co polytls.ConnectOptions) {
			so.Key, so.PinnedKeys = []polytls.Key{{Signer: serverKey}}, clientPins
			co.Key, co.PinnedKeys = []polytls.Key{{Signer: clientKey}}, serverPins
			so.RawPublicKeys, co.RawPublicKeys, so.RequestCert, co.Host = true, true, true, "any.name"
			only(&so.ContextOptions, version)
			return so, co
		}
		so, co := options()
		var seen []byte
		so.Verify = func(_ context.Context, v *polytls.PeerVerdict) error {
			seen = v.RawPublicKey
			return v.Err
		}
		server, client := pair(t, so, co)
		exchange(t, client, server, "hello")
		exchange(t, server, client, "and back")
		if !server.Authorized() || !client.Authorized() || !bytes.Equal(seen, clientSPKI) {
			t.Errorf("%s: %v, %v; Verify saw %x", version, server.AuthorizationError(), client.AuthorizationError(), seen)
		}
		if !bytes.Equal(server.PeerRawPublicKey(), clientSPKI) || !bytes.Equal(client.PeerRawPublicKey(), serverSPKI) {
			t.Errorf("%s: other keys", version)
		}
		if server.PeerCertificate(true) != nil || client.PeerCertificate(false) != nil || server.Certificate() != nil || len(client.ConnectionState().PeerCertificates) > 0 {
			t.Errorf("%s: there is a certificate", version)
		}

		const mismatch = "ERR_TLS_PINNED_KEY_MISMATCH"
		for name, tt := range map[string]struct {
			change         func(*polytls.ServerOptions, *polytls.ConnectOptions)
			client, server string
		}{
			"another server": {func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { co.PinnedKeys = otherPins },
				mismatch, "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE"},
			"another server, AllowUnauthorized": {func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) {
				co.PinnedKeys, co.AllowUnauthorized = otherPins, true
			}, mismatch, "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE"},
			"another client": {func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) { so.PinnedKeys = otherPins },
				"ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", mismatch},
			"another client, AllowUnauthorized": {func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) {
				so.PinnedKeys, so.AllowUnauthorized = otherPins, true
			}, "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", mismatch},
			"a client that pins nothing": {func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { co.PinnedKeys = nil },
				"-", "-"},
			"a server that pins nothing": {func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) { so.PinnedKeys = nil },
				"-", "-"},
			"a client without the option": {func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { co.RawPublicKeys, co.Key = false, nil },
				"-", "-"},
		} {
			so, co := options()
			tt.change(&so, &co)
			o := handshake(t, so, co)
			if tt.client == "-" {
				if o.clientErr == nil || o.serverErr == nil {
					t.Errorf("%s, %s: %v, %v", version, name, o.clientErr, o.serverErr)
				}
				continue
			}
			if tt.client == mismatch || version == polytls.TLS12 { // in TLS 1.3 a client is done before its server
				wantCode(t, version+", "+name+": client", o.clientErr, tt.client)
			}
			wantCode(t, version+", "+name+": server", o.serverErr, tt.server)
		}
	}
}

// TestRawPublicKeysBesideCertificates: an end that has both sends what the other accepts.
func TestRawPublicKeysBesideCertificates(t *testing.T) {
	_, pins := spki(t, localhost.Signer.Public())
	so := serving(localhost)
	so.RawPublicKeys = true
	if _, client := pair(t, so, trusting(ca)); client.PeerCertificate(false) == nil || !client.Authorized() {
		t.Error("a client that knows no raw public keys gets no certificate")
	}
	co := trusting(ca)
	co.RawPublicKeys, co.PinnedKeys = true, pins
	if _, client := pair(t, so, co); client.PeerRawPublicKey() == nil || client.PeerCertificate(false) != nil {
		t.Error("a client that prefers them gets a certificate")
	}
	if _, client := pair(t, serving(localhost), co); client.PeerCertificate(false) == nil || !client.Authorized() {
		t.Error("the certificate of a server without the option is not accepted")
	}
	so = polytls.ServerOptions{}
	so.RawPublicKeys = true
	so.Certificates = []tls.Certificate{{Certificate: [][]byte{localhost.Raw}, PrivateKey: localhost.Signer}}
	if _, client := pair(t, so, co); client.PeerRawPublicKey() == nil {
		t.Error("the key of Certificates is not sent")
	}
}

// TestRawPublicKeysResume: the client's session of a server with a raw public key is
// resumed while the key is pinned.
func TestRawPublicKeysResume(t *testing.T) {
	_, pins := spki(t, localhost.Signer.Public())
	for _, version := range []string{polytls.TLS12, polytls.TLS13} {
		so := serving(localhost)
		so.RawPublicKeys, so.TicketKeys = true, ticketKeys
		only(&so.ContextOptions, version)
		c, err := polytls.NewSecureContext(polytls.ContextOptions{RawPublicKeys: true, PinnedKeys: pins})
		if err != nil {
			t.Fatal(err)
		}
		co := polytls.ConnectOptions{SecureContext: c, Sessions: polytls.NewClientSessions(1), Host: "localhost"}
		for i := range 2 {
			server, client := pair(t, so, co)
			exchange(t, server, client, "x")
			if client.SessionReused() != (i == 1) || !client.Authorized() || client.PeerRawPublicKey() == nil {
				t.Errorf("%s, connection %d: resumed %v, authorized %v", version, i, client.SessionReused(), client.Authorized())
			}
		}
	}
}

// TestRawPublicKeysNeedKeys or pins.
func TestRawPublicKeysNeedKeys(t *testing.T) {
	_, err := polytls.NewSecureContext(polytls.ContextOptions{RawPublicKeys: true})
	wantCode(t, "no key and no pin", err, argument)
	_, err = polytls.NewSecureContext(polytls.ContextOptions{RawPublicKeys: true, Ciphers: "DEFAULT:@SECLEVEL=5", Key: []polytls.Key{{Signer: testcert.NewKey(testcert.P256)}}})
	wantCode(t, "a weak key", err, "ERR_SSL_EE_KEY_TOO_SMALL")
	c, err := polytls.NewSecureContext(polytls.ContextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "beside a context", (&polytls.ConnectOptions{SecureContext: c, ContextOptions: polytls.ContextOptions{RawPublicKeys: true}}).Check(), "ERR_TLS_INVALID_CONTEXT")
}
