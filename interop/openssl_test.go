package interop

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"polytls"
)

// sServe runs openssl s_server on a port that it chooses.
func sServe(t testing.TB, id *identity, args ...string) (*process, int) {
	t.Helper()
	args = append([]string{"s_server", "-accept", "127.0.0.1:0", "-cert", id.certFile, "-key", id.keyFile}, args...)
	p := start(t, "openssl", args...)
	port, err := strconv.Atoi(p.expect(t, p.Stdout, `ACCEPT 127\.0\.0\.1:(\d+)\n`)[1])
	if err != nil {
		t.Fatal(err)
	}
	return p, port
}

// sConnect runs openssl s_client against a port; it trusts only ca.
func sConnect(t testing.TB, port int, args ...string) *process {
	t.Helper()
	args = append([]string{"s_client", "-connect", fmt.Sprintf("127.0.0.1:%d", port), "-CAfile", ca(t).certFile,
		"-verify_return_error", "-verify_hostname", "localhost"}, args...)
	if !slices.Contains(args, "-servername") {
		args = append(args, "-servername", "localhost")
	}
	return start(t, "openssl", args...)
}

// versionFlags are the versions that OpenSSL has by default, with its option
// and our name.
var versionFlags = []struct{ flag, name string }{{"-tls1_2", "TLSv1.2"}, {"-tls1_3", "TLSv1.3"}}

// eachVersion runs a test in each of them.
func eachVersion(t *testing.T, test func(t *testing.T, flag, version string)) {
	for _, v := range versionFlags {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			test(t, v.flag, v.name)
		})
	}
}

func only(o polytls.ContextOptions, version string) polytls.ContextOptions {
	o.MinVersion, o.MaxVersion = version, version
	return o
}

// TestOpenSSLClientCertificates checks that our server accepts a certificate of
// OpenSSL's client, and refuses an untrusted certificate and none with the right
// codes and alerts.
func TestOpenSSLClientCertificates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, cert, code string
		alert            map[string]string
	}{
		{name: "rsa", cert: "client"},
		{name: "ecdsa", cert: "client-p256"},
		{"stranger", "stranger", "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
			map[string]string{"TLSv1.2": "unknown ca", "TLSv1.3": "unknown ca"}},
		{"none", "", "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE",
			map[string]string{"TLSv1.2": "handshake failure", "TLSv1.3": "certificate required"}},
	}
	eachVersion(t, func(t *testing.T, flag, version string) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				o := polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), version), RequestCert: true}
				o.CA = [][]byte{ca(t).cert}
				srv := serve(t, o, nil)
				args := []string{flag}
				if test.cert != "" {
					id := certificate(t, test.cert)
					args = append(args, "-cert", id.certFile, "-key", id.keyFile)
				}
				c := sConnect(t, srv.port, args...)
				if test.code != "" {
					if e := srv.nextError(t); e.Code != test.code || e.AlertFrom != polytls.SideUs {
						t.Errorf("code %q, alert from %v, wanted %q from us", e.Code, e.AlertFrom, test.code)
					}
					c.expect(t, c.Stderr, "alert "+test.alert[version])
					return
				}
				c.Write(t, "hello\n")
				if f := srv.next(t); !f.Authorized || f.PeerCN != test.cert {
					t.Errorf("authorized %t, peer %q", f.Authorized, f.PeerCN)
				}
				c.expect(t, c.Stdout, "hello\n")
			})
		}
	})
}

