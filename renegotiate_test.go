package polytls_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"testing"
	"time"

	"polytls"
)

// reneg makes a pair at TLS 1.2 and keeps both ends reading.
func reneg(t *testing.T, so polytls.ServerOptions, co polytls.ConnectOptions) (server, client *polytls.Socket, serverEnd chan error) {
	t.Helper()
	only(&so.ContextOptions, "TLSv1.2")
	only(&co.ContextOptions, "TLSv1.2")
	server, client = pair(t, so, co)
	serverEnd = make(chan error, 1)
	go func() {
		_, err := io.Copy(server, server)
		serverEnd <- err
	}()
	return server, client, serverEnd
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// flows proves that data still flows.
func flows(t *testing.T, client *polytls.Socket, text string) {
	t.Helper()
	if _, err := io.WriteString(client, text); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(client, got); err != nil || string(got) != text {
		t.Fatalf("got %q, %v; want %q", got, err, text)
	}
}

func TestClientRenegotiatesUpToTheLimit(t *testing.T) {
	server, client, end := reneg(t, serving(localhost), trusting(ca))
	before := string(client.Finished())
	for range polytls.ClientRenegLimit() {
		if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); err != nil {
			t.Fatal(err)
		}
		flows(t, client, "still here")
	}
	if string(client.Finished()) == before {
		t.Error("Finished is that of the first handshake")
	}
	if string(client.Finished()) != string(server.PeerFinished()) {
		t.Error("the ends disagree about the last Finished")
	}
	if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); err == nil {
		t.Error("a renegotiation over the limit succeeded")
	}
	if err := <-end; !errors.Is(err, &polytls.Error{Code: "ERR_TLS_SESSION_ATTACK"}) {
		t.Errorf("server: %v, want ERR_TLS_SESSION_ATTACK", err)
	}
}

func TestDisableRenegotiation(t *testing.T) {
	server, client, end := reneg(t, serving(localhost), trusting(ca))
	server.DisableRenegotiation()
	if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); err == nil {
		t.Error("renegotiated all the same")
	}
	if err := <-end; !errors.Is(err, &polytls.Error{Code: "ERR_TLS_RENEGOTIATION_DISABLED"}) {
		t.Errorf("server: %v, want ERR_TLS_RENEGOTIATION_DISABLED", err)
	}
}

func TestServerAsksForCertificateByRenegotiation(t *testing.T) {
	co := trusting(ca)
	user := ca.Client("user")
	co.Cert, co.Key = [][]byte{user.PEM()}, keys(user.KeyPEM())
	so := serving(localhost)
	so.CA = [][]byte{ca.PEM()}
	server, client, _ := reneg(t, so, co)
	if server.PeerCertificate(false) != nil {
		t.Fatal("a certificate before it was asked for")
	}
	go func() { // answers the HelloRequest
		io.Copy(io.Discard, client)
	}()
	if err := server.Renegotiate(within(t), polytls.RenegotiateOptions{RequestCert: true}); err != nil {
		t.Fatal(err)
	}
	if c := server.PeerCertificate(false); c == nil || c.Subject.Get("CN")[0] != "user" {
		t.Errorf("certificate %v, want that of user", c)
	}
	if !server.Authorized() {
		t.Errorf("not authorized: %v", server.AuthorizationError())
	}
}

func TestNoRenegotiationAtTLS13(t *testing.T) {
	_, client := pairAt(t, "TLSv1.3")
	if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); !errors.Is(err, &polytls.Error{Code: "ERR_SSL_WRONG_SSL_VERSION"}) {
		t.Errorf("%v, want ERR_SSL_WRONG_SSL_VERSION", err)
	}
}

func TestServerAsksForCertificateAfterTheHandshake(t *testing.T) {
	co := trusting(ca)
	user := ca.Client("user")
	co.Cert, co.Key, co.AllowPostHandshakeAuth = [][]byte{user.PEM()}, keys(user.KeyPEM()), true
	so := serving(localhost)
	so.CA, so.AllowPostHandshakeAuth = [][]byte{ca.PEM()}, true
	server, client := pair(t, so, co)
	go io.Copy(io.Discard, client) // answers the request
	if err := server.RequestClientCertificate(within(t)); err != nil {
		t.Fatal(err)
	}
	if c := server.PeerCertificate(false); c == nil || c.Subject.Get("CN")[0] != "user" || !server.Authorized() {
		t.Errorf("certificate %v, authorized %v", c, server.Authorized())
	}
}

func TestPostHandshakeAuthNeedsBothEnds(t *testing.T) {
	so := serving(localhost)
	so.AllowPostHandshakeAuth = true
	server, _ := pair(t, so, trusting(ca))
	if err := server.RequestClientCertificate(within(t)); !errors.Is(err, &polytls.Error{Code: "ERR_SSL_EXTENSION_NOT_RECEIVED"}) {
		t.Errorf("%v, want ERR_SSL_EXTENSION_NOT_RECEIVED", err)
	}
}

func TestClientWithoutCertificateIsNotAuthorizedAfterTheHandshake(t *testing.T) {
	co := trusting(ca)
	co.AllowPostHandshakeAuth = true
	so := serving(localhost)
	so.AllowPostHandshakeAuth = true
	server, client := pair(t, so, co)
	go io.Copy(io.Discard, client)
	if err := server.RequestClientCertificate(within(t)); err == nil || server.Authorized() {
		t.Errorf("%v, authorized %v; want an error", err, server.Authorized())
	}
}

// TestChoiceDecidesAfterTheHandshake: what OnClientHello chose for a connection also
// applies to a certificate that is requested after the handshake.
func TestChoiceDecidesAfterTheHandshake(t *testing.T) {
	co := trusting(ca)
	co.AllowPostHandshakeAuth = true
	request, verify := tls.RequestClientCert, tls.VerifyClientCertIfGiven
	for name, tt := range map[string]struct {
		server tls.ClientAuthType
		choice *tls.ClientAuthType
		code   string
	}{
		"the server accepts, the choice does not": {request, &verify, "UNABLE_TO_GET_ISSUER_CERT"},
		"the choice accepts, the server does not": {verify, &request, ""},
		"the server accepts":                      {request, nil, ""},
		"the server does not":                     {verify, nil, "UNABLE_TO_GET_ISSUER_CERT"},
	} {
		so := serving(localhost)
		so.AllowPostHandshakeAuth, so.ClientAuth = true, tt.server
		so.OnClientHello = func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) {
			return &polytls.ServerChoice{ClientAuth: tt.choice}, nil
		}
		server, client := pair(t, so, co)
		go io.Copy(io.Discard, client)
		wantCode(t, name, server.RequestClientCertificate(within(t)), tt.code)
		if server.Authorized() {
			t.Errorf("%s: authorized", name)
		}
	}
}
