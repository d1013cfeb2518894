package endpoint

import (
	"fmt"
	"log/slog"
	"os"

	"polytls/internal/visible"
)

// jsonLog is the value of --log that writes a JSON object for each record.
const jsonLog = "json"

// LogsJSON reports whether --log is json.
func (c *Flags) LogsJSON() bool { return c.log == jsonLog }

// Logger makes the logger of --log.
func (c *Flags) Logger() *slog.Logger {
	if c.LogsJSON() {
		return slog.New(slog.NewJSONHandler(visible.Objects{Writer: os.Stderr}, nil))
	}
	return slog.New(slog.NewTextHandler(visible.Lines{Writer: os.Stderr}, nil))
}

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
