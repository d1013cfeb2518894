package starttls

import (
	"io"
	"net"
	"strings"
	"testing"
)

// FuzzStartTLS gives each protocol whatever a server may say: it ends, and reads
// nothing after the point where TLS begins.
func FuzzStartTLS(f *testing.F) {
	names := Names()
	for i, seed := range []string{
		"220 ready\r\n234 go on\r\n", "* OK ready\r\n* x\r\na1 OK\r\n", "\x10\x00\x00\x00\x0a8.0\x00aaaasaltsalt\x00\x00\x08",
		"+OK\r\n+OK\r\n", "S", "220-a\r\n220 b\r\n250-STARTTLS\r\n250 x\r\n220 go\r\n", "<stream:features></stream:features><proceed/>",
	} {
		f.Add(i, seed)
	}
	f.Fuzz(func(t *testing.T, which int, said string) {
		client, server := net.Pipe()
		go func() {
			go io.Copy(io.Discard, server)
			io.WriteString(server, said)
			server.Close()
		}()
		name := names[uint(which)%uint(len(names))]
		if err := Upgrade(client, name, "localhost"); err != nil && !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name the protocol: %v", err)
		}
		client.Close()
	})
}

func FuzzMySQLCapabilities(f *testing.F) {
	f.Add([]byte("\x0a8.0.1\x00\x01\x00\x00\x00saltsalt\x00\x00\x08rest"))
	f.Add([]byte("\x0a"))
	f.Add([]byte("\xff\x15\x04Access denied"))
	f.Fuzz(func(_ *testing.T, greeting []byte) { mysqlCapabilities(greeting) })
}

// FuzzReply reads answers of many lines.
func FuzzReply(f *testing.F) {
	f.Add("250-a\r\n250 b\r\n")
	f.Fuzz(func(t *testing.T, said string) {
		client, server := net.Pipe()
		go func() { io.WriteString(server, said); server.Close() }()
		reply, err := (&plain{client}).reply()
		if lines := strings.Count(reply, "\n") + 1; err == nil && lines > strings.Count(said, "\n") {
			t.Errorf("%d lines of %q", lines, said)
		}
		if rest, _ := io.ReadAll(client); err == nil && !strings.HasSuffix(said, string(rest)) {
			t.Errorf("%q is left of %q", rest, said)
		}
		client.Close()
	})
}
