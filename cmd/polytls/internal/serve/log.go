package serve

import (
	"log/slog"
	"os"
	"time"

	"polytls/internal/writebehind"
)

// stderr is standard error, whose reader may be slow: connections do not wait for it. It
// has the records of the log, and lines that are written to it between them.
type stderr struct {
	lines   *writebehind.Log
	records *writebehind.Handler
}

// openLog opens the log on standard error.
func (s *server) openLog() {
	var handler slog.Handler
	lines := writebehind.NewLog(os.Stderr, func(lines int) {
		// Not to the queue of the others: Flush waits for what this function writes.
		slog.New(handler).Warn("log records were dropped, because nothing reads them", "records", lines)
	})
	handler = s.LogHandler(lines)
	if s.ForPeople() {
		handler = plain{w: lines}
	}
	s.stderr = &stderr{lines, writebehind.NewHandler(handler)}
	s.log = slog.New(s.stderr.records)
}

// Write writes a line.
func (w *stderr) Write(line []byte) (int, error) {
	w.records.Flush()
	return w.lines.Write(line)
}

// logFlushTimeout is how long starting and ending wait for standard error.
const logFlushTimeout = 5 * time.Second

func (w *stderr) flush() {
	w.records.Flush()
	w.lines.Flush(logFlushTimeout)
}
