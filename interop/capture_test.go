package interop

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"polytls"
	"polytls/internal/pcap"
	"polytls/internal/peertest"
)

// spoken is what the two ends of a connection wrote.
type spoken struct{ client, server string }

// capture records connections of ours at both ends: at the client with the secrets
// inside, at the server without, where they are in a key log.
type capture struct {
	t                  testing.TB
	atClient, atServer *pcap.File
	client, server     bytes.Buffer // the files
	connections        []spoken
	serverPorts        []string
	fingerprints       [][2]string // JA3 and JA3S of each
	authenticated      int         // connection with authentication after the handshake

	mu     sync.Mutex
	keylog bytes.Buffer // of the server
}

func newCapture(t testing.TB) *capture {
	c := &capture{t: t}
	failed := func(err error) { t.Error(err) }
	c.atClient, c.atServer = pcap.NewFile(&c.client, failed), pcap.NewFile(&c.server, failed)
	return c
}

// captured is a client and a server of a version, and their last connection.
type captured struct {
	*capture
	t                      testing.TB
	srv                    *polytls.Server
	options                polytls.ConnectOptions
	sessions               chan []byte
	network, address       string
	clientConn, serverConn *polytls.Socket
}

func (c *capture) at(t testing.TB, version, network, address string) *captured {
	t.Helper()
	v := &captured{capture: c, t: t, sessions: make(chan []byte, 16), network: network, address: address}
	so := polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), version), MaxEarlyData: 1000}
	so.CA = [][]byte{ca(t).cert}
	so.AllowPostHandshakeAuth = true
	var err error
	if v.srv, err = polytls.NewServer(so, nil); err != nil {
		t.Fatal(err)
	}
	v.srv.OnKeylog(func(line []byte, _ *polytls.Socket) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.keylog.Write(line)
	})
	v.options = polytls.ConnectOptions{ContextOptions: only(certificate(t, "client").options(), version), ServerName: "localhost", AllowPostHandshakeAuth: true}
	v.options.CA = [][]byte{ca(t).cert}
	v.options.OnSession = func(s []byte) { v.sessions <- s }
	return v
}

