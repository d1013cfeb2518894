package polytls_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

var keylogLine = regexp.MustCompile(`^([A-Z_0-9]+) [0-9a-f]{64} ([0-9a-f]+)\n$`)

// TestKeylog holds the lines of both ends to NSS's format and to Node's order,
// and the two ends to each other.
func TestKeylog(t *testing.T) {
	serverOrder := "SERVER_HANDSHAKE_TRAFFIC_SECRET CLIENT_HANDSHAKE_TRAFFIC_SECRET EXPORTER_SECRET SERVER_TRAFFIC_SECRET_0 CLIENT_TRAFFIC_SECRET_0"
	clientOrder := "SERVER_HANDSHAKE_TRAFFIC_SECRET EXPORTER_SECRET SERVER_TRAFFIC_SECRET_0 CLIENT_HANDSHAKE_TRAFFIC_SECRET CLIENT_TRAFFIC_SECRET_0"
	tests := []struct {
		version, cipher string
		server, client  string
		secret          int // hex digits
	}{
		{"TLSv1", "", "CLIENT_RANDOM", "CLIENT_RANDOM", 96},
		{"TLSv1.1", "", "CLIENT_RANDOM", "CLIENT_RANDOM", 96},
		{"TLSv1.2", "", "CLIENT_RANDOM", "CLIENT_RANDOM", 96},
		{"TLSv1.3", "TLS_AES_256_GCM_SHA384", serverOrder, clientOrder, 96},
		{"TLSv1.3", "TLS_AES_128_GCM_SHA256", serverOrder, clientOrder, 64},
	}
	for _, tt := range tests {
		so, co := resumable(tt.version)
		co.Ciphers = tt.cipher
		srv, err := polytls.NewServer(so, nil)
		if err != nil {
			t.Fatal(err)
		}
		connect := socketsOf(t, srv)
		var mu sync.Mutex
		var atServer, atClient []string
		srv.OnKeylog(func(line []byte, s *polytls.Socket) {
			mu.Lock()
			defer mu.Unlock()
			atServer = append(atServer, string(line))
			if s == nil || s.RemoteAddr() == nil {
				t.Error("no socket for a line")
			}
		})
		co.OnKeylog = func(line []byte) { atClient = append(atClient, string(line)) }
		for range 2 { // a resumed connection has lines, too
			client, server := connect(t, co)
			exchange(t, server, client, "x")
			co.Session = client.Session()
			mu.Lock()
			if got := labels(t, atServer, tt.secret); got != tt.server {
				t.Errorf("%s: server's lines %s, want %s", tt.version, got, tt.server)
			}
			if got := labels(t, atClient, tt.secret); got != tt.client {
				t.Errorf("%s: client's lines %s, want %s", tt.version, got, tt.client)
			}
			slices.Sort(atServer)
			slices.Sort(atClient)
			if !slices.Equal(atServer, atClient) {
				t.Errorf("%s: the ends tell different secrets", tt.version)
			}
			atServer, atClient = nil, nil
			mu.Unlock()
		}
	}
}

// TestKeylogOfServerSocket compares the lines of the option with those of the client,
// and checks that they come with the server's socket.
func TestKeylogOfServerSocket(t *testing.T) {
	for _, version := range versions {
		so, co := serving(localhost), trusting(ca)
		only(&co.ContextOptions, version)
		only(&so.ContextOptions, version)
		var atServer, atClient []string
		var of *polytls.Socket
		so.OnKeylog = func(line []byte, s *polytls.Socket) { atServer, of = append(atServer, string(line)), s }
		co.OnKeylog = func(line []byte) { atClient = append(atClient, string(line)) }
		server, _ := pair(t, so, co)
		slices.Sort(atServer)
		slices.Sort(atClient)
		if len(atServer) == 0 || !slices.Equal(atServer, atClient) {
			t.Errorf("%s: lines at the server %q, at the client %q", version, atServer, atClient)
		}
		if of != server {
			t.Errorf("%s: the lines are of another socket", version)
		}
	}
}

