package interop

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"polytls"
)

// talk is a conversation with one feature in it. What both ends have to agree upon
// follows from it, in either role.
type talk struct {
	name    string
	version string
	group   string // the only one that the server has, "" for its defaults
	guess   string // the group of which the client sends a share first, in vain
	dhe     bool   // the group is one of RFC 7919 at TLS 1.2
	client  string // the client's certificate, "" for none
	alpn    bool
	host    string // a name with a certificate of its own, "" for localhost
	update  bool   // the keys change during the connection
	psk     bool
	grease  bool // our client sends reserved values, and its extensions in any order
	size    int  // bytes that are echoed, in odd pieces
}

func (c *talk) String() string { return c.version + "/" + c.name }

// everyTalk generates the table. Groups are by the names of our options.
func everyTalk(groups ...string) []*talk {
	const little, much = 100, 1 << 20
	var all []*talk
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		add := func(c talk) {
			c.version = version
			if c.size == 0 {
				c.size = little
			}
			all = append(all, &c)
		}
		for _, group := range groups {
			dhe := version == "TLSv1.2" && strings.HasPrefix(group, "ffdhe")
			add(talk{name: "group " + group, group: group, dhe: dhe})
		}
		for _, key := range []string{"client", "client-p256", "client-p384", "client-p521", "client-ed25519", "client-rsapss"} {
			add(talk{name: "certificate of " + key, client: key})
		}
		add(talk{name: "ALPN", alpn: true})
		add(talk{name: "server name", host: "other.example"})
		add(talk{name: "bulk", size: much})
		add(talk{name: "GREASE", grease: true})
		if version == "TLSv1.3" {
			add(talk{name: "hello retry request", group: "P-384", guess: "X25519"})
			add(talk{name: "hello retry request to GREASE", group: "P-384", guess: "X25519", grease: true})
			add(talk{name: "key update", update: true})
			add(talk{name: "PSK", psk: true})
		}
	}
	return all
}

// text is what is echoed: lines of letters, since some peers know no other.
func (c *talk) text() []byte {
	text := bulk(c.size)
	for i := range text {
		if text[i] = 'a' + text[i]%26; i%997 == 996 || i == len(text)-1 {
			text[i] = '\n'
		}
	}
	return text
}

// context are the options of either end.
func (c *talk) context() polytls.ContextOptions {
	o := polytls.ContextOptions{MinVersion: c.version, MaxVersion: c.version, ECDHCurve: c.group}
	switch {
	case c.psk:
		o.Ciphers = "TLS_AES_128_GCM_SHA256"
	case c.dhe:
		o.Ciphers = "DHE-RSA-AES128-GCM-SHA256"
	}
	return o
}

// serve starts our server.
func (c *talk) serve(t *testing.T) *ourServer {
	t.Helper()
	o := polytls.ServerOptions{ContextOptions: c.context()}
	if c.psk {
		o.PSKCallback = pskServer(pskKeys)
	} else {
		id := certificate(t, "rsa").options()
		o.Cert, o.Key = id.Cert, id.Key
	}
	if c.dhe {
		o.DHParam = []byte("auto")
	}
	if c.client != "" {
		o.RequestCert, o.CA = true, [][]byte{ca(t).cert}
	}
	if c.alpn {
		o.ALPNProtocols = []string{"echo", "other"}
	}
	srv := serve(t, o, c.echo)
	other, err := polytls.NewSecureContext(certificate(t, "other").options())
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.AddContext("other.example", other); err != nil {
		t.Fatal(err)
	}
	return srv
}

// echo answers, under other keys if they have to change.
func (c *talk) echo(s *polytls.Socket) {
	buf := make([]byte, 9973)
	for {
		n, err := s.Read(buf)
		if err != nil || c.update && s.UpdateKeys() != nil {
			return
		}
		if _, err := s.Write(buf[:n]); err != nil {
			return
		}
	}
}

