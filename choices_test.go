package polytls_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// choicesText prints choices, a line each, with their obstacles below.
func choicesText(list []polytls.Choice) string {
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "%s: %s: %s\n", c.What, c.Chosen, c.Rule)
		for _, o := range c.Obstacles {
			fmt.Fprintf(&b, "  %s: %s (%s)\n", o.Better, o.Reason, o.End)
		}
	}
	return b.String()
}

// TestHandshakeInfoTellsChoices compares what both ends tell of a handshake.
func TestHandshakeInfoTellsChoices(t *testing.T) {
	so, co := resumable("TLSv1.2")
	so.ECDHCurve, co.ECDHCurve = "X25519:P-256", "P-256"
	server, client := recordedPair(t, so, co)
	for end, tt := range map[string]struct {
		socket *polytls.Socket
		want   string
	}{
		"server": {server, `
version: TLSv1.2: the highest version that both ends enable
  TLSv1.3: the client does not offer it, and the server does not enable it: MaxVersion is TLSv1.2 (both)
cipher suite: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: the first of the server's list that the client offers and that can be used
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: no certificate of the server fits it: none has a key of its kind (server)
group: secp256r1: the first of the server's list that the client offers
  x25519: the client does not offer it (client)
certificate: ECDSA P-256: the only one
signature scheme: ecdsa_secp256r1_sha256: the first of the server's list for the key that the client offers
resumption: : a full handshake
  session: the client offers none (client)
`},
		"client": {client, `
version: TLSv1.2: the only one that the client offers
  TLSv1.3: the client does not offer it: MaxVersion is TLSv1.2 (client)
cipher suite: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: the server's choice: number 2 of the client's list
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: the server prefers another or does not enable it (server)
group: secp256r1: the only one that the client offers
certificate: ECDSA P-256: the server's choice
signature scheme: ecdsa_secp256r1_sha256: the server's choice: the first of the client's list for the key
resumption: : a full handshake
  session: the client offers none (client)
`},
	} {
		if got := choicesText(tt.socket.HandshakeInfo().Choices); got != strings.TrimPrefix(tt.want, "\n") {
			t.Errorf("%s:\n%s", end, got)
		}
	}
}