// TestFunctionsOfServerSocket: a ServerSocket staples what its option returns, and stores
// and resumes sessions by identifier.
func TestFunctionsOfServerSocket(t *testing.T) {
	response := []byte("response")
	stored := map[string][]byte{}
	so, co := serving(localhost), trusting(ca)
	so.MaxVersion, so.SecureOptions = polytls.TLS12, secureOption(t, "SSL_OP_NO_TICKET")
	so.SessionIDContext = "test"
	so.OnOCSPRequest = func(_ context.Context, certificate, _ []byte) ([]byte, error) {
		if !bytes.Equal(certificate, localhost.Raw) {
			t.Error("it is asked about another certificate")
		}
		return response, nil
	}
	so.OnNewSession = func(_ context.Context, id, session []byte) error {
		stored[string(id)] = session
		return nil
	}
	so.OnResumeSession = func(_ context.Context, id []byte) ([]byte, error) { return stored[string(id)], nil }
	var stapled []byte
	co.RequestOCSP, co.OnOCSPResponse = true, func(_ context.Context, r []byte) error { stapled = r; return nil }
	co.OnSession = func(session []byte) { co.Session = session }
	_, client := pair(t, so, co)
	if client.SessionReused() || !bytes.Equal(stapled, response) || len(stored) != 1 || co.Session == nil {
		t.Fatalf("stapled %q, %d sessions are stored", stapled, len(stored))
	}
	if _, client = pair(t, so, co); !client.SessionReused() {
		t.Error("the session was not resumed")
	}
}

// TestKeylogOptionComesFirst: each line is passed to the option's function, and then to
// that of OnKeylog.
func TestKeylogOptionComesFirst(t *testing.T) {
	so := serving(localhost)
	lines := make(chan string, 100)
	so.OnKeylog = func(line []byte, _ *polytls.Socket) { lines <- string(line) }
	srv, co := listening(t, so, echo)
	srv.OnKeylog(func(line []byte, _ *polytls.Socket) { lines <- "again: " + string(line) })
	echoes(t, connect(t, co))
	if first, second := <-lines, <-lines; second != "again: "+first {
		t.Errorf("%q, then %q", first, second)
	}
}

// labels are those of a run of lines, each of which must be well-formed.
func labels(t *testing.T, lines []string, secret int) string {
	t.Helper()
	var out []string
	for _, line := range lines {
		m := keylogLine.FindStringSubmatch(line)
		if m == nil || len(m[2]) != secret {
			t.Errorf("line %q, want a label, a random of 64 digits and a secret of %d", line, secret)
			continue
		}
		out = append(out, m[1])
	}
	return strings.Join(out, " ")
}

// TestFinished compares what each end says of its own Finished and its peer's.
func TestFinished(t *testing.T) {
	for cipher, want := range map[string]int{"TLS_AES_256_GCM_SHA384": 48, "TLS_AES_128_GCM_SHA256": 32, "ECDHE-ECDSA-AES256-GCM-SHA384": 12, "ECDHE-ECDSA-AES128-SHA": 12} {
		so, co := serving(localhost), trusting(ca)
		co.Ciphers = cipher
		if want == 12 {
			co.MaxVersion = "TLSv1.2"
		}
		server, client := pair(t, so, co)
		if len(server.Finished()) != want || !bytes.Equal(server.Finished(), client.PeerFinished()) {
			t.Errorf("%s: server's %x, as the client saw it %x", cipher, server.Finished(), client.PeerFinished())
		}
		if len(client.Finished()) != want || !bytes.Equal(client.Finished(), server.PeerFinished()) {
			t.Errorf("%s: client's %x, as the server saw it %x", cipher, client.Finished(), server.PeerFinished())
		}
		if bytes.Equal(client.Finished(), server.Finished()) {
			t.Errorf("%s: both ends sent the same Finished", cipher)
		}
	}
}

