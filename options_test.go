package polytls_test

import (
	"bytes"
	"context"
	"net"
	"slices"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// TestConnectOptionErrors holds what a client refuses before it connects to
// Node 26's codes.
func TestConnectOptionErrors(t *testing.T) {
	ready, err := polytls.NewSecureContext(polytls.ContextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*polytls.ConnectOptions)
		code   string
	}{
		{"IPv4 server name", func(o *polytls.ConnectOptions) { o.ServerName = "127.0.0.1" }, "ERR_INVALID_ARG_VALUE"},
		{"IPv6 server name", func(o *polytls.ConnectOptions) { o.ServerName = "::1" }, "ERR_INVALID_ARG_VALUE"},
		{"empty ALPN name", func(o *polytls.ConnectOptions) { o.ALPNProtocols = []string{"h2", ""} }, "ERR_INVALID_ARG_VALUE"},
		{"long ALPN name", func(o *polytls.ConnectOptions) { o.ALPNProtocols = []string{strings.Repeat("x", 256)} }, "ERR_OUT_OF_RANGE"},
		{"300 long ALPN names", func(o *polytls.ConnectOptions) {
			o.ALPNProtocols = slices.Repeat([]string{strings.Repeat("x", 255)}, 300)
		}, "ERR_INVALID_ARG_VALUE"},
		{"long SRP user", func(o *polytls.ConnectOptions) { o.SRPUser = strings.Repeat("x", 256) }, "ERR_INVALID_ARG_VALUE"},
		{"negative MaxDHSize", func(o *polytls.ConnectOptions) { o.MaxDHSize = -1 }, "ERR_OUT_OF_RANGE"},
		{"negative MinDHSize", func(o *polytls.ConnectOptions) { o.MinDHSize = -1 }, "ERR_OUT_OF_RANGE"},
		{"small fragment", func(o *polytls.ConnectOptions) { o.MaxSendFragment = 511 }, "ERR_OUT_OF_RANGE"},
		{"large fragment", func(o *polytls.ConnectOptions) { o.MaxSendFragment = 16385 }, "ERR_OUT_OF_RANGE"},
		{"context and its options", func(o *polytls.ConnectOptions) { o.SecureContext, o.MinVersion = ready, "TLSv1.3" }, "ERR_TLS_INVALID_CONTEXT"},
		{"Sessions without SecureContext", func(o *polytls.ConnectOptions) { o.Sessions = &polytls.ClientSessions{} }, "ERR_INVALID_ARG_VALUE"},
		{"options of a context", func(o *polytls.ConnectOptions) { o.MinVersion = "nope" }, "ERR_TLS_INVALID_PROTOCOL_VERSION"},
		{"method of a server", func(o *polytls.ConnectOptions) { o.SecureProtocol = "TLSv1_2_server_method" }, "ERR_SSL_CALLED_A_FUNCTION_YOU_SHOULD_NOT_CALL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var o polytls.ConnectOptions
			tt.change(&o)
			ours, theirs := net.Pipe()
			defer theirs.Close()
			defer ours.Close()
			_, err := polytls.Client(context.Background(), ours, o)
			wantCode(t, "Client", err, tt.code)
			optionOf(t, err)
			_, err = polytls.Connect(context.Background(), o)
			wantCode(t, "Connect", err, tt.code)
			wantCode(t, "Check", o.Check(), tt.code)
		})
	}
}

