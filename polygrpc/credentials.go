// Package polygrpc provides gRPC transport credentials of servers and clients that use
// polytls.
//
//	creds, err := polygrpc.NewServer(polytls.ServerOptions{
//		ContextOptions: polytls.ContextOptions{Cert: cert, Key: key},
//	})
//	s := grpc.NewServer(grpc.Creds(creds))
//
//	creds, err := polygrpc.NewClient(polytls.ConnectOptions{})
//	conn, err := grpc.NewClient("dns:///example.org:443", grpc.WithTransportCredentials(creds))
//
// A handler finds the peer's certificates as with crypto/tls: the AuthInfo of
// peer.FromContext is a credentials.TLSInfo.
package polygrpc

import (
	"context"
	"crypto/x509"
	"net"
	"net/url"
	"slices"
	"strings"

	"google.golang.org/grpc/credentials"

	"polytls"
	"polytls/failure"
)

// protocolHTTP2 is the protocol of ALPN that gRPC needs (RFC 7301, section 6).
const protocolHTTP2 = "h2"

// clientSessions is the number of servers whose sessions a client stores.
const clientSessions = 256

// Credentials implement credentials.TransportCredentials. NewServer and NewClient make
// them. Any number of goroutines may use them.
type Credentials struct {
	// AuthInfo returns the AuthInfo of peer.FromContext for a connection. It is for
	// programs that need facts which credentials.TLSInfo does not have, such as the
	// identity of a pre-shared key in Socket.Parameters. nil is the function TLSInfo.
	AuthInfo func(*polytls.Socket) credentials.AuthInfo
	// Server makes the connections of a server: AddContext, SetSecureContext, OnKeylog
	// and the like are its methods. It is nil at a client.
	Server *polytls.Server

	options polytls.ConnectOptions // a client's
}

// NewServer returns the credentials of a server. The protocol is "h2": ALPNProtocols
// may be empty or must have it. MaxEarlyData is an error, because gRPC cannot tell
// which calls came as early data, which an attacker may replay.
func NewServer(o polytls.ServerOptions) (*Credentials, error) {
	if o.MaxEarlyData != 0 {
		return nil, failure.InvalidArgValue.Option("MaxEarlyData", "gRPC cannot tell which calls came as early data; want 0")
	}
	if o.ALPNCallback == nil {
		if err := setProtocol(&o.ALPNProtocols); err != nil {
			return nil, err
		}
	}
	srv, err := polytls.NewServer(o, nil)
	if err != nil {
		return nil, err
	}
	return &Credentials{Server: srv}, nil
}

// NewClient returns the credentials of a client. The certificate must be for the
// authority that is called, or else for ServerName; Host, Port and Path are not used.
// Without Sessions it stores and resumes the sessions of 256 servers. ALPNProtocols may
// be empty or must have "h2", and EarlyData is an error.
func NewClient(o polytls.ConnectOptions) (*Credentials, error) {
	if len(o.EarlyData) > 0 {
		return nil, failure.InvalidArgValue.Option("EarlyData", "gRPC has none to send; want nil")
	}
	if err := setProtocol(&o.ALPNProtocols); err != nil {
		return nil, err
	}
	if o.SecureContext == nil {
		c, err := polytls.NewSecureContext(o.ContextOptions)
		if err != nil {
			return nil, err
		}
		o.ContextOptions, o.SecureContext = polytls.ContextOptions{}, c
	}
	if o.Sessions == nil {
		o.Sessions = polytls.NewClientSessions(clientSessions)
	}
	o.Host, o.Port, o.Path = "", 0, ""
	if err := o.Check(); err != nil {
		return nil, err
	}
	return &Credentials{options: o}, nil
}

// setProtocol sets an empty list of protocols to "h2", and checks that any other list
// has it.
func setProtocol(list *[]string) error {
	switch {
	case len(*list) == 0:
		*list = []string{protocolHTTP2}
	case !slices.Contains(*list, protocolHTTP2):
		return failure.InvalidArgValue.Option("ALPNProtocols", `gRPC needs "h2"`)
	}
	return nil
}

