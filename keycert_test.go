package polytls_test

import (
	"context"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// choosing is a server whose ALPNCallback sets certificates by the protocol:
// those of "second" for "acme-tls/1".
func choosing(t *testing.T, second *polytls.SecureContext) polytls.ServerOptions {
	t.Helper()
	so := serving(ca.Issue(testcert.Template{CommonName: "first", DNS: []string{"localhost"}}))
	so.ALPNCallback = func(_ context.Context, o polytls.ALPNOffer) (string, error) {
		if o.Protocols[0] == "acme-tls/1" {
			return o.Protocols[0], o.Socket.SetKeyCert(second)
		}
		return o.Protocols[0], nil
	}
	return so
}

func contextOf(t *testing.T, o polytls.ContextOptions) *polytls.SecureContext {
	t.Helper()
	c, err := polytls.NewSecureContext(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSetKeyCert is Node 26's setKeyCert in an ALPNCallback: the certificate of
// this connection is another one, in both versions, after a HelloRetryRequest and
// in a renegotiation, too. Node's server cannot change the type of the key at
// 1.2; ours can.
func TestSetKeyCert(t *testing.T) {
	for _, kind := range []testcert.Kind{testcert.P256, testcert.RSA2048} {
		second := contextOf(t, identity(ca.Issue(testcert.Template{CommonName: "second", DNS: []string{"localhost"}, Kind: kind})))
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			for _, group := range []string{"auto", "P-521"} {
				for protocol, want := range map[string]string{"acme-tls/1": "second", "h2": "first"} {
					t.Run(string(kind)+"/"+version+"/"+group+"/"+protocol, func(t *testing.T) {
						so, co := choosing(t, second), trusting(ca)
						only(&so.ContextOptions, version)
						so.ECDHCurve = group
						co.ALPNProtocols = []string{protocol}
						server, client := pair(t, so, co)
						if got := client.PeerCertificate(false).Subject.Get("CN")[0]; got != want {
							t.Errorf("the server showed %s, want %s", got, want)
						}
						if got := server.Certificate().Subject.Get("CN")[0]; got != want {
							t.Errorf("the server says that it showed %s, want %s", got, want)
						}
						if version == "TLSv1.2" {
							drain(server)
							if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); err != nil {
								t.Fatalf("Renegotiate: %v", err)
							}
						}
						wantCode(t, "too late", server.SetKeyCert(second), "ERR_TLS_INVALID_STATE")
						wantCode(t, "at a client", client.SetKeyCert(second), "ERR_TLS_INVALID_STATE")
					})
				}
			}
		}
	}
}

// TestSetKeyCertWithoutACertificateOfTheServer: all of them are chosen.
func TestSetKeyCertWithoutACertificateOfTheServer(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		so, co := choosing(t, contextOf(t, identity(localhost))), trusting(ca)
		so.Cert, so.Key = nil, nil
		only(&so.ContextOptions, version)
		co.ALPNProtocols = []string{"acme-tls/1"}
		pair(t, so, co)
	}
}

// TestSetKeyCertRefuses contexts that prove nothing.
func TestSetKeyCertRefuses(t *testing.T) {
	keyless := polytls.ContextOptions{Cert: [][]byte{localhost.PEM()}}
	for name, tt := range map[string]struct {
		context *polytls.SecureContext
		code    string
	}{
		"nil":            {nil, "ERR_TLS_INVALID_CONTEXT"},
		"zero":           {&polytls.SecureContext{}, "ERR_TLS_INVALID_CONTEXT"},
		"no certificate": {contextOf(t, polytls.ContextOptions{}), "ERR_INVALID_ARG_VALUE"},
		"no key":         {contextOf(t, keyless), "ERR_INVALID_ARG_VALUE"},
	} {
		so, co := choosing(t, tt.context), trusting(ca)
		co.ALPNProtocols = []string{"acme-tls/1"}
		wantCode(t, name, handshake(t, so, co).serverErr, tt.code)
	}
}
