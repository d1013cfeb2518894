package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"polytls"
	"polytls/internal/testcert"
)

func TestServePrintsOneLineAndDrains(t *testing.T) {
	for _, mode := range []string{"inspect", "echo", "http"} {
		r := start(t, "--mode", mode, "--root", t.TempDir())
		rest, code := r.stop()
		if rest != "" || code != exitOK {
			t.Errorf("%s: after SIGTERM: exit code %d, further output %q", mode, code, rest)
		}
	}
}

// TestDrainWaits lets a connection end by itself.
func TestDrainWaits(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	conn := f.dial(t, r)
	if _, err := io.WriteString(conn, "before"); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 6)
	if _, err := io.ReadFull(conn, buf); err != nil {
		t.Fatal(err)
	}
	done := make(chan int)
	go func() {
		_, code := r.stop()
		done <- code
	}()
	r.record("draining")
	if _, err := io.WriteString(conn, "after!"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, buf); err != nil || string(buf) != "after!" {
		t.Errorf("while draining: %q, %v", buf, err)
	}
	conn.Close()
	if code := <-done; code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// dial connects with crypto/tls.
func (f *files) dial(t *testing.T, r *running) *tls.Conn {
	t.Helper()
	conn, err := tls.Dial("tcp", r.address, &tls.Config{RootCAs: f.roots(t), ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func (f *files) roots(t *testing.T) *x509.CertPool {
	t.Helper()
	return roots(t, f.ca)
}

func roots(t *testing.T, path string) *x509.CertPool {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(data)
	return pool
}

// TestEchoAllowsHalfOpen ends our side first: all of it comes back, and close_notify
// after it.
func TestEchoAllowsHalfOpen(t *testing.T) {
	f := newFiles(t)
	conn := f.dial(t, f.serve(t))
	defer conn.Close()
	sent := strings.Repeat("x", 1<<20)
	go func() {
		io.WriteString(conn, sent)
		conn.CloseWrite()
	}()
	back, err := io.ReadAll(conn)
	if err != nil || string(back) != sent {
		t.Errorf("%d bytes came back, want %d; %v", len(back), len(sent), err)
	}
}

// TestFailuresAreLogged has clients that do not use TLS, or not to the end.
func TestFailuresAreLogged(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--handshake-timeout", "200ms")
	for sent, code := range map[string]string{
		"":                                     "ERR_TLS_HANDSHAKE_TIMEOUT",
		"\x16\x03\x01\x01\x00\x01\x00":         "ERR_TLS_HANDSHAKE_TIMEOUT",
		"GET / HTTP/1.0\r\n\r\n":               "ERR_SSL_HTTP_REQUEST",
		"SSH-2.0-OpenSSH_9.6\r\n":              "ERR_SSL_WRONG_VERSION_NUMBER",
		"\x15\x03\x01\x00\x02\x02\x28":         "ERR_SSL_UNEXPECTED_MESSAGE",
		"\x16\x03\x01\x00\x04\x0e\x00\x00\x00": "ERR_SSL_UNEXPECTED_MESSAGE",
	} {
		conn, err := net.Dial("tcp", r.address)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, sent)
		io.Copy(io.Discard, conn)
		conn.Close()
		if record := r.record("handshake"); record["ok"] != false || record["code"] != code {
			t.Errorf("%q is logged as %v, want %s", sent, record, code)
		}
	}
}

func TestSelfMadeCertificate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	fingerprint := func() any {
		r := start(t, "--mode", "echo", "--state", dir)
		defer r.stop()
		ca, _ := r.record("made a certificate")["ca"].(string)
		if want := filepath.Join(dir, "ca-cert.pem"); ca != want {
			t.Errorf("the log names %q, want %q", ca, want)
		}
		got := execute(t, "connect", r.localhost(), "--ca", ca, "--json").want(t, exitOK).object(t)
		return got["peerCertificate"].(map[string]any)["fingerprint256"]
	}
	if first, second := fingerprint(), fingerprint(); first != second {
		t.Error("the certificate does not last")
	}
	for _, name := range []string{"ca-key.pem", "server-key.pem"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "ca-key.pem")); err != nil {
		t.Fatal(err)
	}
	execute(t, "serve", "--listen", "127.0.0.1:0", "--state", dir).want(t, exitFailure) // half an authority
	if _, err := os.Stat(filepath.Join(dir, "ca-key.pem")); !os.IsNotExist(err) {
		t.Error("half an authority got another half")
	}
	r := start(t, "--mode", "echo")
	ca, _ := r.record("made a certificate")["ca"].(string)
	execute(t, "connect", r.address, "--ca", ca, "--json").want(t, exitOK) // by its IP address
	r.stop()
	if _, err := os.Stat(ca); !os.IsNotExist(err) {
		t.Errorf("%s is left behind", ca)
	}
}

