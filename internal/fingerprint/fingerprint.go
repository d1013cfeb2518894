// Package fingerprint computes the digests by which others name TLS stacks: JA3 and
// JA4 of a ClientHello, JA3S and JA4S of a ServerHello. It names the stacks that it
// knows itself.
package fingerprint

import (
	"cmp"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

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

// read takes a hello apart, a malformed one as far as it can be read.
func read(m *fields.Message) *hello {
	h := &hello{}
	for _, f := range m.Fields {
		switch f.Kind {
		case fields.Version:
			h.version = uint16(f.Uint())
		case fields.CipherSuite: // of a ServerHello
			h.ciphers = numbers(fields.CipherSuite, []fields.Field{f})
		case fields.List:
			h.ciphers = append(h.ciphers, numbers(fields.CipherSuite, f.Fields)...)
			h.greased = h.greased || slices.ContainsFunc(fields.Numbers[uint16](fields.CipherSuite, f.Fields), wire.IsGREASE)
		case fields.Extensions:
			for _, x := range f.Fields {
				h.extension(&x)
			}
		}
	}
	h.highest = cmp.Or(h.highest, h.version)
	return h
}

func (h *hello) extension(x *fields.Field) {
	if !wire.IsGREASE(uint16(x.Type)) {
		h.extensions = append(h.extensions, uint16(x.Type))
	}
	switch x.Type {
	case wire.ExtServerName:
		h.named = true
	case wire.ExtSupportedVersions:
		for _, v := range numbers(fields.Version, x.Fields) {
			h.highest = max(h.highest, v)
		}
	case wire.ExtSupportedGroups:
		h.groups = numbers(fields.Group, x.Fields)
	case wire.ExtPointFormats:
		h.formats = numbers(fields.PointFormat, x.Fields)
	case wire.ExtSignatureAlgorithms:
		h.schemes = numbers(fields.Scheme, x.Fields)
	case wire.ExtALPN:
		if names := fields.Names(fields.Protocol, x.Fields); names != nil {
			h.alpn = names[0]
		}
	}
}

// numbers returns the values of a kind in a list and below it, without those that
// clients add to keep servers tolerant (RFC 8701).
func numbers(kind fields.Kind, list []fields.Field) []uint16 {
	return slices.DeleteFunc(fields.Numbers[uint16](kind, list), wire.IsGREASE)
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

func (h *hello) ja4() string {
	destination := 'i'
	if h.named {
		destination = 'd'
	}
	listed := slices.DeleteFunc(slices.Clone(h.extensions), func(x uint16) bool {
		return x == uint16(wire.ExtServerName) || x == uint16(wire.ExtALPN)
	})
	slices.Sort(listed)
	extensions := hexadecimal(listed)
	if len(listed) > 0 && len(h.schemes) > 0 {
		extensions += "_" + hexadecimal(h.schemes)
	}
	ciphers := slices.Sorted(slices.Values(h.ciphers))
	return fmt.Sprintf("t%s%c%s%s%s_%s_%s", h.shortVersion(), destination, count(h.ciphers), count(h.extensions), ends(h.alpn),
		sha256Of(hexadecimal(ciphers)), sha256Of(extensions))
}

func (h *hello) ja4s() string {
	return fmt.Sprintf("t%s%s%s_%s_%s", h.shortVersion(), count(h.extensions), ends(h.alpn), hexadecimal(h.ciphers), sha256Of(hexadecimal(h.extensions)))
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

// count is how many there are, in two digits.
func count(list []uint16) string { return fmt.Sprintf("%02d", min(len(list), 99)) }

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

func hexadecimal(list []uint16) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = fmt.Sprintf("%04x", n)
	}
	return strings.Join(parts, ",")
}

func md5Of(parts ...string) string {
	sum := md5.Sum([]byte(strings.Join(parts, ",")))
	return hex.EncodeToString(sum[:])
}

// sha256Of is the first 12 digits of a digest, zeros of nothing.
func sha256Of(text string) string {
	if text == "" {
		return "000000000000"
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}
