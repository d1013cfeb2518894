package polytls_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"polytls"
	"polytls/internal/docpage"
	hs "polytls/internal/handshake"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/sessionstore"
)

// The options that do something, of those that a set of bits holds.
func ExampleSecureOptions() {
	bits, err := polytls.ParseSecureOptions("SSL_OP_NO_TICKET,SSL_OP_NO_COMPRESSION,SSL_OP_NO_TLSv1_3")
	if err != nil {
		panic(err)
	}
	for _, o := range polytls.SecureOptions() {
		switch {
		case o.Bit == 0 || bits&o.Bit != o.Bit:
		case o.Effect != "":
			fmt.Printf("%s: %s\n", o.Name, o.Effect)
		default:
			fmt.Printf("%s means nothing here: %s\n", o.Name, o.Note)
		}
	}
	// Output:
	// SSL_OP_NO_COMPRESSION means nothing here: records are never compressed
	// SSL_OP_NO_TICKET: no session tickets up to TLS 1.2, and in TLS 1.3 only such as a session store knows
	// SSL_OP_NO_TLSv1_3: turns TLS 1.3 off
}

// TestSecureOptionsAreReadByName holds that the table and the names are one.
func TestSecureOptionsAreReadByName(t *testing.T) {
	for _, o := range polytls.SecureOptions() {
		if bits, err := polytls.ParseSecureOptions(o.Name); err != nil || bits != o.Bit {
			t.Errorf("%s: %#x, %v, want %#x", o.Name, bits, err, o.Bit)
		}
	}
}

// secureOptionTests show what each option does that claims to do something.
// Each is given the option's bits.
var secureOptionTests = map[string]func(t *testing.T, bit uint64){
	"SSL_OP_ALL":                                    testWholeRecords,
	"SSL_OP_ALLOW_NO_DHE_KEX":                       testNoDHEKex,
	"SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION":      testLegacyServer,
	"SSL_OP_CIPHER_SERVER_PREFERENCE":               testServerPreference,
	"SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS":            testWholeRecords,
	"SSL_OP_IGNORE_UNEXPECTED_EOF":                  testIgnoreUnexpectedEOF,
	"SSL_OP_LEGACY_SERVER_CONNECT":                  testLegacyServer,
	"SSL_OP_NO_ENCRYPT_THEN_MAC":                    testNoEncryptThenMAC,
	"SSL_OP_NO_RENEGOTIATION":                       testNoRenegotiation,
	"SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION": testFullRenegotiation,
	"SSL_OP_NO_TICKET":                              testNoTicket,
	"SSL_OP_NO_TLSv1":                               testVersionOff("TLSv1"),
	"SSL_OP_NO_TLSv1_1":                             testVersionOff("TLSv1.1"),
	"SSL_OP_NO_TLSv1_2":                             testVersionOff("TLSv1.2"),
	"SSL_OP_NO_TLSv1_3":                             testVersionOff("TLSv1.3"),
	"SSL_OP_PRIORITIZE_CHACHA":                      testPrioritizeChaCha,
}

// TestSecureOptionsDoWhatTheySay runs the test of each option that has an
// effect. One without a test, and a test without an option, is a failure.
func TestSecureOptionsDoWhatTheySay(t *testing.T) {
	untold := maps.Clone(secureOptionTests)
	for _, o := range polytls.SecureOptions() {
		test := untold[o.Name]
		delete(untold, o.Name)
		if (test != nil) != (o.Effect != "") {
			t.Errorf("%s: has a test: %t, says it has an effect: %q", o.Name, test != nil, o.Effect)
		}
		if test != nil {
			t.Run(o.Name, func(t *testing.T) { test(t, o.Bit) })
		}
	}
	for name := range untold {
		t.Errorf("%s is no option", name)
	}
}

// eachWay runs a test without and with an option.
func eachWay(bit uint64, test func(set bool, options uint64)) {
	test(false, 0)
	test(true, bit)
}