func TestServerNames(t *testing.T) {
	f := newFiles(t)
	root := testcert.CA("root of names")
	a := root.Server("*.a.example")
	r := f.serve(t, "--sni", "*.a.example="+f.write(t, "a.pem", a.ChainPEM())+","+f.write(t, "ak.pem", a.KeyPEM()))
	ca := f.write(t, "roots.pem", root.PEM())
	execute(t, "connect", r.localhost(), "--servername", "x.a.example", "--ca", ca, "--json").want(t, exitOK)
	execute(t, "connect", r.localhost(), "--servername", "x.b.example", "--ca", ca, "--json").want(t, exitFailure)
	f.connect(t, r).want(t, exitOK)
}

func TestTicketKeysOutliveTheServer(t *testing.T) {
	f := newFiles(t)
	keys := strings.Repeat("0123456789abcdef", 6)
	path := filepath.Join(f.dir, "session.pem")
	first := f.serve(t, "--ticket-keys", keys)
	f.connect(t, first, "--session-out", path).want(t, exitOK)
	for key, want := range map[string]bool{keys: true, strings.Repeat("f", 96): false} {
		r := f.serve(t, "--ticket-keys", key)
		if got := f.connect(t, r, "--session-in", path).want(t, exitOK).object(t); got["sessionReused"] != want {
			t.Errorf("sessionReused is %v, want %v", got["sessionReused"], want)
		}
	}
}

func TestCipherOrder(t *testing.T) {
	f := newFiles(t)
	const ours, theirs = "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"
	for honor, want := range map[string]string{"true": ours, "false": theirs} {
		r := f.serve(t, "--ciphers", ours+":"+theirs, "--honor-cipher-order="+honor)
		got := f.connect(t, r, "--ciphers", theirs+":"+ours).want(t, exitOK).object(t)
		if name := got["cipher"].(map[string]any)["name"]; name != want {
			t.Errorf("--honor-cipher-order=%s: %v, want %s", honor, name, want)
		}
	}
}

// TestWatch replaces the certificate of a running server: first by one that
// does not fit its key, which changes nothing.
func TestWatch(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--watch")
	serial := func() any {
		got := f.connect(t, r).want(t, exitOK).object(t)
		return got["peerCertificate"].(map[string]any)["serialNumber"]
	}
	before := serial()
	root := testcert.CA("test root")
	next := root.Server("localhost")
	f.write(t, "cert.pem", next.ChainPEM())
	r.record("reload failed, the old files stay in use")
	if serial() != before {
		t.Error("a certificate without its key is in use")
	}
	f.write(t, "key.pem", next.KeyPEM())
	f.write(t, "ca.pem", root.PEM())
	r.record("reloaded the files")
	if serial() == before {
		t.Error("the old certificate is still in use")
	}
}

