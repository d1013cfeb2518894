package session

import (
	"encoding/binary"

	"golang.org/x/crypto/cryptobyte/asn1"
)

// encoding is a session to be written, whole or into a ticket, with its size.
type encoding struct {
	of       *Session
	id       []byte // session_id
	inTicket bool   // without what is not for the server's tickets
	content  int    // how many bytes the SEQUENCE holds
}

func (s *Session) encoding() encoding {
	return encoding{of: s, id: s.ID}.measured()
}

// measured sets e.content to what appendTo appends after the first header.
func (e encoding) measured() encoding {
	n := integerSize(int64(derVersion)) + integerSize(int64(e.of.Version))
	n += elementSize(suiteSize) + octetsSize(e.id) + octetsSize(e.of.Master)
	for i := range fields {
		if f := &fields[i]; e.writes(f) {
			n += elementSize(f.value.size(e.source(f)))
		}
	}
	e.content = n
	return e
}

func (e encoding) size() int { return elementSize(e.content) }

// appendTo appends the session's DER, e.size() bytes.
func (e encoding) appendTo(der []byte) []byte {
	der = appendHeader(der, asn1.SEQUENCE, e.content)
	der = appendInteger(der, int64(derVersion))
	der = appendInteger(der, int64(e.of.Version))
	der = appendHeader(der, asn1.OCTET_STRING, suiteSize)
	der = binary.BigEndian.AppendUint16(der, uint16(e.of.Suite))
	der = appendOctets(der, e.id)
	der = appendOctets(der, e.of.Master)
	for i := range fields {
		if f := &fields[i]; e.writes(f) {
			from := e.source(f)
			der = appendHeader(der, explicit(f.tag), f.value.size(from))
			der = f.value.append(der, from)
		}
	}
	return der
}

// writes reports whether f is written. A field that OpenSSL leaves out when it
// is empty is still written if it was there, empty, when the session was parsed.
func (e encoding) writes(f *field) bool {
	return !f.later && (f.always || !f.value.none(e.source(f)) || e.of.present>>f.tag&1 == 1)
}

// source returns the session that holds what is written of f.
func (e encoding) source(f *field) *Session {
	if e.inTicket && f.client {
		return &nothing
	}
	return e.of
}

// nothing is a session whose fields are all empty. It is never written to.
var nothing Session

// suiteSize is the length of cipher, which SSLv2 had three bytes for.
const suiteSize = 2
