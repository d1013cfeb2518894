package session

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/tls"
	"encoding/hex"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"polytls/internal/peertest"
	"polytls/internal/suite"
	"polytls/internal/testcert"
)

// nodes are the releases of Node that are asked.
var nodes = []string{"node12", "node"}

// TestNodeResumesWhatWeSealed opens the ticket in a session of a Node client, which
// a Node server has sealed, seals it again, and lets Node resume it.
func TestNodeResumesWhatWeSealed(t *testing.T) {
	for _, node := range nodes {
		for _, v := range []suite.Version{suite.TLS12, suite.TLS13} {
			t.Run(node+" "+v.String(), func(t *testing.T) {
				key := newKey(t)
				peer := startNode(t, peertest.Path(t, node), v, key)
				data, err := hex.DecodeString(peer.line(t))
				if err != nil {
					t.Fatal(err)
				}
				resumeAll(t, peer, data, key)
			})
		}
	}
}

func resumeAll(t *testing.T, peer *node, data []byte, key *TicketKey) {
	client, name, enveloped, err := Open(data)
	if err != nil {
		t.Fatal(err)
	}
	form := func(ticket []byte) []byte {
		s := *client
		s.Ticket, s.ID = ticket, TicketID(ticket)
		if !enveloped {
			return s.Marshal()
		}
		return s.MarshalEnvelope(name)
	}
	server, renew, err := NewRing(key).Open(client.Ticket)
	if err != nil || renew {
		t.Fatalf("Node's ticket: renew %v, %v", renew, err)
	}
	checkTwin(t, "Node's ticket", server, client)
	ours := seal(t, NewRing(key), server)
	if n := len(client.Ticket) - len(ours); n != 0 && n != aes.BlockSize { // [19] may need a block
		t.Errorf("our ticket has %d bytes, Node's %d", len(ours), len(client.Ticket))
	}
	if !bytes.Equal(client.Marshal(), form(client.Ticket)) && !enveloped {
		t.Error("Node 12's session written otherwise")
	}
	stale := *server
	stale.Created = stale.Created.Add(-3 * time.Hour)
	elsewhere := *server
	elsewhere.IDContext = []byte("other")
	for _, tt := range []struct {
		name   string
		ticket []byte
		want   string
	}{
		{"Node's own ticket", client.Ticket, "true true"},
		{"our ticket", ours, "true true"},
		{"our ticket, another key", seal(t, NewRing(newKey(t)), server), "false false"},
		{"our ticket, too old", seal(t, NewRing(key), &stale), "false false"},
		{"our ticket, another context", seal(t, NewRing(key), &elsewhere), "false false"},
	} {
		if got := peer.ask(t, hex.EncodeToString(form(tt.ticket))); got != tt.want {
			t.Errorf("%s: server and client resumed: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestOpenSSLReadsAndWrites reads a session of s_client, compares OpenSSL's text of
// it with that of our encoding, and lets s_client resume our encoding.
func TestOpenSSLReadsAndWrites(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	if v, err := exec.Command(openssl, "version").Output(); err != nil || !bytes.HasPrefix(v, []byte("OpenSSL ")) {
		t.Skipf("%s is not OpenSSL: %s %v", openssl, v, err)
	}
	cert, _, _ := newCertificate(t)
	for _, v := range []suite.Version{suite.TLS12, suite.TLS13} {
		t.Run(v.String(), func(t *testing.T) {
			addr := serve(t, cert, uint16(v))
			dir := t.TempDir()
			theirs, ours := filepath.Join(dir, "theirs.pem"), filepath.Join(dir, "ours.pem")
			run(t, openssl, "s_client", "-ign_eof", "-connect", addr, "-sess_out", theirs)
			s, err := ParsePEM(read(t, theirs))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(ours, s.MarshalPEM(), 0o600); err != nil {
				t.Fatal(err)
			}
			want := run(t, openssl, "sess_id", "-noout", "-text", "-cert", "-in", theirs)
			if got := run(t, openssl, "sess_id", "-noout", "-text", "-cert", "-in", ours); got != want {
				t.Errorf("OpenSSL reads\n%s\nwant\n%s", got, want)
			}
			out := run(t, openssl, "s_client", "-ign_eof", "-connect", addr, "-sess_in", ours)
			if !strings.Contains(out, "Reused, "+v.String()) {
				t.Errorf("not resumed:\n%s", out)
			}
		})
	}
}

// TestOpenSSLReadsEveryField lets OpenSSL read a session with every field that we
// write.
func TestOpenSSLReadsEveryField(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	s := full()
	cert, _, _ := newCertificate(t)
	s.PeerCertificate, s.Compression = cert.Certificate[0], 0
	file := filepath.Join(t.TempDir(), "full.pem")
	if err := os.WriteFile(file, s.MarshalPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	text := run(t, openssl, "sess_id", "-noout", "-text", "-in", file)
	for _, want := range []string{
		"Protocol  : TLSv1.3", "Cipher    : TLS_AES_256_GCM_SHA384", "Session-ID-ctx: 637478",
		"PSK identity: identity", "PSK identity hint: hint", "SRP username: user",
		"lifetime hint: 7200 (seconds)", "Start Time: 1700000000", "Timeout   : 7200 (sec)",
		"Verify return code: 18", "Extended master secret: yes", "Max Early Data: 16384",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// node is a running testdata/resume.js.
type node struct {
	in  io.Writer
	out *bufio.Reader
}

func startNode(t *testing.T, path string, v suite.Version, key *TicketKey) *node {
	t.Helper()
	_, certFile, keyFile := newCertificate(t)
	cmd := exec.Command(path, filepath.Join("testdata", "resume.js"), v.String(), certFile, keyFile, hex.EncodeToString(key.Bytes()))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &node{in, bufio.NewReader(out)}
}

func (n *node) line(t *testing.T) string {
	t.Helper()
	line, err := n.out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func (n *node) ask(t *testing.T, line string) string {
	t.Helper()
	if _, err := io.WriteString(n.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
	return n.line(t)
}

// newCertificate makes a certificate for localhost, and files of it and its key.
func newCertificate(t *testing.T) (cert tls.Certificate, certFile, keyFile string) {
	t.Helper()
	template := testcert.ServerTemplate("localhost")
	template.AnyUse = true // else Node 12 looks for its issuer for ever
	made := testcert.SelfSigned(template)
	write := func(name string, pem []byte) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, pem, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	cert = tls.Certificate{Certificate: [][]byte{made.Raw}, PrivateKey: made.Signer}
	return cert, write("cert.pem", made.PEM()), write("key.pem", made.KeyPEM())
}

// serve runs a server that greets each client and closes, and returns its address.
func serve(t *testing.T, cert tls.Certificate, version uint16) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{cert},
		MinVersion:   version,
		MaxVersion:   version,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go greet(conn)
		}
	}()
	return l.Addr().String()
}

func greet(conn net.Conn) {
	defer conn.Close()
	io.WriteString(conn, "hello\n") // the client's output tells of a failure
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
