package examples

import (
	"bytes"
	"context"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/peertest"
	"polytls/internal/testcert"
)

// bin holds the programs that build has made. TestMain removes it.
var bin string

func TestMain(m *testing.M) {
	var err error
	if bin, err = os.MkdirTemp("", "examples-"); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(bin)
	os.Exit(code)
}

// build returns the path of a program.
func build(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(bin, strings.ReplaceAll(dir, "/", "-"))
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if out, err := exec.Command("go", "build", "-o", path, "./"+dir).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", dir, err, out)
	}
	return path
}

// start starts a program in the directory of its files.
func start(t *testing.T, files, dir string, args ...string) *peertest.Process {
	t.Helper()
	cmd := exec.Command(build(t, dir), args...)
	cmd.Dir = files
	return peertest.Start(t, cmd)
}

// serve starts a server on a free port.
func serve(t *testing.T, files, dir string, args ...string) (p *peertest.Process, port string) {
	t.Helper()
	p = start(t, files, dir, append([]string{"-listen", "127.0.0.1:0"}, args...)...)
	match, _ := p.Expect(t, p.Stderr, 0, `listening on 127\.0\.0\.1:(\d+)\n`)
	return p, match[1]
}

// run runs a program to its end.
func run(t *testing.T, p *peertest.Process, input string) (stdout string, err error) {
	t.Helper()
	p.Write(t, input)
	p.Stdin.Close()
	err = p.Wait(t)
	return string(p.Stdout.Bytes()), err
}

// mustRun is run for a program that must succeed.
func mustRun(t *testing.T, p *peertest.Process, input string) string {
	t.Helper()
	out, err := run(t, p, input)
	if err != nil {
		t.Fatalf("%s: %v%s", p.Name, err, p.Output())
	}
	return out
}

// pki makes the files that the command cert makes: of a CA, a server and a client.
func pki(t *testing.T, kind testcert.Kind) (files string, ca *testcert.Cert) {
	t.Helper()
	files = t.TempDir()
	ca = testcert.SelfSigned(testcert.Template{CommonName: "examples", CA: true, Kind: kind})
	write(t, filepath.Join(files, "pki", "ca-cert.pem"), ca.PEM())
	writePair(t, files, "server", ca.Issue(testcert.Template{CommonName: "localhost", DNS: []string{"localhost"}, Kind: kind}))
	writePair(t, files, "client", ca.Issue(testcert.Template{CommonName: "device-1", Kind: kind}))
	return files, ca
}

func writePair(t *testing.T, files, name string, c *testcert.Cert) {
	t.Helper()
	write(t, filepath.Join(files, "pki", name+"-cert.pem"), c.PEM())
	write(t, filepath.Join(files, "pki", name+"-key.pem"), c.KeyPEM())
}

func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEcho(t *testing.T) {
	files, _ := pki(t, "")
	_, port := serve(t, files, "echo/server")
	if got := mustRun(t, start(t, files, "echo/client", "-port", port), "there and back\n"); got != "there and back\n" {
		t.Errorf("%q came back", got)
	}
}

func TestMTLS(t *testing.T) {
	files, _ := pki(t, "")
	server, port := serve(t, files, "mtls/server")
	if got := mustRun(t, start(t, files, "mtls/client", "-port", port), ""); got != "hello, device-1\n" {
		t.Errorf("the server said %q", got)
	}
	writePair(t, files, "client", testcert.CA("another").Client("stranger"))
	client := start(t, files, "mtls/client", "-port", port)
	if _, err := run(t, client, ""); err == nil || !strings.Contains(client.Output(), "unknown_ca") {
		t.Errorf("a stranger: %v%s", err, client.Output())
	}
	server.Expect(t, server.Stderr, 0, `SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)`)
}

// TestPSK lets our device and OpenSSL send measurements to the broker.
func TestPSK(t *testing.T) {
	const key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	files := t.TempDir()
	write(t, filepath.Join(files, "keys.txt"), []byte("sensor-7:"+key+"\nsensor-8:ff"+key[2:]+"\n"))
	broker, port := serve(t, files, "psk/broker")
	mustRun(t, start(t, files, "psk/device", "-port", port, "-key", key), "19.5\n")
	broker.Expect(t, broker.Stderr, 0, `sensor-7: 19\.5\n`)

	stranger := start(t, files, "psk/device", "-port", port, "-name", "stranger", "-key", key)
	if _, err := run(t, stranger, ""); err == nil {
		t.Error("a stranger was accepted")
	}

	openssl := peertest.Path(t, "openssl")
	for version, value := range map[string]string{"-tls1_2": "20.5", "-tls1_3": "21.5"} {
		p := peertest.Start(t, exec.Command(openssl, "s_client", "-connect", "127.0.0.1:"+port, version, "-quiet",
			"-psk_identity", "sensor-8", "-psk", "ff"+key[2:], "-cipher", "PSK", "-ciphersuites", "TLS_AES_128_GCM_SHA256"))
		p.Write(t, value+"\n")
		broker.Expect(t, broker.Stderr, 0, `sensor-8: `+value+`\n`)
	}
}

