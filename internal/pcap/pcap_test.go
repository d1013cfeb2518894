package pcap

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

const patience = time.Minute

// read returns the segments of a capture.
func read(t *testing.T, file []byte) (segments []*layers.TCP) {
	t.Helper()
	r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.NgReaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, _, err := r.ReadPacketData()
		if err == io.EOF {
			return segments
		}
		if err != nil {
			t.Fatal(err)
		}
		p := gopacket.NewPacket(data, layers.LinkTypeRaw, gopacket.Default)
		tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !ok || p.ErrorLayer() != nil {
			t.Fatalf("no segment: %v", p)
		}
		tcp.SetNetworkLayerForChecksum(p.NetworkLayer())
		if err, wrong := p.VerifyChecksums(); err != nil || len(wrong) > 0 {
			t.Errorf("checksums: %v %v", err, wrong)
		}
		segments = append(segments, tcp)
	}
}

// recorded is a connection that is recorded, and its peer.
func recorded(t *testing.T, f *File) (c *Conn, peer net.Conn) {
	t.Helper()
	client, server := net.Pipe()
	t.Cleanup(func() { client.Close(); server.Close() })
	return f.Client(client), server
}

func capturing(t *testing.T) (*File, *bytes.Buffer) {
	file := new(bytes.Buffer)
	return NewFile(file, func(err error) { t.Error(err) }), file
}

// pass writes text and reads it at the other end, in reads of these sizes.
func pass(t *testing.T, from, to net.Conn, text string, sizes ...int) {
	t.Helper()
	var sent sync.WaitGroup
	sent.Go(func() { io.WriteString(from, text) })
	if len(sizes) == 0 {
		sizes = []int{len(text)}
	}
	got := ""
	for _, n := range sizes {
		b := make([]byte, n)
		if _, err := io.ReadFull(to, b); err != nil {
			t.Fatal(err)
		}
		got += string(b)
	}
	if sent.Wait(); got != text {
		t.Fatalf("read %q, want %q", got, text)
	}
}

func TestRecordsConnection(t *testing.T) {
	f, file := capturing(t)
	c, peer := recorded(t, f)
	pass(t, c, peer, "a ClientHello")
	pass(t, peer, c, "head+body", 5, 4)
	c.Secrets([]byte("SERVER_HANDSHAKE_TRAFFIC_SECRET 00 01\n"))
	pass(t, c, peer, "waits")
	c.Secrets([]byte("CLIENT_TRAFFIC_SECRET_0 00 02\n"))
	pass(t, c, peer, "does not wait")
	c.Secrets([]byte("CLIENT_RANDOM 00 03\n"))
	pass(t, peer, c, "later")
	peer.Close()
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Fatal(err)
	}
	c.Close()
	c.Close()
	f.Close(patience)
	segments := read(t, file.Bytes())
	var payloads []string
	next := map[layers.TCPPort]uint32{}
	for _, s := range segments {
		payloads = append(payloads, string(s.Payload))
		if s.Seq != next[s.SrcPort] {
			t.Errorf("sequence number %d, want %d", s.Seq, next[s.SrcPort])
		}
		if s.ACK && s.Ack != next[s.DstPort] {
			t.Errorf("acknowledgment %d, want %d", s.Ack, next[s.DstPort])
		}
		next[s.SrcPort] += uint32(len(s.Payload))
		if s.SYN || s.FIN {
			next[s.SrcPort]++
		}
	}
	if got, want := strings.Join(payloads, "|"), "|||a ClientHello|head+body|waits|does not wait|later||"; got != want {
		t.Errorf("payloads %q, want %q", got, want)
	}
	var at []int // in the file
	for _, part := range []string{"SERVER_HANDSHAKE_TRAFFIC_SECRET 00 01\nCLIENT_TRAFFIC_SECRET_0 00 02\n", "a ClientHello", "does not wait", "CLIENT_RANDOM 00 03\n", "later"} {
		at = append(at, bytes.Index(file.Bytes(), []byte(part)))
	}
	if at[0] < 0 || !slices.IsSorted(at) {
		t.Errorf("secrets and the packets that need them are at %d", at)
	}
}

