package recordlayer

import (
	"io"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/suite"
)

// refuseFirstAlert returns the error of a client that begins with an alert. As in
// OpenSSL, our alert has the version of its record.
func (l *Layer) refuseFirstAlert(h record.Header) error {
	l.out.version = min(h.Version, suite.TLS12)
	return failure.UnexpectedMessage.New("an alert instead of ClientHello")
}

// allowsPlainAlert reports whether an alert may be unprotected although keys are
// set: a client that refuses a server's first flight of TLS 1.3 may have no keys
// yet. Once a record other than early data has been opened, the client has keys. An
// attacker on the path can send such an alert, but no connection exists yet.
func (l *Layer) allowsPlainAlert() bool {
	return l.server && l.version == suite.TLS13 && l.in.phase == phaseKeys
}

// isPlainAlert reports whether a record of TLS 1.3 is an unprotected alert: the
// header of a protected one says application_data.
func isPlainAlert(rec []byte) bool {
	return record.ParseHeader(rec).Type == record.Alert && len(rec) == record.HeaderLen+2
}

// receivePlainAlert returns the error of an alert in the clear. Every such alert
// ends the connection, whatever its level.
func (l *Layer) receivePlainAlert(rec []byte) error {
	payload := rec[record.HeaderLen:]
	l.traceContent(false, record.Alert, payload)
	if a := failure.Alert(payload[1]); a != failure.AlertCloseNotify {
		return failure.Received(a)
	}
	return io.EOF
}