// TestHangup wants SIGHUP to reload what --watch would, and the server to stay.
func TestHangup(t *testing.T) {
	f := newFiles(t)
	hangup := func(r *running) {
		t.Helper()
		if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{nil, {"--watch"}} {
		r := f.serve(t, args...)
		f.connect(t, r).want(t, exitOK)
		next := testcert.CA("test root").Server("localhost")
		f.write(t, "cert.pem", next.ChainPEM())
		f.write(t, "key.pem", []byte("no key"))
		hangup(r)
		if record := r.record("reload failed, the old files stay in use"); record["code"] != "ERR_OSSL_UNSUPPORTED" {
			t.Errorf("%q: the log says %v", args, record)
		}
		f.connect(t, r).want(t, exitOK)
		f.write(t, "key.pem", next.KeyPEM())
		hangup(r)
		r.record("reloaded the files")
		f.ca = f.write(t, "ca.pem", next.Issuer.PEM())
		f.connect(t, r).want(t, exitOK)
	}
	bare := start(t, "--mode", "echo")
	hangup(bare)
	bare.record("SIGHUP: no files to reload")
	if _, code := bare.stop(); code != exitOK {
		t.Errorf("after SIGHUP and SIGTERM: exit code %d", code)
	}
}

// TestErrorsAfterTheHandshakeAreLogged has a client renegotiate too often, in each
// mode, and one that just leaves.
func TestErrorsAfterTheHandshakeAreLogged(t *testing.T) {
	f := newFiles(t)
	for _, mode := range []string{"inspect", "echo", "http"} {
		r := start(t, "--mode", mode, "--root", t.TempDir(), "--cert", f.cert, "--key", f.key)
		f.dial(t, r).Close()
		conn, err := net.Dial("tcp", r.address)
		if err != nil {
			t.Fatal(err)
		}
		o := polytls.ConnectOptions{AllowUnauthorized: true, ContextOptions: polytls.ContextOptions{MaxVersion: "TLSv1.2"}}
		s, err := polytls.Client(t.Context(), conn, o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		go io.Copy(io.Discard, s)
		for err == nil {
			err = s.Renegotiate(t.Context(), polytls.RenegotiateOptions{})
		}
		record := r.record("connection")
		for name, want := range map[string]any{
			"code": "ERR_TLS_SESSION_ATTACK", "alert": "handshake_failure", "alertFrom": "us", "remote": s.LocalAddr().String(),
		} {
			if record[name] != want {
				t.Errorf("%s: %s is %v, want %v", mode, name, record[name], want)
			}
		}
	}
}

// TestExpiryIsWarnedOfOnce serves and shows certificates at the end of their life.
func TestExpiryIsWarnedOfOnce(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	root := testcert.CA("root of short lives")
	for left, want := range map[time.Duration]string{
		-48 * time.Hour: "the certificate expired on", 0: "the certificate expires on", 13 * 24 * time.Hour: ", in 13 days", 15 * 24 * time.Hour: "",
	} {
		template := testcert.ServerTemplate("localhost")
		template.NotBefore, template.NotAfter = time.Now().AddDate(0, -1, 0), time.Now().Add(left+time.Hour)
		short := root.Issue(template)
		cert, key := f.write(t, "short.pem", short.ChainPEM()), f.write(t, "short-key.pem", short.KeyPEM())
		pfx := f.write(t, "short.pfx", short.PFX("sesame"))
		for flag, args := range map[string][]string{
			"--cert: " + cert:             {"--cert", cert, "--key", key},
			"--pfx: " + pfx:               {"--pfx", pfx, "--passphrase", "sesame"},
			"--sni x=" + cert + "," + key: {"--sni", "x=" + cert + "," + key},
		} {
			if args[0] != "--sni" {
				got := f.connect(t, r, args...).want(t, exitOK)
				wantOnce(t, got.stderr, flag, want)
			}
			again := start(t, append([]string{"--mode", "echo", "--listen", "127.0.0.1:0"}, args...)...)
			if err := again.cmd.Process.Signal(syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}
			again.record("reloaded the files")
			again.stop()
			wantOnce(t, again.text(), flag, want)
		}
	}
}

func wantOnce(t *testing.T, text, flag, want string) {
	t.Helper()
	n := strings.Count(text, flag)
	if want == "" && strings.Contains(text, "the certificate expire") || want != "" && (n != 1 || !strings.Contains(text, want)) {
		t.Errorf("%s: want one warning %q in\n%s", flag, want, text)
	}
}

// client uses HTTP/1.1 or HTTP/2 with a server.
func (f *files) client(t *testing.T, protocols ...string) *http.Client {
	t.Helper()
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: f.roots(t), ServerName: "localhost", NextProtos: protocols},
		ForceAttemptHTTP2: slices.Contains(protocols, "h2"),
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: limit}
}

