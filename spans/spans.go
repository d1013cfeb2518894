// Package spans makes OpenTelemetry spans of handshakes.
//
//	options.RecordHandshake = true // for the duration
//	srv, err := polytls.NewServer(options, handler)
//	spans.Server(srv, provider.Tracer("polytls"))
//
// It uses the API of OpenTelemetry alone; the program chooses the SDK. The attributes
// are those of OpenTelemetry's registry:
//
//	tls.established                         whether the handshake succeeded
//	tls.protocol.name                       "tls"
//	tls.protocol.version                    "1", "1.1", "1.2" or "1.3"
//	tls.cipher, tls.curve                   IANA's names
//	tls.resumed                             whether a session was resumed
//	tls.next_protocol                       of ALPN
//	tls.client.subject, tls.server.subject  of the peer's certificate
//	tls.client.ja3, tls.server.ja3s         need RecordHandshake
//	server.address                          the server name; a client without one has the host
//	server.port                             of a client of Connect
//	network.peer.address, network.peer.port the peer's
//	error.type                              Node's code of a failure, "_OTHER" without one
//
// A failed handshake has the status Error with the reason. What was not negotiated has
// no attribute. With RecordHandshake each message is an event with
// polytls.message.sent and polytls.message.size, in bytes; a client whose handshake
// fails has none of what needs RecordHandshake. Text that the peer has chosen is
// escaped, and cut after 300 characters.
package spans

import (
	"cmp"
	"context"
	"net"
	"polytls/internal/visible"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"polytls"
)

// Server makes a span "tls.handshake" of each handshake of a server from now on, from
// its start to its last message, or to the failure. It is the root of a trace, since a
// handshake carries no context. Without RecordHandshake its start is not known, and the
// span has no duration. The span is made when the handshake has ended, with all its
// attributes, so that a sampler can decide by them; for this they are computed also if
// it then drops the span.
//
// remove ends this. A nil tracer makes no spans.
func Server(srv *polytls.Server, tracer trace.Tracer) (remove func()) {
	if tracer == nil {
		return func() {}
	}
	return srv.OnHandshake(func(s *polytls.Socket, err error) {
		info := s.HandshakeInfo()
		_, span := tracer.Start(context.Background(), "tls.handshake", trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindServer),
			trace.WithTimestamp(cmp.Or(info.Start, time.Now())), trace.WithAttributes(attributes(info, "tls.client.subject", err)...))
		addMessages(span, info)
		if err != nil {
			fail(span, err)
			span.End()
			return
		}
		span.End(trace.WithTimestamp(cmp.Or(info.Start.Add(info.Took), time.Now())))
	})
}

// Connect is polytls.Connect with a span "tls.connect", a child of the context's span,
// of the connection and its handshake. A nil tracer makes none.
func Connect(ctx context.Context, tracer trace.Tracer, o polytls.ConnectOptions) (*polytls.Socket, error) {
	return client(ctx, tracer, "tls.connect", &o, func(ctx context.Context) (*polytls.Socket, error) {
		return polytls.Connect(ctx, o)
	})
}

// Client is polytls.Client with a span "tls.handshake", a child of the context's span.
// A nil tracer makes none.
func Client(ctx context.Context, tracer trace.Tracer, conn net.Conn, o polytls.ConnectOptions) (*polytls.Socket, error) {
	o.Port = 0 // which Client ignores
	return client(ctx, tracer, "tls.handshake", &o, func(ctx context.Context) (*polytls.Socket, error) {
		return polytls.Client(ctx, conn, o)
	})
}

// client makes a span of a call that connects. The callbacks of the options have its
// context.
func client(ctx context.Context, tracer trace.Tracer, name string, o *polytls.ConnectOptions, connect func(context.Context) (*polytls.Socket, error)) (*polytls.Socket, error) {
	if tracer == nil {
		tracer = noop.Tracer{}
	}
	ctx, span := tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(destination(o)...))
	defer span.End()
	s, err := connect(ctx)
	switch {
	case !span.IsRecording():
	case err != nil:
		span.SetAttributes(attributes(&polytls.HandshakeInfo{}, "", err)...)
		fail(span, err)
	default:
		info := s.HandshakeInfo()
		span.SetAttributes(attributes(info, "tls.server.subject", nil)...)
		addMessages(span, info)
	}
	return s, err
}

// addMessages makes events of a handshake's messages.
func addMessages(span trace.Span, info *polytls.HandshakeInfo) {
	if !span.IsRecording() {
		return
	}
	for _, m := range info.Steps {
		span.AddEvent(m.Name, trace.WithTimestamp(info.Start.Add(m.At)), trace.WithAttributes(message(m)...))
	}
}

func fail(span trace.Span, err error) { span.SetStatus(codes.Error, visible.Short(err.Error())) }