// TestFleet resumes at one server what another began.
func TestFleet(t *testing.T) {
	redis := peertest.StartRedis(t)
	files, ca := pki(t, "")
	t.Setenv("FLEET_SECRET", strings.Repeat("secret of the fleet ", 2))
	var ports []int
	for range 2 {
		_, port := serve(t, files, "fleet", "-redis", redis.URL())
		n, err := strconv.Atoi(port)
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, n)
	}
	for _, version := range []string{polytls.TLS12, polytls.TLS13} {
		var session []byte
		for i, want := range []string{"resumed false\n", "resumed true\n"} {
			s, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
				ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}, MaxVersion: version},
				Port:           ports[i], Session: session,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if got, err := io.ReadAll(s); string(got) != want || err != nil {
				t.Errorf("%s: server %d said %q, %v; want %q", version, i, got, err, want)
			}
			session = s.Session()
		}
	}
}

// TestHTTP asks with curl and with our client, and interrupts the server.
func TestHTTP(t *testing.T) {
	curl := peertest.Path(t, "curl")
	files, _ := pki(t, "")
	write(t, filepath.Join(files, "public", "page.txt"), []byte("a page"))
	server, port := serve(t, files, "http/server")
	url := "https://localhost:" + port + "/page.txt"
	for flag, proto := range map[string]string{"--http1.1": "HTTP/1.1", "--http2": "HTTP/2.0"} {
		p := peertest.Start(t, exec.Command(curl, "--silent", "--show-error", flag, "--cacert", filepath.Join(files, "pki", "ca-cert.pem"), url))
		if got := mustRun(t, p, ""); got != "a page" {
			t.Errorf("curl got %q", got)
		}
		server.Expect(t, server.Stderr, 0, `GET /page\.txt over `+proto+`, TLSv1\.3\n`)
	}
	client := start(t, files, "http/client", "-ca", "pki/ca-cert.pem", url, url)
	if got := mustRun(t, client, ""); got != "a pagea page" || bytes.Count(client.Stderr.Bytes(), []byte("HTTP/2.0 200 OK")) != 2 {
		t.Errorf("our client got %q%s", got, client.Output())
	}
	server.Interrupt(t)
	if server.Err != nil || !bytes.Contains(server.Stderr.Bytes(), []byte("shut down")) {
		t.Errorf("interrupted: %v%s", server.Err, server.Output())
	}
}

// TestSTARTTLS asks with our client and with OpenSSL's.
func TestSTARTTLS(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	files, _ := pki(t, "")
	_, port := serve(t, files, "starttls/server")
	got := mustRun(t, start(t, files, "starttls/client", "-connect", "localhost:"+port), "")
	if want := "EHLO localhost: localhost\nSTARTTLS\nSTARTTLS: go ahead\nNOOP: NOOP over TLSv1.3\nQUIT: bye\n"; got != want {
		t.Errorf("the dialogue was %q, want %q", got, want)
	}
	p := peertest.Start(t, exec.Command(openssl, "s_client", "-connect", "127.0.0.1:"+port, "-starttls", "smtp", "-quiet", "-verify_return_error",
		"-verify_hostname", "localhost", "-CAfile", filepath.Join(files, "pki", "ca-cert.pem")))
	p.Write(t, "NOOP\n")
	p.Expect(t, p.Stdout, 0, `250 NOOP over TLSv1\.3\r\n`)
	p.Write(t, "QUIT\n")
	p.Expect(t, p.Stdout, 0, `221 bye\r\n`)
}

func TestEarlyData(t *testing.T) {
	files, _ := pki(t, "")
	_, port := serve(t, files, "earlydata/server")
	for _, tt := range []struct{ request, want string }{
		{"GET", "accepted early false: 0, early false\naccepted early true: 0, early true\n"},
		{"ADD", "accepted early false: 1, early false\naccepted early true: too early: ask again\n"},
	} {
		if got := mustRun(t, start(t, files, "earlydata/client", "-port", port, "-request", tt.request), ""); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.request, got, tt.want)
		}
	}
}

// TestPostQuantum asks with our client and with Node's.
func TestPostQuantum(t *testing.T) {
	files, ca := pki(t, testcert.MLDSA65)
	_, port := serve(t, files, "postquantum/server")
	const want = "X25519MLKEM768 and mldsa65\n"
	if got := mustRun(t, start(t, files, "postquantum/client", "-port", port), ""); got != want {
		t.Errorf("our client: the server said %q, want %q", got, want)
	}
	var got string
	peertest.RunNode(t, `
		const {port, ca} = JSON.parse(require('fs').readFileSync(0))
		const s = require('tls').connect({host: 'localhost', port, ca})
		let text = ''
		s.on('data', d => text += d)
		s.on('end', () => process.stdout.write(JSON.stringify(text)))`,
		map[string]string{"port": port, "ca": string(ca.PEM())}, &got)
	if got != want {
		t.Errorf("Node: the server said %q, want %q", got, want)
	}
}
