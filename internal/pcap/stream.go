package pcap

import (
	"cmp"
	"net"
	"net/netip"
)

// side is an end of a TCP connection.
type side struct {
	ip   netip.Addr
	port uint16
	next uint32 // sequence number of what it sends next
}

// address sets the address of a side if a is one of TCP.
func (s *side) address(a net.Addr) {
	if tcp, ok := a.(*net.TCPAddr); ok {
		at := tcp.AddrPort()
		s.ip, s.port = at.Addr().Unmap().WithZone(""), at.Port()
	}
}

// complete sets missing addresses, so that both sides have addresses of the same
// family.
func complete(client, server *side, port func() uint16) {
	if !client.ip.IsValid() || !server.ip.IsValid() {
		const https = 443
		loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
		client.ip, client.port = loopback, port()
		server.ip, server.port = loopback, cmp.Or(server.port, https)
	}
	if client.ip.Is4() != server.ip.Is4() {
		client.ip, server.ip = netip.AddrFrom16(client.ip.As16()), netip.AddrFrom16(server.ip.As16())
	}
}
