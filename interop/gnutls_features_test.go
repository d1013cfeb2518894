package interop

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"polytls/internal/peertest"
)

// gnuPartner is GnuTLS as a partner: a process for each talk.
type gnuPartner struct{}

// TestGnuTLSFeatures runs the table of features with GnuTLS: everything except
// suites, which TestMatrix covers.
func TestGnuTLSFeatures(t *testing.T) {
	t.Parallel()
	peertest.Path(t, "gnutls-serv")
	playTalks(t, gnuPartner{}, everyTalk("X25519", "X448", "P-256", "P-384", "P-521", "ffdhe2048", "ffdhe3072", "ffdhe4096"))
}

func (gnuPartner) refuses(*talk, bool) string { return "" }

// priority is a talk in GnuTLS's language.
func (gnuPartner) priority(c *talk, client bool) string {
	s := "NONE:+VERS-" + strings.Replace(c.version, "v", "", 1) + ":+CIPHER-ALL:+MAC-ALL:+SIGN-ALL:+CTYPE-X.509:+COMP-ALL"
	switch {
	case c.dhe:
		s += ":+DHE-RSA"
	case c.psk:
		s += ":+PSK:+DHE-PSK:+ECDHE-PSK"
	default:
		s += ":+ECDHE-RSA:+ECDHE-ECDSA"
	}
	switch {
	case c.guess != "" && client:
		return s + ":+" + gnuGroup(c.guess) + ":+" + gnuGroup(c.group)
	case c.group != "":
		return s + ":+" + gnuGroup(c.group)
	}
	return s + ":+GROUP-ALL"
}

func (g gnuPartner) serve(t *testing.T, talks []*talk) (ports []int) {
	temp := t.TempDir()
	for i, c := range talks {
		port := freePort(t)
		args := []string{"--echo", "--quiet", "-p", fmt.Sprint(port), "--priority", g.priority(c, false)}
		for _, name := range []string{"rsa", "other"} {
			if id := certificate(t, name); !c.psk {
				args = append(args, "--x509certfile", id.certFile, "--x509keyfile", id.keyFile)
			}
		}
		if c.client == "" {
			args = append(args, "--disable-client-cert")
		} else {
			args = append(args, "--require-client-cert", "--verify-client-cert", "--x509cafile", ca(t).certFile)
		}
		if c.alpn {
			args = append(args, "--alpn", "echo")
		}
		if c.psk {
			file := fmt.Sprintf("%s/keys%d", temp, i)
			writeFile(t, file, []byte(pskIdentity+":"+pskHex+"\n"))
			args = append(args, "--pskpasswd", file)
		}
		p := start(t, "gnutls-serv", args...)
		p.awaitPort(t, port)
		ports = append(ports, port)
	}
	return ports
}

func (g gnuPartner) connect(t *testing.T, talks []*talk, ports []int) func(*testing.T, int) {
	return func(t *testing.T, i int) {
		c := talks[i]
		host := cmp.Or(c.host, "localhost")
		args := []string{"-p", fmt.Sprint(ports[i]), "127.0.0.1", "--x509cafile", ca(t).certFile, "--sni-hostname", host,
			"--verify-hostname", host, "--priority", g.priority(c, true), "--logfile", "/dev/null"}
		if c.guess != "" {
			args = append(args, "--single-key-share")
		}
		if c.client != "" {
			id := certificate(t, c.client)
			args = append(args, "--x509certfile", id.certFile, "--x509keyfile", id.keyFile)
		}
		if c.alpn {
			args = append(args, "--alpn", "none", "--alpn", "echo")
		}
		if c.psk {
			args = append(args, "--pskusername", pskIdentity, "--pskkey", pskHex)
		}
		if c.update {
			args = append(args, "--inline-commands")
		}
		p := start(t, "gnutls-cli", args...)
		if c.update {
			p.Write(t, "^rekey^\n")
		}
		text := c.text()
		go p.feed(text)
		p.await(t, text)
	}
}
