package interop

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"polytls/internal/suite"
)

// openSSL is OpenSSL in the matrix. It has a server for each certificate and
// DH size, which reverses lines.
type openSSL struct {
	parent  testing.TB // outlives the cells
	suites  map[string]bool
	servers map[string]*sServer

	srp      sync.Once
	srpWorks bool
}

type sServer struct {
	*process
	port, read int
}

func newOpenSSL(t testing.TB) opponent {
	o := &openSSL{parent: t, suites: map[string]bool{}, servers: map[string]*sServer{}}
	for _, name := range strings.FieldsFunc(string(run(t, "openssl", "ciphers", "-ciphersuites", suites13, "ALL:COMPLEMENTOFALL:@SECLEVEL=0")), isListBreak) {
		o.suites[name] = true
	}
	return o
}

func isListBreak(r rune) bool { return r == ':' || r == '\n' }

func (o *openSSL) text(line string) string { return reverse(line) }

// reverse is what s_server -rev makes of a line.
func reverse(line string) string {
	b := []byte(strings.TrimSuffix(line, "\n"))
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b) + "\n"
}

func (o *openSSL) refuses(_ testing.TB, c *cell, _ string) string {
	if !o.suites[c.suite.Name] {
		return "the build has no " + c.suite.Name
	}
	if c.key == "srp" && !o.doesSRP() {
		return "s_client and s_server of this release do not get through SRP with each other"
	}
	return ""
}

// doesSRP tries OpenSSL's programs with each other: those of 3.0.22 crash.
func (o *openSSL) doesSRP() bool {
	o.srp.Do(func() {
		p, port := sServeSRP(o.parent, certificate(o.parent, "rsa"), []string{"-tls1_2", "-cipher", "SRP:@SECLEVEL=0"})
		defer p.Stdin.Close()
		c := sConnect(o.parent, port, "-tls1_2", "-cipher", "SRP:@SECLEVEL=0", "-srpuser", srpUser, "-srppass", "pass:"+srpPassword)
		io.WriteString(c.Stdin, "hello\n")
		o.srpWorks = c.Stdout.Await(func(text []byte) bool { return bytes.Contains(text, []byte("olleh\n")) })
	})
	return o.srpWorks
}

func (o *openSSL) serve(_ testing.TB, c *cell) (int, func(testing.TB) seen) {
	dh := cmp.Or(c.dh, 2048)
	name := fmt.Sprint(c.key, dh)
	s := o.servers[name]
	if s == nil {
		args := []string{"-rev", "-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-ciphersuites", suites13,
			"-dhparam", dhFile(o.parent, dh), "-groups", strings.Join(slices.Concat(curves, fields, largeFields), ":")}
		switch c.key {
		case "psk":
			args = append(args, "-psk", hex.EncodeToString(pskKeys[pskIdentity]), "-psk_identity", pskIdentity, "-psk_hint", "a hint")
		}
		args = append(args, sVersion(c.version))
		id := certificate(o.parent, c.certificateKey())
		s = &sServer{}
		if c.key == "srp" {
			s.process, s.port = sServeSRP(o.parent, id, args[1:])
		} else {
			s.process, s.port = sServe(o.parent, id, args...)
		}
		o.servers[name] = s
	}
	return s.port, func(t testing.TB) seen {
		t.Helper()
		m := s.expectFrom(t, s.Stderr, s.read, `Protocol version: (\S+)\n(?s:.*?)\nCiphersuite: (\S+)\n`)
		s.read = s.Stderr.Len()
		return seen{m[1], m[2]}
	}
}

func sVersion(v suite.Version) string {
	return map[suite.Version]string{suite.TLS10: "-tls1", suite.TLS11: "-tls1_1", suite.TLS12: "-tls1_2", suite.TLS13: "-tls1_3"}[v]
}

// sServeSRP is sServe with SRP, which s_server has not together with -rev: we
// turn lines around in its place.
func sServeSRP(t testing.TB, id *identity, args []string) (*process, int) {
	t.Helper()
	users := filepath.Join(t.TempDir(), "users.srp")
	writeFile(t, users, nil)
	run(t, "openssl", "srp", "-srpvfile", users, "-add", "-gn", "2048", "-passout", "pass:"+srpPassword, srpUser)
	port := freePort(t)
	p := start(t, "openssl", append([]string{"s_server", "-accept", fmt.Sprintf("127.0.0.1:%d", port), "-brief",
		"-cert", id.certFile, "-key", id.keyFile, "-srpvfile", users}, args...)...)
	p.awaitPort(t, port)
	go p.eachLine(func(line []byte) { io.WriteString(p.Stdin, reverse(string(line)+"\n")) })
	return p, port
}

