package endpoint

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"

	"polytls/cmd/polytls/internal/explain"
	"polytls/internal/visible"
)

// jsonLog is the value of --log that writes a JSON object for each record.
const jsonLog = "json"

var logFormats = []string{"text", jsonLog}

// LogsJSON reports whether --log is json.
func (c *Flags) LogsJSON() bool { return c.log == jsonLog }

// ForPeople reports whether a person reads standard error: it is a terminal, and no
// --log asks for records.
func (c *Flags) ForPeople() bool { return c.log == "" && term.IsTerminal(int(os.Stderr.Fd())) }

// LogHandler makes the handler of --log that writes records to w.
func (c *Flags) LogHandler(w io.Writer) slog.Handler {
	format := func(o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(visible.Lines{Writer: w}, o) }
	if c.LogsJSON() {
		format = func(o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(visible.Objects{Writer: w}, o) }
	}
	return logHandler{format(nil), format(&slog.HandlerOptions{ReplaceAttr: inFlags})}
}

// logHandler has a handler for failures, whose explanations name options, and a cheaper
// one for the records of a busy server.
type logHandler struct {
	slog.Handler
	failures slog.Handler
}

func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		return h.failures.Handle(ctx, r)
	}
	return h.Handler.Handle(ctx, r)
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs), h.failures.WithAttrs(attrs)}
}

func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name), h.failures.WithGroup(name)}
}

// inFlags names flags in place of options in an explanation.
func inFlags(_ []string, a slog.Attr) slog.Attr {
	if a.Key == "what" || a.Key == "remedy" {
		a.Value = slog.StringValue(explain.InFlags(a.Value.String()))
	}
	return a
}

// Logger makes the logger of --log.
func (c *Flags) Logger() *slog.Logger { return slog.New(c.LogHandler(os.Stderr)) }

// note adds a line about a flag that has less effect than it seems to have.
func (c *Flags) note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}

// LogNotes logs the notes, once.
func (c *Flags) LogNotes(log *slog.Logger) {
	for _, text := range c.Notes {
		log.Warn("flags", "note", text)
	}
	c.Notes = nil
}