// TestChoicesOfRules has a handshake for each rule and kind of obstacle. Each line is one
// of the server's text.
func TestChoicesOfRules(t *testing.T) {
	rsaTemplate := testcert.ServerTemplate("localhost")
	rsaTemplate.Kind = testcert.RSA2048
	rsa := ca.Issue(rsaTemplate)
	key := polytls.PSK{Identity: []byte("me"), Key: make([]byte, 32)}
	type change = func(*polytls.ServerOptions, *polytls.ConnectOptions)
	both := func(version string) change {
		return func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			only(&so.ContextOptions, version)
			only(&co.ContextOptions, version)
		}
	}
	for _, tt := range []struct {
		name    string
		certs   []*testcert.Cert // nil for localhost's
		version string
		change  change
		want    string // lines
	}{
		{name: "an option of versions", change: func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) {
			so.SecureOptions = secureOption(t, "SSL_OP_NO_TLSv1_3")
		}, want: "version: TLSv1.2: the highest version that both ends enable\n  TLSv1.3: the server does not enable it: an option SSL_OP_NO_ turns it off (server)"},
		{name: "a policy", change: func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) { so.CompliancePolicy = "fips-202205" },
			want: "  X25519MLKEM768: the server does not enable it: CompliancePolicy fips-202205 excludes it (server)"},
		{name: "HelloRetryRequest", version: "TLSv1.3", change: func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.ECDHCurve, co.ECDHCurve = "P-384/x25519", "*x25519:P-384"
		}, want: "group: secp384r1: the server's first in the best set that both ends have, asked for by a HelloRetryRequest, since the client sends no key share of that set"},
		{name: "no key share", version: "TLSv1.3", change: func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.ECDHCurve, co.ECDHCurve = "P-384:x25519", "*x25519:P-384"
		}, want: "  secp384r1: the client sends no key share of it (client)"},
		{name: "the client's order", version: "TLSv1.2", change: func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.ClientCipherOrder = true
			so.Ciphers, co.Ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"
		}, want: "cipher suite: TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: the first of the client's list that the server enables and that can be used, since the server follows the client's order\n" +
			"  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: the server does not enable it (server)"},
		{name: "ChaCha20 first", version: "TLSv1.2", change: func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.SecureOptions = secureOption(t, "SSL_OP_PRIORITIZE_CHACHA")
			so.Ciphers, co.Ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256"
		}, want: "cipher suite: TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: the first of the server's list that the client offers and that can be used, with ChaCha20-Poly1305 before all others as in the client's list (SSL_OP_PRIORITIZE_CHACHA)"},
		{name: "a suite without its certificate", version: "TLSv1.2", change: func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) {
			so.Ciphers = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"
		}, want: "cipher suite: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: the only one that both ends enable and that can be used\n" +
			"  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: no certificate of the server fits it: none has a key of its kind (server)"},
		{name: "no scheme for a certificate", certs: []*testcert.Cert{localhost, rsa}, version: "TLSv1.3", change: func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) {
			co.Sigalgs = "rsa_pss_rsae_sha256:ecdsa_secp384r1_sha384"
		}, want: "certificate: 2048-bit RSA (number 2): the first that fits what the client and the cipher suite require\n" +
			"  ECDSA P-256 (the first): the client offers none of the signature schemes that are enabled for its key (client)"},
		{name: "the client's scheme", certs: []*testcert.Cert{localhost, rsa}, version: "TLSv1.3", change: func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.ClientCipherOrder, co.Sigalgs = true, "rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256"
		}, want: "certificate: 2048-bit RSA (number 2): the one that signs with the scheme that the client prefers\nsignature scheme: rsa_pss_rsae_sha256: the first of the client's list for the key that the server enables, since the server follows the client's order"},
		{name: "an RSA key exchange", certs: []*testcert.Cert{rsa}, version: "TLSv1.2", change: func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.Ciphers, co.Ciphers = "AES128-GCM-SHA256", "AES128-GCM-SHA256"
		}, want: "certificate: 2048-bit RSA: the only one"},
		{name: "DHE", certs: []*testcert.Cert{rsa}, version: "TLSv1.2", change: func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.DHParam = []byte("auto")
			so.Ciphers, co.Ciphers = "DHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256"
			co.ECDHCurve = "P-256"
		}, want: `group: DH, 2048 bits: by the strength of the certificate's key (DHParam "auto")`},
		{name: "protocols", change: func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.ALPNProtocols, co.ALPNProtocols = []string{"h3", "h2", "http/1.1"}, []string{"http/1.1", "h2"}
		}, want: "protocol: h2: the first of the server's list that the client offers\n  h3: the client does not offer it (client)"},
		{name: "no protocols", change: func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) { so.ALPNProtocols = []string{"h2"} },
			want: "protocol: : the client offers none"},
		{name: "a callback", change: func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.ALPNCallback = func(context.Context, polytls.ALPNOffer) (string, error) { return "h2", nil }
			co.ALPNProtocols = []string{"http/1.1", "h2"}
		}, want: "protocol: h2: what ALPNCallback returned"},
		{name: "an external key", version: "TLSv1.3", change: func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.PSKCallback = func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) { return &key, nil }
			co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return []polytls.PSK{key}, nil }
		}, want: "cipher suite: TLS_CHACHA20_POLY1305_SHA256: the first common one with the hash of the pre-shared key\n" +
			"  TLS_AES_256_GCM_SHA384: its hash is not that of the pre-shared key (both)"},
		{name: "no sessions", version: "TLSv1.3", change: func(*polytls.ServerOptions, *polytls.ConnectOptions) {},
			want: "resumption: : a full handshake\n  session: the client offers none (client)"},
	} {
		so, co := serving(localhost), trusting(ca)
		if tt.certs != nil {
			so = serving(tt.certs...)
		}
		if tt.version != "" {
			both(tt.version)(&so, &co)
		}
		tt.change(&so, &co)
		server, _ := recordedPair(t, so, co)
		if got := choicesText(server.HandshakeInfo().Choices); !strings.Contains("\n"+got, "\n"+tt.want) {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// TestChoicesOfResumption resumes at both ends.
func TestChoicesOfResumption(t *testing.T) {
	for version, suite := range map[string]string{"TLSv1.2": "that of the session", "TLSv1.3": "the first of the server's list that the client offers and that can be used"} {
		so, co := resumable(version)
		var err error
		if so.SecureContext, err = polytls.NewSecureContext(so.ContextOptions); err != nil {
			t.Fatal(err)
		}
		so.ContextOptions = polytls.ContextOptions{}
		co.Session = sessionOf(t, so, co)
		server, client := recordedPair(t, so, co)
		got := chosenOf(server)
		if got["cipher suite"].Rule != suite || got["resumption"].Chosen != "session" || got["certificate"].Rule != "" {
			t.Errorf("%s: %+v", version, got)
		}
		if got := chosenOf(client)["resumption"]; got.Chosen != "session" || got.Rule != "the server accepts the session that the client offers" {
			t.Errorf("%s, client: %+v", version, got)
		}
		so.SecureContext, so.TicketKeys = nil, nil
		so.ContextOptions = identity(localhost)
		server, _ = recordedPair(t, so, co)
		if got := chosenOf(server)["resumption"]; got.Chosen != "" || len(got.Obstacles) != 1 || !strings.HasPrefix(got.Obstacles[0].Reason, "the server does not know it") {
			t.Errorf("%s, other keys: %+v", version, got)
		}
	}
}

// TestChoicesOfFailure: a failed handshake has the choices that were made, and why there
// was none.
func TestChoicesOfFailure(t *testing.T) {
	so, co := serving(localhost), trusting(ca)
	so.RecordHandshake = true
	only(&so.ContextOptions, "TLSv1.2")
	only(&co.ContextOptions, "TLSv1.2")
	so.Ciphers, co.Ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"
	srv, co2 := listening(t, so, echo)
	co.Port = co2.Port
	failed := make(chan *polytls.HandshakeInfo, 1)
	srv.OnTLSClientError(func(_ error, s *polytls.Socket) { failed <- s.HandshakeInfo() })
	if _, err := polytls.Connect(t.Context(), co); err == nil {
		t.Fatal("the handshake succeeded")
	}
	const want = "cipher suite: : the ends have none in common that can be used\n" +
		"  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: the client does not offer it (client)"
	if got := choicesText((<-failed).Choices); !strings.Contains(got, want) {
		t.Errorf("%s", got)
	}
}