// TestOurClientCertificates checks that OpenSSL's server accepts our certificate,
// and that our error says why it refuses another one or none.
func TestOurClientCertificates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, cert string
		code       map[string]string
	}{
		{name: "rsa", cert: "client"},
		{name: "ecdsa", cert: "client-p256"},
		{"stranger", "stranger", map[string]string{"TLSv1.2": "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "TLSv1.3": "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"}},
		{"none", "", map[string]string{"TLSv1.2": "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "TLSv1.3": "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"}},
	}
	eachVersion(t, func(t *testing.T, flag, version string) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				_, port := sServe(t, certificate(t, "rsa"), flag, "-rev", "-Verify", "1", "-verify_return_error", "-CAfile", ca(t).certFile)
				var o polytls.ConnectOptions
				if test.cert != "" {
					o.ContextOptions = certificate(t, test.cert).options()
				}
				if test.code != nil {
					if e := refused(t, port, o); e.Code != test.code[version] || e.AlertFrom != polytls.SidePeer {
						t.Errorf("code %q, alert from %v, wanted %q from the peer", e.Code, e.AlertFrom, test.code[version])
					}
					return
				}
				s := connect(t, port, o)
				exchange(t, s, "hello\n", "olleh\n")
			})
		}
	})
}

// TestOpenSSLResumesOurSessions checks that OpenSSL's client resumes our server's
// sessions, across processes and by -reconnect.
func TestOpenSSLResumesOurSessions(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		srv := serve(t, polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), version)}, nil)
		file := filepath.Join(t.TempDir(), "session")
		for i, args := range [][]string{{"-sess_out", file}, {"-sess_in", file}} {
			c := sConnect(t, srv.port, append(args, flag)...)
			c.Write(t, "hello\n")
			c.expect(t, c.Stdout, "hello\n") // tickets come before it
			c.Write(t, "Q\n")
			if err := c.Wait(t); err != nil {
				t.Errorf("s_client: %v", err)
			}
			if f := srv.next(t); f.Reused != (i == 1) {
				t.Errorf("connection %d: reused is %t", i, f.Reused)
			}
		}
	})
	t.Run("reconnect", func(t *testing.T) {
		t.Parallel()
		srv := serve(t, polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), "TLSv1.2")}, nil)
		c := sConnect(t, srv.port, "-reconnect")
		reused := 0
		for range 6 {
			if srv.next(t).Reused { // they come in any order
				reused++
			}
		}
		if reused != 5 {
			t.Errorf("%d of 5 connections are resumed", reused)
		}
		c.Write(t, "hello\n")
		c.expect(t, c.Stdout, "hello\n")
	})
}

// TestWeResumeOpenSSLsSessions checks that our client resumes by a ticket, and by
// identifier if the server sends no ticket.
func TestWeResumeOpenSSLsSessions(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, _ string) {
		for _, ticket := range []string{"", "-no_ticket"} {
			t.Run("ticket"+ticket, func(t *testing.T) {
				args := []string{flag, "-rev"}
				if ticket != "" {
					args = append(args, ticket)
				}
				_, port := sServe(t, certificate(t, "rsa"), args...)
				given := newSessions()
				first := connect(t, port, polytls.ConnectOptions{OnSession: given.add})
				exchange(t, first, "hello\n", "olleh\n")
				session := given.first(t)
				first.Close()
				again := connect(t, port, polytls.ConnectOptions{Session: session})
				if !again.SessionReused() || !again.Authorized() {
					t.Errorf("reused %t, authorized %t", again.SessionReused(), again.Authorized())
				}
				exchange(t, again, "hello again\n", "niaga olleh\n")
			})
		}
	})
}

// TestOpenSSLReadsOurSessions checks that OpenSSL's tool reads our sessions and
// prints the negotiated parameters.
func TestOpenSSLReadsOurSessions(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		_, port := sServe(t, certificate(t, "rsa"), flag, "-rev")
		given := newSessions()
		s := connect(t, port, polytls.ConnectOptions{OnSession: given.add})
		exchange(t, s, "hello\n", "olleh\n")
		session := given.first(t)
		_, der, found := bytes.Cut(session, []byte("localhost"))
		if !found {
			t.Fatalf("the session's envelope does not name the server: %q", session)
		}
		file := filepath.Join(t.TempDir(), "session.der")
		writeFile(t, file, der)
		text := string(run(t, "openssl", "sess_id", "-inform", "DER", "-in", file, "-text", "-noout"))
		for _, want := range []string{"Protocol  : " + version, "Cipher    : " + s.Cipher().Name, "Verify return code: 0 (ok)"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	})
}

