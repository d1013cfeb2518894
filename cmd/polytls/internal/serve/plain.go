package serve

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/internal/visible"
)

// plain writes a line for people in place of each log record.
type plain struct {
	w     io.Writer
	attrs []slog.Attr
}

func (p plain) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

func (p plain) WithAttrs(attrs []slog.Attr) slog.Handler {
	return plain{p.w, slices.Concat(p.attrs, attrs)}
}

func (p plain) WithGroup(string) slog.Handler { return p }

func (p plain) Handle(_ context.Context, r slog.Record) error {
	text, attrs := r.Message, slices.Clone(p.attrs)
	r.Attrs(func(a slog.Attr) bool {
		if d, ok := a.Value.Any().(*polytls.DeferredInfo); ok {
			text = handshakeText(d.Summary())
			return true
		}
		attrs = append(attrs, a)
		return true
	})
	for i, a := range attrs {
		text += fmt.Sprintf("%s%s %v", []string{": ", ", "}[min(i, 1)], a.Key, a.Value)
	}
	_, err := fmt.Fprintln(p.w, r.Time.Format(time.TimeOnly), visible.Text(text))
	return err
}

// handshakeText tells of a handshake: with whom, and what was negotiated or why not.
func handshakeText(h *polytls.HandshakeInfo) string {
	if h.Err != nil {
		f, x := explain.Of(h.Err), h.Failure
		return h.Remote + " failed: " + explain.Line(f.Code, f.Reason, explain.InFlags(x.What), x.Fault, explain.InFlags(x.Remedy))
	}
	facts := []string{h.Protocol, h.Cipher.StandardName}
	for _, fact := range []string{h.Parameters.Group, h.ServerName, h.ALPNProtocol} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	switch {
	case h.Parameters.PSKIdentity != nil:
		facts = append(facts, "key of "+h.Peer)
	case h.SessionReused:
		facts = append(facts, "resumed")
	}
	if h.Took > 0 {
		facts = append(facts, fmt.Sprintf("%.1f ms", h.Took.Seconds()*1000))
	}
	text := h.Remote + " " + strings.Join(facts, ", ")
	if f := explain.Of(h.AuthorizationError); f != nil {
		text += "; not authorized: " + f.Error()
	}
	if len(h.Weak) > 0 {
		text += "; weak: " + strings.Join(h.Weak, ", ")
	}
	return text
}
