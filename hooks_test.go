package polytls_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// as gives a client a certificate.
func as(o polytls.ConnectOptions, c *testcert.Cert) polytls.ConnectOptions {
	o.Cert, o.Key = identity(c).Cert, identity(c).Key
	return o
}

var bothVersions = []string{polytls.TLS12, polytls.TLS13}

func at(version string, so *polytls.ServerOptions, co *polytls.ConnectOptions) {
	only(&so.ContextOptions, version)
	only(&co.ContextOptions, version)
}

// TestClientAuth: the modes mean what they mean in crypto/tls.
func TestClientAuth(t *testing.T) {
	stranger := testcert.CA("other").Client("stranger")
	somebody := ca.Client("somebody")
	for _, version := range bothVersions {
		for _, tt := range []struct {
			mode                   tls.ClientAuthType
			none, untrusted, known bool // is accepted
		}{
			{tls.NoClientCert, true, true, true},
			{tls.RequestClientCert, true, true, true},
			{tls.RequireAnyClientCert, false, true, true},
			{tls.VerifyClientCertIfGiven, true, false, true},
			{tls.RequireAndVerifyClientCert, false, false, true},
		} {
			for who, accepted := range map[*testcert.Cert]bool{nil: tt.none, stranger: tt.untrusted, somebody: tt.known} {
				so, co := serving(localhost), trusting(ca)
				at(version, &so, &co)
				so.CA, so.ClientAuth = [][]byte{ca.PEM()}, tt.mode
				if who != nil {
					co = as(co, who)
				}
				o := handshake(t, so, co)
				if (o.serverErr == nil) != accepted {
					t.Errorf("%s, %v, certificate of %v: %v", version, tt.mode, who != nil, o.serverErr)
				}
				if o.serverErr == nil {
					asked := tt.mode != tls.NoClientCert
					if got, want := o.server.Authorized(), asked && who == somebody; got != want {
						t.Errorf("%s, %v: authorized %t, want %t", version, tt.mode, got, want)
					}
				}
			}
		}
	}
}

// TestClientAuthIsOneOption and replaces two.
func TestClientAuthIsOneOption(t *testing.T) {
	for _, o := range []polytls.ServerOptions{
		{ClientAuth: tls.RequireAndVerifyClientCert, RequestCert: true},
		{ClientAuth: tls.RequestClientCert, AllowUnauthorized: true},
		{ClientAuth: 17},
	} {
		_, err := polytls.NewServer(o, nil)
		var e *polytls.Error
		if !errors.As(err, &e) || e.Option != "ClientAuth" {
			t.Errorf("%+v: %v", o.ClientAuth, err)
		}
	}
}

// TestOnClientHelloSees the whole hello, without a server name, too.
func TestOnClientHelloSees(t *testing.T) {
	for _, version := range bothVersions {
		so, co := serving(localhost), trusting(ca)
		so.RecordHandshake = true
		at(version, &so, &co)
		co.ServerName, co.Host, co.OmitServerName = "", "localhost", true
		co.ALPNProtocols = []string{"a", "b"}
		var seen *polytls.ClientHello
		so.OnClientHello = func(_ context.Context, hello *polytls.ClientHello) (*polytls.ServerChoice, error) {
			seen = hello
			return nil, nil
		}
		server, client := pair(t, so, co)
		number := client.ConnectionState().Version
		switch {
		case seen.ServerName != "" || !slices.Equal(seen.SupportedProtos, co.ALPNProtocols) || seen.Socket != server:
			t.Errorf("%s: it saw the name %q, the protocols %q", version, seen.ServerName, seen.SupportedProtos)
		case !slices.Contains(seen.SupportedVersions, number):
			t.Errorf("%s: it saw the versions %x", version, seen.SupportedVersions)
		case !slices.Contains(seen.CipherSuites, client.ConnectionState().CipherSuite):
			t.Errorf("%s: it saw the suites %x", version, seen.CipherSuites)
		case !slices.Contains(seen.SupportedCurves, tls.X25519), !slices.Contains(seen.SignatureSchemes, tls.ECDSAWithP256AndSHA256):
			t.Errorf("%s: it saw the groups %v and schemes %v", version, seen.SupportedCurves, seen.SignatureSchemes)
		case seen.Conn != server.NetConn() || len(seen.Extensions) < 5:
			t.Errorf("%s: it saw the extensions %v", version, seen.Extensions)
		case !slices.Contains(seen.SupportedPoints, 0) && version == polytls.TLS12:
			t.Errorf("%s: it saw the point formats %v", version, seen.SupportedPoints)
		}
		if info := server.HandshakeInfo(); seen.JA3() != info.JA3 || seen.JA4() != info.JA4 || info.JA4 == "" {
			t.Errorf("%s: JA3 %q, want %q; JA4 %q, want %q", version, seen.JA3(), info.JA3, seen.JA4(), info.JA4)
		}
		if raw := seen.Raw(); len(raw) < 4 || raw[0] != 1 || len(raw) != 4+int(raw[1])<<16+int(raw[2])<<8+int(raw[3]) {
			t.Errorf("%s: its bytes are %x", version, raw)
		}
		own := ofTLS(t, localhost)
		if err := seen.SupportsCertificate(&own); err != nil && seen.ServerName != "" {
			t.Errorf("%s: %v", version, err)
		}
	}
}

