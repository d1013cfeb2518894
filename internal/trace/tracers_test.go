package trace

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"polytls/internal/peertest"
	"polytls/internal/testcert"
	"polytls/internal/trace/release"
)

// A tracer is a program that prints what it sends and receives.
type tracer struct {
	name    string
	release release.Release
}

// tracers are those of the styles.
var tracers = []tracer{
	{name: "node12", release: release.OpenSSL111},
	{name: "openssl", release: release.OpenSSL30},
	{name: "node", release: release.OpenSSL35},
}

// eachTracer runs a test with each of them.
func eachTracer(t *testing.T, test func(t *testing.T, tr tracer)) {
	for _, tr := range tracers {
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			test(t, tr)
		})
	}
}

// identity is the certificate of servers.
var identity = testcert.SelfSigned(testcert.ServerTemplate("localhost"))

const nodeServer = `
const tls = require('tls'), fs = require('fs');
const s = tls.createServer({ cert: fs.readFileSync('cert.pem'), key: fs.readFileSync('key.pem'),
  enableTrace: true, ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' });
s.on('connection', (c) => s.close());
s.on('secureConnection', (c) => c.on('error', () => {}));
s.on('tlsClientError', () => {});
s.listen(0, '127.0.0.1', () => console.log('listening on 127.0.0.1:' + s.address().port));
`

const nodeClient = `
const [host, port] = process.argv[1].split(':');
const c = require('tls').connect({ host, port, enableTrace: true, rejectUnauthorized: false,
  ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' });
c.on('error', () => {});
c.on('secureConnect', () => c.end());
`

// run runs a tracer as a server or, given an address, as a client.
func (tr tracer) run(t *testing.T, dir, address string) *peertest.Process {
	t.Helper()
	var args []string
	switch {
	case tr.name == "openssl" && address == "":
		args = []string{"s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem",
			"-trace", "-msgfile", "trace", "-naccept", "1", "-cipher", "ALL:@SECLEVEL=0"}
	case tr.name == "openssl":
		args = []string{"s_client", "-connect", address, "-trace", "-msgfile", "trace", "-cipher", "ALL:@SECLEVEL=0"}
	case address == "":
		args = []string{"-e", nodeServer}
	default:
		args = []string{"-e", nodeClient, address}
	}
	cmd := exec.Command(peertest.Path(t, tr.name), args...)
	cmd.Dir = dir
	return peertest.Start(t, cmd)
}

// text returns what a tracer has printed, after it has ended.
func (tr tracer) text(t *testing.T, p *peertest.Process, dir string) string {
	t.Helper()
	p.Wait(t)
	if tr.name != "openssl" {
		return string(p.Stderr.Bytes())
	}
	text, err := os.ReadFile(filepath.Join(dir, "trace"))
	if err != nil {
		t.Fatalf("%v%s", err, p.Output())
	}
	return string(text)
}

func workDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string][]byte{"cert.pem": identity.PEM(), "key.pem": identity.KeyPEM()} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var listening = regexp.MustCompile(`(?:listening on|ACCEPT) (127\.0\.0\.1:\d+)\n`)

// tell sends bytes to a server that traces, and returns what that prints.
func (tr tracer) tell(t *testing.T, b []byte) string {
	t.Helper()
	dir := workDir(t)
	p := tr.run(t, dir, "")
	var address string
	p.Stdout.Await(func(text []byte) bool {
		if m := listening.FindSubmatch(text); m != nil {
			address = string(m[1])
		}
		return address != ""
	})
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("%v%s", err, p.Output())
	}
	defer conn.Close()
	exchange(t, conn, b)
	return tr.text(t, p, dir)
}

// tellClient sends bytes to a client that traces, after its ClientHello.
func (tr tracer) tellClient(t *testing.T, answer func(hello []byte) []byte) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := workDir(t)
	p := tr.run(t, dir, l.Addr().String())
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(peertest.Patience))
	hello := make([]byte, 4096)
	n, err := conn.Read(hello)
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, conn, answer(hello[:n]))
	p.Stdin.Close()
	return tr.text(t, p, dir)
}

// exchange sends bytes and reads until the peer closes the connection.
func exchange(t *testing.T, conn net.Conn, b []byte) {
	t.Helper()
	conn.SetDeadline(time.Now().Add(peertest.Patience))
	go func() {
		conn.Write(b)
		conn.(*net.TCPConn).CloseWrite()
	}()
	buf := make([]byte, 4096)
	for {
		if _, err := conn.Read(buf); err != nil {
			return
		}
	}
}

// wantPart fails unless a text holds another, whose first line occurs in it.
func wantPart(t *testing.T, text, part string) {
	t.Helper()
	first, _, _ := strings.Cut(part, "\n")
	at := strings.Index(text, first+"\n")
	if at < 0 {
		t.Fatalf("no line %q in\n%.2000s", first, text)
	}
	lines := strings.Split(strings.TrimSuffix(part, "\n"), "\n")
	for i, line := range strings.SplitN(text[at:], "\n", len(lines)+1)[:len(lines)] {
		if line != lines[i] {
			t.Fatalf("line %d\n printed %q\n   ours %q\nafter\n%s", i+1, line, lines[i], strings.Join(lines[max(0, i-5):i], "\n"))
		}
	}
}

// inRecords puts handshake messages into records of TLS 1.2.
func inRecords(messages ...[]byte) []byte {
	var all, b []byte
	for _, m := range messages {
		all = append(all, m...)
	}
	for len(all) > 0 {
		n := min(len(all), 16384)
		b = append(b, 22, 3, 3, byte(n>>8), byte(n))
		b, all = append(b, all[:n]...), all[n:]
	}
	return b
}
