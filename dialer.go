package polytls

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"polytls/failure"
)

// dialerSessions is the number of servers whose sessions a Dialer stores.
const dialerSessions = 256

// Dialer connects to any address with the same options. Clients of other protocols can
// use its DialContext as their DialContext or DialTLS. NewDialer makes one. Any number
// of goroutines may use it.
type Dialer struct{ options ConnectOptions }

// NewDialer makes a Dialer; options that cannot work are an error. Host, Port and Path
// of the options are ignored: each DialContext sets them. Without SecureContext it
// makes one; if Sessions is nil as well, it resumes sessions and stores those of 256
// servers.
func NewDialer(o ConnectOptions) (*Dialer, error) {
	if o.SecureContext == nil {
		c, err := NewSecureContext(o.ContextOptions)
		if err != nil {
			return nil, err
		}
		o.ContextOptions, o.SecureContext = ContextOptions{}, c
		if o.Sessions == nil {
			o.Sessions = NewClientSessions(dialerSessions)
		}
	}
	o.Host, o.Port, o.Path = "", 0, ""
	if err := o.Check(); err != nil {
		return nil, err
	}
	return &Dialer{o}, nil
}

// DialContext connects and returns when the handshake is done: the connection is a
// *Socket. The network is "tcp", "tcp4", "tcp6" or "unix", and the address has the form
// of net.Dial; its port may be the name of a service. The certificate must be for
// ServerName, or else for the address's host.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if d == nil || d.options.SecureContext == nil {
		return nil, failure.InvalidState.Local("the Dialer was not made by NewDialer")
	}
	o := d.options
	if err := o.setAddress(ctx, network, address); err != nil {
		return nil, err
	}
	_, dialed, err := o.address()
	if err != nil {
		return nil, err
	}
	dialer := o.Dialer
	if dialer == nil {
		dialer = &net.Dialer{}
	}
	conn, err := dialer.DialContext(ctx, network, dialed)
	if err != nil {
		return nil, err
	}
	s, err := Client(ctx, conn, o)
	if err != nil {
		return nil, err // not a nil *Socket in an interface
	}
	return s, nil
}

// Dial is DialContext without a context.
func (d *Dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// setAddress sets where to connect.
func (o *ConnectOptions) setAddress(ctx context.Context, network, address string) error {
	if network == "unix" {
		o.Path = address
		return nil
	}
	if !strings.HasPrefix(network, "tcp") {
		return failure.InvalidArgValue.Local("network %q: want tcp, tcp4, tcp6 or unix", network)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return failure.InvalidArgValue.Local("%v", err)
	}
	if o.Port, err = strconv.Atoi(port); err != nil {
		if o.Port, err = net.DefaultResolver.LookupPort(ctx, network, port); err != nil {
			return fmt.Errorf("tls: address %q: %w", address, err)
		}
	}
	o.Host = host
	return nil
}
