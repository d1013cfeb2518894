// Package address parses addresses to listen on and to connect to.
package address

import (
	"net"
	"strconv"
	"strings"

	"polytls/cmd/polytls/internal/flags"
)

// Address is an address to listen on or to connect to: HOST:PORT or unix:PATH.
type Address struct {
	Host string
	Port int
	Path string // of a Unix socket, in place of Host and Port
}

// Parse reads an address. what names the flag or argument in errors.
func Parse(what, text string) (Address, error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if path == "" {
			return Address{}, flags.Wrong(what, "%q has no path", text)
		}
		return Address{Path: path}, nil
	}
	host, service, err := net.SplitHostPort(text)
	if err != nil {
		return Address{}, flags.Wrong(what, "%q, want HOST:PORT or unix:PATH", text)
	}
	port, err := strconv.Atoi(service)
	if err != nil {
		port, err = net.LookupPort("tcp", service)
	}
	const maxPort = 65535
	if err != nil || port < 0 || port > maxPort {
		return Address{}, flags.Wrong(what, "%q has no valid port", text)
	}
	return Address{Host: host, Port: port}, nil
}

// Network returns the arguments of net.Dial and net.Listen.
func (a Address) Network() (network, addr string) {
	if a.Path != "" {
		return "unix", a.Path
	}
	return "tcp", net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
}

func (a Address) String() string { return Spell(a.Network()) }

// Spell formats an address in the form that Parse reads.
func Spell(network, addr string) string {
	if network == "unix" {
		return "unix:" + addr
	}
	return addr
}
