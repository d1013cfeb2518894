package interop

import (
	"bytes"
	"context"
	"net"
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

// TestSystemRootsBesideNode: SystemRoots reads SSL_CERT_FILE and SSL_CERT_DIR as Node
// does with --use-openssl-ca.
func TestSystemRootsBesideNode(t *testing.T) {
	node, openssl := peertest.Path(t, "node"), peertest.Path(t, "openssl")
	ca, other := testcert.CA("the authority"), testcert.CA("another authority")
	leaf := ca.Server("localhost")
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: polytls.ContextOptions{
		Cert: [][]byte{leaf.PEM()}, Key: []polytls.Key{{PEM: leaf.KeyPEM()}},
	}}, func(s *polytls.Socket) { s.Close() })
	if err != nil {
		t.Fatal(err)
	}
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	port := addr.(*net.TCPAddr).Port

	folder := func(certs ...*testcert.Cert) string {
		dir := t.TempDir()
		for i, c := range certs {
			if err := os.WriteFile(filepath.Join(dir, string(rune('a'+i))+".pem"), c.PEM(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := exec.Command(openssl, "rehash", dir).CombinedOutput(); err != nil {
			t.Fatalf("openssl rehash: %v: %s", err, out)
		}
		return dir
	}
	file := func(certs ...*testcert.Cert) string {
		var all []byte
		for _, c := range certs {
			all = append(all, c.PEM()...)
		}
		name := filepath.Join(t.TempDir(), "roots.pem")
		if err := os.WriteFile(name, all, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	empty := t.TempDir()
	for _, tt := range []struct {
		name, file, dir string
		trusted         bool
	}{
		{"a file with it", file(other, ca), empty, true},
		{"a file without it", file(other), empty, false},
		{"a hashed directory with it", file(other), folder(other, ca), true},
		{"a hashed directory without it", file(other), folder(other), false},
		{"a file with it, beside a directory without it", file(ca), folder(other), true},
		{"two directories", file(other), folder(other) + string(os.PathListSeparator) + folder(ca), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("SSL_CERT_FILE", tt.file)
			t.Setenv("SSL_CERT_DIR", tt.dir)
			if got := nodeTrusts(t, node, port); got != tt.trusted {
				t.Errorf("Node trusts it: %v", got)
			}
			s, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
				ContextOptions: polytls.ContextOptions{SystemRoots: true}, Host: "localhost", Port: port,
			})
			if err == nil {
				s.Close()
			}
			if got := err == nil; got != tt.trusted {
				t.Errorf("polytls trusts it: %v: %v", got, err)
			}
		})
	}
}

// nodeTrusts reports whether Node trusts the server on a port.
func nodeTrusts(t *testing.T, node string, port int) bool {
	t.Helper()
	cmd := exec.Command(node, "--use-openssl-ca", "-e", `
		const s = require('tls').connect({ port: +process.argv[1], host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false }, () => {
			console.log(s.authorized, s.authorizationError);
			s.destroy();
		});
		s.on('error', (e) => console.log(e));`, strconv.Itoa(port))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("node: %v: %s", err, &out)
	}
	authorized, _, _ := strings.Cut(out.String(), " ")
	if authorized != "true" && authorized != "false" {
		t.Fatalf("node: %s", &out)
	}
	return authorized == "true"
}
