package polytls_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"testing"
	"time"

	"polytls"
	"polytls/internal/session"
	"polytls/internal/testcert"
)

// Alerts of certificates (RFC 8446, section 6.2).
const (
	handshakeFailure    = polytls.Alert(40)
	badCertificate      = polytls.Alert(42)
	unsupported         = polytls.Alert(43)
	certificateRevoked  = polytls.Alert(44)
	certificateExpired  = polytls.Alert(45)
	certificateUnknown  = polytls.Alert(46)
	unknownCA           = polytls.Alert(48)
	certificateRequired = polytls.Alert(116)
)

// TestServerVerification holds what a client says of each bad server to
// OpenSSL's codes and the RFC's alerts.
func TestServerVerification(t *testing.T) {
	yesterday, tomorrow := time.Now().AddDate(0, 0, -1), time.Now().AddDate(0, 0, 1)
	server := testcert.ServerTemplate("localhost")
	changed := func(f func(*testcert.Template)) testcert.Template {
		t := server
		f(&t)
		return t
	}
	middle := ca.Issue(testcert.Template{CommonName: "middle", CA: true})
	short := testcert.SelfSigned(testcert.Template{CommonName: "short", CA: true, MaxPathLen: -1})
	belowShort := short.Issue(testcert.Template{CommonName: "below", CA: true}).Issue(server)
	weak := testcert.SelfSigned(testcert.Template{CommonName: "weak", CA: true, Kind: testcert.RSA2048})
	alone := testcert.SelfSigned(server)
	leaf := ca.Issue(server)
	trusted := func(certs ...*testcert.Cert) polytls.ContextOptions { return trusting(certs...).ContextOptions }
	revoking := func(crls ...[]byte) polytls.ContextOptions {
		o := trusted(ca)
		o.CRL = crls
		return o
	}
	partial := trusted(middle)
	partial.AllowPartialTrustChain = true
	cut := func(c *testcert.Cert) *testcert.Cert { // sent without its issuers
		return &testcert.Cert{Certificate: c.Certificate, Signer: c.Signer, Issuer: testcert.CA("nobody")}
	}
	withRoot := middle.Issue(server)
	rejecting := trusted()
	rejecting.CA = [][]byte{rejectedForServers(ca)}
	tests := []struct {
		name   string
		cert   *testcert.Cert
		client polytls.ContextOptions
		code   string
		alert  polytls.Alert
	}{
		{"good", leaf, trusted(ca), "", 0},
		{"good, by an intermediate", middle.Issue(server), trusted(ca), "", 0},
		{"good, intermediate known to the client", cut(middle.Issue(server)), trusted(ca, middle), "", 0},
		{"good, self-signed and trusted", alone, trusted(alone), "", 0},
		{"good, one of several roots", leaf, trusted(testcert.CA("other"), ca), "", 0},
		{"CA not trusted for servers", leaf, rejecting, "INVALID_PURPOSE", unsupported},
		{"unknown CA", leaf, trusted(testcert.CA("other")), "UNABLE_TO_VERIFY_LEAF_SIGNATURE", unknownCA},
		{"no CA at all", leaf, trusted(), "UNABLE_TO_VERIFY_LEAF_SIGNATURE", unknownCA},
		{"missing intermediate", cut(middle.Issue(server)), trusted(ca), "UNABLE_TO_VERIFY_LEAF_SIGNATURE", unknownCA},
		{"self-signed", alone, trusted(ca), "DEPTH_ZERO_SELF_SIGNED_CERT", unknownCA},
		{"intermediate trusted alone", middle.Issue(server), trusted(middle), "UNABLE_TO_GET_ISSUER_CERT", unknownCA},
		{"intermediate trusted alone, partially", middle.Issue(server), partial, "", 0},
		{"leaf trusted alone", leaf, trusted(leaf), "UNABLE_TO_VERIFY_LEAF_SIGNATURE", unknownCA},
		{"expired", ca.Issue(changed(func(t *testcert.Template) { t.NotBefore, t.NotAfter = yesterday.AddDate(-1, 0, 0), yesterday })), trusted(ca), "CERT_HAS_EXPIRED", certificateExpired},
		{"not yet valid", ca.Issue(changed(func(t *testcert.Template) { t.NotBefore = tomorrow })), trusted(ca), "CERT_NOT_YET_VALID", badCertificate},
		{"for clients", ca.Issue(changed(func(t *testcert.Template) { t.Usage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })), trusted(ca), "INVALID_PURPOSE", unsupported},
		{"issued by a leaf", leaf.Issue(changed(func(t *testcert.Template) { t.CommonName = "below" })), trusted(ca), "UNSPECIFIED", certificateUnknown},
		{"issued by a leaf of its own name", leaf.Issue(server), trusted(ca), "DEPTH_ZERO_SELF_SIGNED_CERT", unknownCA},
		{"path too long", belowShort, trusted(short), "PATH_LENGTH_EXCEEDED", unknownCA},
		{"revoked", leaf, revoking(ca.CRL(time.Time{}, leaf)), "CERT_REVOKED", certificateRevoked},
		{"not revoked", leaf, revoking(ca.CRL(time.Time{}, withRoot)), "", 0},
		{"CRL has expired", leaf, revoking(ca.CRL(yesterday)), "CRL_HAS_EXPIRED", certificateExpired},
		{"no CRL of the issuer", leaf, revoking(testcert.CA("other").CRL(time.Time{})), "UNABLE_TO_GET_CRL", unknownCA},
		{"SHA-1", weak.Issue(changed(func(t *testcert.Template) { t.SHA1 = true })), trusted(weak), "*", badCertificate},
	}
	for _, tt := range tests {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			t.Run(tt.name+"/"+version, func(t *testing.T) {
				so, co := serving(tt.cert), polytls.ConnectOptions{ContextOptions: tt.client, ServerName: "localhost"}
				only(&so.ContextOptions, version)
				o := handshake(t, so, co)
				if tt.code == "" {
					server, client := o.must(t)
					if !client.Authorized() || client.AuthorizationError() != nil || server.Authorized() {
						t.Errorf("client: %v, server: %v", client.AuthorizationError(), server.Authorized())
					}
					return
				}
				if tt.code != "*" {
					wantCode(t, "client", o.clientErr, tt.code)
				}
				wantAlert(t, "client", o.clientErr, polytls.SideUs, tt.alert)
				if version == "TLSv1.3" || o.serverErr != nil {
					wantAlert(t, "server", o.serverErr, polytls.SidePeer, tt.alert)
				}

				co.AllowUnauthorized = true
				server, client := handshake(t, so, co).must(t)
				if client.Authorized() || len(client.ConnectionState().VerifiedChains) != 0 {
					t.Error("an unauthorized server counts as authorized")
				}
				if tt.code != "*" {
					wantCode(t, "AuthorizationError", client.AuthorizationError(), tt.code)
				}
				exchange(t, server, client, "ping")
			})
		}
	}
}

