package polygrpc_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"polytls"
	"polytls/internal/testcert"
	"polytls/polygrpc"
)

var (
	ca        = testcert.CA("polygrpc")
	localhost = ca.Server("localhost", "127.0.0.1", "::1")
	somebody  = ca.Client("somebody")
)

func serving() polytls.ServerOptions {
	return polytls.ServerOptions{ContextOptions: polytls.ContextOptions{
		Cert: [][]byte{localhost.ChainPEM()}, Key: []polytls.Key{{PEM: localhost.KeyPEM()}}, CA: [][]byte{ca.PEM()},
	}}
}

func trusting() polytls.ConnectOptions {
	return polytls.ConnectOptions{ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}}}
}

// asSomebody adds a client's certificate.
func asSomebody(o polytls.ConnectOptions) polytls.ConnectOptions {
	o.Cert, o.Key = [][]byte{somebody.ChainPEM()}, []polytls.Key{{PEM: somebody.KeyPEM()}}
	return o
}

// service answers a call with what its handler sees of the peer.
type service struct {
	pb.UnimplementedTestServiceServer
	tell func(credentials.AuthInfo) string
}

func (s service) UnaryCall(ctx context.Context, in *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	p, _ := peer.FromContext(ctx)
	return &pb.SimpleResponse{Username: s.tell(p.AuthInfo), Payload: in.Payload}, nil
}

// FullDuplexCall sends back what comes.
func (s service) FullDuplexCall(stream pb.TestService_FullDuplexCallServer) error {
	for {
		in, err := stream.Recv()
		if err != nil {
			return nil
		}
		if err := stream.Send(&pb.StreamingOutputCallResponse{Payload: in.Payload}); err != nil {
			return err
		}
	}
}

// tell says what gRPC's own type of AuthInfo says.
func tell(info credentials.AuthInfo) string {
	t, ok := info.(credentials.TLSInfo)
	if !ok {
		return "not a TLSInfo"
	}
	var name string
	if certs := t.State.PeerCertificates; len(certs) > 0 {
		name = certs[0].Subject.CommonName
	}
	words := []string{t.State.NegotiatedProtocol, tls.VersionName(t.State.Version), t.SecurityLevel.String(), "peer=" + name}
	if t.State.DidResume {
		words = append(words, "resumed")
	}
	if t.SPIFFEID != nil {
		words = append(words, t.SPIFFEID.String())
	}
	return strings.Join(words, " ")
}

// start serves until the test ends and returns the address.
func start(t *testing.T, creds credentials.TransportCredentials, s service) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(creds))
	pb.RegisterTestServiceServer(server, s)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
	return l.Addr().String()
}

func startOurs(t *testing.T, o polytls.ServerOptions) string {
	t.Helper()
	return start(t, serverOf(t, o), service{tell: tell})
}

func serverOf(t *testing.T, o polytls.ServerOptions) *polygrpc.Credentials {
	t.Helper()
	creds, err := polygrpc.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { creds.Server.Close() })
	return creds
}

func clientOf(t *testing.T, o polytls.ConnectOptions) *polygrpc.Credentials {
	t.Helper()
	creds, err := polygrpc.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	return creds
}

func dial(t *testing.T, address string, creds credentials.TransportCredentials) pb.TestServiceClient {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(creds))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return pb.NewTestServiceClient(conn)
}

// ask makes a call with a large body, and returns what the server saw.
func ask(t *testing.T, c pb.TestServiceClient) string {
	t.Helper()
	body := []byte(strings.Repeat("0123456789", 30_000))
	out, err := c.UnaryCall(t.Context(), &pb.SimpleRequest{Payload: &pb.Payload{Body: body}})
	if err != nil {
		t.Fatal(err)
	}
	if string(out.GetPayload().GetBody()) != string(body) {
		t.Fatal("the answer has another body")
	}
	return out.GetUsername()
}

// theirs are gRPC's own credentials.
func theirs(t *testing.T, own *testcert.Cert) credentials.TransportCredentials {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(ca.Certificate)
	pair, err := tls.X509KeyPair(own.ChainPEM(), own.KeyPEM())
	if err != nil {
		t.Fatal(err)
	}
	return credentials.NewTLS(&tls.Config{
		RootCAs: pool, ClientCAs: pool, Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert,
	})
}

