package fleet

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"

	"polytls"
	"polytls/internal/testcert"
)

// patience bounds each wait for a peer. It is no measurement: a test that runs
// into it has failed.
const patience = 20 * time.Second

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
	out, err := exec.Command("go", "build", "-o", path, "polytls/cmd/polytls").CombinedOutput()
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

// peer returns the path of a program. One that is missing skips the test, or
// fails it if peers are required.
func peer(t testing.TB, name string) string {
	t.Helper()
	path, err := findPeer(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("POLYTLS_REQUIRE_PEERS") == "1":
		t.Fatalf("peer %s is required: %v", name, err)
	}
	t.Skipf("no peer %s: %v", name, err)
	return ""
}

func findPeer(name string) (string, error) {
	switch name {
	case "polytls":
		return command()
	case "node12":
		return findNode("POLYTLS_NODE12", "node12")
	case "node":
		return findNode("POLYTLS_NODE", "nodelatest")
	case "redis":
		if path, err := exec.LookPath("valkey-server"); err == nil {
			return path, nil
		}
		return exec.LookPath("redis-server")
	}
	return exec.LookPath(name)
}

func findNode(variable, pkg string) (string, error) {
	if path := os.Getenv(variable); path != "" {
		return exec.LookPath(path)
	}
	path, err := filepath.Abs(filepath.Join("..", "..", ".peers", "node_modules", pkg, "bin", "node"))
	if err != nil {
		return "", err
	}
	return exec.LookPath(path)
}

// process is a peer's program. It is killed when its test ends, and a failed
// test shows what it wrote.
type process struct {
	name   string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	output *transcript // standard output and error
	done   chan struct{}
	err    error // set when done is closed
}

// start runs a program without what this machine says of TLS.
func start(t testing.TB, name string, args ...string) *process {
	t.Helper()
	p := &process{
		name: name, cmd: exec.Command(peer(t, name), args...),
		output: newTranscript(), done: make(chan struct{}),
	}
	p.cmd.Env = append(os.Environ(), "OPENSSL_CONF=/dev/null", "NODE_OPTIONS=", "SSLKEYLOGFILE=", "POLYTLS_OPTIONS=")
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		p.output.end()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.done
		if t.Failed() {
			t.Logf("%s: %v\n%s", p.name, p.err, p.output.tail())
		}
	})
	return p
}

// wait returns when the program has ended well.
func (p *process) wait(t testing.TB) {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		t.Fatalf("%s did not end", p.name)
	}
	if p.err != nil {
		t.Fatalf("%s: %v", p.name, p.err)
	}
}

// write gives the program input.
func (p *process) write(t testing.TB, text string) {
	t.Helper()
	if _, err := io.WriteString(p.stdin, text); err != nil {
		t.Fatalf("%s: %v", p.name, err)
	}
}

// expect waits for what matches, after what was expected before, and returns
// the submatches.
func (p *process) expect(t testing.TB, expression string) []string {
	t.Helper()
	match := p.output.next(regexp.MustCompile(expression))
	if match == nil {
		t.Fatalf("%s did not write %q", p.name, expression)
	}
	return match
}

// expectAll is expect for things that come in any order.
func (p *process) expectAll(t testing.TB, expressions ...string) {
	t.Helper()
	from, end := p.output.position(), 0
	for _, expression := range expressions {
		p.output.goTo(from)
		p.expect(t, expression)
		end = max(end, p.output.position())
	}
	p.output.goTo(end)
}

// transcript is what a program writes, to be waited for.
type transcript struct {
	mu      sync.Mutex
	text    []byte
	read    int // what next has gone past
	ended   bool
	changed chan struct{}
}

func newTranscript() *transcript { return &transcript{changed: make(chan struct{})} }

func (o *transcript) Write(b []byte) (int, error) {
	o.update(func() { o.text = append(o.text, b...) })
	return len(b), nil
}

func (o *transcript) end() { o.update(func() { o.ended = true }) }

func (o *transcript) update(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
	close(o.changed)
	o.changed = make(chan struct{})
}

// next returns the next match and goes past it; nil if the program ended, or
// wrote none in time.
func (o *transcript) next(re *regexp.Regexp) (match []string) {
	deadline := time.After(patience)
	for {
		o.mu.Lock()
		rest := o.text[o.read:]
		if at := re.FindSubmatchIndex(rest); at != nil {
			for i := 0; i < len(at); i += 2 {
				match = append(match, string(rest[max(at[i], 0):max(at[i+1], 0)]))
			}
			o.read += at[1]
		}
		ended, changed := o.ended, o.changed
		o.mu.Unlock()
		if match != nil || ended {
			return match
		}
		select {
		case <-changed:
		case <-deadline:
			return nil
		}
	}
}

func (o *transcript) position() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.read
}

func (o *transcript) goTo(position int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.read = position
}

func (o *transcript) tail() string {
	const most = 4000
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(bytes.ToValidUTF8(o.text[max(len(o.text)-most, 0):], []byte("?")))
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
