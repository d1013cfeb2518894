package endpoint

import (
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
	if c.LogsJSON() {
		return slog.NewJSONHandler(visible.Objects{Writer: w}, logOptions)
	}
	return slog.NewTextHandler(visible.Lines{Writer: w}, logOptions)
}

// logOptions name flags in place of options in the explanations of failures.
var logOptions = &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
	if a.Key == "what" || a.Key == "remedy" {
		a.Value = slog.StringValue(explain.InFlags(a.Value.String()))
	}
	return a
}}

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
