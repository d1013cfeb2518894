package interop

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"polytls/internal/peertest"
)

// sPartner is OpenSSL as a partner: a process for each talk.
type sPartner struct{}

// TestOpenSSLFeatures runs the table of features with OpenSSL.
func TestOpenSSLFeatures(t *testing.T) {
	t.Parallel()
	peertest.Path(t, "openssl")
	playTalks(t, sPartner{}, everyTalk("X25519", "X448", "P-256", "P-384", "P-521", "ffdhe2048", "ffdhe3072"))
}

func (sPartner) refuses(c *talk, client bool) string {
	if c.dhe && client {
		return "it does not name groups of RFC 7919 at TLS 1.2"
	}
	return ""
}

// common are the arguments of both ends.
func (sPartner) common(t *testing.T, c *talk) []string {
	args := []string{"-quiet", map[string]string{"TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}[c.version]}
	if c.psk {
		args = append(args, "-psk", pskHex, "-psk_identity", pskIdentity)
	}
	if c.alpn {
		args = append(args, "-alpn", "echo")
	}
	return args
}

func (s sPartner) serve(t *testing.T, talks []*talk) (ports []int) {
	rsa, other := certificate(t, "rsa"), certificate(t, "other")
	for _, c := range talks {
		port := freePort(t)
		args := append(s.common(t, c), "-accept", fmt.Sprintf("127.0.0.1:%d", port))
		if c.psk {
			args = append(args, "-nocert")
		} else {
			args = append(args, "-cert", rsa.certFile, "-key", rsa.keyFile, "-servername", "other.example", "-cert2", other.certFile, "-key2", other.keyFile)
		}
		if c.client != "" {
			args = append(args, "-Verify", "1", "-verify_return_error", "-CAfile", ca(t).certFile)
		}
		switch {
		case c.dhe:
			var bits int
			fmt.Sscanf(c.group, "ffdhe%d", &bits)
			args = append(args, "-dhparam", dhFile(t, bits))
		case c.group != "":
			args = append(args, "-groups", c.group)
		}
		p := start(t, "openssl", append([]string{"s_server"}, args...)...)
		p.awaitPort(t, port)
		go p.loop()
		ports = append(ports, port)
	}
	return ports
}

func (s sPartner) connect(_ *testing.T, talks []*talk, ports []int) func(*testing.T, int) {
	return func(t *testing.T, i int) {
		c := talks[i]
		host := cmp.Or(c.host, "localhost")
		args := append(s.common(t, c), "-nocommands", "-servername", host)
		if !c.psk {
			args = append(args, "-verify_hostname", host)
		}
		if c.client != "" {
			id := certificate(t, c.client)
			args = append(args, "-cert", id.certFile, "-key", id.keyFile)
		}
		if c.group != "" {
			args = append(args, "-groups", strings.TrimPrefix(c.guess+":"+c.group, ":"))
		}
		p := sConnect(t, ports[i], args...)
		text := c.text()
		go p.feed(text)
		p.await(t, text)
	}
}
