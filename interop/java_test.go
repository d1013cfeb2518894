package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"polytls"
)

// javaSuites are suites of each kind that Java has.
var javaSuites = []struct{ version, suite, key string }{
	{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "rsa"},
	{"TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256", "p384"},
	{"TLSv1.3", "TLS_AES_128_GCM_SHA256", "ed25519"},
	{"TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "p256"},
	{"TLSv1.2", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "rsa"},
	{"TLSv1.2", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "rsa"},
	{"TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "rsa"},
	{"TLSv1.2", "TLS_RSA_WITH_AES_256_CBC_SHA", "rsa"},
}

// TestJava checks that Java's SSLSocket connects and resumes, as client and as
// server, with certificates at both ends, and that both report the same suite.
func TestJava(t *testing.T) {
	t.Parallel()
	classes := t.TempDir()
	run(t, "javac", "-d", classes, filepath.Join("testdata", "Peer.java"))
	java := func(t testing.TB, role string, port int, version, suite, id string) *process {
		return start(t, "java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classes, "Peer", role, fmt.Sprint(port), version, suite, ca(t).certFile, keystores(t, id))
	}
	for _, test := range javaSuites {
		t.Run("its client/"+test.suite, func(t *testing.T) {
			t.Parallel()
			o := polytls.ServerOptions{ContextOptions: only(certificate(t, test.key).options(), test.version), RequestCert: true, ALPNProtocols: []string{"echo"}}
			o.CA, o.DHParam = [][]byte{ca(t).cert}, dhParam(t, 2048)
			srv := serve(t, o, nil)
			p := java(t, "client", srv.port, test.version, test.suite, "client")
			for i := range 2 {
				f := srv.next(t)
				from := 0
				if i > 0 {
					from = len(p.expect(t, p.Stdout, `.*\n`)[0])
				}
				v := p.told(t, from)
				if v.Version != test.version || v.Cipher != test.suite || f.Cipher.StandardName != test.suite || v.ALPN != "echo" || f.PeerCN != "client" {
					t.Errorf("java %+v, our server %+v", v, f)
				}
				if f.Reused != (i > 0) {
					t.Errorf("connection %d: reused is %t", i, f.Reused)
				}
			}
			if err := p.Wait(t); err != nil {
				t.Errorf("%v%s", err, p.Output())
			}
		})
		t.Run("its server/"+test.suite, func(t *testing.T) {
			t.Parallel()
			p := java(t, "server", 0, test.version, test.suite, test.key)
			port, err := strconv.Atoi(p.expect(t, p.Stdout, `port (\d+)\r?\n`)[1])
			if err != nil {
				t.Fatal(err)
			}
			given := newSessions()
			o := polytls.ConnectOptions{ContextOptions: only(certificate(t, "client").options(), test.version), ALPNProtocols: []string{"echo"}, OnSession: given.add}
			o.Ciphers = test.suite
			for _, reused := range []bool{false, true} {
				from := p.Stdout.Len()
				s := connect(t, port, o)
				exchange(t, s, "hello\n", "hello\n")
				v := p.told(t, from)
				if v.Version != test.version || v.Cipher != test.suite || s.Cipher().StandardName != test.suite || v.ALPN != "echo" || v.Peer != "client" {
					t.Errorf("java %+v, our client %+v", v, factsOf(s))
				}
				if s.SessionReused() != reused {
					t.Errorf("reused is %t, wanted %t", s.SessionReused(), reused)
				}
				s.Close()
				if !reused {
					o.Session = given.first(t)
				}
			}
		})
	}
}

// keystores puts identities into PKCS #12 files, as Java wants them, and returns
// their names between colons.
func keystores(t testing.TB, names ...string) string {
	t.Helper()
	var files []string
	for _, name := range names {
		id := certificate(t, name)
		file := filepath.Join(dir, name+".p12")
		made.Lock()
		if _, err := os.Stat(file); err != nil {
			run(t, "openssl", "pkcs12", "-export", "-in", id.certFile, "-inkey", id.keyFile, "-out", file, "-passout", "pass:password", "-name", "key")
		}
		made.Unlock()
		files = append(files, file)
	}
	return strings.Join(files, ":")
}
