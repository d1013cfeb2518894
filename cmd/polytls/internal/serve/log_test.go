package serve

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
)

// TestFlushTellsOfDroppedRecords fills a pipe that is read only when the process is about
// to end: the record that counts the lost ones is written before Flush returns.
func TestFlushTellsOfDroppedRecords(t *testing.T) {
	unread, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer unread.Close()
	defer func(kept *os.File) { os.Stderr = kept }(os.Stderr)
	os.Stderr = pipe
	s := &server{command: new(command)}
	s.openLog()
	const many, size = 4000, 1000
	for range many {
		s.log.Info(strings.Repeat("x", size))
	}
	written := make(chan []byte)
	go func() {
		text, _ := io.ReadAll(unread)
		written <- text
	}()
	s.stderr.flush()
	pipe.Close()
	if text := <-written; !bytes.Contains(text, []byte("log records were dropped")) {
		t.Errorf("%d of %d records were written, and none says that the others are lost", bytes.Count(text, []byte("\n")), many)
	}
}
