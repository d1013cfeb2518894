package recordlayer

import (
	"bytes"
	"errors"
	"net"
	"os"
	"slices"

	"polytls/failure"
	"polytls/internal/record"
)

// seal appends a record to dst and traces it.
func (l *Layer) seal(dst []byte, t record.ContentType, payload []byte) []byte {
	start := len(dst)
	dst = l.out.sealer.Seal(dst, l.out.version, t, payload, 0)
	l.traceSealed(dst[start:], t)
	return dst
}

// fragments appends payload to dst in records of at most size() bytes.
func (l *Layer) fragments(dst []byte, t record.ContentType, payload []byte) []byte {
	for {
		chunk := payload[:min(l.out.size(), len(payload))]
		dst = l.seal(dst, t, chunk)
		payload = payload[len(chunk):]
		if len(payload) == 0 {
			return dst
		}
	}
}

// grow returns the queue, with the capacity of a usual flight if it is empty.
func (o *out) grow() []byte {
	if len(o.queue) == 0 && o.pooled == nil {
		o.pooled = flights.Get().(*[flightSize]byte)
		o.queue = o.pooled[:0]
	}
	return o.queue
}

// size is the largest plaintext of a record, in bytes: the lower of the user's and
// the peer's limit.
func (o *out) size() int { return min(int(o.fragment.Load()), int(o.limit)) }

// gathered reports whether the queue is a flight that can be sent in one piece with
// other records.
func (o *out) gathered() bool { return o.pooled != nil && len(o.queue) <= flightSize }

// moveQueue moves the queue to the end of b.
func (o *out) moveQueue(b []byte) []byte {
	b = append(b, o.queue...)
	if o.pooled != nil {
		flights.Put(o.pooled)
	}
	o.queue, o.pooled = nil, nil
	return b
}

// flush sends what is queued.
func (l *Layer) flush() error {
	if l.out.err != nil {
		return l.out.err
	}
	if len(l.out.queue) == 0 {
		return nil
	}
	queue, lent := l.out.queue, l.out.pooled
	l.out.queue, l.out.pooled = nil, nil
	if lent != nil {
		defer flights.Put(lent)
	}
	return l.send(queue)
}

// flushLate is the goroutine that sends what no Write has sent meanwhile.
func (l *Layer) flushLate() {
	if l.out.gate.enter(userCall) != nil {
		return
	}
	defer l.leaveOut()
	l.flush() // the writing half keeps its error
}

