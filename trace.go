package polytls

import (
	"io"
	"time"

	"polytls/failure"
	"polytls/internal/trace"
	"polytls/internal/trace/release"
)

// tracing says where the traces of an end's connections go, and in which form.
type tracing struct {
	queue   *trace.Queue
	release release.Release
}

func newTracing(w io.Writer, style string) (tracing, error) {
	r, ok := release.Parse(style)
	if !ok {
		return tracing{}, failure.InvalidArgValue.Option("TraceStyle", "must be one of %q. Received %q", release.Names(), style)
	}
	return tracing{trace.NewQueue(w), r}, nil
}

// EnableTrace traces the connection from the next record on, as the option does:
// Node's tlsSocket.enableTrace(). It may be called at any time; there is no end to
// it.
func (s *Socket) EnableTrace() {
	if s.errUninitialized() != nil || s.layer.Tracer() != nil {
		return
	}
	to := s.end.tracing()
	t := trace.New(to.queue, to.release, s.role == serverRole)
	if o := s.outcome.Load(); o != nil {
		t.Negotiated(o.Suite)
	}
	s.layer.SetTracer(t)
}

// traceTimeout is how long the end of a connection waits for the writer of its
// trace.
const traceTimeout = time.Second

// awaitTrace waits until the connection's trace is written, so that a program that
// ends with the connection loses nothing of it.
func (s *Socket) awaitTrace() {
	if t, ok := s.layer.Tracer().(*trace.Tracer); ok {
		t.Wait(traceTimeout)
	}
}
