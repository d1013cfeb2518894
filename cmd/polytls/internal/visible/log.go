package visible

import (
	"io"
	"log/slog"
)

var LogFormats = []string{"text", "json"}

// NewLogger makes the logger of --log.
func NewLogger(w io.Writer, format string) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(Objects{w}, nil))
	}
	return slog.New(slog.NewTextHandler(Lines{w}, nil))
}
