package interop

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// programPartner is a program that plays all talks in one process. Its groups
// are those of its library: ours decide which of them it is.
type programPartner struct {
	refused func(c *talk, client bool) string
	// start starts it as "servers" or "clients"; servers need no ports.
	start func(t *testing.T, role string, talks []*talk, ports []int) *process
}

func (p programPartner) refuses(c *talk, client bool) string { return p.refused(c, client) }

func (p programPartner) serve(t *testing.T, talks []*talk) (ports []int) {
	s := p.start(t, "servers", talks, nil)
	from := 0
	for range talks {
		line := s.expectFrom(t, s.Stdout, from, `port (\d+)\r?\n`)
		port, err := strconv.Atoi(line[1])
		if err != nil {
			t.Fatal(err)
		}
		from += len(line[0])
		ports = append(ports, port)
	}
	return ports
}

func (p programPartner) connect(t *testing.T, talks []*talk, ports []int) func(*testing.T, int) {
	c := p.start(t, "clients", talks, ports)
	return func(t *testing.T, i int) {
		lines := c.expect(t, c.Stdout, fmt.Sprintf(`(?:.*\n){%d}(.*?)\r?\n`, i))
		if lines[1] != "ok" {
			t.Errorf("%s: %s%s", c.Name, lines[1], c.Output())
		}
	}
}

// TestJavaFeatures is the table of features with Java's SSLSocket.
func TestJavaFeatures(t *testing.T) {
	t.Parallel()
	classes := t.TempDir()
	run(t, "javac", "-d", classes, filepath.Join("testdata", "Peer.java"), filepath.Join("testdata", "Talks.java"))
	var plain, retried []*talk
	for _, c := range everyTalk("X25519", "X448", "P-256", "P-384", "P-521", "ffdhe2048", "ffdhe3072") {
		if c.guess != "" {
			retried = append(retried, c)
		} else {
			plain = append(plain, c)
		}
	}
	refused := func(c *talk, _ bool) string {
		switch {
		case c.psk:
			return "it has no external keys"
		case c.version == "TLSv1.3" && strings.HasPrefix(c.group, "ffdhe"):
			return "it strips the shared secret of its zeros, of which every 256th has one (against RFC 8446, 7.4.1)"
		}
		return ""
	}
	play := func(t *testing.T, all []*talk, groups map[string]string) {
		playTalks(t, programPartner{refused, func(t *testing.T, role string, talks []*talk, ports []int) *process {
			args := []string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djdk.tls.namedGroups=" + groups[role], "-cp", classes, "Talks", role, ca(t).certFile}
			for i, c := range talks {
				port, ids := 0, []string{"rsa", "other"}
				if role == "clients" {
					port, ids = ports[i], strings.Fields(c.client)
				}
				args = append(args, fmt.Sprint(port), c.version, keystores(t, ids...), fmt.Sprint(role == "servers" && c.client != ""),
					fmt.Sprint(c.alpn), cmp.Or(c.host, "localhost"), fmt.Sprint(c.size))
			}
			return start(t, "java", args...)
		}}, all)
	}
	play(t, plain, nil) // the groups that it has by default
	t.Run("retry", func(t *testing.T) {
		play(t, retried, map[string]string{"servers": "secp384r1", "clients": "x25519,secp256r1,secp384r1"})
	})
}

//go:embed testdata/talks.py
var pythonTalks string

// TestPythonFeatures is the table of features with Python's ssl.
func TestPythonFeatures(t *testing.T) {
	t.Parallel()
	curves := map[string]string{"P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1"}
	refused := func(c *talk, client bool) string {
		switch {
		case c.psk:
			return "it has no external keys"
		case c.dhe:
			return "it names no groups of RFC 7919 at TLS 1.2"
		}
		return ""
	}
	playTalks(t, programPartner{refused, func(t *testing.T, role string, talks []*talk, ports []int) *process {
		var list []map[string]any
		for i, c := range talks {
			m := map[string]any{"version": c.version, "alpn": c.alpn, "host": cmp.Or(c.host, "localhost"), "size": c.size,
				"authenticate": c.client != "", "curve": "", "cert": nil, "other": files(t, "other")}
			switch {
			case role == "servers":
				m["cert"] = files(t, "rsa")
				if c.guess != "" {
					m["curve"] = curves[c.group]
				}
			case c.client != "":
				m["cert"] = files(t, c.client)
			}
			if ports != nil {
				m["port"] = ports[i]
			}
			list = append(list, m)
		}
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		return start(t, "python3", "-c", pythonTalks, role, ca(t).certFile, string(text))
	}}, everyTalk("X25519", "X448", "P-256", "P-384", "P-521", "ffdhe2048"))
}

// files are the paths of an identity.
func files(t *testing.T, name string) []string {
	id := certificate(t, name)
	return []string{id.certFile, id.keyFile}
}