// ClientHandshake implements credentials.TransportCredentials.
func (c *Credentials) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if c.Server != nil || c.options.SecureContext == nil {
		return nil, nil, wrongEnd("NewClient")
	}
	o := c.options
	o.Host = hostOf(authority)
	return c.established(polytls.Client(ctx, conn, o))
}

// ServerHandshake implements credentials.TransportCredentials. Both
// grpc.ConnectionTimeout and the server's HandshakeTimeout limit it.
func (c *Credentials) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if c.Server == nil {
		return nil, nil, wrongEnd("NewServer")
	}
	return c.established(c.Server.Handshake(context.Background(), conn))
}

func wrongEnd(want string) error {
	return failure.InvalidState.Local("the credentials of this end are made by polygrpc.%s", want)
}

// established checks that the connection may be used for HTTP/2 (RFC 9113, sections 3.2
// and 9.2).
func (c *Credentials) established(s *polytls.Socket, err error) (net.Conn, credentials.AuthInfo, error) {
	if err != nil {
		return nil, nil, err
	}
	switch {
	case s.ALPNProtocol() != protocolHTTP2:
		s.Close()
		return nil, nil, failure.NoApplicationProtocol.Local(`gRPC needs "h2", and the peer has not negotiated it by ALPN`)
	case s.Protocol() == polytls.TLS10, s.Protocol() == polytls.TLS11:
		s.Close()
		return nil, nil, failure.UnsupportedProtocol.Local("HTTP/2 needs TLS 1.2, this is %s", s.Protocol())
	}
	if c.AuthInfo != nil {
		return s, c.AuthInfo(s), nil
	}
	return s, TLSInfo(s), nil
}

// hostOf returns the host of an authority: without its port and the brackets of an
// IPv6 address.
func hostOf(authority string) string {
	if host, _, err := net.SplitHostPort(authority); err == nil {
		return host
	}
	if n := len(authority); n > 2 && authority[0] == '[' && authority[n-1] == ']' {
		return authority[1 : n-1]
	}
	return authority
}

// TLSInfo describes a connection as gRPC's own credentials do, for code that expects
// their type. Its SecurityLevel is IntegrityOnly if the cipher suite does not encrypt.
func TLSInfo(s *polytls.Socket) credentials.TLSInfo {
	info := credentials.TLSInfo{State: s.ConnectionState()}
	info.SPIFFEID = spiffeID(info.State.PeerCertificates)
	info.SecurityLevel = credentials.PrivacyAndIntegrity
	if c := s.Cipher(); c == nil || strings.Contains(c.StandardName, "_WITH_NULL_") {
		info.SecurityLevel = credentials.IntegrityOnly
	}
	return info
}

// spiffeID returns the SPIFFE ID of a peer, nil without one: it must be the only URI
// of the certificate.
func spiffeID(chain []*x509.Certificate) *url.URL {
	if len(chain) == 0 || len(chain[0].URIs) != 1 || chain[0].URIs[0].Scheme != "spiffe" {
		return nil
	}
	return chain[0].URIs[0]
}

// Info implements credentials.TransportCredentials.
func (c *Credentials) Info() credentials.ProtocolInfo {
	//lint:ignore SA1019 gRPC still takes the authority of calls from it
	return credentials.ProtocolInfo{SecurityProtocol: "tls", ServerName: c.options.ServerName}
}

// Clone implements credentials.TransportCredentials. The copy shares the server and
// the sessions.
func (c *Credentials) Clone() credentials.TransportCredentials {
	own := *c
	return &own
}

// OverrideServerName sets ServerName. credentials.TransportCredentials requires the
// method. It must not be called while the credentials are in use.
//
// Deprecated: gRPC does not call it; use grpc.WithAuthority or the option.
func (c *Credentials) OverrideServerName(name string) error {
	if name == "" {
		return nil
	}
	o := c.options
	o.ServerName = hostOf(name)
	if err := o.Check(); err != nil {
		return err
	}
	c.options = o
	return nil
}
