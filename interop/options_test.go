package interop

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"polytls"
)

// secureOptions are the bits of names joined by commas.
func secureOptions(t testing.TB, names string) uint64 {
	t.Helper()
	bits, err := polytls.ParseSecureOptions(names)
	if err != nil {
		t.Fatal(err)
	}
	return bits
}

// TestSecureOptionsWithOpenSSL checks that an option has the same effect at our
// server as OpenSSL's option of the same name at its server.
func TestSecureOptionsWithOpenSSL(t *testing.T) {
	t.Parallel()
	const (
		aes13    = "TLS_AES_256_GCM_SHA384"
		chacha13 = "TLS_CHACHA20_POLY1305_SHA256"
		aes12    = "ECDHE-RSA-AES128-GCM-SHA256"
		chacha12 = "ECDHE-RSA-CHACHA20-POLY1305"
	)
	tests := []struct {
		name, options  string
		clientOrder    bool
		flags          []string // of s_server, to the same end
		server, client string
		want           string
	}{
		{"server's order", "", false, []string{"-serverpref"}, aes13 + ":" + chacha13, chacha13 + ":" + aes13, aes13},
		{"client's order", "", true, nil, aes13 + ":" + chacha13, chacha13 + ":" + aes13, chacha13},
		{"server preference", "SSL_OP_CIPHER_SERVER_PREFERENCE", true, []string{"-serverpref"}, aes13 + ":" + chacha13, chacha13 + ":" + aes13, aes13},
		{"server preference, 1.2", "SSL_OP_CIPHER_SERVER_PREFERENCE", true, []string{"-serverpref"}, aes12 + ":" + chacha12, chacha12 + ":" + aes12, aes12},
		{"ChaCha20 first", "SSL_OP_PRIORITIZE_CHACHA", false, []string{"-serverpref", "-prioritize_chacha"}, aes13 + ":" + chacha13, chacha13 + ":" + aes13, chacha13},
		{"ChaCha20 first, 1.2", "SSL_OP_PRIORITIZE_CHACHA", false, []string{"-serverpref", "-prioritize_chacha"}, aes12 + ":" + chacha12, chacha12 + ":" + aes12, chacha12},
		{"ChaCha20 second", "SSL_OP_PRIORITIZE_CHACHA", false, []string{"-serverpref", "-prioritize_chacha"}, aes13 + ":" + chacha13, aes13 + ":" + chacha13, aes13},
		{"ChaCha20 first, client's order", "SSL_OP_PRIORITIZE_CHACHA", true, []string{"-prioritize_chacha"}, aes12 + ":" + chacha12, aes12 + ":" + chacha12, aes12},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			flag := func(list string) []string {
				if strings.HasPrefix(list, "TLS_") {
					return []string{"-tls1_3", "-ciphersuites", list}
				}
				return []string{"-tls1_2", "-cipher", list}
			}
			o := polytls.ServerOptions{ContextOptions: certificate(t, "rsa").options(), ClientCipherOrder: test.clientOrder}
			o.Ciphers, o.SecureOptions = test.server, secureOptions(t, test.options)
			srv := serve(t, o, nil)
			sConnect(t, srv.port, flag(test.client)...)
			if f := srv.next(t); f.Cipher.Name != test.want {
				t.Errorf("our server chose %s, wanted %s", f.Cipher.Name, test.want)
			}
			_, port := sServe(t, certificate(t, "rsa"), append(flag(test.server), test.flags...)...)
			co := polytls.ConnectOptions{}
			if co.Ciphers = test.client; test.want == aes12 || test.want == chacha12 {
				co.MaxVersion = "TLSv1.2"
			}
			if got := connect(t, port, co).Cipher().Name; got != test.want {
				t.Errorf("OpenSSL's server chose %s, wanted %s", got, test.want)
			}
		})
	}
}

