package spans_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"polytls"
	"polytls/internal/testcert"
	"polytls/spans"
)

var (
	ca        = testcert.CA("spans test root")
	localhost = ca.Server("localhost")
)

// traced is a server whose spans are kept, with clients whose spans are kept elsewhere.
type traced struct {
	t              *testing.T
	srv            *polytls.Server
	remove         func()
	server, client *tracetest.SpanRecorder
	tracer         trace.Tracer // of the clients
}

// recorded returns a tracer and what records its spans.
func recorded() (trace.Tracer, *tracetest.SpanRecorder) {
	r := tracetest.NewSpanRecorder()
	return sdk.NewTracerProvider(sdk.WithSpanProcessor(r)).Tracer("test"), r
}

func serve(t *testing.T, change func(*polytls.ServerOptions)) *traced {
	t.Helper()
	var o polytls.ServerOptions
	o.Cert, o.Key = [][]byte{localhost.ChainPEM()}, []polytls.Key{{PEM: localhost.KeyPEM()}}
	o.ALPNProtocols, o.RecordHandshake = []string{"test/1"}, true
	change(&o)
	srv, err := polytls.NewServer(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &traced{t: t, srv: srv}
	tracer, server := recorded()
	s.server, s.remove = server, spans.Server(srv, tracer)
	s.tracer, s.client = recorded()
	return s
}

// options of a client of a version.
func options(version string) polytls.ConnectOptions {
	o := polytls.ConnectOptions{ServerName: "localhost", ALPNProtocols: []string{"test/1"}, RecordHandshake: true}
	o.CA, o.ECDHCurve = [][]byte{ca.PEM()}, "P-256"
	o.MinVersion, o.MaxVersion = version, version
	return o
}

// connect makes a connection of which the client reads a byte. Both ends have closed it
// when connect returns.
func (s *traced) connect(ctx context.Context, call func(context.Context, trace.Tracer, net.Addr) (*polytls.Socket, error)) error {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	served := make(chan struct{})
	go func() {
		defer close(served)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		if c, err := s.srv.Handshake(context.Background(), conn); err == nil {
			io.WriteString(c, "x")
			io.Copy(io.Discard, c)
		}
	}()
	c, err := call(ctx, s.tracer, l.Addr())
	if err == nil {
		c.SetDeadline(time.Now().Add(time.Minute))
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			s.t.Error(err)
		}
		c.Close()
	}
	<-served
	return err
}

// handshake makes a connection with spans.Client.
func (s *traced) handshake(ctx context.Context, o polytls.ConnectOptions) error {
	s.t.Helper()
	return s.connect(ctx, func(ctx context.Context, tracer trace.Tracer, to net.Addr) (*polytls.Socket, error) {
		conn, err := net.Dial(to.Network(), to.String())
		if err != nil {
			return nil, err
		}
		return spans.Client(ctx, tracer, conn, o)
	})
}

// last returns the last of the spans, of which there must be n.
func last(t *testing.T, r *tracetest.SpanRecorder, n int) sdk.ReadOnlySpan {
	t.Helper()
	all := r.Ended()
	if len(all) != n || len(r.Started()) != n {
		t.Fatalf("%d spans were started and %d ended, want %d", len(r.Started()), len(all), n)
	}
	return all[n-1]
}

// want compares a span's attributes; those whose value is nil may have any.
func want(t *testing.T, span sdk.ReadOnlySpan, attributes map[string]any) {
	t.Helper()
	got := map[string]any{}
	for _, a := range span.Attributes() {
		got[string(a.Key)] = a.Value.AsInterface()
		if v, ok := attributes[string(a.Key)]; ok && v == nil {
			got[string(a.Key)] = nil
		}
	}
	if !maps.Equal(got, attributes) {
		t.Errorf("%s has\n%v, want\n%v", span.SpanKind(), got, attributes)
	}
}

// wantMessages expects an event for each message that a full handshake has, in the order
// of time and within the span.
func wantMessages(t *testing.T, span sdk.ReadOnlySpan, sent string) {
	t.Helper()
	at, seen := span.StartTime(), false
	for _, e := range span.Events() {
		if e.Time.Before(at) {
			t.Errorf("%s: %s is at %v, before %v", span.SpanKind(), e.Name, e.Time, at)
		}
		at = e.Time
		if e.Name == sent {
			seen = slices.Contains(e.Attributes, attribute.Bool("polytls.message.sent", true))
		}
	}
	if !seen || span.EndTime().Before(at) {
		t.Errorf("%s from %v to %v has the events %v, want that %s is sent", span.SpanKind(), span.StartTime(), span.EndTime(), span.Events(), sent)
	}
}