// send writes b to the transport. After a timeout, the rest is queued: it is sealed
// and must be sent first.
func (l *Layer) send(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	n, err := l.transport.Write(b)
	l.out.wire.Add(int64(n))
	if err == nil {
		return nil
	}
	if isTimeout(err) {
		l.out.queue = bytes.Clone(b[n:])
		return err
	}
	l.out.err = err
	return err
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// errWriteClosed is the error of a write after close_notify: Node's
// ERR_STREAM_WRITE_AFTER_END.
var errWriteClosed = failure.WriteAfterEnd.Local("write after close_notify was sent")

// Write sends p as application data and returns how many bytes are sent, or are
// sealed and queued for the next call.
func (l *Layer) Write(p []byte) (int, error) {
	if err := l.enterOut(); err != nil {
		return 0, err
	}
	defer l.leaveOut()
	if err := l.writable(); err != nil {
		return 0, err
	}
	if l.out.gate.expired() {
		return 0, errWriteExpired // before a record is sealed that cannot be sent
	}
	if !l.out.gathered() { // the rest of an earlier write
		if err := l.flush(); err != nil {
			return 0, err
		}
	}
	l.sendControl()
	if err := l.writable(); err != nil { // sendControl may have sent a fatal alert
		return 0, err
	}
	l.out.control.written()
	sent := 0
	for sent < len(p) {
		n, err := l.writeBatch(p[sent:])
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// writable returns why nothing can be written, or nil.
func (l *Layer) writable() error {
	if l.out.closed.Load() {
		return errWriteClosed
	}
	if l.out.err != nil {
		return l.out.err
	}
	if e := l.failed.Load(); e != nil {
		return e
	}
	return nil
}

// writeBatch seals as much of p as fits one pooled buffer and sends it.
func (l *Layer) writeBatch(p []byte) (int, error) {
	o := &l.out
	size := o.size()
	slab := getBuffer()
	defer putBuffer(slab)
	buf := o.moveQueue(slab.bytes[:0])
	sealed := 0
	for sealed < len(p) && len(buf)+size+o.sealer.Overhead() <= bufferSize {
		if o.sealer.Exhausted() {
			return sealed, failure.Internal.New("the keys for writing are used up")
		}
		if l.needsKeyUpdate() {
			break
		}
		n := min(size, len(p)-sealed)
		if sealed == 0 && n > 1 && o.sealer.SplitsCBC() {
			n = 1 // whoever chose p cannot know the IV of the rest
		}
		buf = l.seal(buf, record.ApplicationData, p[sealed:sealed+n])
		sealed += n
	}
	if err := l.send(buf); err != nil {
		return sealed, err
	}
	if l.needsKeyUpdate() {
		if err := l.handler.UpdateWriteKeys(&Turn{layer: l}); err != nil {
			return sealed, err
		}
	}
	return sealed, nil
}

// needsKeyUpdate reports whether the write keys have reached their limit (RFC 8446,
// section 5.5) and can be updated.
func (l *Layer) needsKeyUpdate() bool {
	return l.out.sealer.Sealed() >= l.out.sealer.Limit() && l.handler != nil
}

// CloseWrite sends close_notify; nothing can be written after it.
func (l *Layer) CloseWrite() error {
	if err := l.enterOut(); err != nil {
		return err
	}
	defer l.leaveOut()
	return l.closeNotify()
}

// WriteClosed reports whether close_notify was sent.
func (l *Layer) WriteClosed() bool { return l.out.closed.Load() }

// closeNotify sends close_notify, unless it has been sent.
func (l *Layer) closeNotify() error {
	switch e := l.failed.Load(); {
	case l.out.closed.Load() && len(l.out.queue) == 0:
		return nil
	case l.out.closed.Load(), e != nil && e.AlertFrom == failure.SideUs:
		return l.flush() // the rest of an earlier write
	case l.out.err != nil:
		return l.out.err
	}
	if err := l.flush(); err != nil {
		return err
	}
	l.out.closed.Store(true)
	return l.sendAlert(notice{failure.AlertCloseNotify, failure.LevelWarning})
}

// notice is an alert with its level.
type notice struct {
	alert failure.Alert
	level failure.Level
}

// ending is the notice that ends the connection. It is fatal even if the alert is
// usually a warning.
func ending(a failure.Alert) notice {
	if a == failure.AlertNoRenegotiation {
		return notice{a, failure.LevelFatal}
	}
	return notice{a, a.Level()}
}

// sendNotice sends an alert after what is queued. If the write deadline passes, it
// stays queued, and Close sends it.
func (l *Layer) sendNotice(n notice) error {
	if l.out.err != nil {
		return l.out.err
	}
	err := l.sendAlert(n)
	if n.alert == failure.AlertCloseNotify {
		l.out.closed.Store(true)
	}
	if n.level == failure.LevelFatal && err == nil {
		l.out.err = failure.WriteAfterAlert.With(n.alert, "write after the fatal alert %s", n.alert)
	}
	return err
}

func (l *Layer) sendAlert(n notice) error {
	body := []byte{byte(n.level), byte(n.alert)}
	l.out.queue = l.seal(l.out.grow(), record.Alert, body)
	l.traceContent(true, record.Alert, body)
	return l.flush()
}

// Fail sends the alert of an error of the reading half, at once or right after what
// is being sent. It blocks at most until the read deadline.
func (l *Layer) Fail(a failure.Alert) {
	l.out.control.post(ending(a))
	if a == failure.AlertCloseNotify {
		// Read returns before our close_notify is sent; most callers then close,
		// which sends it, too.
		go l.sendPosted()
		return
	}
	l.in.gate.waitFor(l.sendPosted)
}

// Warn is Fail for a warning, which does not end the connection.
func (l *Layer) Warn(a failure.Alert) {
	l.out.control.post(notice{a, failure.LevelWarning})
	l.in.gate.waitFor(l.sendPosted)
}

// sendPosted sends what is posted if nothing else is being sent; otherwise the
// current sender does.
func (l *Layer) sendPosted() {
	if l.out.gate.tryEnter() {
		l.leaveOut()
	}
}

// PostKeyUpdate queues a key update for the next write, or for a goroutine of its
// own if nothing is being sent: the reader does not wait. One update answers all
// requests of the peer before our next write.
func (l *Layer) PostKeyUpdate() {
	c := &l.out.control
	c.mu.Lock()
	waiting := c.update || c.answered
	if !waiting {
		c.update, c.answered = true, true
	}
	c.mu.Unlock()
	if waiting {
		return
	}
	if l.out.gate.tryEnter() {
		go l.leaveOut()
	}
}

// sendControl sends what the reading half posted.
func (l *Layer) sendControl() {
	c := &l.out.control
	c.mu.Lock()
	alerts, update := c.alerts, c.update
	waiting := alerts[:c.waiting]
	c.waiting, c.update = 0, false
	c.mu.Unlock()
	if l.out.err != nil || l.out.closed.Load() {
		return
	}
	if update {
		if err := l.handler.UpdateWriteKeys(&Turn{layer: l}); err != nil && !isTimeout(err) {
			l.out.err = err
		}
	}
	for _, n := range waiting {
		l.sendNotice(n)
	}
}

// post queues an alert. An alert that is queued already is not queued twice; the
// queue holds one of each kind.
func (c *control) post(n notice) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if int(c.waiting) < len(c.alerts) && !slices.Contains(c.alerts[:c.waiting], n) {
		c.alerts[c.waiting] = n
		c.waiting++
	}
}

// written is called when application data is sent: the next request for a key
// update needs another update.
func (c *control) written() {
	c.mu.Lock()
	c.answered = false
	c.mu.Unlock()
}

func (c *control) empty() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiting == 0 && !c.update
}

// enterOut waits for the right to send, at most until the write deadline.
func (l *Layer) enterOut() error {
	switch err := l.out.gate.enter(userCall); {
	case err == nil:
		return nil
	case isTimeout(err):
		return errWriteExpired
	default:
		return l.cause(err)
	}
}

// errWriteExpired is the error of a write whose deadline has passed.
var errWriteExpired = &net.OpError{Op: "write", Err: os.ErrDeadlineExceeded}

// leaveOut ends the right to send. It first sends what the reading half has posted,
// so that it does not wait for the next write.
func (l *Layer) leaveOut() {
	for {
		if !l.out.control.empty() {
			l.sendControl()
		}
		later := l.out.later
		l.out.later = false
		l.out.gate.leave()
		if later {
			go l.flushLate() // not earlier: a waiting Write goes first
		}
		if l.out.control.empty() || !l.out.gate.tryEnter() {
			return
		}
	}
}
