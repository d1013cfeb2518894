package interop

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"polytls"
	"polytls/internal/peertest"
)

// A traced is a connection, or two of which the second resumes, between an end of
// ours and a peer, both of which trace.
type traced struct {
	name           string
	version        string
	server, client options // what is not said in each is said by complete
	// fails says that the handshake does, at the client or the server.
	fails  bool
	resume bool
	not    string // a peer that cannot take part

	features
}

// features are what only some connections have.
type features struct {
	peers, ends []string // those that take part, nil for all
	// serverOptions and clientOptions add to what our end is given, serving and
	// connected act on it after the handshake.
	serverOptions      func(*polytls.ServerOptions)
	clientOptions      func(*polytls.ConnectOptions)
	serving, connected func(context.Context, *polytls.Socket) error
	// sServer and sClient are arguments of OpenSSL's commands, node are options of
	// Node's both ends.
	sServer, sClient []string
	node             map[string]any
}

const servesHere, connectsHere = "our server", "our client"

func (f *features) has(peer, end string) bool {
	return (f.peers == nil || slices.Contains(f.peers, peer)) && (f.ends == nil || slices.Contains(f.ends, end))
}

// weak lets a cipher list hold what no security level above 0 allows.
const weak = ":@SECLEVEL=0"

// tracedConnections are the versions, suites and features.
func tracedConnections(t *testing.T) []traced {
	var all []traced
	dh := string(dhParam(t, 2048))
	suites := func(version, cert string, names ...string) {
		for _, name := range names {
			client := options{Ciphers: name + weak}
			if version == "TLSv1.3" {
				client.Ciphers = name
			}
			server := client.with(certificate(t, cert))
			server.DHParam = dh
			all = append(all, traced{name: version + " " + name, version: version, server: server, client: client})
		}
	}
	suites("TLSv1", "rsa", "AES128-SHA", "ECDHE-RSA-AES256-SHA")
	suites("TLSv1.1", "p256", "ECDHE-ECDSA-AES128-SHA")
	suites("TLSv1.2", "rsa", "AES256-GCM-SHA384", "AES128-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305",
		"AES128-CCM8", "NULL-SHA256", "ADH-AES128-SHA256", "AECDH-AES256-SHA")
	suites("TLSv1.2", "p256", "ECDHE-ECDSA-AES256-CCM", "ECDHE-ECDSA-AES256-SHA384")
	suites("TLSv1.3", "rsa", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256")
	for _, cert := range []string{"p384", "p521", "ed25519", "ed448", "rsapss"} {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			all = append(all, traced{name: version + " " + cert, version: version, server: options{}.with(certificate(t, cert))})
		}
	}
	all = append(all, traced{name: "TLSv1.3 mldsa65", version: "TLSv1.3", features: features{peers: []string{"node"}}, server: options{RequestCert: true, Reject: true}.with(certificate(t, "mldsa65")),
		client: options{}.with(certificate(t, "client-mldsa44"))})
	rsa := certificate(t, "rsa")
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		with := func(name string, server, client options) traced {
			return traced{name: version + " " + name, version: version, server: server.with(rsa), client: client}
		}
		resumed := with("resumption", options{}, options{})
		resumed.resume = true
		stranger := with("a client that the server does not know", options{RequestCert: true, Reject: true}, options{}.with(certificate(t, "stranger")))
		stranger.fails = true
		bare := with("a client without a certificate", options{RequestCert: true, Reject: true}, options{})
		bare.fails = true
		alpn := with("no protocol", options{ALPN: []string{"a"}}, options{ALPN: []string{"b"}})
		alpn.fails, alpn.not = true, "node12" // which goes on without a protocol
		all = append(all, resumed, stranger, bare, alpn,
			with("a client's certificate", options{RequestCert: true, Reject: true}, options{}.with(certificate(t, "client"))),
			with("protocols", options{ALPN: []string{"h2", "echo"}}, options{ALPN: []string{"echo", "h2"}}),
			with("one group", options{ECDHCurve: "P-384"}, options{ECDHCurve: "X25519:P-384"}), // of TLS 1.3 a retry
			with("X448", options{ECDHCurve: "X448"}, options{ECDHCurve: "X448"}))
	}
	psk := func(version, suite string) traced {
		o := options{Ciphers: suite + weak, PSK: pskKeys, Hint: "a hint"}
		return traced{name: version + " PSK " + suite, version: version, server: o, client: options{Ciphers: suite + weak, PSK: pskKeys}}
	}
	dhe := traced{name: "DHE", version: "TLSv1.2", server: options{Ciphers: "DHE-RSA-AES128-GCM-SHA256", DHParam: dh}.with(rsa),
		client: options{Ciphers: "DHE-RSA-AES128-GCM-SHA256"}}
	none := traced{name: "no suite in common", version: "TLSv1.2", server: options{Ciphers: "AES128-SHA"}.with(rsa), client: options{Ciphers: "AES256-SHA"}, fails: true}
	group := traced{name: "no group in common", version: "TLSv1.3", server: options{ECDHCurve: "P-256"}.with(rsa), client: options{ECDHCurve: "X25519"}, fails: true}
	versions := traced{name: "no version in common", server: options{MinVersion: "TLSv1.3", MaxVersion: "TLSv1.3"}.with(rsa),
		client: options{MinVersion: "TLSv1.2", MaxVersion: "TLSv1.2"}, fails: true}
	return append(all, dhe, none, group, versions, psk("TLSv1.2", "PSK-AES128-GCM-SHA256"), psk("TLSv1.2", "ECDHE-PSK-AES128-CBC-SHA256"))
}

