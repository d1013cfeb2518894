package polytls_test

import (
	"context"
	"io"
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"polytls"
	"polytls/internal/wire"
)

// TestStalledPeersAreSmall holds what a server keeps for a peer that stops at any
// stage of the handshake, heap and stack, to 8 KiB above the bytes that the peer
// has sent.
func TestStalledPeersAreSmall(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector's shadow is measured, too")
	}
	const most = 8 << 10
	hello12, hello13 := smallHello(t, "TLSv1.2"), smallHello(t, "TLSv1.3")
	manyExtensions := withExtensions(t, hello13, 16300) // a little less than 64 KiB, which are eight pages
	otherGroup := func(o *polytls.ServerOptions) { o.ECDHCurve = "P-384" }
	certificate := func(o *polytls.ServerOptions) { o.RequestCert = true }
	for _, tt := range []struct {
		name   string
		most   int
		speak  func(t *testing.T, client *net.TCPConn, server *net.TCPConn)
		change func(*polytls.ServerOptions)
	}{
		{name: "silent", most: most, speak: func(*testing.T, *net.TCPConn, *net.TCPConn) {}},
		{name: "half a hello", most: most, speak: func(t *testing.T, client, server *net.TCPConn) {
			say(t, client, server, hello13[:len(hello13)/2])
		}},
		{name: "a byte at a time", most: most, speak: func(t *testing.T, client, server *net.TCPConn) {
			for i := range 20 {
				say(t, client, server, hello13[i:i+1])
			}
		}},
		{name: "a record less a byte", most: most + 16389, speak: func(t *testing.T, client, server *net.TCPConn) {
			say(t, client, server, bigHello(64 << 10)[:5+16384-1])
		}},
		{name: "48 KiB of a hello of 64", most: most + 48<<10, speak: func(t *testing.T, client, server *net.TCPConn) {
			say(t, client, server, bigHello(64 << 10)[:3*(5+16384)])
		}},
		{name: "56 KiB of a hello of 64", most: most + 56<<10, speak: func(t *testing.T, client, server *net.TCPConn) {
			say(t, client, server, bigHello(64 << 10)[:3*(5+16384)+8197])
		}},
		{name: "112 KiB of a hello of 128", most: most + 112<<10, speak: func(t *testing.T, client, server *net.TCPConn) {
			say(t, client, server, bigHello(128 << 10)[:7*(5+16384)])
		}},
		{name: "a hello of TLS 1.2", most: most + len(hello12), speak: func(t *testing.T, client, server *net.TCPConn) {
			ask(t, client, hello12, 500)
		}},
		{name: "a hello of TLS 1.3", most: most + len(hello13), speak: func(t *testing.T, client, server *net.TCPConn) {
			ask(t, client, hello13, 500)
		}},
		{name: "a hello of many extensions", most: most + len(manyExtensions), speak: func(t *testing.T, client, server *net.TCPConn) {
			ask(t, client, manyExtensions, 500)
		}},
		{name: "a hello that is to be repeated", most: most + len(hello13), speak: func(t *testing.T, client, server *net.TCPConn) {
			ask(t, client, hello13, 90)
		}, change: otherGroup},
		{name: "a long hello that is to be repeated", most: most + len(manyExtensions), speak: func(t *testing.T, client, server *net.TCPConn) {
			ask(t, client, manyExtensions, 90)
		}, change: otherGroup},
		{name: "a certificate of TLS 1.2 is awaited", most: most + len(hello12), speak: func(t *testing.T, client, server *net.TCPConn) {
			ask(t, client, hello12, 500)
		}, change: certificate},
		{name: "a certificate of TLS 1.3 is awaited", most: most + len(hello13), speak: func(t *testing.T, client, server *net.TCPConn) {
			ask(t, client, hello13, 500)
		}, change: certificate},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := stalledBytes(t, tt.speak, tt.change)
			for tries := 1; n > tt.most && tries < 5; tries++ { // the runtime's own memory may have grown meanwhile
				n = min(n, stalledBytes(t, tt.speak, tt.change))
			}
			t.Logf("%d bytes for each connection", n)
			if n > tt.most {
				t.Errorf("%d bytes for each connection, at most %d are wanted", n, tt.most)
			}
		})
	}
}

