package pcap

import (
	"encoding/binary"
	"runtime"
	"time"
)

// This file writes the blocks of pcapng (draft-ietf-opsawg-pcapng, section 4). They are
// few and simple; the packages that write them link tables of all protocols, which the
// garbage collector of every server with a page would scan.

// Types of blocks.
const (
	sectionHeader        = 0x0A0D0D0A
	interfaceDescription = 1
	enhancedPacket       = 6
	decryptionSecrets    = 10
)

// Options of a section header.
const (
	endOfOptions = 0
	hardware     = 2
	osOfSection  = 3
	application  = 4
)

// Options of an interface description.
const (
	interfaceName = 2
	description   = 3
	resolution    = 9
	osOfInterface = 12
)

// Values in blocks.
const (
	byteOrder     = 0x1A2B3C4D // tells a reader which it is
	majorVersion  = 1
	unknownLength = ^uint64(0) // of the section
	linkTypeRaw   = 101        // packets of IPv4 and IPv6
	nanoseconds   = "\x09"     // 10^-9 seconds
	tlsKeyLog     = 0x544C534B
)

var order = binary.LittleEndian

// appendBlock appends a block with a body.
func appendBlock(b []byte, kind uint32, body func([]byte) []byte) []byte {
	start := len(b)
	b = order.AppendUint32(b, kind)
	b = order.AppendUint32(b, 0) // for the length
	b = appendPadding(body(b), start)
	length := uint32(len(b) - start + 4)
	order.PutUint32(b[start+4:], length)
	return order.AppendUint32(b, length)
}

// appendPadding appends zeros up to a multiple of four bytes after start.
func appendPadding(b []byte, start int) []byte {
	for (len(b)-start)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func appendOption(b []byte, code uint16, value string) []byte {
	b = order.AppendUint16(b, code)
	b = order.AppendUint16(b, uint16(len(value)))
	start := len(b)
	return appendPadding(append(b, value...), start)
}

// appendStart appends the blocks that begin a capture.
func appendStart(b []byte) []byte {
	b = appendBlock(b, sectionHeader, func(b []byte) []byte {
		b = order.AppendUint32(b, byteOrder)
		b = order.AppendUint16(b, majorVersion)
		b = order.AppendUint16(b, 0) // the minor one
		b = order.AppendUint64(b, unknownLength)
		b = appendOption(b, hardware, runtime.GOARCH)
		b = appendOption(b, osOfSection, runtime.GOOS)
		b = appendOption(b, application, "polytls")
		return appendOption(b, endOfOptions, "")
	})
	return appendBlock(b, interfaceDescription, func(b []byte) []byte {
		b = order.AppendUint16(b, linkTypeRaw)
		b = order.AppendUint16(b, 0) // reserved
		b = order.AppendUint32(b, 0) // no limit of a packet's length
		b = appendOption(b, interfaceName, "polytls")
		b = appendOption(b, description, "what a TLS endpoint sent and received; the headers are made up")
		b = appendOption(b, resolution, nanoseconds)
		b = appendOption(b, osOfInterface, runtime.GOOS)
		return appendOption(b, endOfOptions, "")
	})
}

// appendSecrets appends lines of a key log, which decrypt the packets after them.
func appendSecrets(b, lines []byte) []byte {
	return appendBlock(b, decryptionSecrets, func(b []byte) []byte {
		b = order.AppendUint32(b, tlsKeyLog)
		b = order.AppendUint32(b, uint32(len(lines)))
		return append(b, lines...)
	})
}

// packet is a packet of a capture.
type packet struct {
	at    time.Time
	bytes []byte
}

func (p packet) append(b []byte) []byte {
	return appendBlock(b, enhancedPacket, func(b []byte) []byte {
		const firstInterface = 0
		at := uint64(p.at.UnixNano())
		for _, n := range []uint32{firstInterface, uint32(at >> 32), uint32(at), uint32(len(p.bytes)), uint32(len(p.bytes))} {
			b = order.AppendUint32(b, n)
		}
		return append(b, p.bytes...)
	})
}
