package trace

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
	"polytls/internal/trust/certder"
)

// rebuild makes the events that a text describes: its lines hold each byte of a
// message, except for names, whose DER it takes from the certificates.
func rebuild(text string) ([]recordlayer.Event, error) {
	r := rebuilder{names: namesIn(text)}
	for n, line := range strings.Split(text, "\n") {
		if err := r.line(line); err != nil {
			return nil, fmt.Errorf("line %d: %q: %w", n+1, line, err)
		}
	}
	return r.events, nil
}

type rebuilder struct {
	events []recordlayer.Event
	names  map[string][]byte
	header recordlayer.Event
	body   []byte // of the current message
	typ    record.ContentType
	// extension is the type of the current one.
	extension int
	message   string
	inPEM     bool
	pem       strings.Builder
}

// namesIn are the names in the certificates of a text, as Name writes them.
func namesIn(text string) map[string][]byte {
	names := map[string][]byte{}
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return names
		}
		c, _, err := certder.Parse(block.Bytes)
		if err != nil {
			continue
		}
		for _, der := range [][]byte{c.Subject, c.Issuer} {
			names[nameText(der)] = der
		}
	}
}

// row returns the bytes that a line describes.
type row struct {
	pattern *regexp.Regexp
	add     func(r *rebuilder, m []string) error
}

func rowOf(pattern string, add func(r *rebuilder, m []string) error) row {
	return row{regexp.MustCompile("^ +" + pattern + "$"), add}
}

// numberOf adds a number of so many bytes, which the line's first group writes.
func numberOf(size, base int) func(*rebuilder, []string) error {
	return func(r *rebuilder, m []string) error { return r.number(m[1], base, size) }
}

// hexOf adds bytes after their length, which takes so many bytes.
func hexOf(prefix int) func(*rebuilder, []string) error {
	return func(r *rebuilder, m []string) error {
		b, err := hex.DecodeString(m[1])
		r.length(len(b), prefix)
		r.body = append(r.body, b...)
		return err
	}
}

var rows = []row{
	rowOf(`(?:client|server)_version=0x(\w+) .*`, numberOf(2, 16)),
	rowOf(`Random:`, func(*rebuilder, []string) error { return nil }),
	rowOf(`gmt_unix_time=0x(\w+)`, numberOf(4, 16)),
	rowOf(`(?:random_bytes|verify_data) \(len=\d+\): (\w+)`, hexOf(0)),
	rowOf(`(?:session_id|context|request_context|point|ecdh_Yc|ticket_nonce) \(len=\d+\): (\w*)`, hexOf(1)),
	rowOf(`(?:Signature|dh_p|dh_g|dh_Ys|dh_Yc|EncryptedPreMasterSecret|psk_identity|psk_identity_hint|key_exchange: ) \(len=\d+\): (\w*)`, hexOf(2)),
	rowOf(`ticket \(len=\d+\): (\w+)`, func(r *rebuilder, m []string) error {
		if r.extension >= 0 {
			return hexOf(0)(r, m)
		}
		return hexOf(2)(r, m)
	}),
	rowOf(`(?:client|server)_verify_data \(len=\d+\): (\w+)`, hexOf(0)),
	rowOf(`(?:cipher_suites|signature_algorithms|certificate_authorities) \(len=(\d+)\)`, numberOf(2, 10)),
	rowOf(`(?:compression_methods|certificate_types) \(len=(\d+)\)`, numberOf(1, 10)),
	rowOf(`(?:cipher_suite )?\{0x(\w\w), 0x(\w\w)\} .*`, func(r *rebuilder, m []string) error {
		return r.number(m[1]+m[2], 16, 2)
	}),
	rowOf(`No extensions`, func(r *rebuilder, m []string) error { return r.number("0", 10, 2) }),
	rowOf(`extensions, length = (\d+)`, numberOf(2, 10)),
	rowOf(`extension_type=.*\((\d+)\), length=(\d+)`, (*rebuilder).extensionHeader),
	rowOf(`<EMPTY>`, func(*rebuilder, []string) error { return nil }), // a length of 0, which its header added
	rowOf(`[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -])+) .*`, func(r *rebuilder, m []string) error {
		return hexOf(0)(r, []string{"", strings.NewReplacer(" ", "", "-", "").Replace(m[1])})
	}),
	rowOf(`(?:NamedGroup: ).* \((\d+)\)`, numberOf(2, 10)),
	rowOf(`named_curve: .* \((\d+)\)`, func(r *rebuilder, m []string) error {
		r.body = append(r.body, 3)
		return r.number(m[1], 10, 2)
	}),
	rowOf(`(?:certificate_list, length|ASN\.1Cert, length)=(\d+)`, numberOf(3, 10)),
	rowOf(`max_early_data=(\d+)`, numberOf(4, 10)),
	rowOf(`ticket_lifetime_hint=(\d+)`, func(r *rebuilder, m []string) error {
		r.extension = -1
		return r.number(m[1], 10, 4)
	}),
	rowOf(`ticket_age_add=(\d+)`, numberOf(4, 10)),
	rowOf(`KeyExchangeAlgorithm=.*`, func(*rebuilder, []string) error { return nil }),
	rowOf(`DistinguishedName \(len=\d+\): (.*)`, func(r *rebuilder, m []string) error {
		der, ok := r.names[m[1]]
		if !ok {
			return fmt.Errorf("no certificate has this name")
		}
		r.length(len(der), 2)
		r.body = append(r.body, der...)
		return nil
	}),
	rowOf(`.* \(0x(\w+)\)`, func(r *rebuilder, m []string) error { return r.number(m[1], 16, len(m[1])/2) }),
	rowOf(`.* \((\d+)\)`, func(r *rebuilder, m []string) error { return r.number(m[1], 10, r.itemSize()) }),
	rowOf(`(.*)`, func(r *rebuilder, m []string) error { // a name of ALPN
		if r.extension != 16 {
			return fmt.Errorf("no row for it")
		}
		r.length(len(m[1]), 1)
		r.body = append(r.body, m[1]...)
		return nil
	}),
}

