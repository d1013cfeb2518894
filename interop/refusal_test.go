package interop

import (
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"polytls"
	"polytls/failure"
	"polytls/internal/peertest"
)

// This file has peers refuse us. Each refuses Node in our place, too: our error
// must have Node's code, and where that is an alert of the peer's, this alert.

// refusal is what a server is like that refuses a client.
type refusal struct {
	name    string
	version string // that the server has
	suite   string // the only one that it has, OpenSSL's name
	ask     bool   // for a certificate of ca's
}

// An AES-256 suite of each version, and the AES-128 suite that servers have
// which refuse it.
var (
	ourSuites   = map[string]string{"TLSv1.2": "ECDHE-RSA-AES256-GCM-SHA384", "TLSv1.3": "TLS_AES_256_GCM_SHA384"}
	theirSuites = map[string]string{"TLSv1.2": "ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.3": "TLS_AES_128_GCM_SHA256"}
	otherOf     = map[string]string{"TLSv1.2": "TLSv1.3", "TLSv1.3": "TLSv1.2"}
)

// refuser is a peer. Its client comes to localhost on a port, and trusts a file
// of CAs; its server serves a refusal. Either is nil if it has none.
type refuser struct {
	name   string
	client func(t *testing.T, port int, version, cas string)
	server func(t *testing.T, r refusal) (port int)
}

func refusers(t *testing.T) []refuser {
	return []refuser{
		{"openssl", opensslComes, opensslRefuses},
		{"curl", curlComes, nil},
		{"python3", pythonComes, pythonRefuses},
		{"gnutls-cli", gnuComes, gnuRefuses},
		{"crypto/tls", goComes, goRefuses},
		{"java", javaComes, javaRefuses},
		{"chromium", chromiumComes, nil},
		{"node", nodeComes, nodeRefuses},
	}
}

// TestClientsRefuseUs connects clients that do not trust the CA of our certificate,
// and clients that expect another name.
func TestClientsRefuseUs(t *testing.T) {
	t.Parallel()
	for _, peer := range refusers(t) {
		t.Run(peer.name, func(t *testing.T) {
			t.Parallel()
			for version := range ourSuites {
				for why, end := range map[string]struct{ cert, cas string }{
					"certificate": {"rsa", otherCA(t).certFile},
					"name":        {"other", ca(t).certFile},
				} {
					if why == "name" && peer.name == "chromium" {
						continue // it trusts no CA of ours
					}
					t.Run(version+"/"+why, func(t *testing.T) {
						o := options{MinVersion: version, MaxVersion: version}.with(certificate(t, end.cert))
						theirs := startNode(t, "node").listen(t, o)
						peer.client(t, theirs.port, version, end.cas)
						want := theirs.next(t).Code
						srv := serve(t, o.server(), nil)
						peer.client(t, srv.port, version, end.cas)
						select {
						case <-srv.secure:
							if want != "" {
								t.Errorf("no error, Node has %s", want)
							}
						case err := <-srv.errors:
							checkRefused(t, err, want)
						case <-time.After(patience):
							t.Fatal("nobody came")
						}
					})
				}
			}
		})
	}
}

// TestServersRefuseUs connects to servers that require a certificate, another
// certificate, another version or another suite.
func TestServersRefuseUs(t *testing.T) {
	t.Parallel()
	for _, peer := range refusers(t) {
		if peer.server == nil {
			continue
		}
		t.Run(peer.name, func(t *testing.T) {
			t.Parallel()
			for version, suite := range ourSuites {
				for _, tt := range []struct {
					refusal
					cert string
				}{
					{refusal{"a stranger's certificate", version, suite, true}, "stranger"},
					{refusal{"no certificate", version, suite, true}, ""},
					{refusal{"version", otherOf[version], ourSuites[otherOf[version]], false}, ""},
					{refusal{"suites", version, theirSuites[version], false}, ""},
				} {
					t.Run(version+"/"+tt.name, func(t *testing.T) {
						port := peer.server(t, tt.refusal)
						o := options{
							MinVersion: version, MaxVersion: version, Ciphers: suite,
							CA: string(ca(t).cert), Reject: true, ServerName: "localhost",
						}
						if tt.cert != "" {
							o = o.with(certificate(t, tt.cert))
						}
						want := startNode(t, "node").connect(t, port, o, nil, 1).Code
						if peer.name == "java" { // it serves one connection at a time, and ends with the first failure
							port = peer.server(t, tt.refusal)
						}
						s, err := tryConnect(t, port, o.client())
						if err == nil {
							_, err = io.ReadAll(s)
						}
						checkRefused(t, err, want)
					})
				}
			}
		})
	}
}

