package fingerprint_test

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"go/format"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"polytls"
	"polytls/internal/fingerprint"
	"polytls/internal/peertest"
	"polytls/internal/suite"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

var update = flag.Bool("update-stacks", false, "write the table of stacks from the peers that are installed")

// peer is a client whose stack has a row.
type peer struct {
	stack    string
	shuffled bool
	// varies says that the machine or an experiment may change the hello of a release.
	varies bool
	// release returns the release that is installed, a line.
	release func(t *testing.T) string
	// connect connects to a port of localhost, which answers nothing.
	connect func(t *testing.T, port int)
}

// program is a peer that is a program of package peertest.
func program(stack, name string, version []string, args func(t *testing.T, port int) []string) peer {
	return peer{
		stack: stack,
		release: func(t *testing.T) string {
			out, err := exec.Command(peertest.Path(t, name), version...).Output()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			line, _, _ := strings.Cut(string(out), "\n")
			return strings.TrimSpace(line)
		},
		connect: func(t *testing.T, port int) {
			p := peertest.Start(t, exec.Command(peertest.Path(t, name), args(t, port)...))
			t.Cleanup(p.Kill)
		},
	}
}

// library is a peer in this process.
func library(stack, release string, connect func(port int) (net.Conn, error)) peer {
	return peer{
		stack:   stack,
		release: func(*testing.T) string { return release },
		connect: func(_ *testing.T, port int) {
			go func() {
				if c, err := connect(port); err == nil {
					c.Close()
				}
			}()
		},
	}
}

func peers() []peer {
	chromium := program("Chromium", "chromium", []string{"--version"}, func(t *testing.T, port int) []string {
		return []string{"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(), "--dump-dom", fmt.Sprintf("https://localhost:%d/", port)}
	})
	chromium.shuffled, chromium.varies = true, true
	goTLS := library("Go crypto/tls", runtime.Version(), func(port int) (net.Conn, error) {
		return tls.Dial("tcp", fmt.Sprintf("localhost:%d", port), nil)
	})
	goTLS.varies = true
	return []peer{
		chromium,
		program("curl with OpenSSL 3", "curl", []string{"--version"}, func(_ *testing.T, port int) []string {
			return []string{"-s", fmt.Sprintf("https://localhost:%d/", port)}
		}),
		program("GnuTLS", "gnutls-cli", []string{"--version"}, func(_ *testing.T, port int) []string {
			return []string{"-p", fmt.Sprint(port), "localhost"}
		}),
		goTLS,
		program("Java", "java", []string{"--version"}, func(t *testing.T, port int) []string {
			return []string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", filepath.Join("testdata", "Client.java"), fmt.Sprint(port)}
		}),
		program("Node.js with OpenSSL 1.1.1", "node12", []string{"--version"}, node),
		program("Node.js with OpenSSL 3.5", "node", []string{"--version"}, node),
		program("OpenSSL 3", "openssl", []string{"version"}, func(_ *testing.T, port int) []string {
			return []string{"s_client", "-connect", fmt.Sprintf("localhost:%d", port)}
		}),
		library("polytls", "this", func(port int) (net.Conn, error) {
			return polytls.Connect(context.Background(), polytls.ConnectOptions{Host: "localhost", Port: port})
		}),
		program("Python with OpenSSL 3", "python3", []string{"-c", "import ssl, sys; print(sys.version.split()[0], ssl.OPENSSL_VERSION)"}, func(_ *testing.T, port int) []string {
			return []string{"-c", fmt.Sprintf("import urllib.request; urllib.request.urlopen('https://localhost:%d/')", port)}
		}),
	}
}

func node(_ *testing.T, port int) []string {
	return []string{"-e", fmt.Sprintf("require('tls').connect(%d, 'localhost', {servername: 'localhost'}).on('error', () => {})", port)}
}

// helloOf returns the ClientHello of a peer.
func helloOf(t *testing.T, p peer) []byte {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.(*net.TCPListener).SetDeadline(time.Now().Add(peertest.Patience))
	p.connect(t, l.Addr().(*net.TCPAddr).Port)
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(peertest.Patience))
	var hello []byte
	for {
		header := make([]byte, 5)
		if _, err := io.ReadFull(c, header); err != nil {
			t.Fatal(err)
		}
		fragment := make([]byte, int(header[3])<<8|int(header[4]))
		if _, err := io.ReadFull(c, fragment); err != nil {
			t.Fatal(err)
		}
		hello = append(hello, fragment...)
		if n := 4 + int(hello[1])<<16 + int(hello[2])<<8 + int(hello[3]); len(hello) >= n {
			return hello[:n]
		}
	}
}

