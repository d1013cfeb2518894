// Package fingerprint computes the digests by which others name TLS stacks: JA3 and
// JA4 of a ClientHello, JA3S and JA4S of a ServerHello. It names the stacks that it
// knows itself.
package fingerprint

import (
	"cmp"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// hello holds the numbers of a hello, in their order.
type hello struct {
	version, highest uint16 // the legacy version, and the one of supported_versions
	ciphers          []uint16
	extensions       []uint16
	groups, formats  []uint16
	schemes          []uint16
	alpn             string // the first protocol
	named            bool   // there is a server name
	greased          bool   // there are reserved values of RFC 8701
}

// read takes the body of a hello apart, a malformed one as far as it can be read. It
// does not need the fields of m, which cost much more.
func read(m *fields.Message) *hello {
	h := &hello{extensions: make([]uint16, 0, usual)}
	h.readBody(m.Type, m.Body)
	h.highest = cmp.Or(h.highest, h.version)
	return h
}

func (h *hello) readBody(t wire.MessageType, s cryptobyte.String) {
	const random = 32
	var list, body cryptobyte.String
	if !s.ReadUint16(&h.version) || !s.Skip(random) || !s.ReadUint8LengthPrefixed(&list) || !h.readCiphers(t, &s) || !s.ReadUint16LengthPrefixed(&list) {
		return
	}
	for x := uint16(0); list.ReadUint16(&x) && list.ReadUint16LengthPrefixed(&body); {
		h.extension(wire.ExtensionType(x), body)
	}
}

// readCiphers reads the cipher suites and the compression methods, of which a ServerHello
// has one each.
func (h *hello) readCiphers(t wire.MessageType, s *cryptobyte.String) bool {
	var list, methods cryptobyte.String
	if t == wire.TypeServerHello {
		const suite, method = 2, 1
		ok := s.ReadBytes((*[]byte)(&list), suite) && s.Skip(method)
		h.ciphers = numbers(list)
		return ok
	}
	if !s.ReadUint16LengthPrefixed(&list) {
		return false
	}
	h.ciphers = numbers(list)
	h.greased = len(h.ciphers) < len(list)/2
	return s.ReadUint8LengthPrefixed(&methods)
}

func (h *hello) extension(x wire.ExtensionType, body cryptobyte.String) {
	if !wire.IsGREASE(uint16(x)) {
		h.extensions = append(h.extensions, uint16(x))
	}
	var list cryptobyte.String
	switch x {
	case wire.ExtServerName:
		h.named = true
	case wire.ExtSupportedVersions:
		if len(body)%2 != 0 { // the list of a client; a server sends its version alone
			body.ReadUint8LengthPrefixed(&list)
			body = list
		}
		for _, v := range numbers(body) {
			h.highest = max(h.highest, v)
		}
	case wire.ExtSupportedGroups:
		body.ReadUint16LengthPrefixed(&list)
		h.groups = numbers(list)
	case wire.ExtPointFormats:
		body.ReadUint8LengthPrefixed(&list)
		h.formats = nil
		for _, format := range list {
			h.formats = append(h.formats, uint16(format))
		}
	case wire.ExtSignatureAlgorithms:
		body.ReadUint16LengthPrefixed(&list)
		h.schemes = numbers(list)
	case wire.ExtALPN:
		var first cryptobyte.String
		if body.ReadUint16LengthPrefixed(&list) && list.ReadUint8LengthPrefixed(&first) {
			h.alpn = string(first)
		}
	}
}

// numbers returns the numbers of a list, without those that clients add to keep servers
// tolerant (RFC 8701).
func numbers(list cryptobyte.String) []uint16 {
	all := make([]uint16, 0, len(list)/2)
	for n := uint16(0); list.ReadUint16(&n); {
		if !wire.IsGREASE(n) {
			all = append(all, n)
		}
	}
	return all
}

// JA4 returns JA4 of a ClientHello with its header.
func JA4(raw []byte) string {
	t, _, ok := wire.ParseHeader(raw)
	if ok {
		raw = raw[wire.HeaderLen:]
	}
	return read(&fields.Message{Type: t, Body: raw}).ja4()
}

// Client returns JA3 and JA4 of a ClientHello.
func Client(m *fields.Message) (ja3, ja4 string) {
	h := read(m)
	return md5Of(decimal(h.version), decimal(h.ciphers...), decimal(h.extensions...), decimal(h.groups...), decimal(h.formats...)), h.ja4()
}

// Server returns JA3S and JA4S of a ServerHello.
func Server(m *fields.Message) (ja3s, ja4s string) {
	h := read(m)
	return md5Of(decimal(h.version), decimal(h.ciphers...), decimal(h.extensions...)), h.ja4s()
}

// usual is how many values a list of a hello has at most, as a rule. Space for as many
// needs no allocation.
const usual = 64

func (h *hello) ja4() string {
	text := append(make([]byte, 0, usual), 't')
	text = append(text, h.shortVersion()...)
	if h.named {
		text = append(text, 'd')
	} else {
		text = append(text, 'i')
	}
	text = appendCount(text, h.ciphers)
	text = appendCount(text, h.extensions)
	text = append(text, ends(h.alpn)...)
	ciphers := append(make([]uint16, 0, usual), h.ciphers...)
	slices.Sort(ciphers)
	text = appendDigest(append(text, '_'), ciphers, nil)
	listed := make([]uint16, 0, usual)
	for _, x := range h.extensions {
		if x != uint16(wire.ExtServerName) && x != uint16(wire.ExtALPN) {
			listed = append(listed, x)
		}
	}
	slices.Sort(listed)
	return string(appendDigest(append(text, '_'), listed, h.schemes))
}

func (h *hello) ja4s() string {
	text := append([]byte("t"), h.shortVersion()...)
	text = append(appendCount(text, h.extensions), ends(h.alpn)...)
	text = appendHex(append(text, '_'), h.ciphers)
	return string(appendDigest(append(text, '_'), h.extensions, nil))
}

// shortVersion is a version in two characters.
func (h *hello) shortVersion() string {
	switch h.highest {
	case 0x0304:
		return "13"
	case 0x0303:
		return "12"
	case 0x0302:
		return "11"
	case 0x0301:
		return "10"
	case 0x0300:
		return "s3"
	case 0x0002:
		return "s2"
	}
	return "00"
}

// appendCount appends how many there are, in two digits.
func appendCount(text []byte, list []uint16) []byte {
	n := byte(min(len(list), 99))
	return append(text, '0'+n/10, '0'+n%10)
}

// ends are the first and the last character of a protocol, of its hexadecimal form if
// one of them is neither a letter nor a digit.
func ends(protocol string) string {
	if protocol == "" {
		return "00"
	}
	if !alphanumeric(protocol[0]) || !alphanumeric(protocol[len(protocol)-1]) {
		protocol = hex.EncodeToString([]byte(protocol))
	}
	return protocol[:1] + protocol[len(protocol)-1:]
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func decimal(list ...uint16) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = strconv.Itoa(int(n))
	}
	return strings.Join(parts, "-")
}

func appendHex(text []byte, list []uint16) []byte {
	const digits = "0123456789abcdef"
	for i, n := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, digits[n>>12], digits[n>>8&15], digits[n>>4&15], digits[n&15])
	}
	return text
}

func md5Of(parts ...string) string {
	sum := md5.Sum([]byte(strings.Join(parts, ",")))
	return hex.EncodeToString(sum[:])
}

// appendDigest appends the first 12 digits of the digest of a list and of another that
// may follow it, zeros if the first is empty.
func appendDigest(text []byte, list, more []uint16) []byte {
	if len(list) == 0 {
		return append(text, "000000000000"...)
	}
	hashed := appendHex(make([]byte, 0, len("0000,")*2*usual), list)
	if len(more) > 0 {
		hashed = appendHex(append(hashed, '_'), more)
	}
	sum := sha256.Sum256(hashed)
	return hex.AppendEncode(text, sum[:6])
}