// checkRefused compares our error with the code of Node's.
func checkRefused(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		if want != "" && want != "END" {
			t.Errorf("no error, Node has %s", want)
		}
		return
	}
	if want == "END" && errors.Is(err, io.ErrUnexpectedEOF) {
		return // Node's server says nothing
	}
	if got := code(err); got != want {
		t.Errorf("%v, Node has %s", err, want)
	}
	var e *polytls.Error
	if !strings.Contains(want, "ALERT") || !errors.As(err, &e) {
		return
	}
	if e.AlertFrom != polytls.SidePeer || failure.Received(failure.Alert(e.Alert)).Code != want {
		t.Errorf("%s with the alert %v from %v", e.Code, e.Alert, e.AlertFrom)
	}
}

// comes lets a client come, and end.
func (p *process) comes(t *testing.T) {
	t.Helper()
	p.Stdin.Close()
	p.Wait(t) // it fails
}

func opensslComes(t *testing.T, port int, version, cas string) {
	start(t, "openssl", "s_client", "-connect", fmt.Sprintf("127.0.0.1:%d", port), "-servername", "localhost", "-CAfile", cas,
		"-verify_return_error", "-verify_hostname", "localhost", opensslVersion(version)).comes(t)
}

func opensslVersion(version string) string {
	return map[string]string{"TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}[version]
}

func opensslRefuses(t *testing.T, r refusal) int {
	args := []string{opensslVersion(r.version), "-cipher", r.suite}
	if r.version == "TLSv1.3" {
		args = []string{opensslVersion(r.version), "-ciphersuites", r.suite}
	}
	if r.ask {
		args = append(args, "-Verify", "1", "-verify_return_error", "-CAfile", ca(t).certFile)
	}
	_, port := sServe(t, certificate(t, "rsa"), args...)
	return port
}

func curlComes(t *testing.T, port int, version, cas string) {
	v := strings.ToLower(strings.Replace(version, "TLSv", "", 1))
	start(t, "curl", "--silent", "--show-error", "--cacert", cas, "--tlsv"+v, "--tls-max", v, "--resolve", fmt.Sprintf("localhost:%d:127.0.0.1", port),
		fmt.Sprintf("https://localhost:%d/", port)).comes(t)
}

//go:embed testdata/refuses.py
var pythonRefusal string

func pythonComes(t *testing.T, port int, version, cas string) {
	start(t, "python3", "-c", pythonRefusal, "client", fmt.Sprint(port), version, cas).comes(t)
}

func pythonRefuses(t *testing.T, r refusal) int {
	id := certificate(t, "rsa")
	args := []string{"-c", pythonRefusal, "server", "0", r.version, "", id.certFile, id.keyFile, r.suite}
	if r.ask {
		args[5] = ca(t).certFile
	}
	if r.version == "TLSv1.3" && r.name == "suites" {
		t.Skip("Python's ssl does not choose suites of TLS 1.3")
	}
	p := start(t, "python3", args...)
	return mustPort(t, p.expect(t, p.Stdout, `port (\d+)\n`)[1])
}

func mustPort(t *testing.T, text string) int {
	t.Helper()
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func gnuComes(t *testing.T, port int, version, cas string) {
	start(t, "gnutls-cli", "--x509cafile", cas, "--verify-hostname", "localhost", "--sni-hostname", "localhost",
		"--priority", "NORMAL:-VERS-ALL:+VERS-"+strings.Replace(version, "v", "", 1), "-p", fmt.Sprint(port), "127.0.0.1").comes(t)
}

func gnuRefuses(t *testing.T, r refusal) int {
	id, port := certificate(t, "rsa"), freePort(t)
	cipher := "AES-256-GCM"
	if strings.Contains(r.suite, "128") {
		cipher = "AES-128-GCM"
	}
	args := []string{
		"--echo", "-p", fmt.Sprint(port), "--x509certfile", id.certFile, "--x509keyfile", id.keyFile,
		"--priority", "NORMAL:-VERS-ALL:+VERS-" + strings.Replace(r.version, "v", "", 1) + ":-CIPHER-ALL:+" + cipher,
	}
	if r.ask {
		args = append(args, "--x509cafile", ca(t).certFile, "--require-client-cert", "--verify-client-cert")
	}
	start(t, "gnutls-serv", args...).awaitPort(t, port)
	return port
}

var goVersions = map[string]uint16{"TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13}

func goComes(t *testing.T, port int, version, cas string) {
	v := goVersions[version]
	c, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port), &tls.Config{
		ServerName: "localhost", RootCAs: goPool(t, cas), MinVersion: v, MaxVersion: v,
	})
	if err == nil {
		c.Close()
		t.Error("crypto/tls refuses nothing")
	}
}

func goPool(t *testing.T, file string) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	for _, id := range []*identity{ca(t), otherCA(t)} {
		if id.certFile == file {
			pool.AppendCertsFromPEM(id.cert)
		}
	}
	return pool
}