// TestExporter derives the same bytes at both ends, others for another label,
// context or length, and refuses what cannot be derived.
func TestExporter(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		export := func(s *polytls.Socket, n int, label string, context []byte) []byte {
			t.Helper()
			b, err := s.ExportKeyingMaterial(n, label, context)
			if err != nil || len(b) != n {
				t.Fatalf("%d bytes for %q: got %d, %v", n, label, len(b), err)
			}
			return b
		}
		seen := map[string]string{}
		for what, in := range map[string]struct {
			label   string
			context []byte
		}{"plain": {"EXPORTER-a", nil}, "other label": {"EXPORTER-b", nil}, "context": {"EXPORTER-a", []byte("c")}, "other context": {"EXPORTER-a", []byte("d")}} {
			ours, theirs := export(server, 40, in.label, in.context), export(client, 40, in.label, in.context)
			if !bytes.Equal(ours, theirs) {
				t.Errorf("%s: the ends differ", what)
			}
			if other, ok := seen[string(ours)]; ok {
				t.Errorf("%s and %s are the same", what, other)
			}
			seen[string(ours)] = what
		}
		// An empty context is a context up to TLS 1.2 (RFC 5705, section 4) and
		// none in TLS 1.3 (RFC 8446, section 7.5).
		same := bytes.Equal(export(server, 40, "EXPORTER-a", nil), export(server, 40, "EXPORTER-a", []byte{}))
		if same != (server.Protocol() == "TLSv1.3") {
			t.Errorf("no context and an empty one: same is %v", same)
		}
		_, err := client.ExportKeyingMaterial(0, "label", nil)
		wantCode(t, "length 0", err, "ERR_OUT_OF_RANGE")
		_, err = client.ExportKeyingMaterial(-1, "label", nil)
		wantCode(t, "length -1", err, "ERR_OUT_OF_RANGE")
		if server.Protocol() == "TLSv1.3" {
			_, err = client.ExportKeyingMaterial(70_000, "label", nil)
			wantCode(t, "length 70,000", err, "ERR_SSL_INTERNAL_ERROR")
		} else {
			_, err = client.ExportKeyingMaterial(10, "label", make([]byte, 1<<16))
			wantCode(t, "context of 64 KB", err, "ERR_SSL_PASSED_INVALID_ARGUMENT")
			_, err = client.ExportKeyingMaterial(10, "master secret", nil)
			wantCode(t, "label of the PRF's own", err, "ERR_SSL_TLS_ILLEGAL_EXPORTER_LABEL")
		}
	})
}

// TestExporterAgreesWithCryptoTLS checks both the bytes and the talk with a
// stack that is not ours.
func TestExporterAgreesWithCryptoTLS(t *testing.T) {
	for version, number := range map[string]uint16{"TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13} {
		ours, theirs := overTCP(t)
		cert, err := tls.X509KeyPair(localhost.PEM(), localhost.KeyPEM())
		if err != nil {
			t.Fatal(err)
		}
		peer := tls.Server(theirs, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: number, MaxVersion: number})
		defer peer.Close()
		go func() {
			peer.Handshake()
			peer.Write([]byte("x"))
		}()
		s, err := polytls.Client(t.Context(), ours, trusting(ca))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Read(make([]byte, 1)); err != nil { // the peer is done
			t.Fatal(err)
		}
		theirState := peer.ConnectionState()
		for _, context := range [][]byte{nil, {}, []byte("context")} {
			want, err := theirState.ExportKeyingMaterial("EXPORTER-test", context, 50)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := s.ExportKeyingMaterial(50, "EXPORTER-test", context); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, context %q: got %x, %v, want %x", version, context, got, err, want)
			}
		}
		state := s.ConnectionState()
		if state.Version != theirState.Version || state.CipherSuite != theirState.CipherSuite || state.CurveID != theirState.CurveID || s.Protocol() != version {
			t.Errorf("%s: our state %x %x %v, theirs %x %x %v", version, state.Version, state.CipherSuite, state.CurveID, theirState.Version, theirState.CipherSuite, theirState.CurveID)
		}
	}
}