// complete adds what all scenarios have in common.
func (c *traced) complete(t *testing.T) {
	for _, o := range []*options{&c.server, &c.client} {
		if c.version != "" {
			o.MinVersion, o.MaxVersion = c.version, c.version
		}
		o.CA = string(ca(t).cert)
		o.HonorOrder = true
	}
	c.client.ServerName = "localhost"
	c.client.Reject = c.server.PSK == nil && !strings.Contains(c.name, "ADH") && !strings.Contains(c.name, "AECDH")
}

// connections is the number of connections of the scenario.
func (c *traced) connections() int {
	if c.resume {
		return 2
	}
	return 1
}

// tracers are the peers, with the style of their texts.
var tracers = map[string]string{"node12": "1.1.1", "openssl": "3.0", "node": "3.5"}

// TestTracesEqualThePeers: the text of our end equals the peer's text with Sent and
// Received swapped. The directions are compared separately, because the order of
// messages that cross each other differs at the two ends. For a received
// change_cipher_spec the texts have the header, and only that of OpenSSL 3.5 in TLS
// 1.3 the content.
func TestTracesEqualThePeers(t *testing.T) {
	t.Parallel()
	for peer, style := range tracers {
		for _, c := range slices.Concat(tracedConnections(t), tracedFeatures(t)) {
			if c.not == peer {
				continue
			}
			c.complete(t)
			t.Run(peer+"/"+c.name, func(t *testing.T) {
				for end, run := range map[string]func(*testing.T, string, string) (ours, theirs string){
					servesHere: c.serveTraced, connectsHere: c.connectTraced,
				} {
					if c.has(peer, end) {
						t.Run(end, func(t *testing.T) {
							ours, theirs := run(t, peer, style)
							c.compare(t, style, ours, theirs)
						})
					}
				}
			})
		}
	}
}

// serveTraced lets the peer's client connect to our server.
func (c *traced) serveTraced(t *testing.T, peer, style string) (ours, theirs string) {
	var w bytes.Buffer // which the queue gives one write at a time
	o := c.server.server()
	o.EnableTrace, o.TraceWriter, o.TraceStyle = true, &w, style
	if c.serverOptions != nil {
		c.serverOptions(&o)
	}
	srv, err := polytls.NewServer(o, func(s *polytls.Socket) {
		defer s.Close()
		s.SetDeadline(time.Now().Add(patience))
		if c.serving != nil {
			if err := c.serving(t.Context(), s); err != nil {
				t.Error(err)
			}
		}
		io.Copy(s, s)
	})
	if err != nil {
		t.Fatal(err)
	}
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(addr.String(), ":")
	theirs = c.tracedClient(t, peer, port)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	return w.String(), theirs
}

// connectTraced connects our client to the peer's server.
func (c *traced) connectTraced(t *testing.T, peer, style string) (ours, theirs string) {
	p, port, text := c.tracedServer(t, peer)
	var w bytes.Buffer
	o := c.client.client()
	o.Host, o.Port = "127.0.0.1", port
	o.EnableTrace, o.TraceWriter, o.TraceStyle = true, &w, style
	if c.clientOptions != nil {
		c.clientOptions(&o)
	}
	var mu sync.Mutex
	var session []byte
	o.OnSession = func(s []byte) {
		mu.Lock()
		defer mu.Unlock()
		session = s
	}
	for range c.connections() {
		mu.Lock()
		o.Session = session
		mu.Unlock()
		s, err := polytls.Connect(t.Context(), o)
		if err == nil {
			s.SetDeadline(time.Now().Add(patience))
			if c.connected != nil {
				if err := c.connected(t.Context(), s); err != nil {
					t.Error(err)
				}
			}
			if _, err = io.WriteString(s, "hello\n"); err == nil {
				_, err = io.ReadFull(s, make([]byte, 6))
			}
			s.Close()
		}
		if (err != nil) != c.fails {
			t.Fatalf("our client: %v%s", err, p.Output())
		}
	}
	p.Stdin.Close()
	return w.String(), text()
}