func goRefuses(t *testing.T, r refusal) int {
	if r.version == "TLSv1.3" && r.name == "suites" {
		t.Skip("crypto/tls does not choose suites of TLS 1.3")
	}
	id, v := certificate(t, "rsa"), goVersions[r.version]
	cert, err := tls.X509KeyPair(id.cert, id.key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: v, MaxVersion: v}
	if r.ask {
		config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, goPool(t, ca(t).certFile)
	}
	for _, s := range tls.CipherSuites() {
		if strings.ReplaceAll(r.suite, "-", "_") == strings.NewReplacer("TLS_", "", "WITH_", "", "AES_", "AES").Replace(s.Name) {
			config.CipherSuites = []uint16{s.ID}
		}
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func java(t *testing.T, role string, port int, version, suite, cas, id string) *process {
	t.Helper()
	peertest.Path(t, "java")
	classes := t.TempDir()
	run(t, "javac", "-d", classes, filepath.Join("testdata", "Peer.java"))
	return start(t, "java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classes, "Peer", role, fmt.Sprint(port), version, suite, cas, keystores(t, id))
}

// javaSuite is Java's name of a suite.
func javaSuite(suite string) string {
	if strings.HasPrefix(suite, "TLS_") {
		return suite
	}
	return map[string]string{
		"ECDHE-RSA-AES256-GCM-SHA384": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
		"ECDHE-RSA-AES128-GCM-SHA256": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
	}[suite]
}

func javaComes(t *testing.T, port int, version, cas string) {
	java(t, "client", port, version, javaSuite(ourSuites[version]), cas, "client").comes(t)
}

func javaRefuses(t *testing.T, r refusal) int {
	p := java(t, "server", 0, r.version, javaSuite(r.suite), ca(t).certFile, "rsa")
	return mustPort(t, p.expect(t, p.Stdout, `port (\d+)\r?\n`)[1])
}

func chromiumComes(t *testing.T, port int, version, _ string) {
	p := start(t, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--dump-dom", fmt.Sprintf("https://127.0.0.1:%d/", port))
	t.Cleanup(p.Kill)
}

func nodeComes(t *testing.T, port int, version, cas string) {
	text := ca(t).cert
	if cas == otherCA(t).certFile {
		text = otherCA(t).cert
	}
	startNode(t, "node").connect(t, port, options{CA: string(text), Reject: true, ServerName: "localhost", MinVersion: version, MaxVersion: version}, nil, 0)
}

func nodeRefuses(t *testing.T, r refusal) int {
	o := options{MinVersion: r.version, MaxVersion: r.version, Ciphers: r.suite, RequestCert: r.ask, Reject: true, CA: string(ca(t).cert)}
	return startNode(t, "node").listen(t, o.with(certificate(t, "rsa"))).port
}
