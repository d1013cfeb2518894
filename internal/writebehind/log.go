package writebehind

import (
	"io"
	"sync"
	"time"
)

// maxLog is how many bytes of a log may wait for its writer.
const maxLog = 1 << 20

// Log writes the lines of a log. In contrast to a Writer, it goes on after lines were
// lost: a line is dropped if more than maxLog bytes are waiting, and lost gets the
// number of dropped ones.
type Log struct {
	w    io.Writer
	lost func(lines int)

	mu      sync.Mutex
	waiting []byte
	written []byte // memory of the last write
	dropped int
	idle    chan struct{} // closed when the goroutine ends, nil without one
}

// NewLog returns a Log to w. lost is called when w accepts data again after lines were
// dropped; it may write to the Log.
func NewLog(w io.Writer, lost func(lines int)) *Log { return &Log{w: w, lost: lost} }

// Write implements io.Writer. Each call is one line. It does not wait, does not retain
// b and does not fail.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) > maxLog {
		l.dropped++
		return len(b), nil
	}
	l.waiting = append(l.waiting, b...)
	if l.idle == nil {
		l.idle = make(chan struct{})
		go l.run(l.idle)
	}
	return len(b), nil
}

// run writes until no line is waiting. A log that cannot be written has no better
// place to say so.
func (l *Log) run(idle chan struct{}) {
	defer close(idle)
	for {
		data, dropped := l.next()
		if len(data) == 0 {
			return
		}
		l.w.Write(data)
		if dropped > 0 {
			l.lost(dropped)
		}
	}
}

// mostMemory is how much memory is kept for the next lines, in bytes.
const mostMemory = 64 << 10

// next returns the waiting lines and empties the queue; no line means that the goroutine
// must end.
func (l *Log) next() (data []byte, dropped int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if cap(l.written) > mostMemory {
		l.written = nil
	}
	data, dropped = l.waiting, l.dropped
	if len(data) == 0 {
		l.idle = nil
		return nil, 0
	}
	l.waiting, l.written, l.dropped = l.written[:0], data, 0
	return data, dropped
}

// Flush waits until all lines are written, but no longer than limit.
func (l *Log) Flush(limit time.Duration) {
	l.mu.Lock()
	idle := l.idle
	l.mu.Unlock()
	awaitIdle(idle, limit)
}