// stalledBytes is what each of many connections holds whose peer has spoken.
func stalledBytes(t *testing.T, speak func(*testing.T, *net.TCPConn, *net.TCPConn), change func(*polytls.ServerOptions)) int {
	t.Helper()
	options := serving(localhost)
	if change != nil {
		change(&options)
	}
	srv, err := polytls.NewServer(options, echo)
	if err != nil {
		t.Fatal(err)
	}
	ended := clientErrors(srv)
	const count = 400
	var clients []net.Conn
	open := func() {
		client, server := overTCP(t)
		clients = append(clients, client)
		srv.Inject(server)
		speak(t, client.(*net.TCPConn), server.(*net.TCPConn))
	}
	for range 10 { // what is made once
		open()
	}
	before := memoryInUse()
	for range count {
		open()
	}
	used := memoryInUse() - before
	for _, c := range clients {
		c.Close()
		<-ended
	}
	return (int(used) - bytesOfClients(t, count)) / count
}

// bytesOfClients is what the peers' own ends of TCP hold in this process.
func bytesOfClients(t *testing.T, count int) int {
	t.Helper()
	conns := make([]net.Conn, 0, 2*count)
	before := memoryInUse()
	for range count {
		client, server := overTCP(t)
		conns = append(conns, client, server)
	}
	used := memoryInUse() - before
	for _, c := range conns {
		c.Close()
	}
	return int(used) / 2
}

// say sends bytes and waits until the server has read them.
func say(t *testing.T, client, server *net.TCPConn, text []byte) {
	t.Helper()
	if _, err := client.Write(text); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server has read", func() bool { return unread(t, server) == 0 && unacknowledged(t, client) == 0 })
}

// ask sends a hello and waits for as many bytes of the answer.
func ask(t *testing.T, client *net.TCPConn, hello []byte, answer int) {
	t.Helper()
	if _, err := client.Write(hello); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(client, make([]byte, answer)); err != nil {
		t.Fatal(err)
	}
}

func unread(t *testing.T, c *net.TCPConn) int         { return queue(t, c, unix.TIOCINQ) }
func unacknowledged(t *testing.T, c *net.TCPConn) int { return queue(t, c, unix.TIOCOUTQ) }

func queue(t *testing.T, c *net.TCPConn, which uint) (n int) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var asked error
	if err := raw.Control(func(fd uintptr) { n, asked = unix.IoctlGetInt(int(fd), which) }); err != nil || asked != nil {
		t.Fatal(err, asked)
	}
	return n
}

// smallHello is the first flight of a client that knows one version.
func smallHello(t *testing.T, version string) []byte {
	t.Helper()
	ours, theirs := net.Pipe()
	defer ours.Close()
	co := trusting(ca)
	only(&co.ContextOptions, version)
	co.ECDHCurve = "X25519:P-256:P-384" // of the key share, of the certificate, and one more
	go polytls.Client(context.Background(), theirs, co)
	hello := make([]byte, 1000)
	n, err := ours.Read(hello)
	if err != nil {
		t.Fatal(err)
	}
	return hello[:n]
}

// withExtensions adds empty extensions to a hello.
func withExtensions(t *testing.T, hello []byte, count int) []byte {
	t.Helper()
	var h wire.ClientHello
	if err := wire.Parse(hello[5:], &h); err != nil {
		t.Fatal(err)
	}
	for i := range count {
		h.Extensions = append(h.Extensions, wire.Extension{Type: wire.ExtensionType(1000 + i)})
	}
	raw, err := wire.Marshal(&h)
	if err != nil {
		t.Fatal(err)
	}
	return inRecords(raw)
}

// bigHello is the start of a ClientHello of a size, in records.
func bigHello(size int) []byte {
	return inRecords(append([]byte{1, byte(size >> 16), byte(size >> 8), byte(size), 3, 3}, make([]byte, size-2)...))
}

// inRecords splits a message into records as large as they may be.
func inRecords(msg []byte) (records []byte) {
	for len(msg) > 0 {
		n := min(len(msg), 16384)
		records = append(records, 22, 3, 1, byte(n>>8), byte(n))
		records, msg = append(records, msg[:n]...), msg[n:]
	}
	return records
}