//go:embed testdata/trace.js
var traceScript string

// nodeTraced runs Node as one of the ends.
func (c *traced) nodeTraced(t *testing.T, peer, end, port string, o options) *peertest.Process {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	more, err := json.Marshal(c.node)
	if err != nil {
		t.Fatal(err)
	}
	return peertest.Start(t, exec.Command(peertest.Path(t, peer), "-e", traceScript, end, port, strconv.Itoa(c.connections()), string(data), string(more)))
}

// tracedClient runs the peer's client and returns its text.
func (c *traced) tracedClient(t *testing.T, peer, port string) string {
	if peer != "openssl" {
		p := c.nodeTraced(t, peer, "client", port, c.client)
		p.Wait(t)
		return string(p.Stderr.Bytes())
	}
	dir := t.TempDir()
	var text string
	for i := range c.connections() {
		args := append([]string{"s_client", "-connect", "127.0.0.1:" + port, "-trace", "-msgfile", "trace", "-servername", "localhost", "-quiet", "-no_ign_eof"}, c.opensslArgs(t, &c.client, dir)...)
		if c.client.Reject {
			args = append(args, "-verify_return_error")
		}
		args = append(args, c.sClient...)
		if c.resume {
			args = append(args, []string{"-sess_out", "-sess_in"}[i], "session")
		}
		cmd := exec.Command(peertest.Path(t, peer), args...)
		cmd.Dir = dir
		p := peertest.Start(t, cmd)
		if !c.fails {
			p.Write(t, "hello\n")
			p.Stdout.Await(func(out []byte) bool { return bytes.Contains(out, []byte("hello\n")) })
			p.Stdin.Close()
		}
		p.Wait(t)
		text += readFile(t, filepath.Join(dir, "trace"))
	}
	return text
}

var listensOn = regexp.MustCompile(`(?:listening on|ACCEPT) 127\.0\.0\.1:(\d+)\n`)

// tracedServer runs the peer's server. Its text is complete when that has ended.
func (c *traced) tracedServer(t *testing.T, peer string) (p *peertest.Process, port int, text func() string) {
	if peer == "openssl" {
		dir := t.TempDir()
		args := append([]string{"s_server", "-accept", "127.0.0.1:0", "-trace", "-msgfile", "trace", "-rev",
			"-naccept", strconv.Itoa(c.connections())}, c.opensslArgs(t, &c.server, dir)...)
		if c.server.RequestCert {
			args = append(args, "-Verify", "1", "-verify_return_error")
		}
		if c.server.Cert == "" {
			args = append(args, "-nocert")
		}
		cmd := exec.Command(peertest.Path(t, peer), append(args, c.sServer...)...)
		cmd.Dir = dir
		p = peertest.Start(t, cmd)
		text = func() string {
			p.Wait(t)
			return readFile(t, filepath.Join(dir, "trace"))
		}
	} else {
		p = c.nodeTraced(t, peer, "server", "0", c.server)
		text = func() string {
			p.Wait(t)
			return string(p.Stderr.Bytes())
		}
	}
	p.Stdout.Await(func(out []byte) bool {
		if m := listensOn.FindSubmatch(out); m != nil {
			port, _ = strconv.Atoi(string(m[1]))
		}
		return port != 0
	})
	if port == 0 {
		t.Fatalf("the peer does not listen%s", p.Output())
	}
	return p, port, text
}

