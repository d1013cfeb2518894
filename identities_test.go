package polytls_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"testing"

	"polytls"
	"polytls/internal/peertest"
	"polytls/internal/testcert"
)

// TestSchemesChooseTheCertificate: in TLS 1.3 the order of signature algorithms
// decides between an RSA and an ECDSA certificate, whichever is given first; at
// 1.2 that of the suites does, of which ECDHE-RSA is the first by default.
func TestSchemesChooseTheCertificate(t *testing.T) {
	rsa := ca.Issue(testcert.Template{CommonName: "rsa", DNS: []string{"localhost"}, Kind: testcert.RSA2048})
	ec := ca.Issue(testcert.Template{CommonName: "ec", DNS: []string{"localhost"}, Kind: testcert.P256})
	for _, order := range [][]*testcert.Cert{{rsa, ec}, {ec, rsa}} {
		for version, want := range map[string]string{"TLSv1.3": "ec", "TLSv1.2": "rsa"} {
			co := trusting(ca)
			only(&co.ContextOptions, version)
			_, client := pair(t, serving(order...), co)
			if got := client.PeerCertificate(false).Subject.Get("CN")[0]; got != want {
				t.Errorf("%s, %s first: the server showed %s, want %s", version, order[0].Subject.CommonName, got, want)
			}
		}
	}
}

// nameIdentity is a certificate for a name.
func nameIdentity(kind testcert.Kind, name, commonName string) *testcert.Cert {
	return ca.Issue(testcert.Template{CommonName: commonName, DNS: []string{name}, Kind: kind})
}

// TestServerNameChoosesTheCertificate: of several certificates in one context the
// server shows the one for the name that the client sent, as crypto/tls does. Where
// there is none, or the client cannot do with it, the order decides as if there were
// no names.
func TestServerNameChoosesTheCertificate(t *testing.T) {
	rsaA, rsaB := nameIdentity(testcert.RSA2048, "a.test", "rsa a"), nameIdentity(testcert.FreshRSA, "b.test", "rsa b")
	ecA, ecB := nameIdentity(testcert.P256, "a.test", "ec a"), nameIdentity(testcert.P256, "b.test", "ec b")
	wild := nameIdentity(testcert.P256, "*.c.test", "ec *")
	const onlyRSA, onlyECDSA, keyTransport = "aRSA+ECDHE", "aECDSA", "kRSA"
	tests := []struct {
		name       string
		certs      []*testcert.Cert
		ciphers    string // of the client, up to TLS 1.2
		serverName string
		want12     string
		want13     string
	}{
		{"first", []*testcert.Cert{ecA, ecB}, "", "a.test", "ec a", "ec a"},
		{"second", []*testcert.Cert{ecA, ecB}, "", "b.test", "ec b", "ec b"},
		{"in another case", []*testcert.Cert{ecA, ecB}, "", "B.Test", "ec b", "ec b"},
		{"by wildcard", []*testcert.Cert{ecA, wild}, "", "x.c.test", "ec *", "ec *"},
		{"unknown", []*testcert.Cert{ecA, ecB}, "", "x.test", "ec a", "ec a"},
		{"none", []*testcert.Cert{ecB, ecA}, "", "", "ec b", "ec b"},
		{"four, RSA before ECDSA", []*testcert.Cert{rsaA, rsaB, ecA, ecB}, "", "b.test", "rsa b", "ec b"},
		{"four, ECDSA alone", []*testcert.Cert{rsaA, rsaB, ecA, ecB}, onlyECDSA, "b.test", "ec b", "ec b"},
		{"four, RSA alone", []*testcert.Cert{ecA, ecB, rsaA, rsaB}, onlyRSA, "b.test", "rsa b", "ec b"},
		{"four, none", []*testcert.Cert{rsaA, rsaB, ecA, ecB}, "", "", "rsa a", "ec a"},
		{"key transport", []*testcert.Cert{rsaA, rsaB}, keyTransport, "b.test", "rsa b", "rsa b"},
		{"of the type that comes second", []*testcert.Cert{rsaA, ecB}, "", "b.test", "ec b", "ec b"},
		{"of the type that comes second, 1.3", []*testcert.Cert{rsaA, ecB}, "", "a.test", "rsa a", "rsa a"},
		{"of a type that the client lacks", []*testcert.Cert{rsaA, ecB}, onlyRSA, "b.test", "rsa a", "ec b"},
		{"types, unknown", []*testcert.Cert{rsaA, ecB}, "", "x.test", "rsa a", "ec b"},
	}
	for _, tt := range tests {
		for version, want := range map[string]string{polytls.TLS12: tt.want12, polytls.TLS13: tt.want13} {
			t.Run(tt.name+" "+version, func(t *testing.T) {
				so, co := serving(tt.certs...), polytls.ConnectOptions{ServerName: tt.serverName, AllowUnauthorized: true}
				only(&co.ContextOptions, version)
				co.Ciphers = tt.ciphers
				server, client := pair(t, so, co)
				if got := commonName(client.PeerCertificate(false)); got != want {
					t.Errorf("the server showed %q, want %q", got, want)
				}
				if got := commonName(server.Certificate()); got != want {
					t.Errorf("the server says that it showed %q, want %q", got, want)
				}
				if tt.ciphers == "" {
					if got := cryptoTLSSees(t, so, version, tt.serverName); got != want {
						t.Errorf("the server showed %q to crypto/tls, want %q", got, want)
					}
				}
			})
		}
	}
}