// TestConnectionState holds crypto/tls's view to what the socket tells.
func TestConnectionState(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		want := map[string]uint16{"TLSv1": tls.VersionTLS10, "TLSv1.1": tls.VersionTLS11, "TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13}[client.Protocol()]
		for _, s := range []*polytls.Socket{server, client} {
			state := s.ConnectionState()
			if !state.HandshakeComplete || state.Version != want || state.ServerName != "localhost" || state.DidResume {
				t.Errorf("%+v", state)
			}
			if name := tls.CipherSuiteName(state.CipherSuite); name != s.Cipher().StandardName {
				t.Errorf("suite %s, want %s", name, s.Cipher().StandardName)
			}
		}
		state := client.ConnectionState()
		if len(state.PeerCertificates) != 1 || !state.PeerCertificates[0].Equal(localhost.Certificate) || len(state.VerifiedChains) != 1 {
			t.Errorf("certificates %d, chains %d", len(state.PeerCertificates), len(state.VerifiedChains))
		}
	})
}

// TestSharedSigalgs is spelled as OpenSSL does, at the server alone.
func TestSharedSigalgs(t *testing.T) {
	so, co := serving(localhost), trusting(ca)
	so.Sigalgs = "RSA+SHA256:ECDSA+SHA384:ECDSA+SHA256:ed25519"
	co.Sigalgs = "ed25519:ECDSA+SHA256:rsa_pss_rsae_sha256:ECDSA+SHA384"
	server, client := pair(t, so, co)
	if got := strings.Join(server.SharedSigalgs(), " "); got != "ECDSA+SHA384 ECDSA+SHA256 Ed25519+UNDEF" {
		t.Errorf("server: %s", got)
	}
	if got := client.SharedSigalgs(); len(got) != 0 {
		t.Errorf("client: %q", got)
	}
	server, _ = pairAt(t, "TLSv1.1")
	if got := server.SharedSigalgs(); len(got) != 0 {
		t.Errorf("TLSv1.1: %q", got)
	}
}

// TestCertificates tells of both ends' certificates.
func TestCertificates(t *testing.T) {
	middle := ca.Issue(testcert.Template{CommonName: "middle", CA: true})
	so, co := serving(middle.Server("localhost")), trusting(ca)
	server, client := pair(t, so, co)
	leaf := client.PeerCertificate(true)
	if up := leaf.IssuerCertificate; up == nil || strings.Join(up.Subject.Get("CN"), "") != "middle" {
		t.Fatal("the issuer is missing")
	}
	root := leaf.IssuerCertificate.IssuerCertificate
	if root == nil || root.IssuerCertificate != root {
		t.Error("the chain does not end in the root, its own issuer")
	}
	if client.PeerCertificate(false).IssuerCertificate != nil {
		t.Error("what is not detailed has an issuer")
	}
	if got := server.Certificate(); got == nil || strings.Join(got.Subject.Get("CN"), "") != "localhost" {
		t.Error("the server's own certificate is missing")
	}
	if client.Certificate() != nil || server.PeerCertificate(true) != nil {
		t.Error("a client without certificate has one")
	}
}

// TestFactsOfResumedConnections are as those of the full handshake, apart from what
// only goes with a certificate.
func TestFactsOfResumedConnections(t *testing.T) {
	middle := ca.Issue(testcert.Template{CommonName: "middle", CA: true})
	rsa := testcert.ServerTemplate("localhost")
	rsa.Kind = testcert.RSA2048
	for _, version := range versions {
		so, co := resumable(version)
		id := identity(middle.Server("localhost"), ca.Issue(rsa))
		so.Cert, so.Key = id.Cert, id.Key
		so.RequestCert, so.CA = true, [][]byte{ca.PEM()}
		id = identity(middle.Issue(testcert.Template{CommonName: "alice"}))
		co.Cert, co.Key = id.Cert, id.Key
		var wantOwn, wantPeer string
		for i := range 2 {
			server, client := pair(t, so, co)
			exchange(t, server, client, "x")
			co.Session = client.Session()
			if client.SessionReused() != (i == 1) {
				t.Errorf("%s: resumed %v", version, client.SessionReused())
			}
			for name, s := range map[string]*polytls.Socket{"server": server, "client": client} {
				state := s.ConnectionState()
				if len(state.VerifiedChains) != 1 || !slices.ContainsFunc(state.VerifiedChains[0], ca.Certificate.Equal) {
					t.Errorf("%s, connection %d: the %s's path does not end in the root", version, i, name)
				}
				if s.Certificate() == nil || s.PeerCertificate(false) == nil {
					t.Fatalf("%s, connection %d: the %s lacks a certificate: ours %v, the peer's %v", version, i, name, s.Certificate() == nil, s.PeerCertificate(false) == nil)
				}
			}
			own, peer := server.Certificate().Fingerprint, client.Certificate().Fingerprint
			if i == 1 && (own != wantOwn || peer != wantPeer) {
				t.Errorf("%s: other certificates than in the full handshake", version)
			}
			wantOwn, wantPeer = own, peer
		}
	}
}