// TestSpans makes a full handshake, one that resumes, and one that fails.
func TestSpans(t *testing.T) {
	for version, suite := range map[string]string{
		"TLSv1":   "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
		"TLSv1.2": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLSv1.3": "TLS_AES_256_GCM_SHA384",
	} {
		t.Run(version, func(t *testing.T) {
			s := serve(t, func(o *polytls.ServerOptions) {
				o.MinVersion = version
				if version == "TLSv1" {
					o.Ciphers = "DEFAULT@SECLEVEL=0"
				}
			})
			var session []byte
			o := options(version)
			o.Ciphers = map[string]string{"TLSv1": "ECDHE-ECDSA-AES256-SHA@SECLEVEL=0", "TLSv1.2": "ECDHE-ECDSA-AES256-GCM-SHA384", "TLSv1.3": "TLS_AES_256_GCM_SHA384"}[version]
			o.OnSession = func(der []byte) { session = der }
			attributes := map[string]any{
				"tls.established": true, "tls.protocol.name": "tls", "tls.protocol.version": strings.TrimPrefix(version, "TLSv"),
				"tls.cipher": suite, "tls.curve": "secp256r1", "tls.resumed": false, "tls.next_protocol": "test/1",
				"tls.client.ja3": nil, "tls.server.ja3s": nil,
				"server.address": "localhost", "network.peer.address": "127.0.0.1", "network.peer.port": nil,
			}
			check := func(n int, sent string) {
				t.Helper()
				atServer, atClient := last(t, s.server, n), last(t, s.client, n)
				want(t, atServer, attributes)
				subject := maps.Clone(attributes)
				subject["tls.server.subject"] = "O=polytls, CN=localhost"
				want(t, atClient, subject)
				wantMessages(t, atServer, sent)
				wantMessages(t, atClient, "ClientHello")
				for kind, span := range map[trace.SpanKind]sdk.ReadOnlySpan{trace.SpanKindServer: atServer, trace.SpanKindClient: atClient} {
					if span.Name() != "tls.handshake" || span.SpanKind() != kind || span.Status().Code != codes.Unset || !span.EndTime().After(span.StartTime()) {
						t.Errorf("%s %s has the status %v, from %v to %v", span.SpanKind(), span.Name(), span.Status(), span.StartTime(), span.EndTime())
					}
				}
			}
			if err := s.handshake(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			check(1, "Certificate")

			o.Session, attributes["tls.resumed"] = session, true
			if version != "TLSv1.3" {
				delete(attributes, "tls.curve")
			}
			if err := s.handshake(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			check(2, "ServerHello")

			o.CA, o.Session = [][]byte{}, nil
			var refused *polytls.Error
			if err := s.handshake(t.Context(), o); !errors.As(err, &refused) {
				t.Fatal(err)
			}
			s.wantFailures(3, refused)
		})
	}
}

// wantFailures expects spans of a handshake in which the client refused the server.
func (s *traced) wantFailures(n int, refused *polytls.Error) {
	s.t.Helper()
	atServer, atClient := last(s.t, s.server, n), last(s.t, s.client, n)
	want(s.t, atServer, map[string]any{
		"tls.established": false, "error.type": "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "tls.client.ja3": nil, "tls.server.ja3s": nil,
		"network.peer.address": "127.0.0.1", "network.peer.port": nil, "server.address": "localhost",
	})
	want(s.t, atClient, map[string]any{"tls.established": false, "error.type": refused.Code, "server.address": "localhost"})
	wantMessages(s.t, atServer, "Certificate")
	if got := atClient.Status(); got != (sdk.Status{Code: codes.Error, Description: refused.Error()}) {
		s.t.Errorf("the client's status is %v, want %v", got, refused)
	}
	if got := atServer.Status(); got.Code != codes.Error || !strings.Contains(got.Description, "alert") {
		s.t.Errorf("the server's status is %v", got)
	}
}

// TestParents: the client's span is a child of the caller's, and callbacks have its
// context; the server's is a root.
func TestParents(t *testing.T) {
	s := serve(t, func(*polytls.ServerOptions) {})
	tracer, _ := recorded()
	ctx, parent := tracer.Start(t.Context(), "request")
	var inside trace.SpanContext
	o := options("TLSv1.3")
	o.Verify = func(ctx context.Context, _ *polytls.PeerVerdict) error {
		inside = trace.SpanContextFromContext(ctx)
		return nil
	}
	if err := s.handshake(ctx, o); err != nil {
		t.Fatal(err)
	}
	atServer, atClient := last(t, s.server, 1), last(t, s.client, 1)
	if got := atClient.Parent(); !got.Equal(parent.SpanContext()) {
		t.Errorf("the client's span is a child of %v, want %v", got, parent.SpanContext())
	}
	if !inside.Equal(atClient.SpanContext()) {
		t.Errorf("a callback has the span %v, want %v", inside, atClient.SpanContext())
	}
	if got := atServer.Parent(); got.IsValid() {
		t.Errorf("the server's span is a child of %v", got)
	}
}

// TestConnect makes a span of a connection, and of one that is refused.
func TestConnect(t *testing.T) {
	s := serve(t, func(*polytls.ServerOptions) {})
	o := options("TLSv1.3")
	o.Host = "127.0.0.1"
	err := s.connect(t.Context(), func(ctx context.Context, tracer trace.Tracer, to net.Addr) (*polytls.Socket, error) {
		o.Port = to.(*net.TCPAddr).Port
		return spans.Connect(ctx, tracer, o)
	})
	if err != nil {
		t.Fatal(err)
	}
	span := last(t, s.client, 1)
	if span.Name() != "tls.connect" || !slices.Contains(span.Attributes(), attribute.Int("server.port", o.Port)) || !slices.Contains(span.Attributes(), attribute.Bool("tls.established", true)) {
		t.Errorf("%s has %v", span.Name(), span.Attributes())
	}
	wantMessages(t, span, "ClientHello")

	o = polytls.ConnectOptions{Path: t.TempDir() + "/none"}
	if _, err := spans.Connect(t.Context(), s.tracer, o); err == nil {
		t.Fatal("connected to no server")
	}
	span = last(t, s.client, 2)
	want(t, span, map[string]any{"tls.established": false, "error.type": "ENOENT", "server.address": o.Path})
	if span.Status().Code != codes.Error {
		t.Errorf("the status is %v", span.Status())
	}
}

// TestExternalKey: the identity of a key is no subject, and its use no resumption.
func TestExternalKey(t *testing.T) {
	key := polytls.PSK{Identity: []byte("me"), Key: make([]byte, 32)}
	s := serve(t, func(o *polytls.ServerOptions) {
		o.PSKCallback = func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) { return &key, nil }
	})
	o := options("TLSv1.3")
	o.Ciphers = "TLS_AES_128_GCM_SHA256"
	o.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return []polytls.PSK{key}, nil }
	if err := s.handshake(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*tracetest.SpanRecorder{s.server, s.client} {
		want(t, last(t, r, 1), map[string]any{
			"tls.established": true, "tls.protocol.name": "tls", "tls.protocol.version": "1.3", "tls.resumed": false,
			"tls.cipher": "TLS_AES_128_GCM_SHA256", "tls.curve": "secp256r1", "tls.next_protocol": "test/1",
			"tls.client.ja3": nil, "tls.server.ja3s": nil, "server.address": "localhost",
			"network.peer.address": "127.0.0.1", "network.peer.port": nil,
		})
	}
}

// TestTextOfPeer: what the peer names is escaped, and a reason is also cut; an error
// without a code has the type that is for others.
func TestTextOfPeer(t *testing.T) {
	const hostile, escaped = "no\n\u202e\xff", `no\n\u202e\xff`
	s := serve(t, func(o *polytls.ServerOptions) { o.ALPNProtocols = []string{hostile} })
	o := options("TLSv1.3")
	o.ALPNProtocols = []string{hostile}
	if err := s.handshake(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*tracetest.SpanRecorder{s.server, s.client} {
		if span := last(t, r, 1); !slices.Contains(span.Attributes(), attribute.String("tls.next_protocol", escaped)) {
			t.Errorf("%s has %v", span.SpanKind(), span.Attributes())
		}
	}
	o.CheckServerIdentity = func(context.Context, string, *polytls.Certificate) error {
		return errors.New(hostile + strings.Repeat("long", 100))
	}
	if err := s.handshake(t.Context(), o); err == nil {
		t.Fatal("a refused server is accepted")
	}
	span := last(t, s.client, 2)
	if got := span.Status().Description; !strings.Contains(got, escaped) || !strings.HasSuffix(got, "…") || len(got) > 350 {
		t.Errorf("the status is %q", got)
	}
	if !slices.Contains(span.Attributes(), attribute.String("error.type", "_OTHER")) {
		t.Errorf("the client has %v", span.Attributes())
	}
}

// TestWithoutRecord: without RecordHandshake spans lack what needs it.
func TestWithoutRecord(t *testing.T) {
	s := serve(t, func(o *polytls.ServerOptions) { o.RecordHandshake = false })
	before := time.Now()
	o := options("TLSv1.3")
	o.RecordHandshake = false
	if err := s.handshake(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*tracetest.SpanRecorder{s.server, s.client} {
		span := last(t, r, 1)
		if span.StartTime().Before(before) || span.EndTime().Before(span.StartTime()) || len(span.Events()) > 0 {
			t.Errorf("%s from %v to %v, after %v, with %v", span.SpanKind(), span.StartTime(), span.EndTime(), before, span.Events())
		}
		if !slices.Contains(span.Attributes(), attribute.String("server.address", "localhost")) {
			t.Errorf("%s has %v", span.SpanKind(), span.Attributes())
		}
	}
}

// TestNoTracer: without a tracer everything works as without this package, and so does
// a server that is no longer observed.
func TestNoTracer(t *testing.T) {
	s := serve(t, func(*polytls.ServerOptions) {})
	s.remove()
	spans.Server(s.srv, nil)()
	spans.Server(s.srv, nil)
	s.tracer = nil
	if err := s.handshake(t.Context(), options("TLSv1.3")); err != nil {
		t.Fatal(err)
	}
	if got := s.server.Started(); len(got) > 0 {
		t.Errorf("%d spans were started", len(got))
	}
}