// rejectedForServers is a certificate in the form of `openssl x509 -addreject
// serverAuth -trustout`.
func rejectedForServers(c *testcert.Cert) []byte {
	settings := "\x30\x0c\xa0\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"
	return pem.EncodeToMemory(&pem.Block{Type: "TRUSTED CERTIFICATE", Bytes: append(bytes.Clone(c.Raw), settings...)})
}

// TestServerIdentity holds what a client says of a server with another's
// certificate.
func TestServerIdentity(t *testing.T) {
	so, co := serving(ca.Server("localhost", "127.0.0.1")), trusting(ca)
	for name, tt := range map[string]struct {
		host, serverName string
		good             bool
	}{
		"server name":            {"", "localhost", true},
		"server name beats host": {"other", "localhost", true},
		"host by name":           {"localhost", "", true},
		"host by address":        {"127.0.0.1", "", true},
		"neither":                {"", "", true}, // localhost
		"another name":           {"", "other", false},
		"another address":        {"127.0.0.2", "", false},
		"name of another case":   {"", "LOCALHOST", true},
	} {
		co.Host, co.ServerName = tt.host, tt.serverName
		o := handshake(t, so, co)
		if tt.good {
			wantCode(t, name, o.clientErr, "")
			continue
		}
		wantCode(t, name, o.clientErr, "ERR_TLS_CERT_ALTNAME_INVALID")
		wantAlert(t, name, o.clientErr, polytls.SideUs, badCertificate)
		wantAlert(t, name, o.serverErr, polytls.SidePeer, badCertificate)
		if !errors.Is(o.clientErr, polytls.ErrCertificateIdentity) {
			t.Errorf("%s: %v is not ErrCertificateIdentity", name, o.clientErr)
		}
		refused, ok := polytls.RefusedName(o.clientErr)
		if !ok || refused.Host != tt.host+tt.serverName || refused.Cert == nil || refused.Reason == "" {
			t.Errorf("%s: identity error %+v", name, refused)
		}
	}
}