func get(t *testing.T, c *http.Client, url string) (*http.Response, string) {
	t.Helper()
	response, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// TestInspectorStreams reads the events as the page does.
func TestInspectorStreams(t *testing.T) {
	f := newFiles(t)
	r := start(t, "--cert", f.cert, "--key", f.key)
	f.connect(t, r, "--servername", "before.example").want(t, exitFailure)
	r.record("handshake")
	for _, protocol := range []string{"h2", "http/1.1"} {
		response, err := f.client(t, protocol).Get("https://" + r.address + "/events")
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		next := func(want string) {
			t.Helper()
			timer := time.AfterFunc(limit, func() { response.Body.Close() })
			defer timer.Stop()
			for lines.Scan() {
				if strings.Contains(lines.Text(), want) {
					return
				}
			}
			t.Fatalf("%s: the stream ends before %q: %v", protocol, want, lines.Err())
		}
		next(`"servername":"before.example"`)
		next(": ready")
		f.connect(t, r, "--servername", "during.example", "--reject-unauthorized=false").want(t, exitOK)
		next(`"servername":"during.example"`)
		response.Body.Close()
	}
	_, kept := get(t, f.client(t, "h2"), "https://"+r.address+"/handshakes")
	for _, want := range []string{`"name":"ClientHello"`, `"alertFrom":"peer"`, `"keyShares":["X25519MLKEM768"`} {
		if !strings.Contains(kept, want) {
			t.Errorf("/handshakes lacks %s: %s", want, kept)
		}
	}
}

// TestPageNamesFlags has a failure and a choice whose explanations name options: the page
// of serve names their flags, as its log does.
func TestPageNamesFlags(t *testing.T) {
	f := newFiles(t)
	r := start(t, "--cert", f.cert, "--key", f.key, "--max-version", "TLSv1.2")
	client := f.client(t, "h2")
	response, err := client.Get("https://" + r.address + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	f.connect(t, r, "--alpn-protocols", "spdy/1").want(t, exitFailure)
	timer := time.AfterFunc(limit, func() { response.Body.Close() })
	defer timer.Stop()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for found := false; !found; {
		if !lines.Scan() {
			t.Fatalf("the failure is not on the page: %v", lines.Err())
		}
		found = strings.Contains(lines.Text(), "ERR_SSL_NO_APPLICATION_PROTOCOL")
	}
	_, kept := get(t, client, "https://"+r.address+"/handshakes")
	for _, want := range []string{"add a protocol of the peer to --alpn-protocols", "--max-version is TLSv1.2"} {
		if !strings.Contains(kept, want) {
			t.Errorf("the page lacks %q: %s", want, kept)
		}
	}
	for _, option := range []string{"ALPNProtocols", "MaxVersion"} {
		if strings.Contains(kept, option) {
			t.Errorf("the page names the option %s: %s", option, kept)
		}
	}
}

// TestInspectorDrains ends the streams of open pages.
func TestInspectorDrains(t *testing.T) {
	f := newFiles(t)
	r := start(t, "--cert", f.cert, "--key", f.key)
	for _, protocol := range []string{"h2", "http/1.1"} {
		response, err := f.client(t, protocol).Get("https://" + r.address + "/events")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
	}
	if _, code := r.stop(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if strings.Contains(r.text(), "were closed") {
		t.Errorf("open pages had to be cut off:\n%s", r.text())
	}
}

func TestPageAllowsNothingButItself(t *testing.T) {
	f := newFiles(t)
	r := start(t, "--cert", f.cert, "--key", f.key)
	response, body := get(t, f.client(t, "h2"), "https://"+r.address+"/")
	policy := response.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'sha256-", "style-src 'sha256-"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
	if !strings.Contains(body, "polytls connect localhost:") {
		t.Error("the page does not say how to connect")
	}
}