// TestOnClientHelloChooses a context as a whole, a certificate, protocols, and whether
// a certificate is requested.
func TestOnClientHelloChooses(t *testing.T) {
	other := ca.Server("localhost", "other.example")
	context12, err := polytls.NewSecureContext(func() polytls.ContextOptions {
		o := identity(other)
		o.MaxVersion = polytls.TLS12
		return o
	}())
	if err != nil {
		t.Fatal(err)
	}
	certificate := ofTLS(t, other)
	for name, tt := range map[string]struct {
		choice polytls.ServerChoice
		check  func(server, client *polytls.Socket) bool
	}{
		"context": {polytls.ServerChoice{SecureContext: context12}, func(_, client *polytls.Socket) bool {
			return client.Protocol() == polytls.TLS12 && bytes.Equal(client.PeerCertificate(false).Raw, other.Raw)
		}},
		"certificate": {polytls.ServerChoice{Certificate: &certificate}, func(_, client *polytls.Socket) bool {
			return client.Protocol() == polytls.TLS13 && bytes.Equal(client.PeerCertificate(false).Raw, other.Raw)
		}},
		"protocols": {polytls.ServerChoice{ALPNProtocols: []string{"b"}}, func(_, client *polytls.Socket) bool {
			return client.ALPNProtocol() == "b"
		}},
		"no protocol": {polytls.ServerChoice{ALPNProtocols: []string{}}, func(_, client *polytls.Socket) bool {
			return client.ALPNProtocol() == ""
		}},
		"request": {polytls.ServerChoice{ClientAuth: new(tls.RequireAndVerifyClientCert)}, func(server, _ *polytls.Socket) bool {
			return server.Authorized() && server.PeerCertificate(false) != nil
		}},
		"nothing": {polytls.ServerChoice{}, func(server, client *polytls.Socket) bool {
			return client.ALPNProtocol() == "a" && !server.Authorized()
		}},
	} {
		so, co := serving(localhost), as(trusting(ca), ca.Client("somebody"))
		so.CA, so.ALPNProtocols, co.ALPNProtocols = [][]byte{ca.PEM()}, []string{"a"}, []string{"a", "b"}
		so.OnClientHello = func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) { return &tt.choice, nil }
		if server, client := pair(t, so, co); !tt.check(server, client) {
			t.Errorf("%s: %s, %q, authorized %t", name, client.Protocol(), client.ALPNProtocol(), server.Authorized())
		}
	}
}

// TestSetKeyCertInOnClientHello: the certificate that it sets is the one that is sent.
func TestSetKeyCertInOnClientHello(t *testing.T) {
	other := ca.Server("localhost")
	context, err := polytls.NewSecureContext(identity(other))
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range bothVersions {
		so, co := serving(localhost), trusting(ca)
		at(version, &so, &co)
		so.OnClientHello = setsKeyCert(context)
		if _, client := pair(t, so, co); !bytes.Equal(client.PeerCertificate(false).Raw, other.Raw) {
			t.Errorf("%s: the server has sent another certificate", version)
		}
	}
}

func setsKeyCert(c *polytls.SecureContext) func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) {
	return func(_ context.Context, hello *polytls.ClientHello) (*polytls.ServerChoice, error) {
		return nil, hello.Socket.SetKeyCert(c)
	}
}

// TestOnClientHelloIsEnough: a server may have no other source of certificates.
func TestOnClientHelloIsEnough(t *testing.T) {
	pair, err := tls.X509KeyPair(localhost.PEM(), localhost.KeyPEM())
	if err != nil {
		t.Fatal(err)
	}
	srv, co := listening(t, polytls.ServerOptions{
		OnClientHello: func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) {
			return &polytls.ServerChoice{Certificate: &pair}, nil
		},
	}, echo)
	defer srv.Close()
	s, err := polytls.Connect(t.Context(), co)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// TestOnClientHelloRefuses with the alert of its error, and with one for what it must
