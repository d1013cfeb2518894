package cookbook

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"polytls"
	"polytls/inspect"
)

// # Log records of handshakes
//
// `inspect.Describe` has the facts of a handshake, and of a failure what happened, who
// caused it and what to do. The record has no keys and no data, but addresses and names.
func logHandshakes(srv *polytls.Server, logger *slog.Logger) {
	srv.OnHandshake(func(s *polytls.Socket, err error) {
		log := logger.Info
		if err != nil {
			log = logger.Warn
		}
		log("handshake", "", inspect.Describe(s, err))
	})
}

func TestLogHandshakes(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, echo)
	port := start(t, srv, err)
	var text lockedBuffer
	logHandshakes(srv, slog.New(slog.NewJSONHandler(&text, nil)))
	if _, err := talk(t, trusting(port)); err != nil {
		t.Fatal(err)
	}
	if want := `"protocol":"TLSv1.3"`; !strings.Contains(text.String(), want) {
		t.Errorf("no %s in %s", want, text.String())
	}
}

// lockedBuffer is a buffer for two goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