// connect runs s_client: up to TLS 1.2 once, since -reconnect resumes by
// itself, else once more with the session of the first.
func (o *openSSL) connect(t testing.TB, c *cell, port int) []seen {
	t.Helper()
	args := []string{sVersion(c.version), "-cipher", c.ciphers(), "-groups", c.groups()}
	if c.version == suite.TLS13 {
		args = []string{sVersion(c.version), "-ciphersuites", c.suite.Name, "-groups", c.groups(), "-cipher", "ALL:@SECLEVEL=0"}
	}
	switch c.key {
	case "psk":
		args = append(args, "-psk", hex.EncodeToString(pskKeys[pskIdentity]), "-psk_identity", pskIdentity)
	case "srp":
		args = append(args, "-srpuser", srpUser, "-srppass", "pass:"+srpPassword)
	}
	if c.version < suite.TLS13 {
		p := sConnect(t, port, append(args, "-reconnect")...)
		p.Write(t, "hello\n")
		p.expect(t, p.Stdout, "hello\n")
		text := string(p.Stdout.Bytes())
		again := seenIn(t, text, "Reused")
		return []seen{seenIn(t, text, "New"), again, again, again, again, again}
	}
	file := filepath.Join(t.TempDir(), "session")
	var both []seen
	for i, session := range []string{"-sess_out", "-sess_in"} {
		p := sConnect(t, port, append(args, session, file)...)
		p.Write(t, "hello\n")
		p.expect(t, p.Stdout, "hello\n")
		both = append(both, seenIn(t, string(p.Stdout.Bytes()), []string{"New", "Reused"}[i]))
		p.Write(t, "Q\n")
		p.Wait(t) // it writes the session before
	}
	return both
}

// seenIn finds the line about a connection in what s_client writes.
func seenIn(t testing.TB, text, kind string) seen {
	t.Helper()
	_, after, found := strings.Cut(text, "\n"+kind+", ")
	line, _, _ := strings.Cut(after, "\n")
	if !found {
		t.Fatalf("s_client: no connection that is %q", kind)
	}
	_, name, _ := strings.Cut(line, ", Cipher is ")
	// The line has the suite's version; the session's block has the connection's.
	_, after, _ = strings.Cut(after, "Protocol  : ")
	protocol, _, _ := strings.Cut(after, "\n")
	if protocol == "" {
		protocol, _, _ = strings.Cut(line, ",")
	}
	return seen{protocol, name}
}

// node12 is Node 12 in the matrix. It has a server for each certificate and DH
// size, which echoes.
type node12 struct {
	parent  testing.TB
	node    *node
	servers map[string]*nodeServer
	absent  map[string]string // reasons by suite
}

func newNode12(t testing.TB) opponent {
	return &node12{parent: t, node: startNode(t, "node12"), servers: map[string]*nodeServer{}, absent: map[string]string{}}
}

func (n *node12) text(line string) string { return line }

func (n *node12) refuses(t testing.TB, c *cell, _ string) string {
	switch {
	case c.key == "srp":
		return "it lists SRP suites but has no way to name a user"
	case strings.HasPrefix(c.group, "ffdhe"):
		return "OpenSSL 1.1.1 has no ffdhe groups"
	}
	why, known := n.absent[c.suite.Name]
	if !known {
		r := n.node.call(t, command{Command: "check", Options: &options{Ciphers: c.ciphers()}})
		if why = r.Code; why != "" {
			why = c.suite.Name + ": " + why
		}
		n.absent[c.suite.Name] = why
	}
	return why
}

func (n *node12) options(c *cell) options {
	o := options{Ciphers: c.ciphers(), ECDHCurve: c.groups(), MinVersion: c.version.String(), MaxVersion: c.version.String()}
	if c.key == "psk" {
		o.PSK = pskKeys
	}
	return o
}

func (n *node12) serve(_ testing.TB, c *cell) (int, func(testing.TB) seen) {
	dh := cmp.Or(c.dh, 2048)
	name := fmt.Sprint(c.key, dh)
	s := n.servers[name]
	if s == nil {
		o := n.options(c).with(certificate(n.parent, c.certificateKey()))
		o.Ciphers, o.ECDHCurve, o.DHParam = everySuite, strings.Join(curves, ":"), string(dhParam(n.parent, dh))
		if c.key == "psk" {
			o.Hint = "a hint"
		}
		s = n.node.listen(n.parent, o)
		n.servers[name] = s
	}
	return s.port, func(t testing.TB) seen {
		t.Helper()
		r := s.next(t)
		if r.Facts == nil {
			t.Fatalf("node's server: %s %s", r.Code, r.Message)
		}
		return seen{r.Facts.Protocol, r.Facts.Cipher.Name}
	}
}

func (n *node12) connect(t testing.TB, c *cell, port int) []seen {
	t.Helper()
	o := n.options(c)
	o.CA, o.ServerName, o.Reject = string(ca(t).cert), "localhost", c.key != "none"
	var both []seen
	for range 2 {
		want := 1
		if o.Session != nil {
			want = 0
		}
		r := n.node.connect(t, port, o, hello, want)
		if r.Facts == nil || !r.Echoed {
			t.Fatalf("node's client: %s %s", r.Code, r.Message)
		}
		if len(r.Sessions) > 0 {
			o.Session = r.Sessions[0]
		}
		both = append(both, seen{r.Facts.Protocol, r.Facts.Cipher.Name})
	}
	return both
}
