package polytls

import (
	"io"

	"polytls/failure"
	"polytls/internal/recordlayer"
	"polytls/internal/trace"
	"polytls/internal/trace/release"
)

// tracing holds where the traces of an end's connections are written, and in which
// format.
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

// tracer returns a tracer of one connection.
func (t tracing) tracer(r recordlayer.Role) *trace.Tracer {
	return trace.New(t.queue, t.release, r == recordlayer.Server)
}
