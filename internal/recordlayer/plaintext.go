package recordlayer

import (
	"bytes"

	"polytls/failure"
	"polytls/internal/record"
)

// notRecord is the error of a peer whose first bytes are not a record. It quotes
// them if they are text, which shows the peer's protocol.
func notRecord(h record.Header, came []byte) error {
	if line, ok := firstLine(came); ok {
		return failure.WrongVersionNumber.Local("plain text came instead of TLS: %q", line)
	}
	return failure.WrongVersionNumber.Local("record header: version 0x%04x", uint16(h.Version))
}

// maxQuoted bounds the quotation of a peer's text in bytes.
const maxQuoted = 80

// firstLine returns the first line of a text, or as much of it as has arrived. It
// reports false if the bytes do not begin like text.
func firstLine(b []byte) (string, bool) {
	b = bytes.TrimLeft(b, "\r\n")
	line, _, _ := bytes.Cut(b, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	const start = 4 // bytes; fewer could be text by chance
	if len(line) < start || bytes.ContainsFunc(line[:start], func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", false
	}
	if len(line) > maxQuoted {
		return string(line[:maxQuoted]) + "...", true
	}
	return string(line), true
}
