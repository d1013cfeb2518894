package fleet

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9/logging"

	"polytls"
	"polytls/internal/peertest"
	"polytls/internal/testcert"
)

const patience = peertest.Patience

// dir holds what peers read from files, and the command.
var dir string

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints what tests provoke
	var err error
	if dir, err = os.MkdirTemp("", "fleet"); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// command builds the command once and returns its path.
var command = sync.OnceValues(func() (string, error) {
	path := filepath.Join(dir, "polytls")
	out, err := exec.Command("go", "build", "-o", path, "../../cmd/polytls").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// pki is who everyone trusts, a server for localhost, and a client.
var pki = sync.OnceValue(func() (p struct {
	ca, server, client                               *testcert.Cert
	caFile, certFile, keyFile, clientFile, clientKey string
}) {
	p.ca = testcert.CA("fleet root")
	p.server, p.client = p.ca.Server("localhost", "127.0.0.1"), p.ca.Client("one of us")
	for path, data := range map[*string][]byte{
		&p.caFile: p.ca.PEM(), &p.certFile: p.server.ChainPEM(), &p.keyFile: p.server.KeyPEM(),
		&p.clientFile: p.client.ChainPEM(), &p.clientKey: p.client.KeyPEM(),
	} {
		f, err := os.CreateTemp(dir, "*.pem")
		if err != nil {
			panic(err)
		}
		if _, err := f.Write(data); err != nil {
			panic(err)
		}
		f.Close()
		*path = f.Name()
	}
	return p
})

// peer returns the path of a program; "polytls" is the command of this tree.
func peer(t testing.TB, name string) string {
	t.Helper()
	if name != "polytls" {
		return peertest.Path(t, name)
	}
	path, err := command()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// process is a peer's program, with one transcript for both its outputs.
type process struct {
	*peertest.Process
	read int // what expect has gone past
}

// start runs a program.
func start(t testing.TB, name string, args ...string) *process {
	t.Helper()
	return &process{Process: peertest.StartTogether(t, exec.Command(peer(t, name), args...))}
}

// wait returns when the program has ended well.
func (p *process) wait(t testing.TB) {
	t.Helper()
	if err := p.Wait(t); err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
}

// expect waits for what matches, after what was expected before, and returns
// the submatches.
func (p *process) expect(t testing.TB, expression string) (match []string) {
	t.Helper()
	match, p.read = p.Expect(t, p.Stdout, p.read, expression)
	return match
}

// expectAll is expect for things that come in any order.
func (p *process) expectAll(t testing.TB, expressions ...string) {
	t.Helper()
	from, end := p.read, 0
	for _, expression := range expressions {
		p.read = from
		p.expect(t, expression)
		end = max(end, p.read)
	}
	p.read = end
}

// serverContext are the options of a server for localhost at one version.
func serverContext(version string) polytls.ContextOptions {
	return polytls.ContextOptions{
		Cert: [][]byte{pki().server.ChainPEM()}, Key: []polytls.Key{{PEM: pki().server.KeyPEM()}},
		CA: [][]byte{pki().ca.PEM()}, MinVersion: version, MaxVersion: version,
	}
}

// clientContext are those of its client.
func clientContext(version string) polytls.ContextOptions {
	return polytls.ContextOptions{CA: [][]byte{pki().ca.PEM()}, MinVersion: version, MaxVersion: version}
}
