package interop

import (
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"testing"
	"time"

	"polytls"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// TestLongestHello: as in Node, a ClientHello whose vectors all have their maximum
// length is answered, in records of any size, and one that announces a byte more is
// refused. In TLS 1.3 there is one compression method, not 255.
func TestLongestHello(t *testing.T) {
	t.Parallel()
	id := certificate(t, "rsa")
	const most = 131396
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		hello := longestHello(t, version)
		if want := map[string]int{"TLSv1.2": most, "TLSv1.3": most - 254}[version]; len(hello)-wire.HeaderLen != want {
			t.Fatalf("%s: the longest hello has %d bytes, want %d", version, len(hello)-wire.HeaderLen, want)
		}
		tooLong := append([]byte{1, 2, 1, 0x45}, hello[wire.HeaderLen:]...) // most + 1
		o := options{MinVersion: version, MaxVersion: version}.with(id)
		for _, name := range []string{"ours", "node"} {
			t.Run(version+"/"+name, func(t *testing.T) {
				var n *node
				if name != "ours" {
					n = startNode(t, name)
				}
				port, _ := listenAs(t, n, o)
				for _, size := range []int{16384, 1000, 100} {
					if typ, _, text := firstRecord(t, port, hello, size); typ != 22 || text[0] != byte(wire.TypeServerHello) {
						t.Errorf("records of %d bytes: answered with type %d, % x", size, typ, text)
					}
				}
				if typ, _, text := firstRecord(t, port, tooLong[:16384], 16384); typ != 21 || string(text) != "\x02\x2f" {
					t.Errorf("a byte too long: answered with type %d, % x, want illegal_parameter", typ, text)
				}
			})
		}
	}
}

// longestHello fills a client's hello.
func longestHello(t *testing.T, version string) []byte {
	t.Helper()
	ours, theirs := net.Pipe()
	defer ours.Close()
	go polytls.Client(t.Context(), theirs, polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{MinVersion: version, MaxVersion: version}, OmitServerName: true,
	})
	raw := make([]byte, 4096)
	n, err := ours.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	var h wire.ClientHello
	if err := wire.Parse(raw[5:n], &h); err != nil {
		t.Fatal(err)
	}
	h.SessionID = make([]byte, 32)
	for len(h.CipherSuites) < 65534/2 {
		h.CipherSuites = append(h.CipherSuites, suite.ID(0xFEFE)) // unknown
	}
	if version == "TLSv1.2" {
		h.CompressionMethods = make([]byte, 255)
	}
	const header = 4
	left := 65535 - header
	for _, x := range h.Extensions {
		left -= header + len(x.Body)
	}
	h.Extensions = append(h.Extensions, wire.Extension{Type: wire.ExtPadding, Body: make([]byte, left)})
	hello, err := wire.Marshal(&h)
	if err != nil {
		t.Fatal(err)
	}
	return hello
}

// firstRecord sends a message in records of a size and returns the first record of
// the answer.
func firstRecord(t *testing.T, port int, msg []byte, size int) (typ byte, version uint16, text []byte) {
	t.Helper()
	c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	var records []byte
	for len(msg) > 0 {
		n := min(size, len(msg))
		records = binary.BigEndian.AppendUint16(append(records, 22, 3, 1), uint16(n))
		records, msg = append(records, msg[:n]...), msg[n:]
	}
	if _, err := c.Write(records); err != nil {
		t.Fatal(err)
	}
	var header [5]byte
	if _, err := io.ReadFull(c, header[:]); err != nil {
		t.Fatal(err)
	}
	text = make([]byte, binary.BigEndian.Uint16(header[3:]))
	if _, err := io.ReadFull(c, text); err != nil {
		t.Fatal(err)
	}
	return header[0], binary.BigEndian.Uint16(header[1:]), text
}
