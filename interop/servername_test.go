package interop

import (
	"fmt"
	"os/exec"
	"regexp"
	"testing"

	"polytls"
	"polytls/internal/peertest"
	"polytls/internal/testcert"
)

// TestServerNameChoosesForPeers: of an RSA and an ECDSA certificate for each of two
// names the server shows OpenSSL's and Node's clients the one for the name that they
// send, and for another name or none the first of the type that comes first.
func TestServerNameChoosesForPeers(t *testing.T) {
	t.Parallel()
	root := testcert.CA("names")
	var o polytls.ServerOptions
	for _, id := range []struct {
		kind testcert.Kind
		of   string
	}{{testcert.RSA2048, "a"}, {testcert.FreshRSA, "b"}, {testcert.P256, "a"}, {testcert.P256, "b"}} {
		c := root.Issue(testcert.Template{CommonName: id.of + " " + string(id.kind)[:1], DNS: []string{id.of + ".test"}, Kind: id.kind})
		o.Cert = append(o.Cert, c.ChainPEM())
		o.Key = append(o.Key, polytls.Key{PEM: c.KeyPEM()})
	}
	srv := serve(t, o, nil)
	clients := map[string]func(t *testing.T, name, version string) string{
		"openssl": func(t *testing.T, name, version string) string {
			flags := map[string]string{polytls.TLS12: "-tls1_2", polytls.TLS13: "-tls1_3"}
			args := []string{"s_client", "-connect", fmt.Sprintf("127.0.0.1:%d", srv.port), flags[version]}
			if name == "" {
				args = append(args, "-noservername")
			} else {
				args = append(args, "-servername", name)
			}
			return said(t, exec.Command(peertest.Path(t, "openssl"), args...), `(?m)^subject=.*CN = (.+)$`)
		},
		"node": func(t *testing.T, name, version string) string {
			script := fmt.Sprintf(`const c = require('tls').connect({port: %d, host: '127.0.0.1', servername: %q, maxVersion: %q, rejectUnauthorized: false},
				() => { console.log('CN = ' + c.getPeerCertificate().subject.CN); c.end(); });`, srv.port, name, version)
			return said(t, exec.Command(peertest.Path(t, "node"), "-e", script), `CN = (.+)`)
		},
	}
	for client, shown := range clients {
		for name, want := range map[string]string{"a.test": "a", "b.test": "b", "c.test": "a", "": "a"} {
			for version, kind := range map[string]string{polytls.TLS12: "R", polytls.TLS13: "P"} {
				t.Run(fmt.Sprintf("%s %s %q", client, version, name), func(t *testing.T) {
					if got := shown(t, name, version); got != want+" "+kind {
						t.Errorf("the server showed %q, want %q", got, want+" "+kind)
					}
				})
			}
		}
	}
}

// said runs a program without input and returns the part of its output that a
// pattern tells.
func said(t *testing.T, cmd *exec.Cmd, pattern string) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	m := regexp.MustCompile(pattern).FindSubmatch(out)
	if m == nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(m[1])
}
