package main

import (
	"io"
	"log/slog"
)

var logFormats = []string{"text", "json"}

// newLogger makes the logger of --log.
func newLogger(w io.Writer, format string) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(visibleObjects{w}, nil))
	}
	return slog.New(slog.NewTextHandler(visibleLines{w}, nil))
}
