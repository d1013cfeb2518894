// Package trace prints what a connection sends and receives as OpenSSL prints it
// (SSL_trace): the text of one of its releases, line by line, so that the texts of
// both ends can be compared. What the release does not know is printed as the
// release prints unknown values. There are two differences: control characters in
// text of the peer, which OpenSSL prints, are escaped, and a malformed message is
// followed by its bytes.
package trace

import (
	"encoding/hex"
	"fmt"
	"strings"

	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
	"polytls/internal/trace/release"
	"polytls/internal/wire/fields"
)

// printer formats one connection's events as one release prints them.
type printer struct {
	release release.Release
	names   names
	// server says that our end is the server, which distinguishes the certificates
	// of the two ends.
	server bool

	context fields.Conversation // of the current handshake, or of the last one

	text []byte
}

func newPrinter(r release.Release, server bool) *printer {
	return &printer{release: r, names: allNames()[r], server: server}
}

// print returns the text of an event, nil for none. The text is valid until the
// next call.
func (p *printer) print(e recordlayer.Event) []byte {
	p.text = p.text[:0]
	if e.Version != 0 {
		p.context.Version = e.Version
	}
	switch {
	case e.Kind == recordlayer.EventHeader:
		p.header(e.Sent, e.Header)
		return p.text
	case e.Kind == recordlayer.EventInner:
		p.line(2, "Inner Content Type = %s (%d)", p.name(contentTypes, uint32(e.Type)), e.Type)
		return p.text
	case e.Type == record.Handshake:
		p.message(e.Sent, e.Payload)
	case e.Type == record.Alert:
		p.alert(e.Payload)
	case e.Type == record.ChangeCipherSpec && (e.Sent || p.release >= release.OpenSSL35 && p.context.Version >= suite.TLS13):
		p.changeCipherSpec(e.Payload)
	default:
		return nil
	}
	p.line(0, "")
	return p.text
}

func (p *printer) header(sent bool, h record.Header) {
	direction, what := "Received", "Record"
	if sent {
		direction = "Sent"
	}
	if p.release >= release.OpenSSL35 {
		what = "TLS Record"
	}
	p.line(0, "%s %s", direction, what)
	p.line(0, "Header:")
	p.line(2, "Version = %s (0x%x)", p.name(versions, uint32(h.Version)), uint16(h.Version))
	p.line(2, "Content Type = %s (%d)", p.name(contentTypes, uint32(h.Type)), h.Type)
	p.line(2, "Length = %d", h.Length)
}

func (p *printer) alert(body []byte) {
	if len(body) != 2 {
		p.line(4, "Illegal Alert Length")
		p.dump(4, body)
		return
	}
	level, alert := uint32(body[0]), uint32(body[1])
	p.line(4, "Level=%s(%d), description=%s(%d)", p.name(alertLevels, level), level, p.name(alerts, alert), alert)
}

func (p *printer) changeCipherSpec(body []byte) {
	if len(body) == 1 && body[0] == 1 {
		p.line(4, "change_cipher_spec (1)")
		return
	}
	p.hex(4, "unknown value", body)
}

// The functions below add the parts that all text consists of.

// line adds a line indented by n blanks.
func (p *printer) line(n int, format string, args ...any) {
	p.indent(n)
	p.text = fmt.Appendf(p.text, format, args...)
	p.text = append(p.text, '\n')
}

func (p *printer) indent(n int) {
	for range n {
		p.text = append(p.text, ' ')
	}
}

// hex adds a line of bytes.
func (p *printer) hex(n int, name string, b []byte) {
	p.indent(n)
	p.text = fmt.Appendf(p.text, "%s (len=%d): ", name, len(b))
	const digits = "0123456789ABCDEF"
	for _, c := range b {
		p.text = append(p.text, digits[c>>4], digits[c&15])
	}
	p.text = append(p.text, '\n')
}

// dump adds bytes in rows, each with its offset and its printable characters. Rows
// are shorter the more they are indented.
func (p *printer) dump(n int, b []byte) {
	width := 16 - (n-min(n, 6)+3)/4
	for at := 0; at < len(b); at += width {
		row := b[at:min(at+width, len(b))]
		p.indent(n)
		p.text = fmt.Appendf(p.text, "%04x - ", at)
		for i := range width {
			switch {
			case i >= len(row):
				p.text = append(p.text, "   "...)
				continue
			}
			p.text = hex.AppendEncode(p.text, row[i:i+1])
			separator := byte(' ')
			if i == 7 {
				separator = '-'
			}
			p.text = append(p.text, separator)
		}
		p.text = append(p.text, "  "...)
		p.text = append(p.text, printable(row)...)
		p.text = append(p.text, '\n')
	}
}

// printable replaces bytes that are not printable ASCII by dots.
func printable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '.'
		}
		return r
	}, string(latin1(b)))
}

// latin1 reads each byte as a character of its own.
func latin1(b []byte) []rune {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return runes
}