// not return.
func TestOnClientHelloRefuses(t *testing.T) {
	own := &polytls.Error{Code: "ERR_TLS_NOT_HERE", Alert: polytls.AlertAccessDenied, AlertFrom: polytls.SideUs}
	for name, tt := range map[string]struct {
		choice *polytls.ServerChoice
		err    error
		code   string
		alert  polytls.Alert
	}{
		"own alert":           {nil, own, "ERR_TLS_NOT_HERE", polytls.AlertAccessDenied},
		"plain error":         {nil, errors.New("no"), "ERR_SSL_CALLBACK_FAILED", polytls.AlertInternalError},
		"zero context":        {&polytls.ServerChoice{SecureContext: &polytls.SecureContext{}}, nil, "ERR_TLS_INVALID_CONTEXT", polytls.AlertInternalError},
		"certificate, no key": {&polytls.ServerChoice{Certificate: &tls.Certificate{Certificate: [][]byte{localhost.Raw}}}, nil, "ERR_OSSL_X509_KEY_VALUES_MISMATCH", polytls.AlertInternalError},
	} {
		so := serving(localhost)
		so.OnClientHello = func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) { return tt.choice, tt.err }
		o := handshake(t, so, trusting(ca))
		wantCode(t, name, o.serverErr, tt.code)
		var e *polytls.Error
		if !errors.As(o.clientErr, &e) || e.Alert != tt.alert || e.AlertFrom != polytls.SidePeer {
			t.Errorf("%s: the client's error is %v", name, o.clientErr)
		}
	}
}

// TestChoiceHolds: a stricter choice is not undone by the context of the server name,
// nor by a renegotiation.
func TestChoiceHolds(t *testing.T) {
	named, err := polytls.NewSecureContext(func() polytls.ContextOptions {
		o := identity(localhost)
		o.CA = [][]byte{ca.PEM()}
		return o
	}())
	if err != nil {
		t.Fatal(err)
	}
	stranger := testcert.CA("other").Client("stranger")
	for _, version := range bothVersions {
		so, co := serving(localhost), as(trusting(ca), stranger)
		at(version, &so, &co)
		so.ClientAuth = tls.RequestClientCert
		so.OnClientHello = func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) {
			return &polytls.ServerChoice{ClientAuth: new(tls.RequireAndVerifyClientCert)}, nil
		}
		so.SNICallback = func(context.Context, string) (*polytls.SecureContext, error) { return named, nil }
		o := handshake(t, so, co)
		wantCode(t, version, o.serverErr, "UNABLE_TO_VERIFY_LEAF_SIGNATURE")
	}
	so, co := serving(localhost), as(trusting(ca), ca.Client("somebody"))
	at(polytls.TLS12, &so, &co)
	so.CA, co.ALPNProtocols = [][]byte{ca.PEM()}, []string{"a", "b"}
	calls := 0
	so.OnClientHello = func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) {
		calls++
		return &polytls.ServerChoice{ALPNProtocols: []string{"b"}, ClientAuth: new(tls.RequireAndVerifyClientCert)}, nil
	}
	server, client := pair(t, so, co)
	done := make(chan error, 1)
	go func() { done <- client.Renegotiate(t.Context(), polytls.RenegotiateOptions{}) }()
	go server.Read(make([]byte, 1))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !server.Authorized() || client.ALPNProtocol() != "b" || calls != 1 {
		t.Errorf("after the renegotiation: authorized %t, %q, %d calls", server.Authorized(), client.ALPNProtocol(), calls)
	}
}

