package pcap

import (
	"cmp"
	"net"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// side is an end of a TCP connection.
type side struct {
	mac  net.HardwareAddr
	ip   netip.Addr
	port uint16
	next uint32 // sequence number of what it sends next
}

// flags are those of a segment.
type flags struct{ syn, ack, fin, rst bool }

// maxSegment is the largest payload of a packet: IPv4 allows 65,535 bytes with
// headers.
const maxSegment = 32 << 10

// The ends' addresses, which are locally administered.
var ourMAC, peerMAC = net.HardwareAddr{2, 0, 0, 0, 0, 1}, net.HardwareAddr{2, 0, 0, 0, 0, 2}

// address sets the addresses of a side, that of IP if a is a TCP address.
func (s *side) address(mac net.HardwareAddr, a net.Addr) {
	s.mac = mac
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

// segment returns a packet with a segment from one side to the other, and advances
// the sequence number.
func segment(from, to *side, f flags, payload []byte) []byte {
	ethernet := &layers.Ethernet{SrcMAC: from.mac, DstMAC: to.mac, EthernetType: layers.EthernetTypeIPv4}
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(from.port), DstPort: layers.TCPPort(to.port),
		Seq: from.next, SYN: f.syn, ACK: f.ack, FIN: f.fin, RST: f.rst, PSH: len(payload) > 0, Window: 65535,
	}
	if f.ack {
		tcp.Ack = to.next
	}
	var ip interface {
		gopacket.NetworkLayer
		gopacket.SerializableLayer
	}
	const hops = 64
	if from.ip.Is4() {
		ip = &layers.IPv4{Version: 4, TTL: hops, Flags: layers.IPv4DontFragment, Protocol: layers.IPProtocolTCP, SrcIP: from.ip.AsSlice(), DstIP: to.ip.AsSlice()}
	} else {
		ethernet.EthernetType = layers.EthernetTypeIPv6
		ip = &layers.IPv6{Version: 6, HopLimit: hops, NextHeader: layers.IPProtocolTCP, SrcIP: from.ip.AsSlice(), DstIP: to.ip.AsSlice()}
	}
	tcp.SetNetworkLayerForChecksum(ip)
	buffer := gopacket.NewSerializeBufferExpectedSize(128, len(payload))
	// It cannot fail: addresses and lengths fit.
	_ = gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ethernet, ip, tcp, gopacket.Payload(payload))
	from.next += uint32(len(payload))
	if f.syn || f.fin {
		from.next++
	}
	return buffer.Bytes()
}