// TestBothEnds: a handler finds the client's certificate where it does with gRPC's own
// credentials, at whichever end we are.
func TestBothEnds(t *testing.T) {
	asking := serving()
	asking.RequestCert = true
	for _, tt := range []struct {
		name           string
		server, client credentials.TransportCredentials
	}{
		{"gRPC's client", serverOf(t, asking), theirs(t, somebody)},
		{"gRPC's server", theirs(t, localhost), clientOf(t, asSomebody(trusting()))},
		{"ours", serverOf(t, asking), clientOf(t, asSomebody(trusting()))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := dial(t, start(t, tt.server, service{tell: tell}), tt.client)
			want := "h2 TLS 1.3 PrivacyAndIntegrity peer=somebody"
			if got := ask(t, c); got != want {
				t.Errorf("the handler saw %q, want %q", got, want)
			}
			stream, err := c.FullDuplexCall(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{"one", "two", "three"} {
				if err := stream.Send(&pb.StreamingOutputCallRequest{Payload: &pb.Payload{Body: []byte(text)}}); err != nil {
					t.Fatal(err)
				}
				if out, err := stream.Recv(); err != nil || string(out.Payload.Body) != text {
					t.Fatalf("received %v, %v, want %q", out, err, text)
				}
			}
		})
	}
}

// TestResumption: a second connection of the same credentials resumes.
func TestResumption(t *testing.T) {
	for _, version := range []string{polytls.TLS12, polytls.TLS13} {
		t.Run(version, func(t *testing.T) {
			o := trusting()
			o.MaxVersion = version
			address, creds := startOurs(t, serving()), clientOf(t, o)
			for i, want := range []string{"", "resumed"} {
				got := ask(t, dial(t, address, creds))
				if strings.HasSuffix(got, "resumed") != (want != "") {
					t.Errorf("connection %d: the handler saw %q, want %q", i, got, want)
				}
			}
		})
	}
}

// TestPreSharedKey: what a handler cannot learn from a TLSInfo it learns from the
// Socket.
func TestPreSharedKey(t *testing.T) {
	key := []byte("0123456789abcdef")
	so := polytls.ServerOptions{PSKCallback: func(_ context.Context, _ *polytls.Socket, identity []byte) (*polytls.PSK, error) {
		return &polytls.PSK{Identity: identity, Key: key}, nil
	}}
	server := serverOf(t, so)
	server.AuthInfo = func(s *polytls.Socket) credentials.AuthInfo { return identified{polygrpc.TLSInfo(s), s} }
	address := start(t, server, service{tell: func(info credentials.AuthInfo) string {
		return string(info.(identified).socket.Parameters().PSKIdentity)
	}})
	co := polytls.ConnectOptions{PSKCallback: func(context.Context, *string) ([]polytls.PSK, error) {
		return []polytls.PSK{{Identity: []byte("device 7"), Key: key}}, nil
	}}
	if got := ask(t, dial(t, address, clientOf(t, co))); got != "device 7" {
		t.Errorf("the handler saw the identity %q", got)
	}
}

type identified struct {
	credentials.TLSInfo
	socket *polytls.Socket
}

// TestUnencrypted: a suite without encryption is told from others.
func TestUnencrypted(t *testing.T) {
	so, co := serving(), trusting()
	so.Ciphers, so.MaxVersion = "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0", polytls.TLS12
	co.Ciphers, co.MaxVersion = so.Ciphers, so.MaxVersion
	want := "h2 TLS 1.2 IntegrityOnly peer="
	if got := ask(t, dial(t, startOurs(t, so), clientOf(t, co))); got != want {
		t.Errorf("the handler saw %q, want %q", got, want)
	}
}

// TestSPIFFEID: a certificate with one URI names a workload.
func TestSPIFFEID(t *testing.T) {
	id := &url.URL{Scheme: "spiffe", Host: "example.org", Path: "/billing"}
	web := &url.URL{Scheme: "https", Host: "example.org"}
	for _, tt := range []struct {
		uris []*url.URL
		want bool
	}{{[]*url.URL{id}, true}, {[]*url.URL{web}, false}, {[]*url.URL{id, web}, false}, {nil, false}} {
		got := polygrpc.SPIFFEID([]*x509.Certificate{{URIs: tt.uris}})
		if (got != nil) != tt.want {
			t.Errorf("%v: the ID is %v", tt.uris, got)
		}
	}
}