// connect lets our client talk to a peer's server.
func (c *talk) connect(t *testing.T, port int) {
	t.Helper()
	o := polytls.ConnectOptions{ContextOptions: c.context(), ServerName: c.host, GREASE: c.grease, ShuffleExtensions: c.grease}
	if c.guess != "" {
		o.ECDHCurve = c.guess + ":" + c.group
	}
	if c.client != "" {
		id := certificate(t, c.client).options()
		o.Cert, o.Key = id.Cert, id.Key
	}
	if c.alpn {
		o.ALPNProtocols = []string{"none", "echo"}
	}
	if c.psk {
		o.PSKCallback = pskClient(pskKeys)
	}
	s := connect(t, port, o)
	f := factsOf(s)
	want := "rsa"
	switch {
	case c.psk:
		want = ""
	case c.host != "":
		want = "other"
	}
	if f.PeerCN != want {
		t.Errorf("the peer is %q, want %q", f.PeerCN, want)
	}
	c.check(t, f)
	if c.update {
		exchange(t, s, "hello\n", "hello\n")
		if err := s.UpdateKeys(); err != nil {
			t.Fatal(err)
		}
	}
	echoBulk(t, s, c.text())
}

// check compares the facts that our end reports with the expected ones.
func (c *talk) check(t *testing.T, f facts) {
	t.Helper()
	if f.Protocol != c.version || c.alpn != (f.ALPN == "echo") {
		t.Errorf("%s, ALPN %q", f.Protocol, f.ALPN)
	}
	if c.guess != "" && !f.helloRetry || c.group == "" && f.helloRetry {
		t.Errorf("hello retry request: %t", f.helloRetry)
	}
	switch want := groupNamed(c.group); {
	case c.group == "":
	case c.dhe && f.Ephemeral != nil: // at a client
		if f.Ephemeral.Type != "DH" || fmt.Sprintf("ffdhe%d", f.Ephemeral.Size) != c.group {
			t.Errorf("ephemeral key %+v, want %s", f.Ephemeral, c.group)
		}
	case f.group != want:
		t.Errorf("group %s, want %s", f.group, want)
	}
}

// checkServer does so at our server, after a peer's client has come.
func (c *talk) checkServer(t *testing.T, f facts) {
	t.Helper()
	host := c.host
	if host == "" {
		host = "localhost"
	}
	if f.ServerName != host || f.PeerCN != c.client {
		t.Errorf("server name %q, client %q, want %q and %q", f.ServerName, f.PeerCN, host, c.client)
	}
	c.check(t, f)
}

// partner is a peer that plays talks.
type partner interface {
	// refuses returns why the peer cannot be an end of a connection, "" if it can.
	refuses(c *talk, client bool) string
	// serve starts its servers of talks, which echo, and returns their ports.
	serve(t *testing.T, talks []*talk) []int
	// connect prepares its clients. What it returns lets that of a talk connect,
	// and ends when it has had its echo.
	connect(t *testing.T, talks []*talk, ports []int) func(t *testing.T, i int)
}

// playTalks plays all talks of a table with a peer at either end.
func playTalks(t *testing.T, p partner, all []*talk) {
	t.Run("its server", func(t *testing.T) {
		talks := possible(t, p, all, false)
		ports := p.serve(t, talks)
		for i, c := range talks {
			t.Run(c.String(), func(t *testing.T) { c.connect(t, ports[i]) })
		}
	})
	t.Run("its client", func(t *testing.T) {
		talks := possible(t, p, all, true)
		var servers []*ourServer
		var ports []int
		for _, c := range talks {
			srv := c.serve(t)
			servers, ports = append(servers, srv), append(ports, srv.port)
		}
		connect := p.connect(t, talks, ports)
		for i, c := range talks {
			t.Run(c.String(), func(t *testing.T) {
				connect(t, i)
				c.checkServer(t, servers[i].next(t))
			})
		}
	})
}

// possible are the talks that a peer can play.
func possible(t *testing.T, p partner, all []*talk, client bool) (talks []*talk) {
	for _, c := range all {
		if why := p.refuses(c, client); why != "" {
			t.Logf("%s: %s", c, why)
			continue
		}
		talks = append(talks, c)
	}
	return talks
}

// await waits until a program has written a text to its standard output.
func (p *process) await(t testing.TB, text []byte) {
	t.Helper()
	p.Stdout.Await(func(got []byte) bool { return len(got) >= len(text) })
	if got := p.Stdout.Bytes(); !bytes.Equal(got, text) {
		t.Errorf("%d of %d bytes came back, or others than were sent%s", len(got), len(text), p.Output())
	}
}

// feed gives a program a text in odd pieces.
func (p *process) feed(text []byte) {
	io.CopyBuffer(struct{ io.Writer }{p.Stdin}, struct{ io.Reader }{bytes.NewReader(text)}, make([]byte, 7919))
}
