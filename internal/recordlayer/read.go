package recordlayer

import (
	"errors"
	"io"
	"math"
	"net"
	"os"
	"sync/atomic"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// Limits of records and messages without effect, in a row: one more ends the
// connection.
const (
	maxEmptyRecords  = 32
	maxWarningAlerts = 4
	maxKeyUpdates    = 32
)

// in is the reading half.
type in struct {
	gate   gate
	opener record.Opener

	buffer    ReadBuffer
	handshake []byte // handshake bytes that wait for the rest of their message

	queued *queuedData // application data that came during a handshake, nil for none
	skip   int32       // 1 + the bytes of early data that may still be skipped, 0 for none
	// earlyData counts the application data that has arrived before the end of the
	// handshake, in bytes.
	earlyData atomic.Int32

	ahead *readAhead // a read of Watch whose bytes are not used yet, nil for none

	err error // once set, nothing more is read

	phase      phase
	ignoresEOF bool // the stream may end without close_notify

	empties, warnings, updates uint8
}

// phase is how far the connection has progressed for the reading half. It only
// increases.
type phase uint8

const (
	phaseStart       phase = iota // nothing has arrived
	phasePlain                    // the peer's first record has arrived
	phaseKeys                     // keys are set
	phaseProved                   // a message protected by them has arrived: the peer has them, too
	phaseEstablished              // the handshake is over
)

// reach advances the reading half to a phase, unless it has passed it.
func (i *in) reach(p phase) { i.phase = max(i.phase, p) }

// established reports whether the handshake is over.
func (i *in) established() bool { return i.phase == phaseEstablished }

// protected reports whether keys are set.
func (i *in) protected() bool { return i.phase >= phaseKeys }

// fill reads until n bytes are buffered.
func (l *Layer) fill(n int) error {
	for have := l.in.buffered(); have < n; have = l.in.buffered() {
		got, err := l.readInto()
		if err != nil && have+got < n {
			return l.cause(err)
		}
	}
	return nil
}

// rawRecord returns the next whole record, as it is in the buffer.
func (l *Layer) rawRecord() ([]byte, error) {
	if err := l.fill(record.HeaderLen); err != nil {
		if l.mayEnd() {
			return nil, err
		}
		return nil, truncated(err)
	}
	header := l.in.buffer.unread()[:record.HeaderLen]
	h := record.ParseHeader(header)
	l.adoptVersion(h)
	if err := l.checkHeader(h, header); err != nil {
		l.trace(Event{Kind: EventHeader, Header: h})
		return nil, err
	}
	size := record.HeaderLen + h.Length
	if err := l.fill(size); err != nil {
		return nil, truncated(err)
	}
	l.trace(Event{Kind: EventHeader, Header: h})
	l.in.reach(phasePlain)
	return l.in.buffer.next(size), nil
}

// adoptVersion gives a client's records the version of the server's first one: an
// alert that refuses a ServerHello must be of a version that the server reads.
func (l *Layer) adoptVersion(h record.Header) {
	if !l.server && l.in.phase == phaseStart && h.Version>>8 == 3 {
		l.out.version = min(max(h.Version, suite.TLS10), suite.TLS12)
	}
}

// mayEnd reports whether the end of the stream counts as close_notify: with
// ignoresEOF, between two records and outside a handshake message.
func (l *Layer) mayEnd() bool {
	return l.in.ignoresEOF && l.in.established() && l.in.buffered() == 0 && len(l.in.handshake) == 0
}

// truncated returns the error of a stream that ends without close_notify.
func truncated(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// checkHeader checks a header before the record's body is read.
func (l *Layer) checkHeader(h record.Header, raw []byte) error {
	first := l.in.phase == phaseStart
	if first && l.server {
		if err := notTLS(raw); err != nil {
			return err
		}
	}
	// Until there are keys, TLS 1.3 ignores the version (RFC 8446, section 5.1). The
	// alert of a client that refuses our ServerHello may be in a record of TLS 1.0.
	plainAlert := h.Type == record.Alert && (!l.in.protected() || l.allowsPlainAlert())
	fixed := l.version != 0 && (l.version < suite.TLS13 || l.in.protected()) && !plainAlert
	if want := min(l.version, suite.TLS12); fixed && h.Version != want || h.Version>>8 != 3 {
		if first {
			// This is not TLS: the peer cannot read an alert.
			return notRecord(h, l.in.buffer.unread())
		}
		return failure.WrongVersionNumber.New("record header: version 0x%04x, want 0x%04x", uint16(h.Version), uint16(want))
	}
	limit := record.MaxCiphertext12
	switch {
	case l.version == suite.TLS13:
		limit = record.MaxCiphertext13
	case first:
		limit = record.MaxPlaintext
	}
	if h.Length > limit {
		if first {
			return failure.DataLengthTooLong.New("record of %d bytes, at most %d are allowed", h.Length, limit)
		}
		return failure.EncryptedLengthTooLong.New("record of %d bytes, at most %d are allowed", h.Length, limit)
	}
	switch h.Type {
	case record.ChangeCipherSpec, record.Alert, record.Handshake, record.ApplicationData:
		return nil
	}
	return failure.UnexpectedRecord.New("record of unknown type %d", h.Type)
}

// notTLS recognizes other protocols that are often sent to a TLS port by mistake.
func notTLS(b []byte) error {
	switch s := string(b); {
	case s == "CONNE":
		return failure.HTTPSProxyRequest.Local("the client sent an HTTP request for a proxy, not TLS")
	case s[:4] == "GET ", s[:4] == "POST", s[:4] == "HEAD", s[:4] == "PUT ":
		return failure.HTTPRequest.Local("the client sent an HTTP request, not TLS")
	}
	if isSSLv2Hello(b) {
		return failure.SSLv2Hello.New("the client sent a hello of SSL 2.0")
	}
	return nil
}

// nextRecord opens the next record that is not ignored: not the change_cipher_spec
// of middlebox compatibility, skipped early data, or an alert without effect.
// Application data is opened into dst if it fits.
func (l *Layer) nextRecord(dst []byte) (record.ContentType, []byte, error) {
	for {
		t, payload, err := l.openRecord(dst)
		if t != ignored || err != nil {
			return t, payload, err
		}
	}
}

// ignored is the type of a record that is skipped.
const ignored record.ContentType = 0

// openRecord opens the next record. It returns the type ignored for one that is
// skipped.
func (l *Layer) openRecord(dst []byte) (record.ContentType, []byte, error) {
	rec, err := l.rawRecord()
	if err != nil {
		return 0, nil, err
	}
	h := record.ParseHeader(rec)
	if l.version == suite.TLS13 && h.Type == record.ChangeCipherSpec {
		return ignored, nil, l.compatibilityCCS(rec)
	}
	if l.allowsPlainAlert() && isPlainAlert(rec) {
		return ignored, nil, l.receivePlainAlert(rec)
	}
	if skipped, err := l.skipPlain(h); skipped || err != nil {
		return ignored, nil, err
	}
	t, payload, err := l.in.opener.OpenTo(dst, rec)
	if err != nil {
		if skipped, skipErr := l.skipSealed(h, err); skipped || skipErr != nil {
			return ignored, nil, skipErr
		}
		return 0, nil, err
	}
	if l.in.protected() {
		l.in.skip = 0
		if t != record.ApplicationData {
			l.in.reach(phaseProved)
		}
	}
	l.traceInner(false, h, t)
	if t == record.Alert && l.server && l.version == 0 {
		return 0, nil, l.refuseFirstAlert(h)
	}
	return l.checkRecord(t, payload)
}

// checkRecord decides whether a record is used, ignored or refused.
func (l *Layer) checkRecord(t record.ContentType, payload []byte) (record.ContentType, []byte, error) {
	switch {
	case t != record.Handshake && len(l.in.handshake) > 0 && (l.version == suite.TLS13 || t != record.Alert):
		return 0, nil, failure.MixedHandshakeAndNonHand.New("record of type %s inside a handshake message", t)
	case len(payload) == 0 && t != record.Alert:
		return l.checkEmptyRecord(t)
	case t == record.Alert:
		return ignored, nil, l.receiveAlert(payload)
	case t == record.ChangeCipherSpec:
		l.traceContent(false, t, payload)
	}
	l.in.empties, l.in.warnings = 0, 0
	return t, payload, nil
}

// checkEmptyRecord is checkRecord for a record without content.
func (l *Layer) checkEmptyRecord(t record.ContentType) (record.ContentType, []byte, error) {
	l.in.empties++
	switch {
	case l.in.empties > maxEmptyRecords:
		return 0, nil, failure.TooManyEmptyFragments.New("more than %d empty records in a row", maxEmptyRecords)
	case t == record.ChangeCipherSpec:
		return 0, nil, failure.UnexpectedMessage.New("change_cipher_spec: empty")
	case t == record.Handshake && l.version == suite.TLS13:
		return 0, nil, failure.UnexpectedRecord.New("empty handshake record (RFC 8446, 5.1)")
	case t == record.ApplicationData && !l.in.established() && !l.in.queuesData():
		return t, nil, nil
	}
	return ignored, nil, nil
}

// compatibilityCCS drops the change_cipher_spec of RFC 8446, appendix D.4.
func (l *Layer) compatibilityCCS(rec []byte) error {
	body := rec[record.HeaderLen:]
	l.traceContent(false, record.ChangeCipherSpec, body)
	if len(body) != 1 || body[0] != 1 {
		return failure.BadChangeCipherSpec.New("change_cipher_spec: body %x, want 01", body)
	}
	if l.in.established() || len(l.in.handshake) > 0 {
		return failure.UnexpectedRecord.New("change_cipher_spec at a place where none is allowed (RFC 8446, 5)")
	}
	l.in.empties++
	if l.in.empties > maxEmptyRecords {
		return failure.TooManyEmptyFragments.New("more than %d records without content in a row", maxEmptyRecords)
	}
	return nil
}

// SkipEarlyData skips up to n bytes of early data that the server refused (RFC
// 8446, section 4.2.10). The overhead of protection does not count, so that a
// client that sends no more than n bytes stays within the limit. SkipEarlyData(0)
// ends skipping.
func (r *Reading) SkipEarlyData(n int) {
	l := r.layer
	l.in.skip = 0
	if n > 0 {
		l.in.skip = int32(min(n, math.MaxInt32-1)) + 1
	}
}

// skipPlain skips early data that precedes the client's second hello.
func (l *Layer) skipPlain(h record.Header) (bool, error) {
	if l.in.skip == 0 || l.in.protected() || h.Type != record.ApplicationData {
		return false, nil
	}
	if len(l.in.handshake) > 0 {
		return false, failure.MixedHandshakeAndNonHand.New("early data inside a handshake message")
	}
	return true, l.countSkipped(h)
}

// skipSealed skips early data among records under the handshake keys: records
// that cannot be opened.
func (l *Layer) skipSealed(h record.Header, err error) (bool, error) {
	if l.in.skip == 0 || h.Type != record.ApplicationData || !errors.Is(err, failure.DecryptionFailed) {
		return false, nil
	}
	return true, l.countSkipped(h)
}

// countSkipped counts the capacity of a record of early data, at least one byte, so
// that empty records are bounded, too.
func (l *Layer) countSkipped(h record.Header) error {
	const overhead = 1 + 16 // the content type and the AEAD's tag
	l.in.skip -= int32(max(h.Length-overhead, 1))
	if l.in.skip <= 0 {
		l.in.skip = 0
		return failure.TooMuchSkippedEarlyData.New("the client sent more early data than is skipped")
	}
	return nil
}

// receiveAlert applies RFC 8446, section 6, and RFC 5246, section 7.2. It returns
// io.EOF for close_notify and nil for an alert that may be ignored.
func (l *Layer) receiveAlert(payload []byte) error {
	l.traceContent(false, record.Alert, payload)
	tls13 := l.version == suite.TLS13
	switch {
	case len(payload) == 0 && tls13:
		return failure.BadAlert.With(failure.AlertUnexpectedMessage, "empty alert record (RFC 8446, 5.1)")
	case len(payload) != 2:
		return failure.BadAlert.New("alert of %d bytes, want 2", len(payload))
	}
	level, a := failure.Level(payload[0]), failure.Alert(payload[1])
	switch {
	case level != failure.LevelWarning && level != failure.LevelFatal:
		return failure.UnknownAlertType.New("alert level %d", level)
	case a == failure.AlertCloseNotify && (tls13 || level == failure.LevelWarning):
		return io.EOF
	case tls13 && a != failure.AlertUserCanceled: // the level has no meaning
		return failure.Received(a)
	case !tls13 && level == failure.LevelFatal:
		return failure.Received(a)
	case a == failure.AlertNoRenegotiation && l.in.established():
		return l.refusedRenegotiation()
	}
	l.in.warnings++
	if l.in.warnings > maxWarningAlerts {
		return failure.TooManyWarnAlerts.New("more than %d warning alerts in a row", maxWarningAlerts)
	}
	return nil
}

// refusedRenegotiation returns the error of a renegotiation that the peer refuses.
// As in OpenSSL, this ends the connection.
func (l *Layer) refusedRenegotiation() error {
	return failure.NoRenegotiation.With(failure.AlertHandshakeFailure, "the peer refuses to renegotiate")
}

// nextMessage is messageOrEnd where close_notify is an error.
func (l *Layer) nextMessage() ([]byte, error) {
	msg, err := l.messageOrEnd()
	return msg, truncated(err)
}

// messageOrEnd returns the next handshake message, with its header, if it is
// complete. Otherwise it reads a record and returns nil. The error io.EOF means
// close_notify.
func (l *Layer) messageOrEnd() ([]byte, error) {
	msg, err := l.takeMessage()
	if msg != nil || err != nil {
		return msg, err
	}
	if l.in.err != nil {
		return nil, l.in.err
	}
	t, payload, err := l.nextRecord(nil)
	if err != nil {
		return nil, err
	}
	switch t {
	case record.Handshake:
		l.in.appendHandshake(payload)
		return nil, nil
	case record.ApplicationData:
		return nil, l.queueData(payload)
	}
	return nil, failure.UnexpectedRecord.New("record of type %s instead of a handshake message", t)
}

// appendHandshake adds the content of a record to the handshake bytes. Go allocates
// memory above 32 KiB in whole pages: growing by a factor would use more than the
// peer sends.
func (i *in) appendHandshake(payload []byte) {
	const page = 8 << 10
	need := len(i.handshake) + len(payload)
	if need > cap(i.handshake) && need > 4*page {
		i.handshake = append(make([]byte, 0, (need+page-1)/page*page), i.handshake...)
	}
	i.handshake = append(i.handshake, payload...)
}

// takeMessage removes the next message from the handshake bytes if it is complete.
func (l *Layer) takeMessage() ([]byte, error) {
	i := &l.in
	t, length, ok := wire.ParseHeader(i.handshake)
	if !ok {
		return nil, nil
	}
	if most := wire.MaxLength(t); length > most {
		return nil, failure.ExcessiveMessageSize.New("%s of %d bytes, at most %d are allowed", t, length, most)
	}
	const header = 4
	if len(i.handshake) < header+length {
		return nil, nil
	}
	msg := i.handshake[: header+length : header+length]
	i.handshake = i.handshake[header+length:]
	if len(i.handshake) == 0 {
		i.handshake = nil
	}
	l.traceContent(false, record.Handshake, msg)
	return msg, nil
}

// ReadChangeCipherSpec reads the change_cipher_spec that precedes Finished up to
// TLS 1.2.
func (r *Reading) ReadChangeCipherSpec() error {
	l := r.layer
	if len(l.in.handshake) > 0 {
		return failure.UnexpectedRecord.New("handshake message before change_cipher_spec")
	}
	t, payload, err := l.nextRecord(nil)
	switch {
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	case err != nil:
		return err
	case t == record.ApplicationData:
		return failure.AppDataInHandshake.New("application data instead of change_cipher_spec")
	case t != record.ChangeCipherSpec:
		return failure.UnexpectedRecord.New("record of type %s instead of change_cipher_spec", t)
	case len(payload) != 1 || payload[0] != 1:
		return failure.BadChangeCipherSpec.New("change_cipher_spec: body %x, want 01", payload)
	}
	return nil
}

// Read returns application data. Handshake messages on the way go to the Handler;
// while a conversation that they began holds the right to read, Read waits for it,
// within its deadline. After a timeout, Read may be called again; every other error
// is final.
func (l *Layer) Read(p []byte) (int, error) {
	n, err := l.beginRead(p)
	if err == nil {
		l.endRead()
	}
	return n, err
}

// ReadTo is Read into memory of 64 KiB from the pool, which it holds from the time when
// data has arrived until use returns. The data begins with what first, of one byte, gets
// while it waits.
func (l *Layer) ReadTo(first []byte, use func([]byte)) error {
	n, err := l.beginRead(first)
	if err != nil {
		return err
	}
	b := getBuffer()
	defer putBuffer(b)
	n = copy(b.bytes[:], first[:n])
	n += l.readMore(b.bytes[n:])
	l.endRead()
	use(b.bytes[:n])
	return nil
}

// beginRead is Read up to the time when data has arrived. Without an error, the caller
// holds the right to read until endRead.
func (l *Layer) beginRead(p []byte) (int, error) {
	for {
		if err := l.in.gate.enter(userCall); err != nil {
			return 0, l.readRefused(err)
		}
		n, next, err := l.read(p)
		switch {
		case next != nil:
			go l.handOver().run(next)
		case err != nil:
			l.leaveIn()
			return n, err
		default:
			return n, nil
		}
	}
}

// endRead ends a Read that returns data.
func (l *Layer) endRead() {
	handler := l.handler // the next reader may change it
	l.leaveIn()
	if handler != nil {
		handler.ReadReturned()
	}
}

// readMore copies to p what follows the data of a read, as far as it has arrived. It does
// not block. The next Read returns its error.
func (l *Layer) readMore(p []byte) int {
	n := l.takePlain(p)
	if l.in.err != nil {
		return n
	}
	return n + l.readOn(p[n:])
}

// readRefused is the error of a Read that could not enter the gate.
func (l *Layer) readRefused(err error) error {
	if isTimeout(err) {
		return &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}
	}
	return l.cause(err)
}

// read reads until there is data, or a message that begins a conversation.
func (l *Layer) read(p []byte) (int, Conversation, error) {
	for {
		if n := l.takePlain(p); n > 0 || len(p) == 0 {
			return n, nil, nil
		}
		if l.in.err != nil {
			return 0, nil, l.in.err
		}
		n, next, err := l.readRecord(p)
		switch {
		case err != nil:
			return 0, nil, l.readFailed(err)
		case next != nil:
			return 0, next, nil
		case n > 0:
			return n + l.readOn(p[n:]), nil, nil
		}
	}
}

// readOn opens further records in the buffer whose application data fits p, so that
// small records do not need a Read each. It does not block. The next Read returns
// its error, after the data before it.
func (l *Layer) readOn(p []byte) int {
	n := 0
	for len(l.in.handshake) == 0 && l.in.buffer.holdsRecord(len(p)-n) {
		t, payload, err := l.openRecord(p[n:n:len(p)])
		got := 0
		if err == nil && t != ignored {
			got, err = l.deliver(t, payload, p[n:])
		}
		if err != nil {
			l.readFailed(err)
			break
		}
		n += got
	}
	return n
}

// takePlain copies data that is opened already to p.
func (l *Layer) takePlain(p []byte) int {
	if n := l.in.takeQueued(p); n > 0 || !l.in.opened() {
		return n
	}
	s := l.in.buffer.buf
	n := copy(p, s.plain)
	s.plain = s.plain[n:]
	return n
}

// readRecord handles one complete handshake message or one record. It returns how
// many bytes of p it filled, or the conversation that a message begins.
func (l *Layer) readRecord(p []byte) (int, Conversation, error) {
	msg, err := l.takeMessage()
	if err != nil {
		return 0, nil, err
	}
	if msg != nil {
		next, err := l.handler.Message(&Reading{layer: l}, msg)
		return 0, next, err
	}
	t, payload, err := l.nextRecord(p[:0:len(p)])
	switch {
	case err == io.EOF && !l.in.established(): // among early data
		return 0, nil, io.ErrUnexpectedEOF
	case err != nil:
		return 0, nil, err
	}
	n, err := l.deliver(t, payload, p)
	return n, nil, err
}

// deliver copies a record's payload to p, unless it was opened into p. It returns
// how many bytes of p are filled.
func (l *Layer) deliver(t record.ContentType, payload, p []byte) (int, error) {
	switch t {
	case record.ApplicationData:
		if len(payload) == 0 {
			return 0, failure.AppDataInHandshake.New("empty application data before the end of the handshake")
		}
		l.in.updates = 0
		if l.in.queuesData() { // early data, which is bounded
			if err := l.queueData(payload); err != nil {
				return 0, err
			}
			return l.takePlain(p), nil
		}
		if &payload[0] == &p[0] {
			return len(payload), nil
		}
		l.in.buffer.buf.plain = payload
		return l.takePlain(p), nil
	case record.Handshake:
		l.in.appendHandshake(payload)
		return 0, nil
	}
	return 0, failure.UnexpectedRecord.New("record of type %s after the handshake", t)
}

// readFailed returns the error of a Read. Unless it is a timeout, reading has ended.
func (l *Layer) readFailed(err error) error {
	if isTimeout(err) && l.aborted.Load() == nil {
		return err
	}
	l.readEnded(err)
	return err
}

// readEnded ends reading for good, and sends the alert of err.
func (l *Layer) readEnded(err error) {
	l.in.err = err
	if l.handler != nil {
		l.handler.ReadClosed(err)
	}
	var e *failure.Error
	if !errors.As(err, &e) {
		return
	}
	l.failed.CompareAndSwap(nil, e)
	if e.AlertFrom == failure.SideUs {
		l.Fail(e.Alert)
	}
}