// TestVerify is asked about every peer, and its error refuses it.
func TestVerify(t *testing.T) {
	refusal := &polytls.Error{Code: "ERR_REVOKED", Alert: polytls.AlertCertificateRevoked, AlertFrom: polytls.SideUs}
	for _, version := range bothVersions {
		for name, tt := range map[string]struct {
			roots     []*testcert.Cert
			lenient   bool
			err       error
			want      string
			known     bool // the verdict is good
			wantAlert polytls.Alert
		}{
			"trusted":              {[]*testcert.Cert{ca}, false, nil, "", true, 0},
			"trusted, refused":     {[]*testcert.Cert{ca}, false, refusal, "ERR_REVOKED", true, polytls.AlertCertificateRevoked},
			"allowed, refused":     {nil, true, errors.New("no"), "ERR_SSL_CALLBACK_FAILED", false, polytls.AlertBadCertificate},
			"allowed":              {nil, true, nil, "", false, 0},
			"not trusted":          {nil, false, nil, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", false, polytls.AlertUnknownCA},
			"not trusted, refused": {nil, false, refusal, "ERR_REVOKED", false, polytls.AlertCertificateRevoked},
		} {
			t.Run(version+"/"+name, func(t *testing.T) {
				var seen *polytls.PeerVerdict
				verify := func(_ context.Context, v *polytls.PeerVerdict) error { seen = v; return tt.err }

				so, co := serving(localhost), trusting(tt.roots...)
				at(version, &so, &co)
				co.AllowUnauthorized, co.Verify = tt.lenient, verify
				o := handshake(t, so, co)
				checkVerdict(t, "client", o.clientErr, o.serverErr, seen, localhost, tt.want, tt.known, tt.wantAlert)
				if seen.Host != "localhost" || seen.ServerName != "localhost" {
					t.Errorf("the verdict is about %q, %q", seen.Host, seen.ServerName)
				}

				somebody := ca.Client("somebody")
				so, co = serving(localhost), as(trusting(ca), somebody)
				at(version, &so, &co)
				so.RequestCert, so.AllowUnauthorized, so.Verify = true, tt.lenient, verify
				so.CA = [][]byte{}
				for _, root := range tt.roots {
					so.CA = append(so.CA, root.PEM())
				}
				o = handshake(t, so, co)
				theirs := o.clientErr
				if o.serverErr != nil {
					theirs = o.afterwards()
				}
				want := tt.want
				if want == "UNABLE_TO_VERIFY_LEAF_SIGNATURE" {
					want = "SELF_SIGNED_CERT_IN_CHAIN" // clients send their root, too
				}
				checkVerdict(t, "server", o.serverErr, theirs, seen, somebody, want, tt.known, tt.wantAlert)
			})
		}
	}
}

func checkVerdict(t *testing.T, who string, ours, theirs error, seen *polytls.PeerVerdict, peer *testcert.Cert, want string, known bool, alert polytls.Alert) {
	t.Helper()
	wantCode(t, who, ours, want)
	if seen == nil || (seen.Err == nil) != known || (len(seen.Path) == 2) != known || !bytes.Equal(seen.Certificates[0].Raw, peer.Raw) {
		t.Fatalf("%s: the verdict is %+v", who, seen)
	}
	var e *polytls.Error
	if want != "" && (!errors.As(theirs, &e) || e.Alert != alert) {
		t.Errorf("%s: the peer's error is %v, want the alert %v", who, theirs, alert)
	}
}

// TestVerifyOfASession: one that is refused costs a full handshake.
func TestVerifyOfASession(t *testing.T) {
	for _, version := range bothVersions {
		srv, err := polytls.NewServer(serving(localhost), echo)
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		co := trusting(ca)
		only(&co.ContextOptions, version)
		co.Session = sessionOfEcho(t, srv, co)
		for _, refused := range []bool{false, true} {
			var resumed []bool
			co.Verify = func(_ context.Context, v *polytls.PeerVerdict) error {
				resumed = append(resumed, v.Resumed)
				if v.Resumed && refused {
					return errors.New("again, please")
				}
				return nil
			}
			a, b := lines()
			srv.Inject(b)
			s, err := polytls.Client(t.Context(), a, co)
			if err != nil {
				t.Fatal(err)
			}
			if s.SessionReused() == refused || fmt.Sprint(resumed) != map[bool]string{false: "[true]", true: "[true false]"}[refused] {
				t.Errorf("%s, refused %t: reused %t, verdicts %v", version, refused, s.SessionReused(), resumed)
			}
			s.Close()
		}
	}
}

// TestOnCertificateRequestChooses by what the server says.
func TestOnCertificateRequestChooses(t *testing.T) {
	for _, version := range bothVersions {
		chosen := ofTLS(t, ca.Client("chosen"))
		for name, tt := range map[string]struct {
			answer *tls.Certificate
			err    error
			want   string // common name, "" for none
		}{
			"chosen":     {&chosen, nil, "chosen"},
			"configured": {nil, nil, "configured"},
			"none":       {&tls.Certificate{}, nil, ""},
			"error":      {nil, errors.New("no card in the reader"), ""},
		} {
			so, co := serving(localhost), as(trusting(ca), ca.Client("configured"))
			at(version, &so, &co)
			so.ClientAuth, so.CA = tls.VerifyClientCertIfGiven, [][]byte{ca.PEM()}
			var seen *tls.CertificateRequestInfo
			co.OnCertificateRequest = func(_ context.Context, info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
				seen = info
				return tt.answer, tt.err
			}
			o := handshake(t, so, co)
			if tt.err != nil {
				wantCode(t, name, o.clientErr, "ERR_SSL_CALLBACK_FAILED")
				continue
			}
			got := ""
			if server, _ := o.must(t); server.PeerCertificate(false) != nil {
				got = server.PeerCertificate(false).Subject.Get("CN")[0]
			}
			if got != tt.want {
				t.Errorf("%s, %s: the server saw %q", version, name, got)
			}
			if len(seen.AcceptableCAs) != 1 || !slices.Contains(seen.SignatureSchemes, tls.ECDSAWithP256AndSHA256) || seen.SupportsCertificate(&chosen) != nil {
				t.Errorf("%s: it saw %+v", version, seen)
			}
		}
	}
}