// TestOpenSSLALPN checks that both agree on a protocol, and that a client without a
// common one is refused with no_application_protocol.
func TestOpenSSLALPN(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		srv := serve(t, polytls.ServerOptions{
			ContextOptions: only(certificate(t, "rsa").options(), version),
			ALPNProtocols:  []string{"h2", "http/1.1"},
		}, nil)
		c := sConnect(t, srv.port, flag, "-alpn", "spdy/1,http/1.1,h2")
		c.expect(t, c.Stdout, "ALPN protocol: h2\n")
		if f := srv.next(t); f.ALPN != "h2" {
			t.Errorf("our server: ALPN %q", f.ALPN)
		}
		c = sConnect(t, srv.port, flag, "-alpn", "spdy/1")
		c.expect(t, c.Stderr, "alert no application protocol|alert number 120")
		if e := srv.nextError(t); e.Code != "ERR_SSL_NO_APPLICATION_PROTOCOL" {
			t.Errorf("our server: %v", e)
		}

		_, port := sServe(t, certificate(t, "rsa"), flag, "-alpn", "one,two", "-rev")
		s := connect(t, port, polytls.ConnectOptions{ALPNProtocols: []string{"zero", "two", "one"}})
		if s.ALPNProtocol() != "one" {
			t.Errorf("our client: ALPN %q, wanted the server's first", s.ALPNProtocol())
		}
		s.Close()
		if s := connect(t, port, polytls.ConnectOptions{}); s.ALPNProtocol() != "" {
			t.Errorf("our client: ALPN %q, offered none", s.ALPNProtocol())
		}
	})
}

// TestOpenSSLServerNames checks that either server chooses its certificate by the
// name that the other's client sends.
func TestOpenSSLServerNames(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		srv := serve(t, polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), version)}, nil)
		o := certificate(t, "other").options()
		other, err := polytls.NewSecureContext(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := srv.AddContext("*.example", other); err != nil {
			t.Fatal(err)
		}
		for name, subject := range map[string]string{"localhost": "rsa", "OTHER.example": "other"} {
			c := sConnect(t, srv.port, flag, "-servername", name, "-verify_hostname", name)
			c.expect(t, c.Stdout, `subject=O = polytls, CN = `+subject+`\n`)
			if f := srv.next(t); f.ServerName != name {
				t.Errorf("our server: name %q, wanted %q", f.ServerName, name)
			}
		}

		id := certificate(t, "other")
		_, port := sServe(t, certificate(t, "rsa"), flag, "-rev", "-servername", "other.example", "-cert2", id.certFile, "-key2", id.keyFile)
		for name, subject := range map[string]string{"localhost": "rsa", "other.example": "other"} {
			s := connect(t, port, polytls.ConnectOptions{ServerName: name})
			if cn := factsOf(s).PeerCN; cn != subject {
				t.Errorf("%s: the peer is %q, wanted %q", name, cn, subject)
			}
			s.Close()
		}
		e := refused(t, port, polytls.ConnectOptions{ServerName: "wrong.example"})
		if e.Code != "ERR_TLS_CERT_ALTNAME_INVALID" {
			t.Errorf("a wrong name: %v", e)
		}
	})
}

