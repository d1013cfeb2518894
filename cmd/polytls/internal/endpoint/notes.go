package endpoint

import (
	"fmt"
	"log/slog"
)

// note keeps what a flag means less than it seems to, for tellNotes.
func (c *Flags) note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}

// LogNotes logs them once, at the start of a server.
func (c *Flags) LogNotes(log *slog.Logger) {
	for _, text := range c.Notes {
		log.Warn("flags", "note", text)
	}
	c.Notes = nil
}