// TestStacks names each peer that is installed. The hello of another release than the
// row's may be new to the table; it must not have the name of another stack.
func TestStacks(t *testing.T) {
	var rows strings.Builder
	for _, p := range peers() {
		t.Run(p.stack, func(t *testing.T) {
			release := p.release(t)
			m := fields.Describe(helloOf(t, p), fields.Context{})
			rows.WriteString(fingerprint.Row(&m, p.stack, release, p.shuffled))
			if *update {
				return
			}
			switch got := fingerprint.Stack(&m); {
			case got == p.stack:
			case got != "":
				t.Errorf("%s is taken for %s", release, got)
			case release == fingerprint.ReleaseOf(p.stack) && !p.varies:
				t.Errorf("%s is not recognized, but its row is of the same release", release)
			default:
				t.Logf("the table does not have the hello of %s; go test ./internal/fingerprint -run TestStacks -update-stacks writes it", release)
			}
		})
	}
	if *update {
		write(t, rows.String())
	}
}

// write writes the table if all peers were there.
func write(t *testing.T, rows string) {
	t.Helper()
	if n := strings.Count(rows, "name:"); n != len(peers()) {
		t.Fatalf("%d of %d peers are installed: the table is not written", n, len(peers()))
	}
	source, err := format.Source([]byte("// Code generated by TestStacks -update-stacks from the installed peers; DO NOT EDIT.\n\npackage fingerprint\n\nvar stacks = []stack{\n" + rows + "}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("stacks.go", source, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestStackOfRows: the hello of each row has its name, and no name once it is changed
// by more than a release changes.
func TestStackOfRows(t *testing.T) {
	for _, p := range peers() {
		if !slices.Contains(fingerprint.Names(), p.stack) {
			t.Errorf("the table lacks %s", p.stack)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	isReserved := func(id suite.ID) bool { return wire.IsGREASE(uint16(id)) }
	add := func(h *wire.ClientHello, types ...wire.ExtensionType) {
		for _, x := range types {
			h.Extensions = append(h.Extensions, wire.Extension{Type: x})
		}
	}
	for _, name := range fingerprint.Names() {
		for what, change := range map[string]func(*wire.ClientHello){
			"": func(h *wire.ClientHello) {},
			"those of the connection": func(h *wire.ClientHello) {
				add(h, wire.ExtServerName, wire.ExtALPN, wire.ExtPadding, wire.ExtEarlyData, wire.ExtPreSharedKey)
			},
			"reversed cipher suites": func(h *wire.ClientHello) { slices.Reverse(h.CipherSuites) },
			"shuffled cipher suites": func(h *wire.ClientHello) {
				r.Shuffle(len(h.CipherSuites), func(i, j int) { h.CipherSuites[i], h.CipherSuites[j] = h.CipherSuites[j], h.CipherSuites[i] })
			},
			"reserved values added or removed": func(h *wire.ClientHello) {
				n := len(h.CipherSuites)
				if h.CipherSuites = slices.DeleteFunc(h.CipherSuites, isReserved); len(h.CipherSuites) == n {
					h.CipherSuites = append([]suite.ID{0x3A3A}, h.CipherSuites...)
				}
			},
			"three extensions more":    func(h *wire.ClientHello) { add(h, 0x7000, 0x7001, 0x7002) },
			"three cipher suites less": func(h *wire.ClientHello) { h.CipherSuites = h.CipherSuites[:len(h.CipherSuites)-3] },
			"many cipher suites":       func(h *wire.ClientHello) { h.CipherSuites = slices.Repeat(h.CipherSuites, 500) },
			"no extensions":            func(h *wire.ClientHello) { h.Extensions = nil },
		} {
			want := ""
			if what == "" || what == "those of the connection" {
				want = name
			}
			hello := fingerprint.Hello(name)
			change(hello)
			if got := stackOf(t, hello); got != want {
				t.Errorf("%s with %s is taken for %q, want %q", name, what, got, want)
			}
		}
	}
}

// TestStackOfShuffledExtensions: only a stack that shuffles keeps its name.
func TestStackOfShuffledExtensions(t *testing.T) {
	for _, p := range peers() {
		hello := fingerprint.Hello(p.stack)
		slices.Reverse(hello.Extensions)
		want := ""
		if p.shuffled {
			want = p.stack
		}
		if got := stackOf(t, hello); got != want {
			t.Errorf("%s is taken for %q, want %q", p.stack, got, want)
		}
	}
}

// TestStackBetweenRows: a hello that two rows are equally near to has no name.
func TestStackBetweenRows(t *testing.T) {
	hello := fingerprint.Hello("OpenSSL 3")
	hello.Extensions = slices.DeleteFunc(hello.Extensions, func(x wire.Extension) bool { return x.Type == wire.ExtSessionTicket })
	if got := stackOf(t, hello); got != "" {
		t.Errorf("between OpenSSL and curl: %q", got)
	}
}

func stackOf(t *testing.T, hello *wire.ClientHello) string {
	t.Helper()
	raw, err := wire.Marshal(hello)
	if err != nil {
		t.Fatal(err)
	}
	m := fields.Describe(raw, fields.Context{})
	return fingerprint.Stack(&m)
}