// TestServerOptionErrors holds what a server refuses to Node 26's codes.
func TestServerOptionErrors(t *testing.T) {
	ready, err := polytls.NewSecureContext(polytls.ContextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	choose := func(context.Context, polytls.ALPNOffer) (string, error) { return "", nil }
	tests := []struct {
		name   string
		change func(*polytls.ServerOptions)
		code   string
	}{
		{"both ways of ALPN", func(o *polytls.ServerOptions) { o.ALPNCallback, o.ALPNProtocols = choose, []string{"h2"} }, "ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS"},
		{"empty ALPN name", func(o *polytls.ServerOptions) { o.ALPNProtocols = []string{""} }, "ERR_INVALID_ARG_VALUE"},
		{"long ALPN name", func(o *polytls.ServerOptions) { o.ALPNProtocols = []string{strings.Repeat("x", 256)} }, "ERR_OUT_OF_RANGE"},
		{"longest ALPN name", func(o *polytls.ServerOptions) { o.ALPNProtocols = []string{strings.Repeat("x", 255)} }, ""},
		{"short ticket keys", func(o *polytls.ServerOptions) { o.TicketKeys = make([]byte, 47) }, "ERR_INVALID_ARG_VALUE"},
		{"empty ticket keys", func(o *polytls.ServerOptions) { o.TicketKeys = []byte{} }, "ERR_INVALID_ARG_VALUE"},
		{"ticket keys", func(o *polytls.ServerOptions) { o.TicketKeys = make([]byte, 48) }, ""},
		{"long PSK hint", func(o *polytls.ServerOptions) { o.PSKIdentityHint = strings.Repeat("x", 257) }, "ERR_INVALID_ARG_VALUE"},
		{"no group of SRP", func(o *polytls.ServerOptions) { o.SRPGroups = []int{2048, 2047} }, "ERR_INVALID_ARG_VALUE"},
		{"long salts of SRP", func(o *polytls.ServerOptions) { o.SRPSaltSize = 256 }, "ERR_OUT_OF_RANGE"},
		{"negative salts of SRP", func(o *polytls.ServerOptions) { o.SRPSaltSize = -1 }, "ERR_OUT_OF_RANGE"},
		{"short seed of SRP", func(o *polytls.ServerOptions) { o.SRPSeed = make([]byte, 15) }, "ERR_INVALID_ARG_VALUE"},
		{"all of SRP", func(o *polytls.ServerOptions) {
			o.SRPGroups, o.SRPSaltSize, o.SRPSeed = []int{8192, 1024}, 255, make([]byte, 16)
		}, ""},
		{"negative timeout", func(o *polytls.ServerOptions) { o.HandshakeTimeout = -1 }, "ERR_OUT_OF_RANGE"},
		{"negative MaxConnections", func(o *polytls.ServerOptions) { o.MaxConnections = -1 }, "ERR_OUT_OF_RANGE"},
		{"small fragment", func(o *polytls.ServerOptions) { o.MaxSendFragment = 1 }, "ERR_OUT_OF_RANGE"},
		{"context and its options", func(o *polytls.ServerOptions) { o.SecureContext, o.Ciphers = ready, "HIGH" }, "ERR_TLS_INVALID_CONTEXT"},
		{"options of a context", func(o *polytls.ServerOptions) { o.Ciphers = "nope" }, "ERR_SSL_NO_CIPHER_MATCH"},
		{"method of a client", func(o *polytls.ServerOptions) { o.SecureProtocol = "TLS_client_method" }, "ERR_SSL_CALLED_A_FUNCTION_YOU_SHOULD_NOT_CALL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var o polytls.ServerOptions
			tt.change(&o)
			_, err := polytls.NewServer(o, nil)
			wantCode(t, "NewServer", err, tt.code)
			if tt.code != "" {
				optionOf(t, err)
			}
		})
	}
}

// TestServerMethodErrors holds a server's later refusals to Node's codes.
func TestServerMethodErrors(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), nil)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := polytls.NewSecureContext(polytls.ContextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "AddContext without a name", srv.AddContext("", empty), "ERR_TLS_REQUIRED_SERVER_NAME")
	wantCode(t, "AddContext without a context", srv.AddContext("name", nil), "ERR_TLS_INVALID_CONTEXT")
	wantCode(t, "SetSecureContext(nil)", srv.SetSecureContext(nil), "ERR_TLS_INVALID_CONTEXT")
	before := srv.TicketKeys()
	wantCode(t, "SetTicketKeys, 47 bytes", srv.SetTicketKeys(make([]byte, 48), make([]byte, 47)), "ERR_INVALID_ARG_VALUE")
	wantCode(t, "SetTicketKeys without keys", srv.SetTicketKeys(), "ERR_INVALID_ARG_VALUE")
	if !bytes.Equal(before, srv.TicketKeys()) {
		t.Error("refused ticket keys took effect")
	}
	if err := srv.SetTicketKeys(bytes.Repeat([]byte{7}, 48)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(srv.TicketKeys(), bytes.Repeat([]byte{7}, 48)) {
		t.Errorf("TicketKeys: %x", srv.TicketKeys())
	}
	if len(before) != 48 {
		t.Errorf("TicketKeys: %d random bytes, want 48", len(before))
	}
}