// TestOpenSSLKeyUpdates checks that data can be sent after either end has replaced
// its keys, with and without a request to the peer.
func TestOpenSSLKeyUpdates(t *testing.T) {
	t.Parallel()
	t.Run("by s_client", func(t *testing.T) {
		t.Parallel()
		srv := serve(t, polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), "TLSv1.3")}, nil)
		c := sConnect(t, srv.port)
		for i, command := range []string{"k\n", "K\n", "k\n", "K\n"} {
			from := c.Stderr.Len()
			c.Write(t, command)
			c.expectFrom(t, c.Stderr, from, "KEYUPDATE\n") // what comes with a command is lost
			text := fmt.Sprintf("after update %d\n", i)
			c.Write(t, text)
			c.expect(t, c.Stdout, text)
		}
	})
	t.Run("by s_server", func(t *testing.T) {
		t.Parallel()
		p, port := sServe(t, certificate(t, "rsa"), "-tls1_3", "-msg")
		s := connect(t, port, polytls.ConnectOptions{})
		for i, command := range []string{"k\n", "K\n", "k\n"} {
			from := p.Stdout.Len()
			p.Write(t, command)
			p.expectFrom(t, p.Stdout, from, ">>> TLS 1.3, Handshake .*KeyUpdate\n")
			text := fmt.Sprintf("after update %d\n", i)
			p.Write(t, text)
			got := make([]byte, len(text))
			if _, err := io.ReadFull(s, got); err != nil || string(got) != text {
				t.Fatalf("read %q, %v", got, err)
			}
			if _, err := io.WriteString(s, "yes, "+text); err != nil {
				t.Fatal(err)
			}
			p.expect(t, p.Stdout, "yes, "+text)
		}
	})
	t.Run("by us", func(t *testing.T) {
		t.Parallel()
		_, port := sServe(t, certificate(t, "rsa"), "-tls1_3", "-rev")
		s := connect(t, port, polytls.ConnectOptions{})
		for range 5 {
			if err := s.UpdateKeys(); err != nil {
				t.Fatal(err)
			}
			exchange(t, s, "hello\n", "olleh\n")
		}
	})
}

// TestOpenSSLHelloRetryRequest checks that the handshake completes if either client
// sends a key share of the wrong group.
func TestOpenSSLHelloRetryRequest(t *testing.T) {
	t.Parallel()
	_, port := sServe(t, certificate(t, "rsa"), "-tls1_3", "-rev", "-groups", "P-384")
	s := connect(t, port, polytls.ConnectOptions{ContextOptions: polytls.ContextOptions{ECDHCurve: "X25519:P-256:P-384"}})
	if f := factsOf(s); !f.helloRetry || f.group != "secp384r1" {
		t.Errorf("our client: hello retry request %t, group %s", f.helloRetry, f.group)
	}
	exchange(t, s, "hello\n", "olleh\n")

	o := polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), "TLSv1.3")}
	o.ECDHCurve = "P-384"
	srv := serve(t, o, nil)
	c := sConnect(t, srv.port, "-groups", "X25519:P-384")
	c.expect(t, c.Stdout, "Server Temp Key: ECDH, secp384r1, 384 bits")
	if f := srv.next(t); !f.helloRetry || f.group != "secp384r1" {
		t.Errorf("our server: hello retry request %t, group %s", f.helloRetry, f.group)
	}
	c.Write(t, "hello\n")
	c.expect(t, c.Stdout, "hello\n")
}

// bulkCiphers are ways of protection that differ, with the version of each.
var bulkCiphers = []struct{ version, ciphers string }{
	{"TLSv1", "AES128-SHA"},
	{"TLSv1.1", "ECDHE-RSA-AES256-SHA"},
	{"TLSv1.2", "ECDHE-RSA-AES128-SHA256"},
	{"TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384"},
	{"TLSv1.2", "ECDHE-RSA-CHACHA20-POLY1305"},
	{"TLSv1.3", "TLS_AES_128_GCM_SHA256"},
	{"TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256"},
	{"TLSv1.3", "TLS_AES_128_CCM_SHA256"},
}

