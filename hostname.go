package polytls

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"polytls/failure"
	"polytls/internal/trust"
)

// This file derives from a host, as users write it, what is dialed, what is sent
// as the server name, and what the certificate must be for.

// maxHostName is OpenSSL's limit for server_name, and that of DNS (RFC 1035,
// section 2.3.4).
const maxHostName = 255

// host is a name or an address.
type host struct {
	name string     // in ASCII, without a trailing dot; "" for an address
	root string     // "." if the name had a trailing dot: the resolver searches no domains
	addr netip.Addr // perhaps with a zone; the zero Addr for a name
}

// parseHost reads the host of an option: a name, perhaps of Unicode and with a
// trailing dot, or an address, perhaps in brackets and with a zone.
func parseHost(name, text string) (host, error) {
	bare := text
	if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(inner, "]") {
		bare = strings.TrimSuffix(inner, "]")
		if !strings.Contains(bare, ":") {
			return host{}, failure.InvalidArgValue.Option(name, "%q: want an IPv6 address in the brackets", text)
		}
	}
	if addr, err := netip.ParseAddr(strings.TrimSuffix(bare, ".")); err == nil {
		return host{addr: addr}, nil
	}
	if hasPort(text) {
		return host{}, failure.InvalidArgValue.Option(name, "%q includes a port, for which there is the option Port", text)
	}
	ascii := trust.DomainToASCII(text)
	if addr, err := netip.ParseAddr(ascii); err == nil {
		// As in 127.1: resolvers do not agree on what this means.
		return host{}, failure.InvalidArgValue.Option(name, "%q is a non-canonical IP address, perhaps %s", text, addr)
	}
	if strings.EqualFold(ascii, text) {
		ascii = text // the letters' case is the user's
	}
	label, rooted := strings.CutSuffix(ascii, ".")
	switch {
	case label == "", strings.Contains("."+label+".", ".."), isASCII(text) && ascii != text:
		return host{}, failure.InvalidArgValue.Option(name, "%q is neither a host name nor an IP address", text)
	case len(label) > maxHostName:
		return host{}, failure.InvalidArgValue.Option(name, "a host name of %d bytes, at most %d are allowed", len(label), maxHostName)
	}
	h := host{name: label}
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

// dialed is what the resolver gets.
func (h host) dialed() string {
	if h.addr.IsValid() {
		return h.addr.String()
	}
	return h.name + h.root
}

// verified is what a certificate must be for: no certificate names a zone.
func (h host) verified() string {
	if h.addr.IsValid() {
		return h.addr.WithZone("").String()
	}
	return h.name
}

// hosts are those of a ConnectOptions, read.
type hosts struct{ at, named host }

// parseHosts reads Host, which is localhost by default, and ServerName, which is
// the zero host by default.
func (o *ConnectOptions) parseHosts() (at, named host, err error) {
	if h := o.hosts; h != nil {
		return h.at, h.named, nil
	}
	at = host{name: "localhost"}
	if o.Host != "" {
		if at, err = parseHost("Host", o.Host); err != nil {
			return at, named, err
		}
	}
	if o.ServerName == "" {
		return at, named, nil
	}
	if named, err = parseHost("ServerName", o.ServerName); err == nil && named.addr.IsValid() {
		err = failure.InvalidArgValue.Option("ServerName", "setting the TLS ServerName to an IP address is not permitted. Received %q", o.ServerName)
	}
	return at, named, err
}

// identity is the host that the server must prove to be.
func (o *ConnectOptions) identity() string {
	at, named, _ := o.parseHosts() // compile has reported the error
	if o.ServerName != "" {
		return named.verified()
	}
	return at.verified()
}

// serverName is what server_name says: the host, if it is a name and the options
// do not say otherwise. It has no trailing dot and is in ASCII, and an address is
// none (RFC 6066, section 3).
func (o *ConnectOptions) serverName() string {
	at, named, _ := o.parseHosts()
	switch {
	case o.OmitServerName:
		return ""
	case o.ServerName != "":
		return named.name
	case o.Host != "":
		return at.name
	}
	return ""
}

// address is what Connect dials.
func (o *ConnectOptions) address() (network, address string, err error) {
	if o.Path != "" {
		return "unix", o.Path, nil
	}
	at, _, err := o.parseHosts()
	switch {
	case err != nil:
		return "", "", err
	case o.Port == 0:
		return "", "", failure.MissingArgs.Option("Port", "Connect needs Port or Path")
	case o.Port < 0 || o.Port > 65535:
		return "", "", failure.BadPort.Option("Port", "it must be >= 0 and < 65536. Received %d", o.Port)
	}
	return "tcp", net.JoinHostPort(at.dialed(), strconv.Itoa(o.Port)), nil
}