// TestSCTs come from a server of crypto/tls.
func TestSCTs(t *testing.T) {
	cert, err := tls.X509KeyPair(localhost.ChainPEM(), localhost.KeyPEM())
	if err != nil {
		t.Fatal(err)
	}
	cert.SignedCertificateTimestamps = [][]byte{[]byte("one"), []byte("two")}
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		for _, ask := range []bool{true, false} {
			clientConn, serverConn := overTCP(t)
			server := tls.Server(serverConn, &tls.Config{Certificates: []tls.Certificate{cert}})
			go server.Handshake()
			co := trusting(ca)
			co.RequestSCT = ask
			only(&co.ContextOptions, version)
			client, err := polytls.Client(t.Context(), clientConn, co)
			if err != nil {
				t.Fatal(err)
			}
			got := client.ConnectionState().SignedCertificateTimestamps
			if ask && (len(got) != 2 || string(got[0]) != "one" || string(got[1]) != "two") || !ask && got != nil {
				t.Errorf("%s, asked for %v: %q", version, ask, got)
			}
			client.Close()
			server.Close()
		}
	}
}

// TestHandshakeInfo records what the client offered and the messages' order.
func TestHandshakeInfo(t *testing.T) {
	so, co := serving(localhost), trusting(ca)
	so.RecordHandshake, co.RecordHandshake = true, true
	co.ALPNProtocols = []string{"a"}
	so.ECDHCurve = "P-384" // costs a second hello
	server, client := pair(t, so, co)
	for _, s := range []*polytls.Socket{server, client} {
		i := s.HandshakeInfo()
		if i == nil || i.ServerName != "localhost" || !i.HelloRetry || len(i.Ciphers) == 0 || len(i.Groups) == 0 || len(i.Sigalgs) == 0 ||
			strings.Join(i.ALPN, "") != "a" || strings.Join(i.KeyShares, "") != "secp384r1" || !slices.Contains(i.Versions, "TLSv1.3") {
			t.Fatalf("%+v", i)
		}
		var order []string
		for n, step := range i.Steps {
			order = append(order, step.Name)
			if step.Size < 4 || n > 0 && step.At < i.Steps[n-1].At {
				t.Errorf("step %d: %+v", n, step)
			}
		}
		if !slices.Equal(order[:3], []string{"ClientHello", "ServerHello", "ClientHello"}) && !slices.Equal(order[:3], []string{"ClientHello", "HelloRetryRequest", "ClientHello"}) {
			t.Errorf("order %q", order)
		}
		if i.Steps[0].Sent != (s == client) {
			t.Errorf("the hello is sent: %v", i.Steps[0].Sent)
		}
	}
	_, client = pairAt(t, "TLSv1.2")
	if i := client.HandshakeInfo(); i.Protocol != "TLSv1.2" || i.ServerName != "localhost" || i.Steps != nil || !i.Start.IsZero() || i.JA4 != "" {
		t.Errorf("without RecordHandshake: %+v", i)
	}
	if none := new(polytls.Socket).DeferHandshakeInfo(); none != nil || new(polytls.Socket).HandshakeInfo() != nil {
		t.Error("facts of the zero Socket")
	}
}