// TestCheckServerIdentityIsReplaced gives the check what Node's gets, and ends
// the handshake with its error.
func TestCheckServerIdentityIsReplaced(t *testing.T) {
	own := errors.New("not this one")
	so, co := serving(localhost), trusting(ca)
	co.ServerName = "other"
	var asked string
	var linked bool
	verdict := error(nil)
	co.CheckServerIdentity = func(_ context.Context, host string, cert *polytls.Certificate) error {
		asked, linked = host, cert.IssuerCertificate != nil
		return verdict
	}
	_, client := pair(t, so, co)
	if asked != "other" || !linked || !client.Authorized() {
		t.Errorf("asked for %q, linked %v, authorized %v", asked, linked, client.Authorized())
	}
	verdict = own
	o := handshake(t, so, co)
	if !errors.Is(o.clientErr, own) {
		t.Errorf("client: %v, want the check's error", o.clientErr)
	}
	wantAlert(t, "server", o.serverErr, polytls.SidePeer, badCertificate)
	co.AllowUnauthorized = true
	_, client = pair(t, so, co)
	if client.Authorized() || !errors.Is(client.AuthorizationError(), own) {
		t.Errorf("AuthorizationError: %v, want the check's", client.AuthorizationError())
	}

	asked = ""
	co.CA = trusting(testcert.CA("other")).CA
	pair(t, so, co)
	if asked != "" {
		t.Error("the identity of an unverified chain was checked")
	}
}

// TestClientVerification holds what a server says of each client to OpenSSL's
// codes and the RFC's alerts, up to TLS 1.2 and in 1.3.
func TestClientVerification(t *testing.T) {
	other := testcert.CA("other")
	alone := testcert.SelfSigned(testcert.Template{CommonName: "alone"})
	expired := ca.Issue(testcert.Template{CommonName: "old", NotBefore: time.Now().AddDate(-2, 0, 0), NotAfter: time.Now().AddDate(-1, 0, 0)})
	tests := []struct {
		name  string
		cert  *testcert.Cert
		code  string // authorizationError
		alert polytls.Alert
	}{
		{"good", ca.Client("client"), "", 0},
		{"none", nil, "UNABLE_TO_GET_ISSUER_CERT", handshakeFailure},
		{"other CA", other.Client("client"), "UNABLE_TO_VERIFY_LEAF_SIGNATURE", unknownCA},
		{"self-signed", alone, "DEPTH_ZERO_SELF_SIGNED_CERT", unknownCA},
		{"for servers", ca.Server("client"), "INVALID_PURPOSE", unsupported},
		{"expired", expired, "CERT_HAS_EXPIRED", certificateExpired},
	}
	for _, tt := range tests {
		for _, version := range versions {
			t.Run(tt.name+"/"+version, func(t *testing.T) {
				so, co := serving(localhost), trusting(ca)
				so.CA, so.RequestCert = [][]byte{ca.PEM()}, true
				only(&so.ContextOptions, version)
				only(&co.ContextOptions, version)
				if tt.cert != nil {
					id := identity(tt.cert)
					co.Cert, co.Key = id.Cert, id.Key
				}
				o := handshake(t, so, co)
				if tt.code == "" {
					server, client := o.must(t)
					if !server.Authorized() || server.AuthorizationError() != nil {
						t.Errorf("the client is not authorized: %v", server.AuthorizationError())
					}
					if server.PeerCertificate(true).IssuerCertificate == nil || client.Certificate() == nil {
						t.Error("certificates are missing")
					}
					return
				}
				code, sent := tt.code, tt.alert
				if tt.cert == nil {
					code = "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"
					if version == "TLSv1.3" {
						sent = certificateRequired
					}
				}
				wantCode(t, "server", o.serverErr, code)
				wantAlert(t, "server", o.serverErr, polytls.SideUs, sent)
				wantAlert(t, "client", o.afterwards(), polytls.SidePeer, sent)
				if (version == "TLSv1.3") != (o.clientErr == nil) {
					t.Errorf("client: %v", o.clientErr)
				}

				so.AllowUnauthorized = true
				server, client := handshake(t, so, co).must(t)
				if server.Authorized() {
					t.Error("an unauthorized client counts as authorized")
				}
				wantCode(t, "AuthorizationError", server.AuthorizationError(), tt.code)
				exchange(t, client, server, "ping")
			})
		}
	}
}