func commonName(c *polytls.Certificate) string {
	if c == nil {
		return ""
	}
	return c.Subject.Get("CN")[0]
}

// cryptoTLSSees returns the common name that a client of crypto/tls sees.
func cryptoTLSSees(t *testing.T, so polytls.ServerOptions, version, serverName string) string {
	t.Helper()
	ours, theirs := overTCP(t)
	defer ours.Close()
	served := make(chan error, 1)
	go func() {
		s, err := polytls.ServerSocket(context.Background(), theirs, so)
		if err == nil {
			s.Close()
		}
		served <- err
	}()
	config := &tls.Config{ServerName: serverName, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}
	if version == polytls.TLS12 {
		config.MaxVersion = tls.VersionTLS12
	}
	client := tls.Client(ours, config)
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	return client.ConnectionState().PeerCertificates[0].Subject.CommonName
}

// TestCertificatesAndKeys tells which certificates and keys make a context, and who
// serves a.test of it: what Node 26 refuses is refused, but for several with a key
// each.
func TestCertificatesAndKeys(t *testing.T) {
	a, b := nameIdentity(testcert.P256, "a.test", "a"), nameIdentity(testcert.P256, "b.test", "b")
	renewed := ca.Issue(testcert.Template{CommonName: "renewed", DNS: []string{"a.test"}, Signer: a.Signer})
	rsa := nameIdentity(testcert.RSA2048, "a.test", "rsa")
	const mismatch = "ERR_OSSL_X509_KEY_VALUES_MISMATCH"
	list := func(certs ...*testcert.Cert) []*testcert.Cert { return certs }
	for _, tt := range []struct {
		name             string
		certs, keys, pfx []*testcert.Cert
		code             string
		want             string // serves a.test
		node             bool   // Node 26 does the same
	}{
		{"b without its key", list(b, a), list(a), nil, "", "a", true},
		{"the last without its key", list(a, b), list(a), nil, mismatch, "", true},
		{"another's key", list(b), list(a), nil, mismatch, "", true},
		{"a key too many", list(a), list(a, b), nil, mismatch, "", true},
		{"two with their keys", list(b, a), list(b, a), nil, "", "a", false},
		{"two with their keys in another order", list(a, b), list(b, a), nil, "", "a", false},
		{"two archives", nil, nil, list(b, a), "", "a", true},
		{"two archives in another order", nil, nil, list(a, b), "", "a", false},
		{"a certificate and an archive", list(b), list(b), list(a), "", "a", true},
		{"two of one key", list(a, renewed), list(a), nil, "", "renewed", true},
		{"two of one key, the old one last", list(renewed, a), list(a), nil, "", "a", true},
		{"a key of another type", list(a), list(a, rsa), nil, "", "a", true},
		{"two types", list(rsa, b), list(b, rsa), nil, "", "rsa", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var o polytls.ContextOptions
			for _, c := range tt.certs {
				o.Cert = append(o.Cert, c.PEM())
			}
			for _, c := range tt.keys {
				o.Key = append(o.Key, polytls.Key{PEM: c.KeyPEM()})
			}
			for _, c := range tt.pfx {
				o.PFX = append(o.PFX, polytls.PFX{Data: c.PFX("")})
			}
			_, err := polytls.NewSecureContext(o)
			wantCode(t, "NewSecureContext", err, tt.code)
			got := ""
			if err == nil {
				got = cryptoTLSSees(t, polytls.ServerOptions{ContextOptions: o}, polytls.TLS13, "a.test")
			}
			if got != tt.want {
				t.Errorf("%q serves a.test, want %q", got, tt.want)
			}
			if code, served := nodeServes(t, o); tt.node != (code == tt.code && served == tt.want) {
				t.Errorf("Node: code %q, %q serves a.test; the same was expected: %v", code, served, tt.node)
			}
		})
	}
}