// TestNoDHEKexWithOpenSSL resumes with OpenSSL by the session alone: the two
// ends have lost the group that they had in common.
func TestNoDHEKexWithOpenSSL(t *testing.T) {
	t.Parallel()
	bit := secureOptions(t, "SSL_OP_ALLOW_NO_DHE_KEX")
	t.Run("our server", func(t *testing.T) {
		o := polytls.ServerOptions{ContextOptions: certificate(t, "rsa").options(), TicketKeys: bulk(48)}
		o.SecureOptions = bit
		file := filepath.Join(t.TempDir(), "session")
		first := serve(t, o, nil)
		c := sConnect(t, first.port, "-tls1_3", "-allow_no_dhe_kex", "-sess_out", file)
		c.Write(t, "hello\n")
		c.expect(t, c.Stdout, "hello\n")
		c.Write(t, "Q\n")
		if err := c.Wait(t); err != nil {
			t.Fatal(err)
		}
		o.ECDHCurve = "P-384"
		again := serve(t, o, nil)
		sConnect(t, again.port, "-tls1_3", "-allow_no_dhe_kex", "-sess_in", file, "-groups", "P-256")
		if f := again.next(t); !f.Reused {
			t.Error("not resumed")
		}
		sConnect(t, again.port, "-tls1_3", "-sess_in", file, "-groups", "P-256")
		if e := again.nextError(t); e.Code != "ERR_SSL_NO_SUITABLE_KEY_SHARE" {
			t.Errorf("code %s of a client that does not allow it", e.Code)
		}
	})
	t.Run("our client", func(t *testing.T) {
		_, port := sServe(t, certificate(t, "rsa"), "-tls1_3", "-rev", "-allow_no_dhe_kex", "-groups", "P-384:P-256")
		given := newSessions()
		var o polytls.ConnectOptions
		o.ECDHCurve, o.SecureOptions, o.OnSession = "P-256", bit, given.add
		s := connect(t, port, o)
		exchange(t, s, "hello\n", "olleh\n")
		o.Session, o.ECDHCurve = given.first(t), "X25519"
		s.Close() // s_server serves one at a time
		s = connect(t, port, o)
		if !s.SessionReused() || s.EphemeralKeyInfo().Type != "" {
			t.Errorf("reused %t, ephemeral key %+v", s.SessionReused(), s.EphemeralKeyInfo())
		}
		exchange(t, s, "again\n", "niaga\n")
	})
}

// legacy is GnuTLS without RFC 5746.
const legacy = "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION"

// TestLegacyServerConnect connects to a server that lacks RFC 5746.
func TestLegacyServerConnect(t *testing.T) {
	t.Parallel()
	id, port := certificate(t, "rsa"), freePort(t)
	p := start(t, "gnutls-serv", "--echo", "--disable-client-cert", "-p", fmt.Sprint(port), "--priority", legacy,
		"--x509certfile", id.certFile, "--x509keyfile", id.keyFile)
	p.awaitPort(t, port)
	if e := refused(t, port, polytls.ConnectOptions{}); e.Code != "ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED" || e.AlertFrom != polytls.SideUs {
		t.Errorf("without an option: %v", e)
	}
	for _, name := range []string{"SSL_OP_LEGACY_SERVER_CONNECT", "SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION"} {
		var o polytls.ConnectOptions
		o.SecureOptions = secureOptions(t, name)
		exchange(t, connect(t, port, o), "hello\n", "hello\n")
	}
}

// TestUnsafeLegacyRenegotiation lets a client renegotiate that lacks RFC 5746,
// if that is allowed.
func TestUnsafeLegacyRenegotiation(t *testing.T) {
	t.Parallel()
	client := func(t *testing.T, port int) *process {
		return start(t, "gnutls-cli", "-p", fmt.Sprint(port), "127.0.0.1", "--x509cafile", ca(t).certFile,
			"--sni-hostname", "localhost", "--verify-hostname", "localhost", "--priority", legacy, "--rehandshake")
	}
	t.Run("refused", func(t *testing.T) {
		srv := serve(t, polytls.ServerOptions{ContextOptions: certificate(t, "rsa").options()}, nil)
		c := client(t, srv.port)
		c.expect(t, c.Stdout, "No renegotiation is allowed") // it asks repeatedly
	})
	t.Run("allowed", func(t *testing.T) {
		o := polytls.ServerOptions{ContextOptions: certificate(t, "rsa").options()}
		o.SecureOptions = secureOptions(t, "SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION")
		srv := serve(t, o, nil)
		c := client(t, srv.port)
		c.expect(t, c.Stdout, "ReHandshake was completed")
		c.Write(t, "hello\n")
		c.expect(t, c.Stdout, "hello\n")
	})
}

