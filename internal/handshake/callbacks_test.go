package handshake_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/suite"
)

// TestOnHello: the configuration that it returns is used for negotiation, beginning
// with the version.
func TestOnHello(t *testing.T) {
	ours, other := identity(t, "p256"), identity(t, "p384")
	for _, v := range []suite.Version{suite.TLS12, suite.TLS13} {
		t.Run(v.String(), func(t *testing.T) {
			everything := config(suite.TLS13, ours)
			everything.MinVersion = suite.TLS10
			var seen *handshake.ClientHelloInfo
			sc := &handshake.ServerConfig{Config: everything, ALPN: []string{"wrong"}}
			sc.OnHello = func(_ context.Context, hello *handshake.ClientHelloInfo) (*handshake.ServerConfig, error) {
				copied := *hello
				seen = &copied
				return &handshake.ServerConfig{Config: config(v, other), ALPN: []string{"right"}, ClientAuth: handshake.RequestClientCert}, nil
			}
			cc := &handshake.ClientConfig{Config: config(suite.TLS13), ServerName: "localhost", ALPN: []string{"right", "wrong"}}
			cc.MinVersion = suite.TLS12
			client, server := mustPair(t, cc, sc)
			if client.result.Version != v || client.result.ALPN != "right" || !bytes.Equal(client.result.Peer.Chain[0].Raw, other.Chain[0]) {
				t.Errorf("negotiated %s, %q, %x", client.result.Version, client.result.ALPN, client.result.Peer.Chain[0].Raw[:10])
			}
			if server.result.VerifyError == nil {
				t.Error("no certificate was requested")
			}
			if seen.ServerName != "localhost" || !slices.Equal(seen.ALPN, cc.ALPN) || len(seen.Hello.CipherSuites) == 0 {
				t.Errorf("the callback saw %+v", seen)
			}
		})
	}
}

// TestOnHelloLeavesOrRefuses: nil keeps the current configuration, and an error
// ends the handshake with its own alert.
func TestOnHelloLeavesOrRefuses(t *testing.T) {
	sc := &handshake.ServerConfig{Config: config(suite.TLS13, identity(t, "p256"))}
	calls := 0
	sc.OnHello = func(context.Context, *handshake.ClientHelloInfo) (*handshake.ServerConfig, error) {
		calls++
		return nil, nil
	}
	cc := &handshake.ClientConfig{Config: config(suite.TLS13)}
	cc.Groups, cc.KeyShares = []suite.Group{suite.P256, suite.X25519}, []suite.Group{suite.P256}
	sc.Groups = []suite.Group{suite.X25519} // by a HelloRetryRequest, whose hello is not the first
	mustPair(t, cc, sc)
	if calls != 1 {
		t.Errorf("it was called %d times", calls)
	}
	sc.OnHello = func(context.Context, *handshake.ClientHelloInfo) (*handshake.ServerConfig, error) {
		return nil, failure.Callback.With(failure.AlertUnrecognizedName, "not here")
	}
	client, server := pair(t, cc, sc)
	var theirs, ours *failure.Error
	if !errors.As(server.err, &ours) || ours.Alert != failure.AlertUnrecognizedName {
		t.Errorf("the server's error is %v", server.err)
	}
	if !errors.As(client.err, &theirs) || theirs.Alert != failure.AlertUnrecognizedName {
		t.Errorf("the client's error is %v", client.err)
	}
}

// TestOnCertificateRequest: the callback gets the content of the request, and one
// of the certificates that it returns is chosen.
func TestOnCertificateRequest(t *testing.T) {
	configured, chosen := identity(t, "p256"), identity(t, "p384")
	for _, v := range []suite.Version{suite.TLS10, suite.TLS12, suite.TLS13} {
		for _, tt := range []struct {
			name   string
			answer []*handshake.Certificate
			want   *handshake.Certificate
		}{
			{"another", []*handshake.Certificate{chosen}, chosen},
			{"the configured one", nil, configured},
			{"none", []*handshake.Certificate{}, nil},
		} {
			t.Run(v.String()+"/"+tt.name, func(t *testing.T) {
				server := config(v, identity(t, "rsa2048"))
				server.Authorities = [][]byte{configured.Leaf.RawIssuer}
				cc := &handshake.ClientConfig{Config: config(v)}
				if tt.want == configured {
					cc.Certificates = []*handshake.Certificate{configured}
				}
				var seen *handshake.CertificateRequestInfo
				cc.OnCertificateRequest = func(_ context.Context, info *handshake.CertificateRequestInfo) ([]*handshake.Certificate, error) {
					seen = info
					return tt.answer, nil
				}
				client, s := mustPair(t, cc, &handshake.ServerConfig{Config: server, ClientAuth: handshake.RequestClientCert})
				if client.result.Certificate != tt.want {
					t.Errorf("the client has sent %v", client.result.Certificate)
				}
				if got := len(s.result.Peer.Chain) > 0; got != (tt.want != nil) {
					t.Errorf("the server has a certificate: %t", got)
				}
				if seen.Version != v || len(seen.Authorities) != 1 || (v >= suite.TLS12) != (len(seen.Schemes) > 0) {
					t.Errorf("the callback saw %+v", seen)
				}
			})
		}
	}
}

// TestOnCertificateRequestFails: its error ends the handshake.
func TestOnCertificateRequestFails(t *testing.T) {
	for _, v := range []suite.Version{suite.TLS12, suite.TLS13} {
		cc := &handshake.ClientConfig{Config: config(v)}
		cc.OnCertificateRequest = func(context.Context, *handshake.CertificateRequestInfo) ([]*handshake.Certificate, error) {
			return nil, errors.New("no card in the reader")
		}
		client, _ := pair(t, cc, &handshake.ServerConfig{Config: config(v, identity(t, "p256")), ClientAuth: handshake.RequestClientCert})
		var e *failure.Error
		if !errors.As(client.err, &e) || e.Code != failure.Callback.Code || e.Alert != failure.AlertInternalError {
			t.Errorf("%s: the client's error is %v", v, client.err)
		}
	}
}
