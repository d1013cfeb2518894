package serve

import (
	"context"
	"log/slog"
	"os"
	"time"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/inspect"
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

func (s *server) logHandshake(sock *polytls.Socket, err error) {
	level := slog.LevelInfo
	if err != nil {
		level = slog.LevelWarn
	}
	h := inspect.Describe(sock, err)
	h.What, h.Remedy = explain.InFlags(h.What), explain.InFlags(h.Remedy)
	s.log.Log(context.Background(), level, "handshake", "", h)
}
