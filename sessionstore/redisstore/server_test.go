package redisstore

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"polytls/internal/peertest"
	"polytls/internal/testcert"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints what tests provoke
	os.Exit(m.Run())
}

var ctx = context.Background()

// programs are the servers that this store is for.
var programs = []string{"redis-server", "valkey-server"}

// server is Redis, seen by a test's own client.
type server struct {
	*peertest.Redis
	t *testing.T
}

// newServer starts the first server that is installed, on a Unix socket.
func newServer(t *testing.T, args ...string) *server {
	t.Helper()
	return startServer(t, peertest.Path(t, "redis"), args...)
}

func startServer(t *testing.T, path string, args ...string) *server {
	t.Helper()
	return &server{peertest.StartRedisAt(t, path, args...), t}
}

// client is a client of the test's own, to see what is stored.
func (s *server) client() *redis.Client {
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: s.Socket})
	s.t.Cleanup(func() { c.Close() })
	return c
}

// freePort is a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

var (
	keyA = []byte(strings.Repeat("A", ticketKeySize))
	keyB = []byte(strings.Repeat("B", ticketKeySize))
)

// patient are options under which a busy machine fails no call.
func patient() Options {
	return Options{TicketKeys: [][]byte{keyA}, Deadline: time.Minute, Log: silence}
}

var silence = slog.New(slog.DiscardHandler)

func mustOpen(t *testing.T, url string, o Options) *Store {
	t.Helper()
	s, err := Open(url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func mustNew(t *testing.T, client redis.UniversalClient, o Options) *Store {
	t.Helper()
	s, err := New(client, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return s
}

// deployments are the ways to run Redis, each with a way to reach it.
var deployments = []struct {
	name  string
	start func(*testing.T, string) *Store
}{
	{"Unix socket", func(t *testing.T, program string) *Store {
		return mustOpen(t, startServer(t, program).URL(), patient())
	}},
	{"Unix socket, client", func(t *testing.T, program string) *Store {
		s := startServer(t, program)
		return mustNew(t, redis.NewUniversalClient(&redis.UniversalOptions{
			Addrs:  []string{"ignored"},
			Dialer: func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", s.Socket) },
		}), patient())
	}},
	{"TCP with ACL", func(t *testing.T, program string) *Store {
		port := freePort(t)
		startServer(t, program, "--port", port, "--user", "default", "off",
			"--user", "polytls", "on", ">secret", "~polytls:*", "+get", "+set", "+getdel", "+del")
		return mustOpen(t, "redis://polytls:secret@127.0.0.1:"+port+"/0", patient())
	}},
	{"TLS", func(t *testing.T, program string) *Store {
		port, roots := startTLS(t, program)
		return mustNew(t, redis.NewClient(&redis.Options{
			Addr: "127.0.0.1:" + port, TLSConfig: &tls.Config{RootCAs: roots},
		}), patient())
	}},
	{"TLS by URL", func(t *testing.T, program string) *Store {
		port, _ := startTLS(t, program)
		return mustOpen(t, "valkeys://127.0.0.1:"+port+"?skip_verify=true", patient())
	}},
	{"Sentinel", func(t *testing.T, program string) *Store {
		port := freePort(t)
		startServer(t, program, "--port", port)
		return mustOpen(t, "redis+sentinel://127.0.0.1:"+startSentinel(t, program, port)+"?master_name=main", patient())
	}},
	{"Cluster", func(t *testing.T, program string) *Store {
		return mustOpen(t, "redis+cluster://127.0.0.1:"+startCluster(t, program), patient())
	}},
}

func startTLS(t *testing.T, program string) (port string, roots *x509.CertPool) {
	t.Helper()
	cert, key, roots := selfSigned(t)
	port = freePort(t)
	startServer(t, program, "--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key,
		"--tls-ca-cert-file", cert, "--tls-auth-clients", "no")
	return port, roots
}

// selfSigned writes a certificate for 127.0.0.1 and its key to files.
func selfSigned(t *testing.T) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	template := testcert.ServerTemplate("127.0.0.1")
	template.CA = true
	cert := testcert.SelfSigned(template)
	roots = x509.NewCertPool()
	roots.AddCert(cert.Certificate)
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, pem := range map[string][]byte{certFile: cert.PEM(), keyFile: cert.KeyPEM()} {
		if err := os.WriteFile(file, pem, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile, roots
}

// startSentinel starts a sentinel that watches a server by the name main.
func startSentinel(t *testing.T, program, serverPort string) (port string) {
	t.Helper()
	port = freePort(t)
	dir := t.TempDir()
	config := filepath.Join(dir, "sentinel.conf")
	text := fmt.Sprintf("port %s\ndir %s\nsentinel monitor main 127.0.0.1 %s 1\n", port, dir, serverPort)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := peertest.StartTogether(t, exec.Command(program, config, "--sentinel"))
	if !p.Stdout.Await(func(text []byte) bool { return bytes.Contains(text, []byte("+monitor")) }) {
		t.Fatalf("the sentinel does not start%s", p.Output())
	}
	return port
}

// startCluster starts a cluster of one server.
func startCluster(t *testing.T, program string) (port string) {
	t.Helper()
	port = freePort(t)
	s := startServer(t, program, "--port", port, "--cluster-enabled", "yes", "--cluster-port", freePort(t))
	c := s.client()
	if err := c.Do(ctx, "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(c.ClusterInfo(ctx).Val(), "cluster_state:ok") {
		// WAIT is for a replica that is not there: the server's own pause.
		if err := c.Do(ctx, "WAIT", 1, 20).Err(); err != nil {
			t.Fatal(err)
		}
	}
	return port
}
