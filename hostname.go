package polytls

import (
	"net"
	"strconv"

	"polytls/failure"
	"polytls/internal/host"
)

// This file derives from the host of the options what is dialed, what is sent as the
// server name, and what the certificate must be for.

// hosts are Host and ServerName of a ConnectOptions, parsed.
type hosts struct{ at, named host.Host }

// parseHosts reads Host, which is localhost by default, and ServerName, which is
// the zero host by default.
func (o *ConnectOptions) parseHosts() (at, named host.Host, err error) {
	if h := o.hosts; h != nil {
		return h.at, h.named, nil
	}
	at = host.Localhost
	if o.Host != "" {
		if at, err = host.Parse(o.Host); err != nil {
			return at, named, option("Host", err)
		}
	}
	if o.ServerName == "" {
		return at, named, nil
	}
	named, err = host.Parse(o.ServerName)
	switch {
	case err != nil:
		err = option("ServerName", err)
	case named.IsAddress():
		err = failure.InvalidArgValue.Option("ServerName", "setting the TLS ServerName to an IP address is not permitted. Received %q", o.ServerName)
	}
	return at, named, err
}

// identity returns the host that the server's certificate must be for.
func (o *ConnectOptions) identity() string {
	at, named, _ := o.parseHosts() // compile has reported the error
	if o.ServerName != "" {
		return named.Verified()
	}
	return at.Verified()
}

// serverName returns the name for the extension server_name: ServerName or else Host,
// in ASCII and without a trailing dot, "" for an address or if OmitServerName is set
// (RFC 6066, section 3).
func (o *ConnectOptions) serverName() string {
	at, named, _ := o.parseHosts()
	switch {
	case o.OmitServerName:
		return ""
	case o.ServerName != "":
		return named.Name()
	case o.Host != "":
		return at.Name()
	}
	return ""
}

// address returns what Connect dials.
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
	return "tcp", net.JoinHostPort(at.Dialed(), strconv.Itoa(o.Port)), nil
}