// connect makes the next connection.
func (c *captured) connect(o polytls.ConnectOptions) {
	c.t.Helper()
	l, err := net.Listen(c.network, c.address)
	if err != nil {
		c.t.Fatal(err)
	}
	defer l.Close()
	dialed, err := net.Dial(l.Addr().Network(), l.Addr().String())
	if err != nil {
		c.t.Fatal(err)
	}
	accepted, err := c.atServer.Listener(l).Accept()
	if err != nil {
		c.t.Fatal(err)
	}
	recorded := c.atClient.Client(dialed)
	o.OnKeylog, o.RecordHandshake = recorded.Secrets, true
	var both sync.WaitGroup
	var clientErr, serverErr error
	both.Go(func() { c.clientConn, clientErr = polytls.Client(context.Background(), recorded, o) })
	both.Go(func() { c.serverConn, serverErr = c.srv.Handshake(context.Background(), accepted) })
	both.Wait()
	if clientErr != nil || serverErr != nil {
		c.t.Fatalf("client: %v, server: %v", clientErr, serverErr)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	info := c.clientConn.HandshakeInfo()
	c.fingerprints = append(c.fingerprints, [2]string{info.JA3, info.JA3S})
	c.connections, c.serverPorts = append(c.connections, spoken{}), append(c.serverPorts, cmp.Or(port, "443"))
}

// talk sends a text in each direction.
func (c *captured) talk(client, server string) {
	c.t.Helper()
	n := len(c.connections) - 1
	c.send(c.clientConn, c.serverConn, client, &c.connections[n].client)
	c.send(c.serverConn, c.clientConn, server, &c.connections[n].server)
}

func (c *captured) send(from, to *polytls.Socket, text string, all *string) {
	c.t.Helper()
	*all += text
	sent := make(chan error, 1)
	go func() {
		_, err := io.WriteString(from, text)
		sent <- err
	}()
	got := make([]byte, len(text))
	if _, err := io.ReadFull(to, got); err != nil || string(got) != text {
		c.t.Fatalf("read %.40q, %v; want %.40q", got, err, text)
	}
	if err := <-sent; err != nil {
		c.t.Fatal(err)
	}
}

// during runs a conversation of one end while the other reads, and then a text of its
// own.
func (c *captured) during(who, other *polytls.Socket, all *string, do func() error) {
	c.t.Helper()
	done := make(chan error, 1)
	go func() {
		err := do()
		if err == nil {
			_, err = io.WriteString(who, "done")
		}
		done <- err
	}()
	got := make([]byte, len("done"))
	if _, err := io.ReadFull(other, got); err != nil {
		c.t.Fatalf("%v, while the conversation came to %v", err, <-done)
	}
	if err := <-done; err != nil {
		c.t.Fatal(err)
	}
	*all += "done"
}

// close ends the connection at both ends.
func (c *captured) close() {
	c.t.Helper()
	c.clientConn.Close()
	io.Copy(io.Discard, c.serverConn)
	c.serverConn.Close()
}

// files writes the captures and the key log.
func (c *capture) files() (atClient, atServer, keylog string) {
	c.t.Helper()
	c.atClient.Close(patience)
	c.atServer.Close(patience)
	dir := c.t.TempDir()
	for name, data := range map[string][]byte{"client.pcapng": c.client.Bytes(), "server.pcapng": c.server.Bytes(), "keys": c.keylog.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	return filepath.Join(dir, "client.pcapng"), filepath.Join(dir, "server.pcapng"), filepath.Join(dir, "keys")
}

// tshark runs tshark on a file, with nothing that this machine has configured. Ports
// that are free may be those of another protocol to it.
func (c *capture) tshark(file string, args ...string) string {
	t := c.t
	t.Helper()
	args = append([]string{"-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"}, args...)
	for _, port := range c.serverPorts {
		args = append(args, "-d", "tcp.port=="+port+",tls")
	}
	cmd := exec.Command(peertest.Path(t, "tshark"), args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME=", "SSLKEYLOGFILE=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark %q: %v\n%s", args, err, stderr.Bytes())
	}
	return string(out)
}

// followed is what tshark says that the ends of each connection wrote, decrypted.
func (c *capture) followed(file string, args ...string) []spoken {
	c.t.Helper()
	args = append(args, "-q")
	for i := range c.connections {
		args = append(args, "-z", fmt.Sprintf("follow,tls,raw,%d", i))
	}
	all := make([]spoken, len(c.connections))
	for _, part := range strings.Split(c.tshark(file, args...), "\nFollow: tls,raw\n")[1:] {
		var i int
		if _, err := fmt.Sscanf(part, "Filter: tcp.stream eq %d\n", &i); err != nil {
			c.t.Fatalf("%v in %.200q", err, part)
		}
		first, second := &all[i].client, &all[i].server
		if strings.HasSuffix(strings.Split(part, "\n")[1], ":"+c.serverPorts[i]) { // Node 0, which wrote first
			first, second = second, first
		}
		for line := range strings.Lines(part) {
			text, err := hex.DecodeString(strings.TrimSpace(line))
			switch {
			case err != nil: // the heading
			case line[0] == '\t':
				*second += string(text)
			default:
				*first += string(text)
			}
		}
	}
	return all
}

// check compares both captures with the data of the connections.
func (c *capture) check() {
	c.t.Helper()
	atClient, atServer, keylog := c.files()
	for file, args := range map[string][]string{atClient: nil, atServer: {"-o", "tls.keylog_file:" + keylog}} {
		for i, got := range c.followed(file, args...) {
			if want := c.connections[i]; got != want {
				c.t.Errorf("%s, connection %d is decrypted as\n%.500q, want\n%.500q", filepath.Base(file), i, got, want)
			}
		}
		const wrong = "tcp.checksum.status == 0 || ip.checksum.status == 0 || tcp.analysis.flags || _ws.malformed"
		if got := c.tshark(file, append(args, "-Y", wrong)...); got != "" {
			c.t.Errorf("%s has packets that are wrong:\n%s", filepath.Base(file), got)
		}
	}
}

// TestCapturesDecrypt lets tshark decrypt captures of connections with every kind
// of key change.
func TestCapturesDecrypt(t *testing.T) {
	t.Parallel()
	peertest.Path(t, "tshark")
	all := newCapture(t)
	for _, version := range []string{"TLSv1", "TLSv1.1", "TLSv1.2"} {
		t.Run(version, func(t *testing.T) { renegotiates(t, all.at(t, version, "tcp", "127.0.0.1:0")) })
	}
	t.Run("TLSv1.3", func(t *testing.T) { updatesKeys(t, all.at(t, "TLSv1.3", "tcp", "[::1]:0")) })
	t.Run("unix", func(t *testing.T) {
		c := all.at(t, "TLSv1.3", "unix", filepath.Join(t.TempDir(), "s"))
		for range 2 {
			c.connect(c.options)
			c.talk("client", "server")
			c.close()
		}
	})
	if !t.Failed() {
		all.check()
	}
	// That the client has authenticated itself is shown by what it encrypted.
	atClient, _, _ := all.files()
	for n, field := range []string{"tls.handshake.ja3", "tls.handshake.ja3s"} {
		first := map[string]string{} // by the number of the connection
		for line := range strings.Lines(all.tshark(atClient, "-Y", field, "-T", "fields", "-e", "tcp.stream", "-e", field)) {
			if stream, digest, _ := strings.Cut(strings.TrimSpace(line), "\t"); first[stream] == "" {
				first[stream] = digest
			}
		}
		for i, ours := range all.fingerprints {
			if got := first[fmt.Sprint(i)]; got != ours[n] {
				t.Errorf("connection %d: %s of tshark is %s, ours %s", i, field, got, ours[n])
			}
		}
	}
	proof := fmt.Sprintf("tls.handshake.type == 15 && tcp.stream == %d && tcp.dstport == %s", all.authenticated, all.serverPorts[all.authenticated])
	if all.tshark(atClient, "-Y", proof) == "" {
		t.Error("tshark sees no CertificateVerify of the client")
	}
	if !bytes.Contains(all.keylog.Bytes(), []byte("EARLY_EXPORTER_SECRET ")) {
		t.Error("no secret of the early exporter")
	}
}

// longText is more than fits a record.
var longText = string(bulk(20_000))

// renegotiates captures a connection with renegotiations and one that is resumed.
func renegotiates(t *testing.T, c *captured) {
	c.connect(c.options)
	this := &c.connections[len(c.connections)-1]
	c.talk("first of the client", "first of the server")
	c.during(c.serverConn, c.clientConn, &this.server, func() error {
		return c.serverConn.Renegotiate(context.Background(), polytls.RenegotiateOptions{RequestCert: true})
	})
	c.talk("client after the server's renegotiation", "server after its renegotiation")
	c.during(c.clientConn, c.serverConn, &this.client, func() error {
		return c.clientConn.Renegotiate(context.Background(), polytls.RenegotiateOptions{})
	})
	c.talk("client after its renegotiation", longText)
	c.close()
	o := c.options
	o.Session = <-c.sessions
	c.connect(o)
	if !c.clientConn.SessionReused() {
		t.Error("the session was not resumed")
	}
	c.talk("client, resumed", "server, resumed")
	c.close()
}

// updatesKeys captures a connection with updates of the keys and authentication, one
// that is resumed and one with early data.
func updatesKeys(t *testing.T, c *captured) {
	c.connect(c.options)
	c.talk("first of the client", "first of the server")
	for range 2 {
		if err := c.clientConn.UpdateKeys(); err != nil {
			t.Fatal(err)
		}
		c.talk("client after its update of the keys", "server after the client's update of the keys")
	}
	c.authenticated = len(c.connections) - 1
	this := &c.connections[c.authenticated]
	c.during(c.serverConn, c.clientConn, &this.server, func() error {
		return c.serverConn.RequestClientCertificate(context.Background())
	})
	// The client has sent its last: tshark takes the Finished of an authentication
	// for the handshake's, and starts with the client's first keys again.
	c.send(c.serverConn, c.clientConn, longText, &this.server)
	c.close()
	o := c.options
	o.Session = <-c.sessions
	c.connect(o)
	c.talk("client, resumed", "server, resumed")
	c.close()
	o.Session, o.EarlyData = <-c.sessions, []byte("early data of the client")
	c.connect(o)
	if !c.clientConn.EarlyDataAccepted() {
		t.Error("early data was not accepted")
	}
	early := make([]byte, len(o.EarlyData))
	if _, err := io.ReadFull(c.serverConn, early); err != nil {
		t.Fatal(err)
	}
	c.connections[len(c.connections)-1].client += string(early)
	c.talk("client after early data", "server after early data")
	c.close()
}
