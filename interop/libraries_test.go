package interop

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"polytls"
)

// TestCurl checks that curl gets a page from our server in each version, by ALPN,
// with a client certificate, and by SRP.
func TestCurl(t *testing.T) {
	t.Parallel()
	client := certificate(t, "client")
	tests := []struct {
		name, version, suite string
		args                 []string
		change               func(*polytls.ServerOptions)
	}{
		{name: "TLS 1.3", version: "TLSv1.3"},
		{name: "TLS 1.2", version: "TLSv1.2", args: []string{"--tls-max", "1.2"}},
		{name: "a suite", version: "TLSv1.2", suite: "ECDHE-RSA-CHACHA20-POLY1305", args: []string{"--tls-max", "1.2", "--ciphers", "ECDHE-RSA-CHACHA20-POLY1305"}},
		{name: "a curve", version: "TLSv1.3", args: []string{"--curves", "P-521"}},
		{name: "client certificate", version: "TLSv1.3", args: []string{"--cert", client.certFile, "--key", client.keyFile},
			change: func(o *polytls.ServerOptions) { o.RequestCert = true }},
		{name: "SRP", version: "TLSv1.2", suite: "SRP-RSA-AES-256-CBC-SHA",
			args: []string{"--tls-max", "1.2", "--tlsauthtype", "SRP", "--tlsuser", srpUser, "--tlspassword", srpPassword, "--ciphers", "SRP-RSA-AES-256-CBC-SHA"},
			change: func(o *polytls.ServerOptions) {
				o.Ciphers, o.SRPCallback = "SRP-RSA-AES-256-CBC-SHA", srpServer
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := polytls.ServerOptions{ContextOptions: certificate(t, "rsa").options(), ALPNProtocols: []string{"http/1.1"}}
			o.CA = [][]byte{ca(t).cert}
			if test.change != nil {
				test.change(&o)
			}
			srv := serve(t, o, servePage)
			page := run(t, "curl", append(test.args, "--silent", "--show-error", "--cacert", ca(t).certFile, fmt.Sprintf("https://localhost:%d/", srv.port))...)
			if string(page) != "hello\n" {
				t.Errorf("curl got %q", page)
			}
			f := srv.next(t)
			if f.Protocol != test.version || test.suite != "" && f.Cipher.Name != test.suite || f.ALPN != "http/1.1" {
				t.Errorf("%s, %s, ALPN %q; wanted %s, %s, http/1.1", f.Protocol, f.Cipher.Name, f.ALPN, test.version, test.suite)
			}
		})
	}
}

// servePage answers one request of HTTP.
func servePage(s *polytls.Socket) {
	r := bufio.NewReader(s)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if strings.TrimSpace(line) == "" {
			break
		}
	}
	fmt.Fprint(s, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n")
}

//go:embed testdata/peer.py
var pythonScript string

// told is what the programs for Python and Java print of a connection.
type told struct {
	Version string `json:"version"`
	Cipher  string `json:"cipher"`
	ALPN    string `json:"alpn"`
	Reused  bool   `json:"reused"`
	Peer    string `json:"peer"`
}