// TestVersions tells what becomes of each pair of version ranges. An error
// stands for the code at server and client.
func TestVersions(t *testing.T) {
	method := func(name string) polytls.ContextOptions { return polytls.ContextOptions{SecureProtocol: name} }
	between := func(lowest, highest string) polytls.ContextOptions {
		return polytls.ContextOptions{MinVersion: lowest, MaxVersion: highest}
	}
	noTLS13, _ := polytls.ParseSecureOptions("SSL_OP_NO_TLSv1_3")
	none, _ := polytls.ParseSecureOptions("SSL_OP_NO_TLSv1_3,SSL_OP_NO_TLSv1_2")
	tests := []struct {
		name           string
		server, client polytls.ContextOptions
		want           string
		serverCode     string
		clientCode     string
	}{
		{"defaults", polytls.ContextOptions{}, polytls.ContextOptions{}, "TLSv1.3", "", ""},
		{"a wide server", between("TLSv1", "TLSv1.3"), between("TLSv1", "TLSv1.1"), "TLSv1.1", "", ""},
		{"a wide client", between("TLSv1", "TLSv1"), between("TLSv1", "TLSv1.3"), "TLSv1", "", ""},
		{"method of 1.0", method("TLSv1_method"), between("TLSv1", "TLSv1.3"), "TLSv1", "", ""},
		{"method of 1.1", method("TLSv1_1_server_method"), between("TLSv1", ""), "TLSv1.1", "", ""},
		{"method of 1.2", polytls.ContextOptions{}, method("TLSv1_2_client_method"), "TLSv1.2", "", ""},
		{"SSLv23_method ends at 1.2", method("SSLv23_method"), polytls.ContextOptions{}, "TLSv1.2", "", ""},
		{"TLS_method reaches 1.3", method("TLS_method"), method("TLS_client_method"), "TLSv1.3", "", ""},
		{"TLS_method does not fall below 1.2", method("TLS_method"), method("TLSv1_1_method"), "", "ERR_SSL_UNSUPPORTED_PROTOCOL", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"},
		{"option against 1.3", polytls.ContextOptions{SecureOptions: noTLS13}, polytls.ContextOptions{}, "TLSv1.2", "", ""},
		{"option against 1.3 at the client", polytls.ContextOptions{}, polytls.ContextOptions{SecureOptions: noTLS13}, "TLSv1.2", "", ""},
		{"a list of 1.3 alone", polytls.ContextOptions{Ciphers: "TLS_AES_128_GCM_SHA256"}, between("", "TLSv1.2"), "", "ERR_SSL_UNSUPPORTED_PROTOCOL", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"},
		{"a list of 1.2 alone does not end at 1.2", polytls.ContextOptions{Ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256"}, polytls.ContextOptions{}, "TLSv1.3", "", ""},
		{"old client, modern server", polytls.ContextOptions{}, method("TLSv1_method"), "", "ERR_SSL_UNSUPPORTED_PROTOCOL", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"},
		{"modern client, old server", method("TLSv1_method"), polytls.ContextOptions{}, "", "ERR_SSL_UNSUPPORTED_PROTOCOL", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"},
		{"an explicit level refuses old versions", with(method("TLSv1_method"), func(o *polytls.ContextOptions) { o.Ciphers = "DEFAULT@SECLEVEL=1" }), between("TLSv1", "TLSv1"), "", "ERR_SSL_NO_PROTOCOLS_AVAILABLE", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"},
		{"nothing left at the client", polytls.ContextOptions{}, between("TLSv1.3", "TLSv1.2"), "", "*", "ERR_SSL_NO_PROTOCOLS_AVAILABLE"},
		{"nothing left at the server", polytls.ContextOptions{SecureOptions: none}, polytls.ContextOptions{}, "", "ERR_SSL_NO_PROTOCOLS_AVAILABLE", "*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			so, co := polytls.ServerOptions{ContextOptions: tt.server}, polytls.ConnectOptions{ContextOptions: tt.client}
			id := identity(localhost)
			so.Cert, so.Key = id.Cert, id.Key
			co.CA, co.ServerName = [][]byte{ca.PEM()}, "localhost"
			o := handshake(t, so, co)
			if tt.want != "" {
				server, client := o.must(t)
				if server.Protocol() != tt.want || client.Protocol() != tt.want {
					t.Errorf("server %s, client %s, want %s", server.Protocol(), client.Protocol(), tt.want)
				}
				exchange(t, server, client, "ping")
				return
			}
			for end, err := range map[string]error{tt.serverCode: o.serverErr, tt.clientCode: o.clientErr} {
				if end != "*" {
					wantCode(t, "handshake", err, end)
				} else if err == nil {
					t.Error("one end became secure alone")
				}
			}
		})
	}
}

// TestCiphers tells what is negotiated of cipher lists, groups and signature
// algorithms, or the codes at server and client.
func TestCiphers(t *testing.T) {
	rsaTemplate := testcert.ServerTemplate("localhost")
	rsaTemplate.Kind = testcert.RSA2048
	rsa := ca.Issue(rsaTemplate)
	both := identity(localhost, rsa)
	tests := []struct {
		name                   string
		server, client         polytls.ContextOptions
		cipher, ephemeral      string
		serverCode, clientCode string
		clientOrder            bool
	}{
		{name: "defaults", cipher: "TLS_AES_256_GCM_SHA384", ephemeral: "X25519MLKEM768"},
		{name: "defaults of 1.2", client: polytls.ContextOptions{MaxVersion: "TLSv1.2"}, cipher: "ECDHE-RSA-AES128-GCM-SHA256", ephemeral: "X25519"},
		{name: "server's order", server: polytls.ContextOptions{Ciphers: "ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-SHA", MaxVersion: "TLSv1.2"}, client: polytls.ContextOptions{Ciphers: "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"}, cipher: "ECDHE-RSA-AES256-SHA", ephemeral: "X25519"},
		{name: "client's order", clientOrder: true, server: polytls.ContextOptions{Ciphers: "ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-SHA", MaxVersion: "TLSv1.2"}, client: polytls.ContextOptions{Ciphers: "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"}, cipher: "ECDHE-RSA-AES128-SHA", ephemeral: "X25519"},
		{name: "client's order at 1.3", clientOrder: true, client: polytls.ContextOptions{Ciphers: "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384"}, cipher: "TLS_CHACHA20_POLY1305_SHA256", ephemeral: "X25519MLKEM768"},
		{name: "ECDSA alone", server: polytls.ContextOptions{MaxVersion: "TLSv1.2"}, client: polytls.ContextOptions{Ciphers: "aECDSA+CHACHA20"}, cipher: "ECDHE-ECDSA-CHACHA20-POLY1305", ephemeral: "X25519"},
		{name: "RSA key exchange", client: polytls.ContextOptions{Ciphers: "AES128-SHA", MaxVersion: "TLSv1.2"}, cipher: "AES128-SHA", ephemeral: ""},
		{name: "DHE, automatic", server: polytls.ContextOptions{DHParam: []byte("auto")}, client: polytls.ContextOptions{Ciphers: "DHE-RSA-AES128-GCM-SHA256", MaxVersion: "TLSv1.2"}, cipher: "DHE-RSA-AES128-GCM-SHA256", ephemeral: "DH"},
		{name: "DHE without parameters", client: polytls.ContextOptions{Ciphers: "DHE-RSA-AES128-GCM-SHA256", MaxVersion: "TLSv1.2"}, serverCode: "ERR_SSL_NO_SHARED_CIPHER", clientCode: "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"},
		{name: "CCM must be named", server: polytls.ContextOptions{Ciphers: "TLS_AES_128_CCM_SHA256"}, serverCode: "ERR_SSL_NO_SHARED_CIPHER", clientCode: "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"},
		{name: "CCM is named", server: polytls.ContextOptions{Ciphers: "TLS_AES_128_CCM_8_SHA256"}, client: polytls.ContextOptions{Ciphers: "TLS_AES_128_CCM_8_SHA256"}, cipher: "TLS_AES_128_CCM_8_SHA256", ephemeral: "X25519MLKEM768"},
		{name: "NULL at level 0", server: polytls.ContextOptions{Ciphers: "NULL-SHA256:@SECLEVEL=0", MaxVersion: "TLSv1.2"}, client: polytls.ContextOptions{Ciphers: "NULL-SHA256:@SECLEVEL=0"}, cipher: "NULL-SHA256"},
		{name: "one group, by a second hello", server: polytls.ContextOptions{ECDHCurve: "P-521"}, cipher: "TLS_AES_256_GCM_SHA384", ephemeral: "secp521r1"},
		{name: "X448", server: polytls.ContextOptions{ECDHCurve: "X448"}, cipher: "TLS_AES_256_GCM_SHA384", ephemeral: "X448"},
		{name: "server's first group at 1.2", server: polytls.ContextOptions{ECDHCurve: "P-384:P-256", MaxVersion: "TLSv1.2"}, client: polytls.ContextOptions{ECDHCurve: "P-256:P-384"}, cipher: "ECDHE-RSA-AES128-GCM-SHA256", ephemeral: "secp384r1"},
		{name: "no common group at 1.3", server: polytls.ContextOptions{ECDHCurve: "P-521"}, client: polytls.ContextOptions{ECDHCurve: "P-256"}, serverCode: "ERR_SSL_NO_SUITABLE_KEY_SHARE", clientCode: "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"},
		{name: "no common group at 1.2", server: polytls.ContextOptions{ECDHCurve: "P-521", MaxVersion: "TLSv1.2"}, client: polytls.ContextOptions{ECDHCurve: "P-256"}, cipher: "AES256-GCM-SHA384"},
		{name: "disjoint signature algorithms", server: polytls.ContextOptions{Sigalgs: "RSA-PSS+SHA256"}, client: polytls.ContextOptions{Sigalgs: "RSA-PSS+SHA384"}, serverCode: "ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS", clientCode: "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"},
		{name: "PKCS #1 alone at 1.3", client: polytls.ContextOptions{Sigalgs: "RSA+SHA256"}, serverCode: "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM", clientCode: "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"},
		{name: "no overlap", server: polytls.ContextOptions{Ciphers: "AES128-SHA", MaxVersion: "TLSv1.2"}, client: polytls.ContextOptions{Ciphers: "AES256-SHA"}, serverCode: "ERR_SSL_NO_SHARED_CIPHER", clientCode: "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			so, co := polytls.ServerOptions{ContextOptions: tt.server, ClientCipherOrder: tt.clientOrder}, polytls.ConnectOptions{ContextOptions: tt.client}
			so.Cert, so.Key = both.Cert, both.Key
			co.CA, co.ServerName = [][]byte{ca.PEM()}, "localhost"
			o := handshake(t, so, co)
			if tt.cipher == "" {
				wantCode(t, "server", o.serverErr, tt.serverCode)
				wantCode(t, "client", o.clientErr, tt.clientCode)
				return
			}
			server, client := o.must(t)
			if s, c := server.Cipher(), client.Cipher(); s.Name != tt.cipher || *s != *c {
				t.Errorf("server %+v, client %+v, want %s", s, c, tt.cipher)
			}
			key := client.EphemeralKeyInfo()
			if got := key.Name + map[string]string{"DH": "DH"}[key.Type]; got != tt.ephemeral {
				t.Errorf("ephemeral key %+v, want %q", key, tt.ephemeral)
			}
			if server.EphemeralKeyInfo() != nil {
				t.Error("the server tells of an ephemeral key; Node's does not")
			}
			exchange(t, client, server, "ping")
		})
	}
}

// TestMinDHSize refuses a group that is smaller than the client wants.
func TestMinDHSize(t *testing.T) {
	template := testcert.ServerTemplate("localhost")
	template.Kind = testcert.RSA2048
	so, co := serving(ca.Issue(template)), trusting(ca)
	so.DHParam, so.Ciphers = dhPEM(t, oakley1024), "DHE-RSA-AES128-SHA:@SECLEVEL=1"
	co.Ciphers, co.MaxVersion = "DHE-RSA-AES128-SHA:@SECLEVEL=1", "TLSv1.2"
	_, client := pair(t, so, co)
	if key := client.EphemeralKeyInfo(); key.Type != "DH" || key.Size != 1024 {
		t.Errorf("got %+v, want DH of 1024 bits", key)
	}
	co.MinDHSize = 1025
	o := handshake(t, so, co)
	wantCode(t, "client", o.clientErr, "ERR_TLS_DH_PARAM_SIZE")
	wantAlert(t, "server", o.serverErr, polytls.SidePeer, 71) // insufficient_security
}

// TestALPN tells the protocol of each pair of offers, or the codes.
func TestALPN(t *testing.T) {
	refused := "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL"
	tests := []struct {
		name           string
		server, client []string
		want, code     string
	}{
		{"server's order", []string{"b", "a"}, []string{"a", "b"}, "b", ""},
		{"server alone", []string{"a"}, nil, "", ""},
		{"client alone", nil, []string{"a"}, "", ""},
		{"no overlap", []string{"a"}, []string{"A"}, "", refused},
		{"longest name", []string{strings.Repeat("x", 255)}, []string{strings.Repeat("x", 255)}, strings.Repeat("x", 255), ""},
	}
	for _, tt := range tests {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			t.Run(tt.name+"/"+version, func(t *testing.T) {
				so, co := serving(localhost), trusting(ca)
				only(&so.ContextOptions, version)
				so.ALPNProtocols, co.ALPNProtocols = tt.server, tt.client
				o := handshake(t, so, co)
				if tt.code != "" {
					wantCode(t, "server", o.serverErr, "ERR_SSL_NO_APPLICATION_PROTOCOL")
					wantCode(t, "client", o.clientErr, tt.code)
					wantAlert(t, "server", o.serverErr, polytls.SideUs, 120)
					wantAlert(t, "client", o.clientErr, polytls.SidePeer, 120)
					return
				}
				server, client := o.must(t)
				if server.ALPNProtocol() != tt.want || client.ALPNProtocol() != tt.want {
					t.Errorf("server %q, client %q, want %q", server.ALPNProtocol(), client.ALPNProtocol(), tt.want)
				}
			})
		}
	}
}

// TestSNI tells which context serves each name.
func TestSNI(t *testing.T) {
	patterns := []string{"a.example", "*.example", "f*o.com", "a.*.com", "*", "UPPER.example", "x*y*z.org", "*.deep.*"}
	tests := []struct{ name, want string }{
		{"", "default"},
		{"a.example", "*.example"}, // the last added wins
		{"b.example", "*.example"},
		{"B.EXAMPLE", "*.example"},
		{"upper.example", "UPPER.example"},
		{"b.c.example", "default"},
		{"foo.com", "f*o.com"},
		{"fo.com", "f*o.com"},
		{"f.com", "default"},
		{"a.b.com", "a.*.com"},
		{"a.com", "default"},
		{"dotless", "*"},
		{"x1y2z.org", "x*y*z.org"},
		{"xyz.org", "x*y*z.org"},
		{"xzy.org", "default"},
		{"a.deep.b", "*.deep.*"},
		{"a.deep.b.c", "default"},
	}
	srv, err := polytls.NewServer(serving(ca.Issue(testcert.Template{CommonName: "default"})), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range patterns {
		c, err := polytls.NewSecureContext(identity(ca.Issue(testcert.Template{CommonName: pattern})))
		if err != nil {
			t.Fatal(err)
		}
		if err := srv.AddContext(pattern, c); err != nil {
			t.Fatal(err)
		}
	}
	accept := socketsOf(t, srv)
	for _, tt := range tests {
		co := trusting(ca)
		co.ServerName, co.OmitServerName, co.AllowUnauthorized = tt.name, tt.name == "", true
		client, server := accept(t, co)
		if got := strings.Join(client.PeerCertificate(false).Subject.Get("CN"), ","); got != tt.want {
			t.Errorf("%q is served by %q, want %q", tt.name, got, tt.want)
		}
		if server.ServerName() != tt.name || client.ServerName() != tt.name {
			t.Errorf("ServerName: server %q, client %q, want %q", server.ServerName(), client.ServerName(), tt.name)
		}
	}
}

// socketsOf returns a function that connects to a server and gives both ends.
func socketsOf(t testing.TB, srv *polytls.Server) func(testing.TB, polytls.ConnectOptions) (client, server *polytls.Socket) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := srv.Listener(inner)
	t.Cleanup(func() { l.Close() })
	return func(t testing.TB, co polytls.ConnectOptions) (client, server *polytls.Socket) {
		t.Helper()
		conn, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		client, err = polytls.Client(context.Background(), conn, co)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Close() })
		accepted, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		server = accepted.(*polytls.Socket)
		t.Cleanup(func() { server.Close() })
		return client, server
	}
}

// TestSNIContextGivesCertificateAndCAsOnly leaves versions, ciphers and ALPN to
// the server.
func TestSNIContextGivesCertificateAndCAsOnly(t *testing.T) {
	so := polytls.ServerOptions{RequestCert: true, ALPNProtocols: []string{"a"}}
	srv, err := polytls.NewServer(so, nil)
	if err != nil {
		t.Fatal(err)
	}
	other := testcert.CA("another root")
	o := identity(localhost)
	o.CA, o.MaxVersion, o.Ciphers = [][]byte{other.PEM()}, "TLSv1.2", "AES128-SHA"
	c, err := polytls.NewSecureContext(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.AddContext("localhost", c); err != nil {
		t.Fatal(err)
	}
	co := trusting(ca)
	co.ALPNProtocols = []string{"a"}
	id := identity(other.Client("client"))
	co.Cert, co.Key = id.Cert, id.Key
	client, server := socketsOf(t, srv)(t, co)
	if got := server.Protocol() + " " + server.Cipher().Name + " " + server.ALPNProtocol(); got != "TLSv1.3 TLS_AES_256_GCM_SHA384 a" {
		t.Errorf("got %s", got)
	}
	if !server.Authorized() || !client.Authorized() {
		t.Errorf("server: %v, client: %v, want both authorized", server.AuthorizationError(), client.AuthorizationError())
	}
}

// TestSNIWithoutAnyCertificate is a server that has certificates for some names
// alone.
func TestSNIWithoutAnyCertificate(t *testing.T) {
	for version, code := range map[string]string{"TLSv1.2": "ERR_SSL_NO_SHARED_CIPHER", "TLSv1.3": "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM"} {
		co := trusting(ca)
		only(&co.ContextOptions, version)
		o := handshake(t, polytls.ServerOptions{}, co)
		wantCode(t, version+", server", o.serverErr, code)
		wantCode(t, version+", client", o.clientErr, "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE")
		keyless := polytls.ServerOptions{}
		keyless.Cert = [][]byte{localhost.PEM()}
		o = handshake(t, keyless, co)
		wantCode(t, version+", a certificate without key", o.serverErr, code)
	}
}

// TestSNICallback replaces AddContext: it chooses, leaves the choice to the
// server, or refuses.
func TestSNICallback(t *testing.T) {
	chosen, err := polytls.NewSecureContext(identity(ca.Issue(testcert.Template{CommonName: "chosen"})))
	if err != nil {
		t.Fatal(err)
	}
	refusal := &polytls.Error{Code: "MY_CODE", Reason: "no such name"}
	so := serving(ca.Issue(testcert.Template{CommonName: "default"}))
	var asked []string
	so.SNICallback = func(_ context.Context, name string) (*polytls.SecureContext, error) {
		asked = append(asked, name)
		switch name {
		case "chosen.example":
			return chosen, nil
		case "refused.example":
			return nil, refusal
		}
		return nil, nil
	}
	for name, want := range map[string]string{"chosen.example": "chosen", "other.example": "default", "": "default"} {
		co := trusting(ca)
		co.ServerName, co.OmitServerName, co.AllowUnauthorized = name, name == "", true
		_, client := pair(t, so, co)
		if got := strings.Join(client.PeerCertificate(false).Subject.Get("CN"), ","); got != want {
			t.Errorf("%q is served by %q, want %q", name, got, want)
		}
	}
	if len(asked) != 2 {
		t.Errorf("asked for %q, want two names: not where none was sent", asked)
	}
	co := trusting(ca)
	co.ServerName = "refused.example"
	o := handshake(t, so, co)
	wantCode(t, "server", o.serverErr, "MY_CODE")
	wantAlert(t, "client", o.clientErr, polytls.SidePeer, 80) // internal_error
}

// TestALPNCallback chooses, refuses, or fails.
func TestALPNCallback(t *testing.T) {
	var offer polytls.ALPNOffer
	answer, failure := "b", error(nil)
	so, co := serving(localhost), trusting(ca)
	so.ALPNCallback = func(_ context.Context, o polytls.ALPNOffer) (string, error) {
		offer = o
		return answer, failure
	}
	co.ALPNProtocols = []string{"a", "b"}
	server, _ := pair(t, so, co)
	if server.ALPNProtocol() != "b" || offer.ServerName != "localhost" || strings.Join(offer.Protocols, " ") != "a b" {
		t.Errorf("got %q of %+v", server.ALPNProtocol(), offer)
	}
	answer = ""
	o := handshake(t, so, co)
	wantCode(t, "refusal", o.serverErr, "ERR_SSL_NO_APPLICATION_PROTOCOL")
	wantAlert(t, "refusal", o.clientErr, polytls.SidePeer, 120)
	answer = "c"
	o = handshake(t, so, co)
	wantCode(t, "what was not offered", o.serverErr, "ERR_TLS_ALPN_CALLBACK_INVALID_RESULT")
	failure = &polytls.Error{Code: "MY_CODE"}
	o = handshake(t, so, co)
	wantCode(t, "failure", o.serverErr, "MY_CODE")
	wantAlert(t, "failure", o.clientErr, polytls.SidePeer, 80)
}

// TestPSKOptions covers pre-shared keys of both versions.
func TestPSKOptions(t *testing.T) {
	key := bytes.Repeat([]byte{1}, 32)
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		for _, identity := range []string{"known", "unknown"} {
			t.Run(version+"/"+identity, func(t *testing.T) {
				var so polytls.ServerOptions
				var co polytls.ConnectOptions
				so.Ciphers, co.Ciphers = "PSK+HIGH:TLS_AES_128_GCM_SHA256", "PSK+HIGH:TLS_AES_128_GCM_SHA256"
				only(&so.ContextOptions, version)
				so.PSKIdentityHint = "hint"
				so.PSKCallback = func(_ context.Context, _ *polytls.Socket, id []byte) (*polytls.PSK, error) {
					if string(id) == "known" {
						return &polytls.PSK{Key: key}, nil
					}
					return nil, nil
				}
				var hint *string
				co.PSKCallback = func(_ context.Context, h *string) ([]polytls.PSK, error) {
					hint = h
					return []polytls.PSK{{Identity: []byte(identity), Key: key}}, nil
				}
				o := handshake(t, so, co)
				if identity == "unknown" {
					wantCode(t, "server", o.serverErr, map[string]string{"TLSv1.2": "ERR_SSL_PSK_IDENTITY_NOT_FOUND", "TLSv1.3": "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM"}[version])
					return
				}
				server, client := o.must(t)
				if !server.Authorized() || !client.Authorized() {
					t.Error("who knows the key is not authorized")
				}
				if reused := version == "TLSv1.3"; client.SessionReused() != reused || server.SessionReused() != reused {
					t.Errorf("SessionReused: %v and %v, want %v", server.SessionReused(), client.SessionReused(), reused)
				}
				if h := version == "TLSv1.2"; h != (hint != nil && *hint == "hint") {
					t.Errorf("hint %v", hint)
				}
				exchange(t, client, server, "ping")
			})
		}
	}
}

// TestWhatIsOnByDefault checks SECURITY.md and docs/dialects.md: which old protocols
// a default server or client has, and which lists disable them.
func TestWhatIsOnByDefault(t *testing.T) {
	template := testcert.ServerTemplate("localhost")
	template.Kind = testcert.RSA2048
	rsa := ca.Issue(template)
	const modern = "ECDHE+AESGCM:ECDHE+CHACHA20"
	without := func(words string) string { return polytls.DefaultCiphers() + ":" + words }
	for _, tt := range []struct {
		name, peer string // what the other end has, and nothing else
		on         bool   // by default
		off        string // the list that turns it off
	}{
		{"RSA key exchange", "AES128-GCM-SHA256", true, without("!kRSA")},
		{"RSA key exchange with CBC", "AES128-SHA", true, without("!kRSA")},
		{"CBC", "ECDHE-RSA-AES128-SHA256", true, without("!SHA1:!SHA256:!SHA384")},
		{"CBC with SHA-1", "ECDHE-RSA-AES256-SHA", true, without("!SHA1:!SHA256:!SHA384")},
		{"CCM_8", "AES128-CCM8", true, without("!AESCCM8")},
		{"DHE", "DHE-RSA-AES128-GCM-SHA256", true, without("!DHE")},
		{"plain PSK", "PSK", false, ""},
		{"SRP", "SRP", false, ""},
		{"NULL", "NULL-SHA256@SECLEVEL=0", false, ""},
		{"anonymous", "AECDH-AES128-SHA@SECLEVEL=0", false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for list, works := range map[string]bool{"": tt.on, tt.off: tt.on && tt.off == "", modern: false} {
				for _, end := range []string{"server", "client"} {
					so, co := serving(rsa), trusting(ca)
					co.MaxVersion = "TLSv1.2"
					so.DHParam = []byte("auto")
					so.Ciphers, co.Ciphers = list, tt.peer
					if end == "client" {
						so.Ciphers, co.Ciphers = tt.peer, list
					}
					o := handshake(t, so, co)
					if got := o.serverErr == nil && o.clientErr == nil; got != works {
						t.Errorf("%s has the list %q: works %v, want %v", end, list, got, works)
					}
				}
			}
		})
	}
	for _, version := range []string{"TLSv1", "TLSv1.1"} {
		so, co := serving(rsa), trusting(ca)
		only(&co.ContextOptions, version)
		if o := handshake(t, so, co); o.serverErr == nil {
			t.Errorf("a default server negotiates %s", version)
		}
	}
	so, co := serving(rsa), trusting(ca)
	co.Ciphers, co.MaxVersion = "DHE-RSA-AES128-GCM-SHA256", "TLSv1.2"
	if o := handshake(t, so, co); o.serverErr == nil {
		t.Error("a default server has DHE")
	}
}
