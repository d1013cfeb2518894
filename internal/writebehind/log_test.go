package writebehind

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a file that accepts nothing until it is released.
type slow struct {
	released chan struct{}
	file     bytes.Buffer
}

func (s *slow) Write(b []byte) (int, error) {
	<-s.released
	return s.file.Write(b)
}

// TestLogDropsLines has a writer that accepts nothing while more is logged than may
// wait, and then everything.
func TestLogDropsLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := &slow{released: make(chan struct{})}
		var l *Log
		l = NewLog(file, func(lines int) { fmt.Fprintf(l, "%d lost\n", lines) })
		start := time.Now()
		line := strings.Repeat("x", 1<<16-1) + "\n"
		fmt.Fprint(l, "first\n")
		synctest.Wait() // the file has it
		const fit, lost = maxLog>>16 + 1, 3
		for range fit + lost {
			if n, err := fmt.Fprint(l, line); n != len(line) || err != nil {
				t.Fatalf("Write: %d, %v", n, err)
			}
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("Write waited %v", waited)
		}
		l.Flush(time.Second)
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("Flush waited %v, want its limit", waited)
		}
		close(file.released)
		l.Flush(time.Minute)
		fmt.Fprint(l, "last\n")
		l.Flush(time.Minute)
		if want := "first\n" + strings.Repeat(line, fit) + "3 lost\nlast\n"; file.file.String() != want {
			t.Errorf("%d bytes were written, want %d", file.file.Len(), len(want))
		}
		l.Flush(time.Minute) // with nothing to wait for
	})
}

// TestLogKeepsLittle: once it is idle, a Log does not keep the memory of many lines, and
// that of a few for the next ones.
func TestLogKeepsLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct{ line, least int }{{100, 100}, {maxLog, 0}} {
			var file bytes.Buffer
			l := NewLog(&file, nil)
			line := strings.Repeat("x", tt.line)
			for range 2 {
				fmt.Fprint(l, line)
				synctest.Wait()
			}
			kept := cap(l.waiting) + cap(l.written)
			if file.Len() != 2*tt.line || kept < tt.least || kept > 2*mostMemory {
				t.Errorf("lines of %d bytes: %d are written, %d are kept", tt.line, file.Len(), kept)
			}
		}
	})
}
