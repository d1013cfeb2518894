package main

import (
	"fmt"
	"log/slog"
)

// note keeps what a flag means less than it seems to, for tellNotes.
func (c *common) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// logNotes tells them once, at the start of a server.
func (c *common) logNotes(log *slog.Logger) {
	for _, text := range c.notes {
		log.Warn("flags", "note", text)
	}
	c.notes = nil
}

// sayNotes tells them once, before a client connects.
func (c *connectCommand) sayNotes() {
	if c.log == "json" {
		c.logNotes(c.logger())
		return
	}
	for _, text := range c.notes {
		say("%s", text)
	}
	c.notes = nil
}