// opensslArgs are the options as arguments that both commands of OpenSSL take.
func (c *traced) opensslArgs(t *testing.T, o *options, dir string) []string {
	write := func(name, data string) string {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	args := []string{"-CAfile", write("ca", o.CA)}
	args = append(args, map[string][]string{"TLSv1": {"-tls1"}, "TLSv1.1": {"-tls1_1"}, "TLSv1.2": {"-tls1_2"}, "TLSv1.3": {"-tls1_3"}}[o.MinVersion]...)
	for _, x := range []struct{ flag, value string }{
		{"-groups", o.ECDHCurve}, {"-sigalgs", o.Sigalgs}, {"-alpn", strings.Join(o.ALPN, ",")}, {"-psk_hint", o.Hint},
	} {
		if x.value != "" {
			args = append(args, x.flag, x.value)
		}
	}
	switch {
	case o.MinVersion == "TLSv1.3" && o.Ciphers != "":
		args = append(args, "-ciphersuites", o.Ciphers)
	case o.Ciphers != "":
		args = append(args, "-cipher", o.Ciphers)
	}
	if o.Cert != "" {
		args = append(args, "-cert", write("cert", o.Cert), "-key", write("key", o.Key))
	}
	if o.DHParam != "" {
		args = append(args, "-dhparam", write("dh", o.DHParam))
	}
	if o.PSK != nil {
		args = append(args, "-psk_identity", pskIdentity, "-psk", pskHex)
	}
	return args
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// directions are the records of a text, those that the named end sent first.
func directions(text, sent, received string) (out, in []string) {
	starts := regexp.MustCompile(`(?m)^(?:Sent|Received) `).FindAllStringIndex(text, -1)
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		record := text[at[0]:end]
		switch {
		case strings.HasPrefix(record, sent):
			out = append(out, record[len(sent):])
		case strings.HasPrefix(record, received):
			in = append(in, record[len(received):])
		}
	}
	return out, in
}

// compare compares the texts of the two ends, one connection after another.
func (c *traced) compare(t *testing.T, style, ours, theirs string) {
	t.Helper()
	a, b := c.split(ours), c.split(theirs)
	if len(a) != c.connections() || len(b) != len(a) {
		t.Fatalf("%d connections, and %d of the peer's, wanted %d", len(a), len(b), c.connections())
	}
	for i := range a {
		sent, received := directions(a[i], "Sent", "Received")
		theirSent, theirReceived := directions(b[i], "Sent", "Received")
		c.sameRecords(t, "what we send", style, sent, theirReceived)
		c.sameRecords(t, "what the peer sends", style, theirSent, received)
	}
}

var helloRecord = regexp.MustCompile(`(?m)^(?:Sent|Received) .*\nHeader:\n.*\n.*\n.*\n    ClientHello,`)

// split splits a text into those of its connections.
func (c *traced) split(text string) []string {
	if !c.resume {
		return []string{text}
	}
	var all []string
	starts := helloRecord.FindAllStringIndex(text, -1)
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		all = append(all, text[at[0]:end])
	}
	return all
}

// sameRecords compares what an end says that it sent with what the other says that
// it received. One that has left does not read the tickets, data and close_notify
// that still come, and one that refuses not what follows.
func (c *traced) sameRecords(t *testing.T, what, style string, sent, received []string) {
	t.Helper()
	if len(received) == 0 || len(received) > len(sent) {
		t.Fatalf("%s: %d records are sent, %d received", what, len(sent), len(received))
	}
	for i := range received {
		sameLines(t, fmt.Sprintf("%s, record %d", what, i), c.asReceived(sent[i], style), received[i])
	}
	for _, record := range sent[len(received):] {
		late := strings.Contains(record, "close notify") || strings.Contains(record, "NewSessionTicket") || !strings.Contains(record, "\n\n")
		if !late && !c.fails {
			t.Fatalf("%s: only who sends it tells of\n%s", what, record)
		}
	}
}

func sameLines(t *testing.T, what, sent, received string) {
	t.Helper()
	a, b := strings.Split(sent, "\n"), strings.Split(received, "\n")
	for n := range min(len(a), len(b)) {
		if a[n] != b[n] {
			t.Fatalf("%s, line %d\n    sent %q\nreceived %q\nafter\n%s", what, n, a[n], b[n], strings.Join(a[max(0, n-6):n], "\n"))
		}
	}
	if len(a) != len(b) {
		t.Fatalf("%s: %d lines are sent, %d received", what, len(a), len(b))
	}
}

var changeCipherSpec = regexp.MustCompile(`^.*\nHeader:\n.*\n  Content Type = ChangeCipherSpec \(20\)\n  Length = \d+\n`)

// asReceived is the text of a record that is sent as the other end shows it: but for
// OpenSSL 3.5 in TLS 1.3 without what a change_cipher_spec holds.
func (c *traced) asReceived(record, style string) string {
	if style == "3.5" && c.version == "TLSv1.3" {
		return record
	}
	if header := changeCipherSpec.FindString(record); header != "" {
		return header
	}
	return record
}
