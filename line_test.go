package polytls_test

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// line is one direction of a connection in memory: a buffer with an end. Its
// waits are on channels and timers, so that they count as idle in a synctest
// bubble.
type line struct {
	mu      sync.Mutex
	changed chan struct{} // closed at each change
	buf     []byte
	room    int   // bytes that buf holds before writes wait
	end     error // of reading, once buf is empty
	broken  error // of writing

	stalled bool // nobody reads

	cutAfter int // bytes that still come through, below 0 for no cut
	cut      func()
	log      []byte // what was written, whether or not it came through
}

// lineRoom is how much a line holds, in bytes: as a small socket buffer.
const lineRoom = 32 << 10

func newLine() *line { return &line{changed: make(chan struct{}), room: lineRoom, cutAfter: -1} }

// change does something with the line and wakes those who wait for it.
func (l *line) change(f func()) {
	l.try(func() bool { f(); return true })
}

// try does something with the line, if f can, and wakes those who wait for it. It
// returns what tells of the next change.
func (l *line) try(f func() bool) (changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f() {
		close(l.changed)
		l.changed = make(chan struct{})
	}
	return l.changed
}

// cutAt lets n more bytes come through, and then calls f instead.
func (l *line) cutAt(n int, f func()) {
	if n == 0 {
		l.change(func() { l.cutAfter = 0 })
		f()
		return
	}
	l.change(func() { l.cutAfter, l.cut = n, f })
}

// lineEnd is one end of a connection in memory.
type lineEnd struct {
	in, out     *line
	read, write lineDeadline
	closed      chan struct{}
	once        sync.Once
}

type lineDeadline struct {
	mu      sync.Mutex
	changed chan struct{}
	at      time.Time
}

// lines returns the two ends of a connection in memory.
func lines() (a, b *lineEnd) {
	x, y := newLine(), newLine()
	end := func(in, out *line) *lineEnd {
		e := &lineEnd{in: in, out: out, closed: make(chan struct{})}
		e.read.changed, e.write.changed = make(chan struct{}), make(chan struct{})
		return e
	}
	return end(x, y), end(y, x)
}

func (d *lineDeadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = t
	close(d.changed)
	d.changed = make(chan struct{})
}

// wait waits for a change of the line, the deadline or the end, and returns why
// there is nothing more to wait for.
func (e *lineEnd) wait(d *lineDeadline, changed <-chan struct{}) error {
	d.mu.Lock()
	at, set := d.at, d.changed
	d.mu.Unlock()
	var timer <-chan time.Time
	if !at.IsZero() {
		left := time.Until(at)
		if left <= 0 {
			return os.ErrDeadlineExceeded
		}
		timer = time.After(left)
	}
	select {
	case <-e.closed:
		return net.ErrClosed
	case <-changed:
	case <-set:
	case <-timer:
	}
	return nil
}

func (e *lineEnd) isClosed() bool {
	select {
	case <-e.closed:
		return true
	default:
		return false
	}
}

func (e *lineEnd) Read(p []byte) (int, error) {
	for {
		if e.isClosed() {
			return 0, opError("read", net.ErrClosed)
		}
		n, end := 0, error(nil)
		changed := e.in.try(func() bool {
			if e.in.stalled {
				return false
			}
			n = copy(p, e.in.buf)
			e.in.buf = e.in.buf[n:]
			if n == 0 {
				end = e.in.end
			}
			return n > 0
		})
		if n > 0 || end != nil {
			return n, end
		}
		if err := e.wait(&e.read, changed); err != nil {
			return 0, opError("read", err)
		}
	}
}

func (e *lineEnd) Write(p []byte) (int, error) {
	sent := 0
	for {
		if e.isClosed() {
			return sent, opError("write", net.ErrClosed)
		}
		var broken error
		var cut func()
		changed := e.out.try(func() bool {
			if broken = e.out.broken; broken != nil {
				return false
			}
			n := min(len(p)-sent, e.out.room-len(e.out.buf))
			cut = e.out.put(p[sent : sent+n])
			sent += n
			return n > 0
		})
		if cut != nil {
			cut()
		}
		if broken != nil || sent == len(p) {
			return sent, broken
		}
		if err := e.wait(&e.write, changed); err != nil {
			return sent, opError("write", err)
		}
	}
}

// put adds what was written, as far as it comes through, and returns what to do
// where the line is cut, nil for nothing.
func (l *line) put(chunk []byte) (cut func()) {
	l.log = append(l.log, chunk...)
	if l.cutAfter >= 0 {
		if len(chunk) >= l.cutAfter {
			cut, l.cut = l.cut, nil
		}
		chunk = chunk[:min(len(chunk), l.cutAfter)]
		l.cutAfter -= len(chunk)
	}
	l.buf = append(l.buf, chunk...)
	return cut
}

func opError(op string, err error) error { return &net.OpError{Op: op, Net: "memory", Err: err} }

// Close ends both directions as TCP does: the peer reads the end after what was
// sent, and cannot write any more.
func (e *lineEnd) Close() error {
	err := net.ErrClosed
	e.once.Do(func() {
		err = nil
		close(e.closed)
		e.finish()
		e.in.change(func() { e.in.broken = opError("write", os.NewSyscallError("write", syscall.EPIPE)) })
	})
	return err
}

// finish ends the direction that e writes: FIN.
func (e *lineEnd) finish() {
	e.out.change(func() {
		if e.out.end == nil {
			e.out.end = io.EOF
		}
	})
}

// reset ends both directions with RST, as if e's process had died.
func (e *lineEnd) reset() {
	e.out.change(func() {
		e.out.buf, e.out.end = nil, opError("read", os.NewSyscallError("read", syscall.ECONNRESET))
	})
	e.in.change(func() { e.in.broken = opError("write", os.NewSyscallError("write", syscall.ECONNRESET)) })
}

func (e *lineEnd) SetDeadline(t time.Time) error {
	e.read.set(t)
	e.write.set(t)
	return nil
}

func (e *lineEnd) SetReadDeadline(t time.Time) error  { e.read.set(t); return nil }
func (e *lineEnd) SetWriteDeadline(t time.Time) error { e.write.set(t); return nil }
func (e *lineEnd) LocalAddr() net.Addr                { return lineAddr{} }
func (e *lineEnd) RemoteAddr() net.Addr               { return lineAddr{} }

type lineAddr struct{}

func (lineAddr) Network() string { return "memory" }
func (lineAddr) String() string  { return "memory" }
