package main

import (
	"net"
	"strconv"
	"strings"
)

// address is where to listen or to connect: HOST:PORT or unix:PATH.
type address struct {
	host string
	port int
	path string // of a Unix socket, in place of both
}

// parseAddress reads an address; what names the flag or argument at fault.
func parseAddress(what, text string) (address, error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if path == "" {
			return address{}, wrong(what, "%q has no path", text)
		}
		return address{path: path}, nil
	}
	host, service, err := net.SplitHostPort(text)
	if err != nil {
		return address{}, wrong(what, "%q, want HOST:PORT or unix:PATH", text)
	}
	port, err := strconv.Atoi(service)
	if err != nil {
		port, err = net.LookupPort("tcp", service)
	}
	const maxPort = 65535
	if err != nil || port < 0 || port > maxPort {
		return address{}, wrong(what, "%q has no valid port", text)
	}
	return address{host: host, port: port}, nil
}

// network returns what net.Dial and net.Listen want.
func (a address) network() (network, addr string) {
	if a.path != "" {
		return "unix", a.path
	}
	return "tcp", net.JoinHostPort(a.host, strconv.Itoa(a.port))
}

func (a address) String() string { return spell(a.network()) }

// spell writes an address as parseAddress reads it.
func spell(network, addr string) string {
	if network == "unix" {
		return "unix:" + addr
	}
	return addr
}