// testWholeRecords counts the records of one write in TLS 1.0.
func testWholeRecords(t *testing.T, bit uint64) {
	eachWay(bit, func(set bool, options uint64) {
		so, co := serving(localhost), trusting(ca)
		only(&so.ContextOptions, "TLSv1")
		only(&co.ContextOptions, "TLSv1")
		co.SecureOptions = options
		server, client, f := faultyPair(t, so, co)
		exchange(t, client, server, "attack at dawn")
		if n := len(recordLengths(t, f.taken())); (n == 1) != set {
			t.Errorf("set %t: %d records", set, n)
		}
	})
}

// testIgnoreUnexpectedEOF cuts connections between two records and inside of one.
func testIgnoreUnexpectedEOF(t *testing.T, bit uint64) {
	eachWay(bit, func(set bool, options uint64) {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			for _, cut := range []string{"", "\x17", "\x17\x03\x03\x00\x20half"} {
				so, co := serving(localhost), trusting(ca)
				only(&so.ContextOptions, version)
				only(&co.ContextOptions, version)
				so.SecureOptions = options
				server, client := handshakeOver(t, overTCP, so, co).must(t)
				exchange(t, client, server, settling)
				io.WriteString(client.NetConn(), cut)
				client.NetConn().(*net.TCPConn).CloseWrite()
				want := io.ErrUnexpectedEOF
				if set && cut == "" {
					want = io.EOF
				}
				for range 2 {
					if _, err := server.Read(make([]byte, 1)); err != want {
						t.Errorf("set %t, %s, cut after %q: %v, want %v", set, version, cut, err, want)
					}
				}
			}
		}
	})
}

// testNoDHEKex resumes where the ends have no group in common.
func testNoDHEKex(t *testing.T, bit uint64) {
	for server := range uint64(2) {
		for client := range uint64(2) {
			so, co := resumable("TLSv1.3")
			so.SecureOptions, co.SecureOptions = server*bit, client*bit
			co.Session = sessionOf(t, so, co)
			if _, c := wantReused(t, "a common group", so, co, true); c.EphemeralKeyInfo().Type == "" {
				t.Error("no (EC)DHE where it is possible")
			}
			so.ECDHCurve, co.ECDHCurve = "P-384", "P-256"
			if server+client < 2 {
				wantCode(t, "no common group", handshake(t, so, co).serverErr, "ERR_SSL_NO_SUITABLE_KEY_SHARE")
			} else if _, c := wantReused(t, "no common group", so, co, true); c.EphemeralKeyInfo().Type != "" {
				t.Errorf("ephemeral key %+v", c.EphemeralKeyInfo())
			}
		}
	}
}

// withoutRFC5746 makes a server look as if it did not know the RFC: it turns the
// client's TLS_EMPTY_RENEGOTIATION_INFO_SCSV into a suite that nobody knows, so that
// the server does not answer it.
type withoutRFC5746 struct {
	net.Conn
	done bool
}

func (c *withoutRFC5746) Write(b []byte) (int, error) {
	if c.done {
		return c.Conn.Write(b)
	}
	c.done = true
	hello := bytes.Clone(b)
	sessionID := 5 + 4 + 2 + 32 // after the headers, legacy_version and random
	suites := sessionID + 1 + int(hello[sessionID]) + 2
	end := suites + int(hello[suites-2])<<8 + int(hello[suites-1])
	for i := suites; i < end; i += 2 {
		if hello[i] == 0 && hello[i+1] == 0xFF {
			hello[i+1] = 0xFE
		}
	}
	return c.Conn.Write(hello)
}

