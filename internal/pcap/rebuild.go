package pcap

import (
	"io"
	"net"
	"time"
)

// Payload is what an end of a connection sent.
type Payload struct {
	At     time.Time
	ByPeer bool
	Bytes  []byte
}

// Rebuild writes a capture of a connection that was not captured, from when it began and
// what its ends sent, which may be nothing. We are its server. An address that is not one
// of TCP is made up.
func Rebuild(w io.Writer, local, remote net.Addr, start time.Time, sent []Payload) error {
	server, client := new(side), new(side)
	server.address(local)
	client.address(remote)
	complete(client, server, func() uint16 { return firstUnnamed })
	packets := []packet{
		{start, segment(client, server, flags{syn: true}, nil)},
		{start, segment(server, client, flags{syn: true, ack: true}, nil)},
		{start, segment(client, server, flags{ack: true}, nil)},
	}
	for _, p := range sent {
		from, to := server, client
		if p.ByPeer {
			from, to = client, server
		}
		for b := p.Bytes; len(b) > 0; {
			n := min(len(b), maxSegment)
			packets = append(packets, packet{p.At, segment(from, to, flags{ack: true}, b[:n])})
			b = b[n:]
		}
	}
	capture := appendStart(nil)
	for _, p := range packets {
		capture = p.append(capture)
	}
	_, err := w.Write(capture)
	return err
}