func (p *process) told(t testing.TB, from int) told {
	t.Helper()
	var v told
	line := p.expectFrom(t, p.Stdout, from, `(\{.*\})\r?\n`)[1]
	if err := json.Unmarshal([]byte(line), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestPython checks that Python's ssl connects and resumes, as client and as
// server, with certificates on both ends.
func TestPython(t *testing.T) {
	t.Parallel()
	id, client := certificate(t, "p256"), certificate(t, "client")
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		t.Run("its client/"+version, func(t *testing.T) {
			t.Parallel()
			o := polytls.ServerOptions{ContextOptions: only(id.options(), version), RequestCert: true, ALPNProtocols: []string{"echo"}}
			o.CA = [][]byte{ca(t).cert}
			srv := serve(t, o, nil)
			p := start(t, "python3", "-c", pythonScript, "client", fmt.Sprint(srv.port), ca(t).certFile, client.certFile, client.keyFile)
			for range 2 {
				f := srv.next(t)
				from := 0
				if f.Reused {
					from = len(p.expect(t, p.Stdout, `.*\n`)[0])
				}
				v := p.told(t, from)
				if v.Version != version || v.Cipher != f.Cipher.Name || v.Reused != f.Reused || v.ALPN != "echo" || f.PeerCN != "client" {
					t.Errorf("python %+v, our server %+v", v, f)
				}
			}
			if err := p.Wait(t); err != nil {
				t.Errorf("%v%s", err, p.Output())
			}
		})
		t.Run("its server/"+version, func(t *testing.T) {
			t.Parallel()
			p := start(t, "python3", "-c", pythonScript, "server", "0", ca(t).certFile, id.certFile, id.keyFile)
			port, err := strconv.Atoi(p.expect(t, p.Stdout, `port (\d+)\r?\n`)[1])
			if err != nil {
				t.Fatal(err)
			}
			given := newSessions()
			o := polytls.ConnectOptions{ContextOptions: only(client.options(), version), ALPNProtocols: []string{"echo"}, OnSession: given.add}
			for _, reused := range []bool{false, true} {
				from := p.Stdout.Len()
				s := connect(t, port, o)
				exchange(t, s, "hello\n", "hello\n")
				v := p.told(t, from)
				if v.Version != version || v.Cipher != s.Cipher().Name || v.Reused != reused || s.SessionReused() != reused || v.ALPN != "echo" || v.Peer != "client" {
					t.Errorf("python %+v, our client %+v", v, factsOf(s))
				}
				s.Close()
				if !reused {
					o.Session = given.first(t)
				}
			}
		})
	}
}

// TestCryptoTLS checks that crypto/tls connects, resumes and exports the same
// keying material, in every version and with every group that it supports.
func TestCryptoTLS(t *testing.T) {
	t.Parallel()
	groups := map[string]tls.CurveID{
		"X25519": tls.X25519, "P-256": tls.CurveP256, "P-384": tls.CurveP384, "P-521": tls.CurveP521,
		"X25519MLKEM768": tls.X25519MLKEM768, "SecP256r1MLKEM768": tls.SecP256r1MLKEM768, "SecP384r1MLKEM1024": tls.SecP384r1MLKEM1024,
	}
	for version, number := range map[string]uint16{"TLSv1": tls.VersionTLS10, "TLSv1.1": tls.VersionTLS11, "TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13} {
		for group, curve := range groups {
			if strings.Contains(group, "MLKEM") && number < tls.VersionTLS13 {
				continue
			}
			for _, key := range []string{"rsa", "p256", "ed25519"} {
				if key == "ed25519" && number < tls.VersionTLS12 || key == "p256" && number < tls.VersionTLS13 && group != "P-256" {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%s", version, group, key), func(t *testing.T) {
					t.Parallel()
					config := cryptoTLSConfig(t, key)
					config.MinVersion, config.MaxVersion, config.CurvePreferences = number, number, []tls.CurveID{curve}
					context := polytls.ContextOptions{MinVersion: version, MaxVersion: version, ECDHCurve: group}
					fromCryptoTLS(t, config, context, key)
					toCryptoTLS(t, config, context)
				})
			}
		}
	}
}

func cryptoTLSConfig(t testing.TB, key string) *tls.Config {
	t.Helper()
	id := certificate(t, key)
	pair, err := tls.X509KeyPair(id.cert, id.key)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca(t).cert)
	return &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots, ServerName: "localhost", ClientSessionCache: tls.NewLRUClientSessionCache(1)}
}

// fromCryptoTLS connects its client to our server, twice.
func fromCryptoTLS(t *testing.T, config *tls.Config, o polytls.ContextOptions, key string) {
	t.Helper()
	id := certificate(t, key).options()
	o.Cert, o.Key = id.Cert, id.Key
	srv := serve(t, polytls.ServerOptions{ContextOptions: o}, nil)
	for _, reused := range []bool{false, true} {
		c, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", srv.port), config)
		if err != nil {
			t.Fatalf("its client: %v", err)
		}
		defer c.Close()
		exchange(t, c, "hello\n", "hello\n")
		compareState(t, c.ConnectionState(), srv.next(t), reused)
		c.Close()
	}
}

// toCryptoTLS connects our client to its server, twice.
func toCryptoTLS(t *testing.T, config *tls.Config, o polytls.ContextOptions) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	states := make(chan tls.ConnectionState, 2)
	go acceptTLS(tls.NewListener(l, config), states)
	given := newSessions()
	c := polytls.ConnectOptions{ContextOptions: o, OnSession: given.add}
	for _, reused := range []bool{false, true} {
		s := connect(t, l.Addr().(*net.TCPAddr).Port, c)
		exchange(t, s, "hello\n", "hello\n")
		compareState(t, <-states, factsOf(s), reused)
		s.Close()
		if !reused {
			c.Session = given.first(t)
		}
	}
}

func acceptTLS(l net.Listener, states chan<- tls.ConnectionState) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		if c.(*tls.Conn).HandshakeContext(context.Background()) == nil {
			states <- c.(*tls.Conn).ConnectionState()
			line, _ := bufio.NewReader(c).ReadString('\n')
			fmt.Fprint(c, line)
		}
		c.Close()
	}
}

func compareState(t testing.TB, theirs tls.ConnectionState, ours facts, reused bool) {
	t.Helper()
	if theirs.DidResume != reused || ours.Reused != reused {
		t.Errorf("resumed: theirs %t, ours %t, wanted %t", theirs.DidResume, ours.Reused, reused)
	}
	if name := tls.CipherSuiteName(theirs.CipherSuite); name != strings.TrimSuffix(ours.Cipher.StandardName, "_SHA256") && name != ours.Cipher.StandardName {
		t.Errorf("suite: theirs %s, ours %s", name, ours.Cipher.StandardName)
	}
	if key, err := theirs.ExportKeyingMaterial(exporterLabel, nil, 32); err == nil && fmt.Sprintf("%x", key) != ours.Exporter {
		t.Errorf("exporter: theirs %x, ours %s", key, ours.Exporter)
	}
}