// testLegacyServer goes on without renegotiation_info. That the transcripts of
// the two ends then differ comes out at the end: the peers that truly lack RFC
// 5746 are in package interop.
func testLegacyServer(t *testing.T, bit uint64) {
	eachWay(bit, func(set bool, options uint64) {
		so, co := serving(localhost), trusting(ca)
		co.MaxVersion, co.SecureOptions = "TLSv1.2", options
		o := handshakeOver(t, func(t testing.TB) (net.Conn, net.Conn) {
			c, s := overTCP(t)
			return &withoutRFC5746{Conn: c}, s
		}, so, co)
		if set {
			wantCode(t, "server, after the client's Finished", o.serverErr, "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC")
			return
		}
		wantCode(t, "client", o.clientErr, "ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED")
		wantAlert(t, "client", o.clientErr, polytls.SideUs, 40) // handshake_failure
	})
}

// testServerPreference lets the server decide though ClientCipherOrder is set.
func testServerPreference(t *testing.T, bit uint64) {
	eachWay(bit, func(set bool, options uint64) {
		for _, list := range []string{"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"} {
			names := strings.Split(list, ":")
			so, co := serving(localhost), trusting(ca)
			so.ClientCipherOrder, so.SecureOptions = true, options
			so.Ciphers, so.ECDHCurve, so.Sigalgs = list, "P-256:P-384", "ECDSA+SHA256:ECDSA+SHA384"
			co.Ciphers, co.ECDHCurve, co.Sigalgs = names[1]+":"+names[0], "P-384:P-256", "ECDSA+SHA384:ECDSA+SHA256"
			if !strings.HasPrefix(list, "TLS_") {
				co.MaxVersion = "TLSv1.2"
			}
			want, group, scheme := names[1], "secp384r1", "ECDSA+SHA384"
			if set {
				want, group, scheme = names[0], "prime256v1", "ECDSA+SHA256"
			}
			server, client := pair(t, so, co)
			if got := server.Cipher().Name; got != want {
				t.Errorf("set %t: suite %s, want %s", set, got, want)
			}
			if got := client.EphemeralKeyInfo().Name; got != group && co.MaxVersion != "" {
				t.Errorf("set %t: group %s, want %s", set, got, group)
			}
			if got := server.SharedSigalgs(); got[0] != scheme {
				t.Errorf("set %t: signature algorithms %q, want %s first", set, got, scheme)
			}
		}
	})
}

// testNoEncryptThenMAC tells by the length of a record what comes first: a MAC
// of 20 bytes is encrypted with the text, or follows it.
func testNoEncryptThenMAC(t *testing.T, bit uint64) {
	for _, options := range [][2]uint64{{0, 0}, {bit, 0}, {0, bit}} {
		so, co := serving(localhost), trusting(ca)
		so.SecureOptions, co.SecureOptions = options[0], options[1]
		co.Ciphers, co.MaxVersion = "ECDHE-ECDSA-AES128-SHA", "TLSv1.2"
		server, client, f := faultyPair(t, so, co)
		exchange(t, client, server, "x")
		want := 16 + 32
		if options == [2]uint64{} {
			want = 16 + 16 + 20
		}
		if got := recordLengths(t, f.taken()); got[0] != want {
			t.Errorf("options %#x: a record of %d bytes, want %d", options, got[0], want)
		}
	}
}

// testNoRenegotiation refuses what the other end asks for.
func testNoRenegotiation(t *testing.T, bit uint64) {
	eachWay(bit, func(set bool, options uint64) {
		so, co := serving(localhost), trusting(ca)
		so.SecureOptions = options
		_, client, _ := reneg(t, so, co)
		if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); (err != nil) != set {
			t.Errorf("set %t at the server: %v", set, err)
		}
		so.SecureOptions, co.SecureOptions = 0, options
		server, client := pair(t, twelve(so), co)
		go io.Copy(client, client)
		if err := server.Renegotiate(within(t), polytls.RenegotiateOptions{}); (err != nil) != set {
			t.Errorf("set %t at the client: %v", set, err)
		}
	})
}

func twelve(o polytls.ServerOptions) polytls.ServerOptions {
	o.MaxVersion = "TLSv1.2"
	return o
}