// itemSize is the size in bytes of what a list has of the values that it shows
// in decimal.
func (r *rebuilder) itemSize() int {
	switch {
	case r.extension == 10 || r.extension == 43:
		return 2
	}
	return 1
}

func (r *rebuilder) number(digits string, base, size int) error {
	n, err := strconv.ParseUint(digits, base, 8*size)
	r.length(int(n), size)
	return err
}

func (r *rebuilder) length(n, size int) {
	r.body = append(r.body, binary.BigEndian.AppendUint64(nil, uint64(n))[8-size:]...)
}

// extensionHeader adds the type and the length of an extension, and the length of
// the list in it.
func (r *rebuilder) extensionHeader(m []string) error {
	t, err := strconv.Atoi(m[1])
	if err != nil {
		return err
	}
	length, err := strconv.Atoi(m[2])
	if err != nil {
		return err
	}
	r.extension = t
	r.length(t, 2)
	r.length(length, 2)
	switch isHello := r.message == "ClientHello"; {
	case t == 10, t == 13, t == 16, t == 51 && isHello:
		r.length(length-2, 2)
	case t == 11, t == 43 && isHello, t == 45, t == 65281:
		r.length(length-1, 1)
	}
	return nil
}

var (
	recordLine   = regexp.MustCompile(`^(Sent|Received) (?:TLS )?Record$`)
	versionLine  = regexp.MustCompile(`^  Version = .* \(0x(\w+)\)$`)
	typeLine     = regexp.MustCompile(`^  Content Type = \w+ \((\d+)\)$`)
	lengthLine   = regexp.MustCompile(`^  Length = (\d+)$`)
	innerLine    = regexp.MustCompile(`^  Inner Content Type = \w+ \((\d+)\)$`)
	alertLine    = regexp.MustCompile(`^    Level=\w+\((\d+)\), description=.*\((\d+)\)$`)
	messageLine  = regexp.MustCompile(`^    (\w+), Length=(\d+)$`)
	messageTypes = map[string]byte{
		"HelloRequest": 0, "ClientHello": 1, "ServerHello": 2, "NewSessionTicket": 4, "EndOfEarlyData": 5,
		"EncryptedExtensions": 8, "Certificate": 11, "ServerKeyExchange": 12, "CertificateRequest": 13,
		"ServerHelloDone": 14, "CertificateVerify": 15, "ClientKeyExchange": 16, "Finished": 20,
		"CertificateStatus": 22, "KeyUpdate": 24,
	}
)

// line returns the next line of a text and removes it.
func (r *rebuilder) line(line string) error {
	if r.skipCertificate(line) {
		return nil
	}
	switch {
	case line == "Header:":
	case line == "":
		r.end()
	case recordLine.MatchString(line):
		r.end()
		r.header = recordlayer.Event{Kind: recordlayer.EventHeader, Sent: recordLine.FindStringSubmatch(line)[1] == "Sent"}
	case versionLine.MatchString(line):
		r.header.Header.Version = suite.Version(value(versionLine, line, 16))
	case typeLine.MatchString(line):
		r.header.Header.Type = record.ContentType(value(typeLine, line, 10))
	case lengthLine.MatchString(line):
		r.header.Header.Length = int(value(lengthLine, line, 10))
		r.events = append(r.events, r.header)
	case innerLine.MatchString(line):
		r.events = append(r.events, recordlayer.Event{Kind: recordlayer.EventInner, Sent: r.header.Sent, Type: record.ContentType(value(innerLine, line, 10))})
	case line == "    change_cipher_spec (1)":
		r.begin(record.ChangeCipherSpec, 1)
	case alertLine.MatchString(line):
		m := alertLine.FindStringSubmatch(line)
		r.begin(record.Alert)
		return firstError(r.number(m[1], 10, 1), r.number(m[2], 10, 1))
	case messageLine.MatchString(line):
		m := messageLine.FindStringSubmatch(line)
		t, ok := messageTypes[m[1]]
		if !ok {
			return fmt.Errorf("no such message")
		}
		r.message = m[1]
		r.begin(record.Handshake, t)
		return r.number(m[2], 10, 3)
	default:
		return r.part(line)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *rebuilder) part(line string) error {
	for _, row := range rows {
		if m := row.pattern.FindStringSubmatch(line); m != nil {
			return row.add(r, m)
		}
	}
	return fmt.Errorf("no row for it")
}

func value(re *regexp.Regexp, line string, base int) uint64 {
	n, _ := strconv.ParseUint(re.FindStringSubmatch(line)[1], base, 32)
	return n
}

func (r *rebuilder) begin(t record.ContentType, b ...byte) {
	r.typ, r.body, r.extension = t, b, -1
}

func (r *rebuilder) end() {
	if r.typ != 0 {
		r.events = append(r.events, recordlayer.Event{Kind: recordlayer.EventContent, Sent: r.header.Sent, Type: r.typ, Payload: r.body})
	}
	r.typ = 0
}

// skipCertificate takes the details of a certificate, of which the PEM says all.
func (r *rebuilder) skipCertificate(line string) bool {
	switch {
	case line == "------details-----":
		r.inPEM = true
		r.pem.Reset()
	case line == "------------------":
		r.inPEM = false
		if block, _ := pem.Decode([]byte(r.pem.String())); block != nil {
			r.body = append(r.body, block.Bytes...)
		}
	case !r.inPEM:
		return false
	default:
		r.pem.WriteString(line + "\n")
	}
	return true
}
