package serve

import (
	"context"
	"crypto/rand"
	"net"

	"polytls"
)

// pageKey returns the key with which the page shows what a handshake with a pre-shared
// key looks like: the first of the flags, or one that only this process knows. It is nil
// if such a key would be the server's only identity.
func (c *command) pageKey() *polytls.PSK {
	switch {
	case c.mode != "inspect" || !c.hasCertificate():
		return nil
	case len(c.PSK) > 0:
		return &c.PSK[0]
	case c.ownKey == nil:
		key := make([]byte, 32)
		rand.Read(key)
		c.ownKey = &polytls.PSK{Identity: []byte("this page"), Key: key}
	}
	return c.ownKey
}

// dialer returns the function with which the page connects to the server.
func dialer(addr net.Addr) func(context.Context) (net.Conn, error) {
	target := addr.String()
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		target = (&net.TCPAddr{IP: net.IPv6loopback, Port: tcp.Port}).String()
		if tcp.IP.To4() != nil {
			target = (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String()
		}
	}
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, addr.Network(), target)
	}
}