// testFullRenegotiation makes a renegotiation that would be a resumption a full
// handshake. The client is one that offers its session again, as OpenSSL's does
// when the server asks.
func testFullRenegotiation(t *testing.T, bit uint64) {
	eachWay(bit, func(set bool, options uint64) {
		so := twelve(serving(localhost))
		so.SecureOptions = options
		conn, serverConn := overTCP(t)
		t.Cleanup(func() { conn.Close(); serverConn.Close() })
		go readAgain(t, conn)
		server, err := polytls.ServerSocket(within(t), serverConn, so)
		if err != nil {
			t.Fatal(err)
		}
		if err := server.Renegotiate(within(t), polytls.RenegotiateOptions{}); err != nil {
			t.Fatal(err)
		}
		if server.SessionReused() == set {
			t.Errorf("set %t: the renegotiation is a resumption: %t", set, server.SessionReused())
		}
	})
}

// readAgain is a client that resumes its session when it is asked to
// renegotiate. It reads until the connection ends.
func readAgain(t *testing.T, conn net.Conn) {
	l := recordlayer.New(&recordlayertest.Conn{Conn: conn}, recordlayer.Client)
	config := &hs.ClientConfig{Config: &hs.Config{
		MinVersion: suite.TLS12, MaxVersion: suite.TLS12,
		Suites:     []*suite.CipherSuite{suite.ByName("ECDHE-ECDSA-AES128-GCM-SHA256")},
		Groups:     suite.DefaultGroups().Groups(),
		Schemes:    suite.DefaultLevel.DefaultSchemes(),
		VerifyPeer: func(context.Context, *hs.Peer) (*polytls.Error, error) { return nil, nil },
	}}
	again := *config
	config.OnSession = func(s *session.Session) { again.Session = s }
	x, err := l.Begin(t.Context())
	if err != nil {
		t.Error(err)
		return
	}
	result, err := hs.Client(t.Context(), x, config)
	if err != nil {
		x.End()
		t.Error(err)
		return
	}
	c := hs.NewConnection(l, result, recordlayer.Client, nil, nil)
	c.SetOwner(renegotiator{t.Context(), &again})
	x.Established()
	x.End()
	l.Read(make([]byte, 1))
}

// renegotiator owns a connection and lets it renegotiate.
type renegotiator struct {
	ctx    context.Context
	config *hs.ClientConfig
}

func (r renegotiator) Context() context.Context       { return r.ctx }
func (r renegotiator) Timeout() time.Duration         { return 0 }
func (r renegotiator) Renegotiator() hs.Renegotiator  { return r }
func (r renegotiator) ClientConfig() *hs.ClientConfig { return r.config }
func (r renegotiator) ServerConfig() *hs.ServerConfig { return nil }
func (r renegotiator) Allow() error                   { return nil }
func (r renegotiator) Done(*hs.Result)                {}

// testNoTicket resumes by what the server keeps, if it keeps anything.
func testNoTicket(t *testing.T, bit uint64) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		eachWay(bit, func(set bool, options uint64) {
			so, co := resumable(version)
			so.SecureOptions = options
			server, client := pair(t, so, co)
			exchange(t, server, client, "x")
			if (client.TLSTicket() == nil) != set {
				t.Errorf("%s, set %t at the server: ticket %x", version, set, client.TLSTicket())
			}
		})
	}
	so, co := resumable("TLSv1.2")
	co.SecureOptions = bit
	if _, client := pair(t, so, co); client.TLSTicket() != nil {
		t.Error("a ticket for a client that wants none")
	}
	so.SecureOptions, co.SecureOptions = bit, 0
	so.SessionStore = sessionstore.NewMemory(sessionstore.MemoryOptions{})
	co.Session = sessionOf(t, so, co)
	wantReused(t, "from the store", so, co, true)
}

