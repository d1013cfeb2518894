package conn

import (
	"time"

	"polytls/internal/trace"
)

// EnableTrace traces the connection from the next record on. It may be called at any
// time; the trace cannot be turned off again.
func (c *Conn) EnableTrace() {
	if c.end == nil || c.layer.Tracer() != nil {
		return
	}
	t := c.end.NewTracer(c.Role())
	if o := c.outcome.Load(); o != nil {
		t.Negotiated(o.Suite)
	}
	c.layer.SetTracer(t)
}

// TraceTimeout is how long Close, and Shutdown of a server, wait for the writer of a
// trace.
const TraceTimeout = time.Second

// AwaitTrace waits until the connection's trace is written, so that a program that
// ends with the connection loses nothing of it.
func (c *Conn) AwaitTrace() {
	if t, ok := c.layer.Tracer().(*trace.Tracer); ok {
		t.Wait(TraceTimeout)
	}
}
