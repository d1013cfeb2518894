// Package starttls implements the plaintext part of protocols that start without TLS.
package starttls

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"polytls/cmd/polytls/internal/explain"
)

// Upgrade runs the plaintext part of a protocol, up to the point where TLS begins.
// Nothing after that point is read.
func Upgrade(conn net.Conn, protocol, host string) error {
	if err := upgrades[protocol](&plain{conn}, host); err != nil {
		return explain.At("--starttls "+protocol, err)
	}
	return nil
}

var upgrades = map[string]func(*plain, string) error{
	"smtp": upgradeSMTP, "imap": upgradeIMAP, "pop3": upgradePOP3, "ftp": upgradeFTP,
	"xmpp": upgradeXMPP, "postgres": upgradePostgres, "mysql": upgradeMySQL,
}

func Names() []string {
	var names []string
	for name := range upgrades {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// plain is a connection before TLS.
type plain struct{ net.Conn }

// refused is an answer that does not lead to TLS.
func refused(answer string) error {
	return explain.New("ERR_STARTTLS_REFUSED", "the server may not offer TLS here, or want another --starttls", "the server answered %.80q", answer)
}

// line reads up to the end of a line, byte by byte, so that nothing after it is lost.
func (p *plain) line() (string, error) {
	const longest = 4096
	var b []byte
	var one [1]byte
	for len(b) < longest {
		if _, err := io.ReadFull(p, one[:]); err != nil {
			return "", err
		}
		if one[0] == '\n' {
			return strings.TrimSuffix(string(b), "\r"), nil
		}
		b = append(b, one[0])
	}
	return "", refused(string(b[:64]) + "...")
}

// reply reads an answer of FTP or SMTP, which may have many lines (RFC 5321,
// section 4.2.1), and wants its code.
func (p *plain) reply(code string) ([]string, error) {
	var lines []string
	const most = 100
	for len(lines) < most {
		line, err := p.line()
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		if len(line) < 4 || line[3] != '-' {
			if !strings.HasPrefix(line, code) {
				return nil, refused(line)
			}
			return lines, nil
		}
	}
	return nil, refused(lines[0])
}

// ask sends a line and wants the code.
func (p *plain) ask(command, code string) ([]string, error) {
	if _, err := io.WriteString(p, command+"\r\n"); err != nil {
		return nil, err
	}
	return p.reply(code)
}

// upgradeSMTP is RFC 3207.
func upgradeSMTP(p *plain, _ string) error {
	if _, err := p.reply("220"); err != nil {
		return err
	}
	offers, err := p.ask("EHLO localhost", "250")
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(offers, func(l string) bool { return len(l) > 4 && strings.EqualFold(l[4:], "STARTTLS") }) {
		return refused(offers[len(offers)-1])
	}
	_, err = p.ask("STARTTLS", "220")
	return err
}

// upgradeFTP is RFC 4217.
func upgradeFTP(p *plain, _ string) error {
	if _, err := p.reply("220"); err != nil {
		return err
	}
	_, err := p.ask("AUTH TLS", "234")
	return err
}

// upgradePOP3 is RFC 2595, section 4.
func upgradePOP3(p *plain, _ string) error {
	if err := p.expect("+OK"); err != nil {
		return err
	}
	if _, err := io.WriteString(p, "STLS\r\n"); err != nil {
		return err
	}
	return p.expect("+OK")
}

func (p *plain) expect(prefix string) error {
	line, err := p.line()
	if err == nil && !strings.HasPrefix(line, prefix) {
		return refused(line)
	}
	return err
}

// upgradeIMAP is RFC 3501, section 6.2.1. Untagged lines may come first.
func upgradeIMAP(p *plain, _ string) error {
	if err := p.expect("* OK"); err != nil {
		return err
	}
	if _, err := io.WriteString(p, "a1 STARTTLS\r\n"); err != nil {
		return err
	}
	const most = 100
	for range most {
		line, err := p.line()
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(line, "a1 OK"):
			return nil
		case !strings.HasPrefix(line, "* "):
			return refused(line)
		}
	}
	return refused("* ...")
}

// upgradeXMPP is RFC 6120, section 5.4.2. The server's answers have no lines:
// it waits after each of them.
func upgradeXMPP(p *plain, host string) error {
	_, err := fmt.Fprintf(p, "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "+
		"xmlns:stream='http://etherx.jabber.org/streams' to='%s' version='1.0'>", xmlEscape(host))
	if err != nil {
		return err
	}
	features, err := p.until("</stream:features>")
	if err != nil {
		return err
	}
	if !strings.Contains(features, "urn:ietf:params:xml:ns:xmpp-tls") {
		return refused(features)
	}
	if _, err := io.WriteString(p, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"); err != nil {
		return err
	}
	answer, err := p.until(">")
	if err == nil && !strings.HasPrefix(strings.TrimSpace(answer), "<proceed") {
		return refused(answer)
	}
	return err
}

func xmlEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", "'", "&apos;").Replace(s)
}

