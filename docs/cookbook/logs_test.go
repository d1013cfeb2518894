package cookbook

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"polytls"
)

// # Log records of handshakes
//
// A record is written when a handshake ends, at the level Warn with what happened and
// what to do if it failed, and one for the first error after that.
// [operating.md](operating.md#log-records) lists the attributes. A record has no keys and
// no data, but addresses and names. Clients have the same option.
func logHandshakes(o polytls.ServerOptions, logger *slog.Logger) polytls.ServerOptions {
	o.Logger = logger
	o.RecordHandshake = true // for the duration and the fingerprint of the client
	return o
}

func TestLogHandshakes(t *testing.T) {
	var text lockedBuffer
	o := polytls.ServerOptions{ContextOptions: identity(localhost)}
	srv, err := polytls.NewServer(logHandshakes(o, slog.New(slog.NewJSONHandler(&text, nil))), echo)
	if _, err := talk(t, trusting(start(t, srv, err))); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"protocol":"TLSv1.3"`, `"ja4":"t13`} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %s in %s", want, text.String())
		}
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
