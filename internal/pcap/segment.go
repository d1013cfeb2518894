package pcap

import (
	"encoding/binary"
	"net/netip"
)

// flags are those of a segment.
type flags struct{ syn, ack, fin, rst bool }

// maxSegment is the largest payload of a packet: IPv4 allows 65,535 bytes with
// headers.
const maxSegment = 32 << 10

// Fields of the headers (RFC 791, RFC 8200, RFC 9293).
const (
	version4, headerLen4 = 4 << 4, 20
	version6             = 6 << 4
	dontFragment         = 1 << 14
	protocolTCP          = 6
	hops                 = 64

	headerLenTCP               = 20
	flagFIN, flagSYN, flagRST  = 1 << 0, 1 << 1, 1 << 2
	flagPSH, flagACK           = 1 << 3, 1 << 4
	checksumAt4, checksumAtTCP = 10, 16 // in the headers
)

// segment returns a packet with a segment from one side to the other, and advances
// the sequence number.
func segment(from, to *side, f flags, payload []byte) []byte {
	packet := appendIP(nil, from.ip, to.ip, headerLenTCP+len(payload))
	start := len(packet)
	packet = appendTCP(packet, from, to, f, len(payload) > 0)
	packet = append(packet, payload...)
	tcp := packet[start:]
	pseudo := appendPseudoHeader(nil, from.ip, to.ip, len(tcp))
	binary.BigEndian.PutUint16(tcp[checksumAtTCP:], checksum(pseudo, tcp))
	from.next += uint32(len(payload))
	if f.syn || f.fin {
		from.next++
	}
	return packet
}

// appendIP appends the header of a packet.
func appendIP(b []byte, from, to netip.Addr, length int) []byte {
	put := binary.BigEndian
	if from.Is6() {
		b = append(b, version6, 0, 0, 0)
		b = put.AppendUint16(b, uint16(length))
		b = append(b, protocolTCP, hops)
		return append(append(b, from.AsSlice()...), to.AsSlice()...)
	}
	start := len(b)
	b = append(b, version4|headerLen4/4, 0)
	b = put.AppendUint16(b, uint16(headerLen4+length))
	b = put.AppendUint16(b, 0) // identification
	b = put.AppendUint16(b, dontFragment)
	b = append(b, hops, protocolTCP, 0, 0)
	b = append(append(b, from.AsSlice()...), to.AsSlice()...)
	put.PutUint16(b[start+checksumAt4:], checksum(b[start:]))
	return b
}

// appendTCP appends the header of a segment, without its checksum.
func appendTCP(b []byte, from, to *side, f flags, push bool) []byte {
	put := binary.BigEndian
	b = put.AppendUint16(b, from.port)
	b = put.AppendUint16(b, to.port)
	b = put.AppendUint32(b, from.next)
	acknowledged := uint32(0)
	if f.ack {
		acknowledged = to.next
	}
	b = put.AppendUint32(b, acknowledged)
	set := byte(0)
	for _, flag := range []struct {
		on  bool
		bit byte
	}{{f.fin, flagFIN}, {f.syn, flagSYN}, {f.rst, flagRST}, {push, flagPSH}, {f.ack, flagACK}} {
		if flag.on {
			set |= flag.bit
		}
	}
	b = append(b, headerLenTCP/4<<4, set)
	const window, urgent = 65535, 0
	b = put.AppendUint16(b, window)
	return append(b, 0, 0, urgent, urgent)
}

// appendPseudoHeader appends what the checksum of a segment covers besides it. In both
// versions the sum is the same.
func appendPseudoHeader(b []byte, from, to netip.Addr, length int) []byte {
	b = append(append(b, from.AsSlice()...), to.AsSlice()...)
	return append(b, 0, protocolTCP, byte(length>>8), byte(length))
}

// checksum is that of RFC 1071. All parts but the last have an even length.
func checksum(parts ...[]byte) uint16 {
	sum := uint32(0)
	for _, part := range parts {
		for ; len(part) > 1; part = part[2:] {
			sum += uint32(part[0])<<8 | uint32(part[1])
		}
		if len(part) > 0 {
			sum += uint32(part[0]) << 8
		}
	}
	for sum > 0xFFFF {
		sum = sum>>16 + sum&0xFFFF
	}
	return ^uint16(sum)
}