// until reads up to and with an end, byte by byte.
func (p *plain) until(end string) (string, error) {
	const longest = 16 << 10
	var b []byte
	var one [1]byte
	for len(b) < longest {
		if _, err := io.ReadFull(p, one[:]); err != nil {
			return "", err
		}
		b = append(b, one[0])
		if strings.HasSuffix(string(b[max(0, len(b)-len(end)):]), end) {
			return string(b), nil
		}
	}
	return "", refused(string(b[:64]) + "...")
}

// upgradePostgres is the SSLRequest of PostgreSQL's protocol.
func upgradePostgres(p *plain, _ string) error {
	request := binary.BigEndian.AppendUint32(nil, 8)
	request = binary.BigEndian.AppendUint32(request, 80877103)
	if _, err := p.Write(request); err != nil {
		return err
	}
	var answer [1]byte
	if _, err := io.ReadFull(p, answer[:]); err != nil {
		return err
	}
	if answer[0] != 'S' {
		return refused(string(answer[:]))
	}
	return nil
}

// upgradeMySQL answers the server's greeting with an SSLRequest
// (Protocol::SSLRequest).
func upgradeMySQL(p *plain, _ string) error {
	var header [4]byte
	if _, err := io.ReadFull(p, header[:]); err != nil {
		return err
	}
	greeting := make([]byte, int(header[0])|int(header[1])<<8|int(header[2])<<16) // 16 MiB at most
	if len(greeting) > maxGreeting {
		return refused("a greeting of that many bytes")
	}
	if _, err := io.ReadFull(p, greeting); err != nil {
		return err
	}
	capabilities, ok := mysqlCapabilities(greeting)
	if !ok || capabilities&mysqlClientSSL == 0 {
		return refused(fmt.Sprintf("%.64s", greeting))
	}
	const protocol41, secureConnection, utf8mb4 = 1 << 9, 1 << 15, 45
	request := []byte{32, 0, 0, header[3] + 1}
	request = binary.LittleEndian.AppendUint32(request, mysqlClientSSL|protocol41|secureConnection)
	request = binary.LittleEndian.AppendUint32(request, 1<<24-1) // the largest packet
	request = append(request, utf8mb4)
	_, err := p.Write(append(request, make([]byte, 23)...))
	return err
}

const (
	mysqlClientSSL = 1 << 11
	maxGreeting    = 4096
)

// mysqlCapabilities reads the lower flags of a greeting (Protocol::HandshakeV10):
// version, server's name up to a zero, thread, 8 bytes of salt, a filler, flags.
func mysqlCapabilities(greeting []byte) (uint16, bool) {
	name := 0
	if len(greeting) > 0 && greeting[0] == 10 {
		name = strings.IndexByte(string(greeting[1:]), 0)
	} else {
		return 0, false
	}
	at := 1 + name + 1 + 4 + 8 + 1
	if name < 0 || len(greeting) < at+2 {
		return 0, false
	}
	return binary.LittleEndian.Uint16(greeting[at:]), true
}