// TestClientCertificateIsNotAskedFor is a server without RequestCert.
func TestClientCertificateIsNotAskedFor(t *testing.T) {
	co := trusting(ca)
	id := identity(ca.Client("client"))
	co.Cert, co.Key = id.Cert, id.Key
	server, _ := pair(t, serving(localhost), co)
	if server.Authorized() || server.AuthorizationError() != nil || server.PeerCertificate(false) != nil {
		t.Errorf("authorized %v, error %v", server.Authorized(), server.AuthorizationError())
	}
}

// TestErrorsIsAndAs finds the failures of both ends by sentinel, by code and by
// type.
func TestErrorsIsAndAs(t *testing.T) {
	so, co := serving(localhost), trusting(ca)
	so.ALPNProtocols, co.ALPNProtocols = []string{"a"}, []string{"b"}
	o := handshake(t, so, co)
	for what, target := range map[string]error{
		"sentinel": polytls.ErrNoApplicationProtocol,
		"code":     &polytls.Error{Code: "ERR_SSL_NO_APPLICATION_PROTOCOL"},
	} {
		if !errors.Is(o.serverErr, target) || errors.Is(o.clientErr, target) {
			t.Errorf("%s: server %v, client %v", what, o.serverErr, o.clientErr)
		}
	}
	if errors.Is(o.serverErr, polytls.ErrNoSharedCipher) || errors.Is(o.serverErr, &polytls.Error{}) {
		t.Error("an error is another's sentinel")
	}
	var e *polytls.Error
	if !errors.As(o.clientErr, &e) || e.Alert != 120 || e.AlertFrom != polytls.SidePeer || e.Reason == "" {
		t.Errorf("client: %+v", e)
	}
}

// TestAnonymousServer is refused before our Finished, whether the handshake is a
// full one or resumes what was made where it was allowed, be it that the session
// says that all was well, as OpenSSL's do.
func TestAnonymousServer(t *testing.T) {
	c := polytls.ContextOptions{Ciphers: "AECDH-AES128-SHA@SECLEVEL=0", MaxVersion: "TLSv1.2"}
	so := polytls.ServerOptions{ContextOptions: c, TicketKeys: ticketKeys}
	refused := func(co polytls.ConnectOptions) {
		t.Helper()
		o := handshake(t, so, co)
		wantCode(t, "client", o.clientErr, "UNABLE_TO_GET_ISSUER_CERT")
		wantAlert(t, "client", o.clientErr, polytls.SideUs, polytls.AlertUnknownCA)
		wantAlert(t, "server", o.serverErr, polytls.SidePeer, polytls.AlertUnknownCA)
	}
	co := polytls.ConnectOptions{ContextOptions: c, Host: "localhost"}
	refused(co)
	co.AllowUnauthorized = true
	co.Session = sessionOf(t, so, co)
	_, client := wantReused(t, "allowed", so, co, true)
	wantCode(t, "AuthorizationError", client.AuthorizationError(), "UNABLE_TO_GET_ISSUER_CERT")
	co.AllowUnauthorized = false
	refused(co)
	s, name, _, err := session.Open(co.Session)
	if err != nil {
		t.Fatal(err)
	}
	s.VerifyResult = 0
	co.Session = s.MarshalEnvelope(name)
	refused(co)
}