// TestWhatADeadlineLeftIsRetransmitted lets a write time out: the bytes that the
// next write sends again have the same sequence numbers.
func TestWhatADeadlineLeftIsRetransmitted(t *testing.T) {
	f, file := capturing(t)
	c, peer := recorded(t, f)
	c.SetWriteDeadline(time.Now())
	if _, err := c.Write([]byte("text")); err == nil {
		t.Fatal("a write succeeded without a reader")
	}
	c.SetWriteDeadline(time.Time{})
	pass(t, c, peer, "text")
	c.Close()
	f.Close(patience)
	segments := read(t, file.Bytes())
	first, again := segments[3], segments[4]
	if first.Seq != again.Seq || string(again.Payload) != "text" {
		t.Errorf("sequence numbers %d and %d of %q", first.Seq, again.Seq, again.Payload)
	}
}

// TestWhatIsNotTLSDoesNotWaitForSecrets sends more than may wait.
func TestWhatIsNotTLSDoesNotWaitForSecrets(t *testing.T) {
	f, file := capturing(t)
	c, peer := recorded(t, f)
	go io.Copy(io.Discard, peer)
	if _, err := c.Write(make([]byte, maxWaiting+1)); err != nil {
		t.Fatal(err)
	}
	f.Close(patience)
	n := 0
	segments := read(t, file.Bytes())
	for _, s := range segments {
		n += len(s.Payload)
	}
	if n != maxWaiting+1 {
		t.Errorf("%d bytes are in the file, want %d", n, maxWaiting+1)
	}
}

// TestConnectionsOfOneFileDiffer records two connections without ports.
func TestConnectionsOfOneFileDiffer(t *testing.T) {
	f, file := capturing(t)
	for range 2 {
		c, _ := recorded(t, f)
		c.Close()
	}
	f.Close(patience)
	segments := read(t, file.Bytes())
	if first, second := segments[0].SrcPort, segments[4].SrcPort; first == second {
		t.Errorf("both have the client's port %d", first)
	}
}

var errFull = errors.New("no space left on device")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestConnectionsContinueOnAFullDisk simulates one.
func TestConnectionsContinueOnAFullDisk(t *testing.T) {
	reported := make(chan error, 9)
	f := NewFile(full{}, func(err error) { reported <- err })
	c, peer := recorded(t, f)
	c.Secrets([]byte("CLIENT_RANDOM 00 03\n"))
	for range 3 {
		pass(t, c, peer, "there")
		pass(t, peer, c, "back again")
	}
	c.Close()
	f.Close(patience)
	if err := <-reported; err != errFull || len(reported) > 0 {
		t.Errorf("reported %v and %d more, want %v once", err, len(reported), errFull)
	}
}

// TestRebuild has ends of each kind of address, and payloads of odd and even lengths.
func TestRebuild(t *testing.T) {
	tcp := func(address string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(address)) }
	unix := &net.UnixAddr{Net: "unix"}
	for name, ends := range map[string][2]net.Addr{
		"IPv4": {tcp("192.0.2.1:443"), tcp("192.0.2.2:50000")}, "IPv6": {tcp("[2001:db8::1]:443"), tcp("[fe80::1%eth0]:50000")},
		"both": {tcp("[2001:db8::1]:443"), tcp("192.0.2.2:50000")}, "Unix": {unix, unix}, "none": {},
	} {
		var file bytes.Buffer
		if err := Rebuild(&file, ends[0], ends[1], time.Now(), []Payload{{ByPeer: true, Bytes: []byte("odd")}, {Bytes: []byte("even")}}); err != nil {
			t.Fatal(err)
		}
		segments := read(t, file.Bytes())
		if len(segments) != 5 || string(segments[3].Payload) != "odd" || string(segments[4].Payload) != "even" || segments[4].SrcPort != 443 {
			t.Errorf("%s: %v", name, segments)
		}
	}
}