// nodeServes is the code with which Node refuses certificates and keys, or who then
// serves a.test.
func nodeServes(t *testing.T, o polytls.ContextOptions) (code, commonName string) {
	t.Helper()
	const script = `
		const tls = require('tls'), o = JSON.parse(require('fs').readFileSync(0));
		const all = list => (list || []).map(b => Buffer.from(b, 'base64'));
		const tell = (code, served) => { console.log(JSON.stringify({code, served})); process.exit(); };
		let server;
		try {
			server = tls.createServer({cert: all(o.Cert), key: all((o.Key || []).map(k => k.PEM)), pfx: all((o.PFX || []).map(p => p.Data))});
		} catch (e) { tell(e.code); }
		server.on('secureConnection', s => s.end()).listen(0, '127.0.0.1', () => {
			const c = tls.connect({port: server.address().port, host: '127.0.0.1', servername: 'a.test', rejectUnauthorized: false},
				() => tell('', c.getPeerCertificate().subject.CN));
		});`
	var out struct{ Code, Served string }
	peertest.RunNode(t, script, map[string]any{"Cert": o.Cert, "Key": o.Key, "PFX": o.PFX}, &out)
	return out.Code, out.Served
}

// TestServerNameWithinContexts: the name chooses within the context that it chose,
// and within that of SetKeyCert; a session is resumed as before.
func TestServerNameWithinContexts(t *testing.T) {
	a, b, c := nameIdentity(testcert.P256, "a.test", "a"), nameIdentity(testcert.P256, "b.test", "b"), nameIdentity(testcert.P256, "c.test", "c")
	several, err := polytls.NewSecureContext(identity(c, b))
	if err != nil {
		t.Fatal(err)
	}
	for name, choose := range map[string]func(*polytls.ServerOptions){
		"default": func(so *polytls.ServerOptions) { so.ContextOptions = identity(a, c, b) },
		"Certificates": func(so *polytls.ServerOptions) {
			so.ContextOptions = polytls.ContextOptions{}
			for _, own := range []*testcert.Cert{a, c, b} {
				so.Certificates = append(so.Certificates, tls.Certificate{Certificate: [][]byte{own.Raw}, PrivateKey: own.Signer})
			}
		},
		"SNICallback": func(so *polytls.ServerOptions) {
			so.SNICallback = func(context.Context, string) (*polytls.SecureContext, error) { return several, nil }
		},
		"SetKeyCert": func(so *polytls.ServerOptions) {
			so.ALPNCallback = func(_ context.Context, offer polytls.ALPNOffer) (string, error) {
				return "x", offer.Socket.SetKeyCert(several)
			}
		},
	} {
		for _, version := range []string{polytls.TLS12, polytls.TLS13} {
			t.Run(name+" "+version, func(t *testing.T) {
				so, co := serving(a), trusting(ca)
				so.TicketKeys = ticketKeys
				choose(&so)
				only(&co.ContextOptions, version)
				co.ServerName, co.ALPNProtocols = "b.test", []string{"x"}
				_, client := pair(t, so, co)
				if got := commonName(client.PeerCertificate(false)); got != "b" {
					t.Errorf("the server showed %q, want b", got)
				}
				co.Session = sessionOf(t, so, co)
				server, client := pair(t, so, co)
				if !client.SessionReused() {
					t.Error("the session was not resumed")
				}
				if got := commonName(server.Certificate()); name != "SetKeyCert" && got != "b" {
					t.Errorf("after a resumption the certificate is %q, want b", got)
				}
			})
		}
	}
}

