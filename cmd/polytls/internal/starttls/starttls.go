// Package starttls implements the plaintext part of protocols that start without TLS.
package starttls

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"

	"polytls/cmd/polytls/internal/explain"
)

// Upgrade runs the plaintext part of a protocol, up to the point where TLS begins.
// Nothing after that point is read.
func Upgrade(conn net.Conn, protocol, host string) error {
	if err := protocols[protocol](&plain{conn}, host); err != nil {
		return explain.At("--starttls "+protocol, err)
	}
	return nil
}

// Names lists the protocols.
func Names() []string { return slices.Sorted(maps.Keys(protocols)) }

var protocols = map[string]func(p *plain, host string) error{
	"ftp": steps( // RFC 4217
		step{"", (*plain).reply, `^220`},
		step{"AUTH TLS\r\n", (*plain).reply, `^234`}),
	"imap": steps( // RFC 3501, section 6.2.1
		step{"", (*plain).line, `^\* OK`},
		step{"a1 STARTTLS\r\n", (*plain).tagged, `(?m)^a1 OK`}),
	"mysql": upgradeMySQL,
	"pop3": steps( // RFC 2595, section 4
		step{"", (*plain).line, `^\+OK`},
		step{"STLS\r\n", (*plain).line, `^\+OK`}),
	"postgres": steps( // SSLRequest: the length of the message and a number
		step{"\x00\x00\x00\x08\x04\xd2\x16\x2f", (*plain).octet, `S`}),
	"smtp": steps( // RFC 3207
		step{"", (*plain).reply, `^220`},
		step{"EHLO localhost\r\n", (*plain).reply, `(?im)^250[- ]STARTTLS$`},
		step{"STARTTLS\r\n", (*plain).reply, `^220`}),
	"xmpp": steps( // RFC 6120, section 5.4.2
		step{"<?xml version='1.0'?><stream:stream xmlns='jabber:client' " +
			"xmlns:stream='http://etherx.jabber.org/streams' to='HOST' version='1.0'>", (*plain).features, `urn:ietf:params:xml:ns:xmpp-tls`},
		step{"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", (*plain).element, `^\s*<proceed`}),
}

// step sends a text, in which HOST is replaced by the server's name, and reads an
// answer that must match.
type step struct {
	send string
	read func(*plain) (string, error)
	want string
}

// steps returns the function of a protocol that consists of steps.
func steps(list ...step) func(*plain, string) error {
	return func(p *plain, host string) error {
		for _, s := range list {
			var name strings.Builder
			xml.EscapeText(&name, []byte(host))
			if _, err := io.WriteString(p, strings.Replace(s.send, "HOST", name.String(), 1)); err != nil {
				return err
			}
			answer, err := s.read(p)
			if err != nil {
				return err
			}
			if !regexp.MustCompile(s.want).MatchString(answer) {
				return refused(answer[strings.LastIndexByte(answer, '\n')+1:])
			}
		}
		return nil
	}
}

// refused returns the failure of a server that does not start TLS.
func refused(answer string) error {
	return explain.New("ERR_STARTTLS_REFUSED", "the server may not offer TLS here, or want another --starttls", "the server answered %.80q", answer)
}

// plain is a connection before TLS.
type plain struct{ net.Conn }

// Bounds of an answer: the number of lines, and the bytes of a line or an element.
const (
	maxLines = 100
	maxBytes = 16 << 10
)

// until reads up to and including end, byte by byte, so that it consumes nothing
// after it.
func (p *plain) until(end string) (string, error) {
	var b []byte
	for len(b) < maxBytes {
		b = append(b, 0)
		if _, err := io.ReadFull(p, b[len(b)-1:]); err != nil {
			return "", err
		}
		if bytes.HasSuffix(b, []byte(end)) {
			return string(b), nil
		}
	}
	return "", refused(string(b[:64]) + "...")
}

func (p *plain) octet() (string, error) { return p.until("") }

func (p *plain) line() (string, error) {
	line, err := p.until("\n")
	return strings.TrimRight(line, "\r\n"), err
}

// element reads to the end of an XML tag. XMPP has no lines.
func (p *plain) element() (string, error) { return p.until(">") }

func (p *plain) features() (string, error) { return p.until("</stream:features>") }

// reply reads a reply of FTP or SMTP, which may have many lines (RFC 5321, section
// 4.2.1).
func (p *plain) reply() (string, error) {
	return p.lines(func(line string) bool { return len(line) > 3 && line[3] == '-' })
}

// tagged reads the responses to an IMAP command, up to and including the tagged
// one.
func (p *plain) tagged() (string, error) {
	return p.lines(func(line string) bool { return strings.HasPrefix(line, "* ") })
}

// lines reads lines as long as more returns true, and joins them.
func (p *plain) lines(more func(line string) bool) (string, error) {
	var all []string
	for range maxLines {
		line, err := p.line()
		if err != nil {
			return "", err
		}
		if all = append(all, line); !more(line) {
			return strings.Join(all, "\n"), nil
		}
	}
	return "", refused(all[0])
}

// upgradeMySQL sends an SSLRequest after the server's greeting
// (Protocol::SSLRequest).
func upgradeMySQL(p *plain, _ string) error {
	var header [4]byte // the greeting's length and its number
	if _, err := io.ReadFull(p, header[:]); err != nil {
		return err
	}
	size := int(header[0]) | int(header[1])<<8 | int(header[2])<<16
	if size > maxBytes {
		return refused(string(header[:]))
	}
	greeting := make([]byte, size)
	if _, err := io.ReadFull(p, greeting); err != nil {
		return err
	}
	const clientSSL, protocol41, secureConnection, utf8mb4 = 1 << 11, 1 << 9, 1 << 15, 45
	if mysqlCapabilities(greeting)&clientSSL == 0 {
		return refused(fmt.Sprintf("%.64s", greeting))
	}
	request := []byte{32, 0, 0, header[3] + 1}
	request = binary.LittleEndian.AppendUint32(request, clientSSL|protocol41|secureConnection)
	request = binary.LittleEndian.AppendUint32(request, 1<<24-1) // the largest packet
	request = append(request, utf8mb4)
	_, err := p.Write(append(request, make([]byte, 23)...))
	return err
}

// mysqlCapabilities returns the lower flags of a greeting (Protocol::HandshakeV10),
// 0 if it has none: protocol version, the server's version up to a zero byte,
// thread ID, 8 bytes of salt, a filler, flags.
func mysqlCapabilities(greeting []byte) uint16 {
	name, rest, _ := bytes.Cut(greeting, []byte{0})
	const at = 4 + 8 + 1
	if !bytes.HasPrefix(name, []byte{10}) || len(rest) < at+2 {
		return 0
	}
	return binary.LittleEndian.Uint16(rest[at:])
}
