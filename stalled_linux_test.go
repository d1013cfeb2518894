package polytls_test

import (
	"context"
	"io"
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"polytls"
)

// TestStalledPeersAreSmall holds what a server keeps for a peer that does not go
// on, heap and stack, to 8 KiB, the peer's own end of TCP included. One that has
// said a whole hello, however small, costs more: the server has answered it, on
// a stack that had to grow, and keeps the transcript.
func TestStalledPeersAreSmall(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector's shadow is measured, too")
	}
	const most, answered = 8 << 10, 20 << 10
	hello12, hello13 := smallHello(t, "TLSv1.2"), smallHello(t, "TLSv1.3")
	for _, tt := range []struct {
		name  string
		most  int
		speak func(t *testing.T, client *net.TCPConn, server *net.TCPConn)
	}{
		{"silent", most, func(*testing.T, *net.TCPConn, *net.TCPConn) {}},
		{"half a hello", most, func(t *testing.T, client, server *net.TCPConn) {
			say(t, client, server, hello13[:len(hello13)/2])
		}},
		{"a byte at a time", most, func(t *testing.T, client, server *net.TCPConn) {
			for i := range 20 {
				say(t, client, server, hello13[i:i+1])
			}
		}},
		{"a record less a byte", most + 16389, func(t *testing.T, client, server *net.TCPConn) {
			say(t, client, server, bigHello(64 << 10)[:5+16384-1])
		}},
		{"48 KiB of a hello of 64", most + 48<<10, func(t *testing.T, client, server *net.TCPConn) {
			say(t, client, server, bigHello(64 << 10)[:3*(5+16384)])
		}},
		{"56 KiB of a hello of 64", most + 56<<10, func(t *testing.T, client, server *net.TCPConn) {
			say(t, client, server, bigHello(64 << 10)[:3*(5+16384)+8197])
		}},
		{"a hello of TLS 1.2", answered, func(t *testing.T, client, server *net.TCPConn) { ask(t, client, server, hello12) }},
		{"a hello of TLS 1.3", answered, func(t *testing.T, client, server *net.TCPConn) { ask(t, client, server, hello13) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := stalledBytes(t, tt.speak)
			t.Logf("%d bytes for each connection, both ends of TCP included", n)
			if n > tt.most {
				t.Errorf("%d bytes for each connection, at most %d are wanted", n, tt.most)
			}
		})
	}
}

// stalledBytes is what each of many connections holds whose peer has spoken.
func stalledBytes(t *testing.T, speak func(*testing.T, *net.TCPConn, *net.TCPConn)) int {
	t.Helper()
	srv, err := polytls.NewServer(serving(localhost), echo)
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
	return int(used) / count
}

// say sends bytes and waits until the server has read them.
func say(t *testing.T, client, server *net.TCPConn, text []byte) {
	t.Helper()
	if _, err := client.Write(text); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server has read", func() bool { return unread(t, server) == 0 && unacknowledged(t, client) == 0 })
}

// ask sends a hello and waits until the answer is there.
func ask(t *testing.T, client, server *net.TCPConn, hello []byte) {
	t.Helper()
	if _, err := client.Write(hello); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(client, make([]byte, 500)); err != nil {
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
	co.ECDHCurve = "X25519:P-256" // of the key share, and of the certificate
	go polytls.Client(context.Background(), theirs, co)
	hello := make([]byte, 1000)
	n, err := ours.Read(hello)
	if err != nil {
		t.Fatal(err)
	}
	return hello[:n]
}

// bigHello is the start of a ClientHello of a size, in records as large as they
// may be.
func bigHello(size int) (records []byte) {
	msg := append([]byte{1, byte(size >> 16), byte(size >> 8), byte(size), 3, 3}, make([]byte, size-2)...)
	for len(msg) > 0 {
		n := min(len(msg), 16384)
		records = append(records, 22, 3, 1, byte(n>>8), byte(n))
		records, msg = append(records, msg[:n]...), msg[n:]
	}
	return records
}