// TestRefusals: who is refused, is so at both ends, with a reason.
func TestRefusals(t *testing.T) {
	asking := serving()
	asking.RequestCert = true
	old := serving()
	old.MinVersion, old.MaxVersion, old.Ciphers = polytls.TLS11, polytls.TLS11, "DEFAULT:@SECLEVEL=0"
	oldClient := trusting()
	oldClient.MinVersion, oldClient.MaxVersion, oldClient.Ciphers = polytls.TLS11, polytls.TLS11, "DEFAULT:@SECLEVEL=0"
	other := trusting()
	other.ServerName = "other.example"
	for _, tt := range []struct {
		name   string
		server polytls.ServerOptions
		client polytls.ConnectOptions
		want   string
	}{
		{"no trust", serving(), polytls.ConnectOptions{}, "SELF_SIGNED_CERT_IN_CHAIN"},
		{"another name", serving(), other, "ERR_TLS_CERT_ALTNAME_INVALID"},
		{"TLS 1.1", old, oldClient, "HTTP/2 needs TLS 1.2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := dial(t, startOurs(t, tt.server), clientOf(t, tt.client)).UnaryCall(t.Context(), &pb.SimpleRequest{})
			if status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the call returned %v, want %s", err, tt.want)
			}
		})
	}
	t.Run("no certificate", func(t *testing.T) {
		server := serverOf(t, asking)
		refused := make(chan error, 10)
		server.Server.OnTLSClientError(func(err error, _ *polytls.Socket) { refused <- err })
		address := start(t, server, service{tell: tell})
		if _, err := dial(t, address, clientOf(t, trusting())).UnaryCall(t.Context(), &pb.SimpleRequest{}); status.Code(err) != codes.Unavailable {
			t.Errorf("the call returned %v", err)
		}
		var e *polytls.Error
		if err := <-refused; !errors.As(err, &e) || e.Code != "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE" {
			t.Errorf("the server's error is %v", err)
		}
	})
}

// TestWithoutALPN: a peer that does not negotiate HTTP/2 is refused.
func TestWithoutALPN(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	go func() {
		s, err := polytls.Client(t.Context(), far, func() polytls.ConnectOptions {
			o := trusting()
			o.Host = "localhost"
			return o
		}())
		if err == nil {
			s.Read(make([]byte, 1)) // until the server closes
			s.Close()
		}
	}()
	_, _, err := serverOf(t, serving()).ServerHandshake(near)
	var e *polytls.Error
	if !errors.As(err, &e) || e.Code != "ERR_SSL_NO_APPLICATION_PROTOCOL" {
		t.Errorf("the handshake returned %v", err)
	}
}

// TestCancelledHandshake: a handshake ends with its context.
func TestCancelledHandshake(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		far.Read(make([]byte, 1)) // the hello has begun
		cancel()
	}()
	if _, _, err := clientOf(t, trusting()).ClientHandshake(ctx, "localhost:443", near); !errors.Is(err, context.Canceled) {
		t.Errorf("the handshake returned %v", err)
	}
}

// TestOptions: those that gRPC cannot serve are errors that name them.
func TestOptions(t *testing.T) {
	early, protocols := serving(), serving()
	early.MaxEarlyData = 1
	protocols.ALPNProtocols = []string{"http/1.1"}
	for _, o := range []polytls.ServerOptions{early, protocols} {
		_, err := polygrpc.NewServer(o)
		checkOption(t, err)
	}
	data, others := trusting(), trusting()
	data.EarlyData = []byte("x")
	others.ALPNProtocols = []string{"http/1.1"}
	for _, o := range []polytls.ConnectOptions{data, others} {
		_, err := polygrpc.NewClient(o)
		checkOption(t, err)
	}
	both := serving()
	both.ALPNProtocols = []string{"http/1.1", "h2"}
	serverOf(t, both)
}

func checkOption(t *testing.T, err error) {
	t.Helper()
	var e *polytls.Error
	names := []string{"MaxEarlyData", "EarlyData", "ALPNProtocols"}
	if !errors.As(err, &e) || e.Code != "ERR_INVALID_ARG_VALUE" || !slices.Contains(names, e.Option) {
		t.Errorf("the error is %v", err)
	}
}

// TestWrongEnd: the credentials of one end are not those of the other.
func TestWrongEnd(t *testing.T) {
	_, _, err := serverOf(t, serving()).ClientHandshake(t.Context(), "localhost", nil)
	_, _, err2 := clientOf(t, trusting()).ServerHandshake(nil)
	for _, err := range []error{err, err2} {
		var e *polytls.Error
		if !errors.As(err, &e) || e.Code != "ERR_TLS_INVALID_STATE" {
			t.Errorf("the error is %v", err)
		}
	}
}

// TestAuthority: the certificate must be for the authority, also for an address.
func TestAuthority(t *testing.T) {
	address := startOurs(t, serving())
	_, port, _ := net.SplitHostPort(address)
	for _, authority := range []string{"localhost", "localhost:" + port, "[::1]:443", "[::1]", "127.0.0.1"} {
		conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(clientOf(t, trusting())), grpc.WithAuthority(authority))
		if err != nil {
			t.Fatal(err)
		}
		ask(t, pb.NewTestServiceClient(conn))
		conn.Close()
	}
}
