// Package host parses hosts as users write them, and returns the forms that are dialed,
// sent as the server name, and verified.
package host

import (
	"net"
	"net/netip"
	"strings"

	"polytls/failure"
	"polytls/internal/trust"
)

// maxHostName is the limit of OpenSSL for server_name, and of DNS (RFC 1035, section
// 2.3.4).
const maxHostName = 255

// notInNames are characters that separate a host from the rest of a URL, or that encode
// others in it.
const notInNames = `[]/?#@:\%`

// Host is a name or an address. The zero Host is neither.
type Host struct {
	name string     // in ASCII, without a trailing dot; "" for an address
	root string     // "." if the name had a trailing dot, which tells the resolver not to search domains
	addr netip.Addr // perhaps with a zone; the zero Addr for a name
}

// Localhost is the host "localhost".
var Localhost = Host{name: "localhost"}

// Parse parses a name, perhaps in Unicode and with a trailing dot, or an address,
// perhaps in brackets and with a zone.
func Parse(text string) (Host, error) {
	bare := text
	if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(inner, "]") {
		bare = strings.TrimSuffix(inner, "]")
		if !strings.Contains(bare, ":") {
			return Host{}, failure.InvalidArgValue.Local("%q: want an IPv6 address in the brackets", text)
		}
	}
	for _, form := range []string{bare, strings.TrimSuffix(bare, ".")} { // a zone may end with a dot
		if addr, err := netip.ParseAddr(form); err == nil {
			return Host{addr: addr}, nil
		}
	}
	if hasPort(text) {
		return Host{}, failure.InvalidArgValue.Local("%q includes a port, for which there is the option Port", text)
	}
	ascii := trust.DomainToASCII(text)
	if addr, err := netip.ParseAddr(ascii); err == nil {
		// Such as 127.1, which resolvers interpret differently.
		return Host{}, failure.InvalidArgValue.Local("%q is a non-canonical IP address, perhaps %s", text, addr)
	}
	if trust.EqualASCII(ascii, text) {
		ascii = text // keep the user's case
	}
	label, rooted := strings.CutSuffix(ascii, ".")
	switch {
	case label == "", strings.Contains("."+label+".", ".."), isASCII(text) && ascii != text, strings.ContainsAny(text, notInNames):
		return Host{}, failure.InvalidArgValue.Local("%q is neither a host name nor an IP address", text)
	case len(label) > maxHostName:
		return Host{}, failure.InvalidArgValue.Local("a host name of %d bytes, at most %d are allowed", len(label), maxHostName)
	}
	h := Host{name: label}
	if rooted {
		h.root = "."
	}
	return h, nil
}

// hasPort reports whether a host is followed by a port.
func hasPort(text string) bool {
	_, port, err := net.SplitHostPort(text)
	return err == nil && strings.Trim(port, "0123456789") == ""
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

// IsAddress reports whether the host is an address.
func (h Host) IsAddress() bool { return h.addr.IsValid() }

// Name returns the name in ASCII and without a trailing dot, "" for an address.
func (h Host) Name() string { return h.name }

// Dialed returns the host in the form for dialing.
func (h Host) Dialed() string {
	if h.addr.IsValid() {
		return h.addr.String()
	}
	return h.name + h.root
}

// Verified returns the host that a certificate must be for, without a zone, which
// certificates do not contain.
func (h Host) Verified() string {
	if h.addr.IsValid() {
		return h.addr.WithZone("").String()
	}
	return h.name
}