// TestOpenSSLBulk checks that a MiB is echoed byte for byte by either program, in
// pieces whose sizes differ from those of records.
func TestOpenSSLBulk(t *testing.T) {
	t.Parallel()
	text := bulk(1 << 20)
	for _, test := range bulkCiphers {
		o := only(polytls.ContextOptions{Ciphers: test.ciphers}, test.version)
		if test.version < "TLSv1.2" {
			o.Ciphers += ":@SECLEVEL=0"
		}
		t.Run("our client/"+test.ciphers, func(t *testing.T) {
			t.Parallel()
			id := certificate(t, "rsa")
			port := freePort(t)
			p := start(t, "openssl", "s_server", "-accept", fmt.Sprintf("127.0.0.1:%d", port), "-quiet",
				"-cert", id.certFile, "-key", id.keyFile, "-cipher", "ALL:@SECLEVEL=0", "-ciphersuites", suites13)
			p.awaitPort(t, port)
			s := connect(t, port, polytls.ConnectOptions{ContextOptions: o})
			go p.loop()
			echoBulk(t, s, text)
		})
		t.Run("our server/"+test.ciphers, func(t *testing.T) {
			t.Parallel()
			so := o
			so.Cert, so.Key = certificate(t, "rsa").options().Cert, certificate(t, "rsa").options().Key
			srv := serve(t, polytls.ServerOptions{ContextOptions: so, MaxSendFragment: 5001}, nil)
			c := sConnect(t, srv.port, "-quiet", "-nocommands", "-cipher", "ALL:@SECLEVEL=0", "-ciphersuites", suites13)
			go func() {
				for rest := text; len(rest) > 0; {
					n := min(len(rest), 9973)
					if _, err := c.Stdin.Write(rest[:n]); err != nil {
						return
					}
					rest = rest[n:]
				}
			}()
			c.Stdout.Await(func(got []byte) bool { return len(got) >= len(text) })
			if !bytes.Equal(c.Stdout.Bytes(), text) {
				t.Errorf("%d of %d bytes came back, or others than were sent%s", c.Stdout.Len(), len(text), c.Output())
			}
		})
	}
}

const suites13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"

// TestOpenSSLKeylog checks that both ends log the same secrets.
func TestOpenSSLKeylog(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		file := filepath.Join(t.TempDir(), "keys")
		_, port := sServe(t, certificate(t, "rsa"), flag, "-rev", "-keylogfile", file)
		var ours bytes.Buffer
		s := connect(t, port, polytls.ConnectOptions{OnKeylog: func(line []byte) { ours.Write(line) }})
		exchange(t, s, "hello\n", "olleh\n")
		compareKeylogs(t, ours.Bytes(), file)

		file += "2"
		srv := serve(t, polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), version)}, nil)
		c := sConnect(t, srv.port, flag, "-keylogfile", file)
		c.Write(t, "hello\n")
		c.expect(t, c.Stdout, "hello\n")
		compareKeylogs(t, srv.keylogLines(), file)
	})
}

