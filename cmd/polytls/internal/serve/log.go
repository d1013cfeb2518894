package serve

import (
	"log/slog"
	"os"
	"time"

	"polytls/internal/writebehind"
)

// logFlushTimeout is how long starting and ending wait for standard error, whose
// reader may be slow. Connections do not wait for it.
const logFlushTimeout = 5 * time.Second

// openLog opens the log on standard error.
func (s *server) openLog() {
	s.stderr = writebehind.NewLog(os.Stderr, func(lines int) {
		s.log.Warn("log records were dropped, because nothing reads them", "records", lines)
	})
	handler := s.LogHandler(s.stderr)
	if s.ForPeople() {
		handler = plain{w: s.stderr}
	}
	s.log = slog.New(handler)
}
