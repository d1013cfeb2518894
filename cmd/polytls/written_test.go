package main

import (
	"bytes"
	"sync"
	"testing"
	"time"
)

// written is what a program writes, to be waited for.
type written struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	changed chan struct{}
}

func (l *written) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
	return l.buf.Write(p)
}

func (l *written) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// await returns when a text has been written.
func (l *written) await(t *testing.T, text string) {
	t.Helper()
	timeout := time.After(limit)
	for {
		l.mu.Lock()
		if bytes.Contains(l.buf.Bytes(), []byte(text)) {
			l.mu.Unlock()
			return
		}
		if l.changed == nil {
			l.changed = make(chan struct{})
		}
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("%q was not written:\n%s", text, l.text())
		}
	}
}