// TestOpenSSLKeylogOfEarlyData checks the same for the secrets of early data.
func TestOpenSSLKeylogOfEarlyData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "theirs")
	theirs, port := sServe(t, certificate(t, "rsa"), "-tls1_3", "-early_data", "-keylogfile", file)
	var ours bytes.Buffer
	o := polytls.ConnectOptions{OnKeylog: func(line []byte) { ours.Write(line) }}
	sessions := make(chan []byte, 9)
	o.OnSession = func(s []byte) { sessions <- s }
	s := connect(t, port, o)
	theirs.expect(t, theirs.Stdout, "CIPHER is")
	theirs.Write(t, "hello\n")
	exchange(t, s, "", "hello\n") // tickets come before it
	s.Close()
	o.Session, o.EarlyData = <-sessions, []byte("early\n")
	if s = connect(t, port, o); !s.EarlyDataAccepted() {
		t.Fatal("OpenSSL refused early data")
	}
	theirs.expect(t, theirs.Stdout, "End of early data")
	theirs.Write(t, "again\n") // when it has the client's Finished
	exchange(t, s, "", "again\n")
	wantEarlySecrets(t, ours.Bytes())
	compareKeylogs(t, ours.Bytes(), file)

	session, data := filepath.Join(dir, "session"), filepath.Join(dir, "data")
	if err := os.WriteFile(data, []byte("early\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(dir, "theirs at the client")
	srv := serve(t, polytls.ServerOptions{ContextOptions: certificate(t, "rsa").options(), MaxEarlyData: 100}, nil)
	for _, args := range [][]string{{"-sess_out", session}, {"-sess_in", session, "-early_data", data}} {
		c := sConnect(t, srv.port, append(args, "-tls1_3", "-keylogfile", file)...)
		c.Write(t, "hello\n")
		c.expect(t, c.Stdout, "hello\n")
		c.Write(t, "Q\n")
		if err := c.Wait(t); err != nil {
			t.Fatal(err)
		}
	}
	wantEarlySecrets(t, srv.keylogLines())
	compareKeylogs(t, srv.keylogLines(), file)
}

func wantEarlySecrets(t testing.TB, lines []byte) {
	t.Helper()
	for _, label := range []string{"CLIENT_EARLY_TRAFFIC_SECRET", "EARLY_EXPORTER_SECRET"} {
		if !bytes.Contains(lines, []byte(label+" ")) {
			t.Errorf("no line %s in\n%s", label, lines)
		}
	}
}

func compareKeylogs(t testing.TB, ours []byte, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, want := keylogLines(ours), keylogLines(text)
	if !slices.Equal(got, want) {
		t.Errorf("ours:\n%s\ntheirs:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// keylogLines are the lines of a key log without comments, in order.
func keylogLines(text []byte) []string {
	var lines []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

// TestOpenSSLExporter checks that both ends export the same keying material.
func TestOpenSSLExporter(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		export := []string{flag, "-keymatexport", exporterLabel, "-keymatexportlen", "32"}
		srv := serve(t, polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), version)}, nil)
		c := sConnect(t, srv.port, export...)
		theirs := c.expect(t, c.Stdout, `Keying material: ([0-9A-F]+)\n`)[1]
		if ours := srv.next(t).Exporter; !strings.EqualFold(ours, theirs) {
			t.Errorf("our server exports %s, s_client %s", ours, theirs)
		}

		p, port := sServe(t, certificate(t, "rsa"), export...)
		s := connect(t, port, polytls.ConnectOptions{})
		theirs = p.expect(t, p.Stdout, `Keying material: ([0-9A-F]+)\n`)[1]
		if ours := factsOf(s).Exporter; !strings.EqualFold(ours, theirs) {
			t.Errorf("our client exports %s, s_server %s", ours, theirs)
		}
	})
}

// TestOpenSSLFinished checks that Finished and PeerFinished return the verify_data
// that OpenSSL received and sent.
func TestOpenSSLFinished(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		srv := serve(t, polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), version)}, nil)
		c := sConnect(t, srv.port, flag, "-msg")
		f := srv.next(t)
		c.Write(t, "hello\n")
		c.expect(t, c.Stdout, "hello\n")
		text := string(c.Stdout.Bytes())
		for direction, want := range map[string]string{">>>": f.PeerFin, "<<<": f.Finished} {
			if got := finishedIn(text, direction); got != want {
				t.Errorf("%s %s, ours %s", direction, got, want)
			}
		}
	})
}

// finishedIn finds the verify_data in what -msg writes.
func finishedIn(text, direction string) string {
	for i, part := range strings.Split(text, direction+" TLS ") {
		header, body, _ := strings.Cut(part, "\n")
		if i == 0 || !strings.HasSuffix(header, ", Finished") {
			continue
		}
		var dump strings.Builder
		for line := range strings.Lines(body) {
			if !strings.HasPrefix(line, "    ") {
				break
			}
			dump.WriteString(strings.ReplaceAll(strings.TrimSpace(line), " ", ""))
		}
		if b, err := hex.DecodeString(dump.String()); err == nil && len(b) > 4 {
			return hex.EncodeToString(b[4:])
		}
	}
	return ""
}