// TestServerNameWithinAddedContext: AddContext chooses a context by a pattern, and the
// name one of its certificates.
func TestServerNameWithinAddedContext(t *testing.T) {
	a, b := nameIdentity(testcert.P256, "a.test", "a"), nameIdentity(testcert.P256, "b.test", "b")
	several, err := polytls.NewSecureContext(identity(a, b))
	if err != nil {
		t.Fatal(err)
	}
	srv, co := listening(t, serving(localhost), echo)
	if err := srv.AddContext("*.test", several); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b"} {
		co.ServerName = name + ".test"
		if got := commonName(connect(t, co).PeerCertificate(false)); got != name {
			t.Errorf("the server showed %q, want %s", got, name)
		}
	}
}

// TestServerNameOfRenegotiation: a renegotiation shows the certificate of the first
// handshake.
func TestServerNameOfRenegotiation(t *testing.T) {
	so, co := serving(nameIdentity(testcert.P256, "a.test", "a"), nameIdentity(testcert.P256, "b.test", "b")), trusting(ca)
	so.SecureOptions = secureOption(t, "SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION")
	only(&co.ContextOptions, polytls.TLS12)
	co.ServerName = "b.test"
	server, client := pair(t, so, co)
	read := drainOnce(client)
	if err := server.Renegotiate(context.Background(), polytls.RenegotiateOptions{}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(server, "x")
	if err := <-read; err != nil {
		t.Fatal(err)
	}
	if got := commonName(client.PeerCertificate(false)); got != "b" {
		t.Errorf("the server showed %q, want b", got)
	}
}

// TestAuthoritiesChooseTheCertificate: of several certificates a client sends one that
// an authority of the server has issued, whatever its type, as crypto/tls does, and
// where there is none the first.
func TestAuthoritiesChooseTheCertificate(t *testing.T) {
	a, b := testcert.CA("authority a"), testcert.CA("authority b")
	leaf := func(of *testcert.Cert, name string, kind testcert.Kind) *testcert.Cert {
		return of.Issue(testcert.Template{CommonName: name, Kind: kind})
	}
	ecA, ecB, rsaB := leaf(a, "ec a", testcert.P256), leaf(b, "ec b", testcert.P256), leaf(b, "rsa b", testcert.RSA2048)
	for _, tt := range []struct {
		certs   []*testcert.Cert
		trusted *testcert.Cert
		want    string
	}{
		{[]*testcert.Cert{ecA, ecB}, a, "ec a"},
		{[]*testcert.Cert{ecA, ecB}, b, "ec b"},
		{[]*testcert.Cert{ecA, rsaB}, b, "rsa b"},
		{[]*testcert.Cert{ecA, ecB}, ca, "ec a"},
	} {
		for _, version := range versions {
			so, co := serving(localhost), trusting(ca)
			so.RequestCert, so.AllowUnauthorized, so.CA = true, true, [][]byte{tt.trusted.PEM()}
			id := identity(tt.certs...)
			co.Cert, co.Key = id.Cert, id.Key
			only(&so.ContextOptions, version)
			only(&co.ContextOptions, version)
			server, _ := pair(t, so, co)
			if got := commonName(server.PeerCertificate(false)); got != tt.want {
				t.Errorf("%s, %s and %s: %q was sent to a server that trusts %s, want %q", version, tt.certs[0].Subject.CommonName, tt.certs[1].Subject.CommonName, got, tt.trusted.Subject.CommonName, tt.want)
			}
		}
	}
}