// testVersionOff leaves the next version, the lower one if there is one.
func testVersionOff(version string) func(*testing.T, uint64) {
	return func(t *testing.T, bit uint64) {
		next := map[string]string{"TLSv1": "TLSv1.1", "TLSv1.1": "TLSv1", "TLSv1.2": "TLSv1.1", "TLSv1.3": "TLSv1.2"}
		lowest, highest := min(version, next[version]), max(version, next[version])
		for _, end := range []string{"server", "client"} {
			so, co := serving(localhost), trusting(ca)
			so.MinVersion, so.MaxVersion = lowest, highest
			co.MinVersion, co.MaxVersion = lowest, highest
			if server, _ := pair(t, so, co); server.Protocol() != highest {
				t.Fatalf("%s without the option", server.Protocol())
			}
			if end == "server" {
				so.SecureOptions = bit
			} else {
				co.SecureOptions = bit
			}
			if server, _ := pair(t, so, co); server.Protocol() != next[version] {
				t.Errorf("%s, set at the %s", server.Protocol(), end)
			}
		}
	}
}

// testPrioritizeChaCha serves a client without hardware for AES.
func testPrioritizeChaCha(t *testing.T, bit uint64) {
	const (
		tls13 = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
		tls12 = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"
	)
	for _, list := range []string{tls13, tls12} {
		names := strings.Split(list, ":")
		aes, chacha := names[0], names[1]
		for _, c := range []struct {
			options     uint64
			client      string
			clientOrder bool
			want        string
		}{
			{0, chacha + ":" + aes, false, aes},
			{bit, chacha + ":" + aes, false, chacha},
			{bit, aes + ":" + chacha, false, aes},
			{bit, chacha + ":" + aes, true, chacha},
			{bit, aes + ":" + chacha, true, aes},
			{bit, aes, false, aes},
		} {
			so, co := serving(localhost), trusting(ca)
			so.Ciphers, so.SecureOptions, so.ClientCipherOrder = list, c.options, c.clientOrder
			co.Ciphers = c.client
			if list == tls12 {
				co.MaxVersion = "TLSv1.2"
			}
			if server, _ := pair(t, so, co); server.Cipher().Name != c.want {
				t.Errorf("%+v: %s", c, server.Cipher().Name)
			}
		}
	}
}

// secureOptionsPage is the documentation of the table.
const secureOptionsPage = "docs/secure-options.md"

// TestSecureOptionsPage holds the page to the table. `go test -run
// TestSecureOptionsPage . -update-docs` writes it.
func TestSecureOptionsPage(t *testing.T) { docpage.Want(t, secureOptionsPage, secureOptionsText()) }

func secureOptionsText() string {
	var b strings.Builder
	b.WriteString(secureOptionsIntro)
	b.WriteString("\n| option | value | what it does |\n| --- | --- | --- |\n")
	for _, o := range polytls.SecureOptions() {
		if o.Effect == "" {
			continue
		}
		what := o.Effect
		if o.Note != "" {
			what += "; " + o.Note
		}
		fmt.Fprintf(&b, "| `%s` | `%#x` | %s |\n", o.Name, o.Bit, what)
	}
	b.WriteString("\n" + secureOptionsIgnored + "\n| why | options |\n| --- | --- |\n")
	ignored := map[string][]string{} // by the reason
	for _, o := range polytls.SecureOptions() {
		if o.Effect == "" {
			ignored[o.Note] = append(ignored[o.Note], "`"+o.Name+"`")
		}
	}
	for _, why := range slices.Sorted(maps.Keys(ignored)) {
		fmt.Fprintf(&b, "| %s | %s |\n", why, strings.Join(ignored[why], ", "))
	}
	return b.String()
}

const secureOptionsIntro = `# What each of OpenSSL's options does

` + "`ContextOptions.SecureOptions`" + ` is Node's ` + "`secureOptions`" + `: OpenSSL's SSL_OP_* flags by
value. ` + "`ParseSecureOptions`" + ` reads their names, joined by commas, and so does
` + "`--secure-options`" + ` of the command. This page is made from the table that
` + "`SecureOptions`" + ` returns.
`

const secureOptionsIgnored = `These are read and mean nothing here:
`