// TestLevel3KeepsNoTickets checks that at @SECLEVEL=3 either end behaves like
// OpenSSL: up to TLS 1.2 there are no tickets and the server stores sessions; in
// TLS 1.3 there are tickets.
func TestLevel3KeepsNoTickets(t *testing.T) {
	t.Parallel()
	const at3 = "DEFAULT:@SECLEVEL=3"
	eachVersion(t, func(t *testing.T, flag, version string) {
		for end, level := range map[string]int{"us": 0, "OpenSSL": 1} {
			ours, theirs := at3, "DEFAULT:@SECLEVEL=2"
			if level == 1 {
				ours, theirs = theirs, ours
			}
			t.Run("our server, level 3 at "+end, func(t *testing.T) {
				o := polytls.ServerOptions{ContextOptions: only(certificate(t, "p256").options(), version)}
				o.Ciphers = ours
				srv := serve(t, o, nil)
				c := start(t, "openssl", "s_client", "-connect", fmt.Sprintf("127.0.0.1:%d", srv.port), flag, "-cipher", theirs)
				c.Write(t, "hello\n")
				c.expect(t, c.Stdout, "hello\n") // tickets come before it
				c.Write(t, "Q\n")
				c.Wait(t)
				if got := bytes.Contains(c.Stdout.Bytes(), []byte("TLS session ticket:")); got != (version == "TLSv1.3") {
					t.Errorf("a ticket: %t", got)
				}
			})
			t.Run("our client, level 3 at "+end, func(t *testing.T) {
				_, port := sServe(t, certificate(t, "p256"), flag, "-rev", "-cipher", theirs)
				given := newSessions()
				var o polytls.ConnectOptions
				o.Ciphers, o.OnSession = ours, given.add
				o.AllowUnauthorized = true // ca's own key is too small at level 3
				s := connect(t, port, o)
				exchange(t, s, "hello\n", "olleh\n")
				if got := s.TLSTicket() != nil; got != (version == "TLSv1.3") {
					t.Errorf("a ticket: %t", got)
				}
				o.Session = given.first(t)
				s.Close()
				if s = connect(t, port, o); !s.SessionReused() {
					t.Error("OpenSSL's server does not know the session again")
				}
			})
		}
	})
}

// TestPolicyAgainstWeakKeys connects to an OpenSSL whose level lets it serve
// what a policy of ours refuses.
func TestPolicyAgainstWeakKeys(t *testing.T) {
	t.Parallel()
	key, cert := filepath.Join(t.TempDir(), "key.pem"), filepath.Join(t.TempDir(), "cert.pem")
	run(t, "openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
		"-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
	_, port := sServe(t, &identity{certFile: cert, keyFile: key}, "-rev", "-cipher", "DEFAULT:@SECLEVEL=1")
	text, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	var o polytls.ConnectOptions
	o.CA, o.Ciphers = [][]byte{text}, "DEFAULT:@SECLEVEL=1"
	s := connect(t, port, o)
	exchange(t, s, "hello\n", "olleh\n")
	s.Close()
	for _, policy := range []string{"fips-202205", "wpa3-192-202304"} {
		o.CompliancePolicy = policy
		// Node has no code of its own for EE_KEY_TOO_SMALL.
		if e := refused(t, port, o); e.Code != "UNSPECIFIED" || e.AlertFrom != polytls.SideUs || !strings.Contains(e.Error(), "EE certificate key too weak") {
			t.Errorf("%s: %v", policy, e)
		}
	}
}
